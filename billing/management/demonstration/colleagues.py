"""Who works with what the demonstration shares: people who are invented, as its banner says."""

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _

from billing.management.demonstration.builder import Builder
from municipalities.models import Absence, Colleague
from services.models import Competence, OnCall
from sharedict.kernel.periods import Month

WEEK = dt.timedelta(weeks=1)
KNOWS, RUNS, TEACHES = Competence.Level.KNOWS, Competence.Level.RUNS, Competence.Level.TEACHES


def employ(
    builder: Builder, name: str, place: str, work: str, phone: str, knows: Mapping[str, Competence.Level]
) -> Colleague:
    """A colleague at ``place``, and how well they know each application, by code."""
    colleague = builder.add(
        Colleague(
            cooperation=builder.cooperation,
            name=name,
            municipality=builder.members[place],
            work=work,
            phone=phone,
            valid_from=builder.since,
        )
    )
    for code, level in knows.items():
        builder.add(
            Competence(
                cooperation=builder.cooperation,
                colleague=colleague,
                application=builder.applications[code],
                level=level,
                valid_from=builder.since,
            )
        )
    return colleague


def away(builder: Builder, colleague: Colleague, first: dt.date, after: dt.date | None) -> None:
    builder.add(
        Absence(cooperation=builder.cooperation, colleague=colleague, valid_from=first, valid_until=after)
    )


def call(builder: Builder, colleagues: list[Colleague], first: dt.date, code: str | None = None) -> None:
    """Let ``colleagues`` be on call for a week each, one after the other."""
    for number, colleague in enumerate(colleagues):
        builder.add(
            OnCall(
                cooperation=builder.cooperation,
                colleague=colleague,
                application=builder.applications[code] if code else None,
                valid_from=first + number * WEEK,
                valid_until=first + (number + 1) * WEEK,
            )
        )


def north_varmland(builder: Builder, month: Month) -> None:
    """Six at three places: two services hang on one of them, and ERP on nobody for days of the next month."""
    manager, systems, desk = _("Application manager"), _("Systems administrator"), _("Helpdesk technician")
    eskil = employ(
        builder, "Eskil Norlander", "Torsby", systems, "0560-555 01", {"erp": TEACHES, "social-care": RUNS}
    )
    maj = employ(
        builder,
        "Maj-Lis Fryklund",
        "Torsby",
        manager,
        "0560-555 02",
        {"social-care": TEACHES, "erp": RUNS, "real-estate": TEACHES},
    )
    hakan = employ(
        builder,
        "Håkan Lysvall",
        "Sunne",
        manager,
        "0565-555 03",
        {"e-invoice": TEACHES, "e-services": TEACHES},
    )
    tuva = employ(
        builder, "Tuva Rottmark", "Sunne", systems, "0565-555 04", {"e-invoice": RUNS, "erp": KNOWS}
    )
    orjan = employ(
        builder, "Örjan Hagelin", "Hagfors", desk, "0563-555 05", {"helpdesk": TEACHES, "utilities": TEACHES}
    )
    disa = employ(
        builder,
        "Disa Uvander",
        "Hagfors",
        desk,
        "0563-555 06",
        {"helpdesk": RUNS, "real-estate": RUNS, "utilities": KNOWS, "social-care": RUNS},
    )
    ahead = month.after
    away(builder, eskil, ahead.replace(day=4), ahead.replace(day=16))
    away(builder, maj, ahead.replace(day=10), ahead.replace(day=24))
    call(builder, [hakan, tuva, orjan, disa, hakan, tuva], month.first)


def it_varmland(builder: Builder) -> None:
    """A competence centre in Karlstad, with people to fall back on in three other municipalities."""
    manager, systems, teacher = _("Application manager"), _("Systems administrator"), _("Course leader")
    for name, place, work, phone, knows in (
        ("Signe Kronvik", "Karlstad", manager, "054-555 11", {"portal": TEACHES, "signing": TEACHES}),
        ("Viggo Almstrand", "Karlstad", systems, "054-555 12", {"archive": TEACHES, "portal": RUNS}),
        ("Ingegerd Vasskog", "Karlstad", teacher, "054-555 13", {"training": TEACHES}),
        ("Nils-Petter Gylle", "Kristinehamn", systems, "0550-555 14", {"archive": RUNS, "signing": RUNS}),
        ("Rut Glavander", "Arvika", manager, "0570-555 15", {"portal": RUNS, "training": KNOWS}),
        ("Jarl Byälv", "Säffle", systems, "0533-555 16", {"archive": KNOWS, "signing": RUNS}),
    ):
        employ(builder, name, place, work, phone, knows)
