"""A year of outages in North Värmland, and some of its neighbours. All of it is made up; its structure is of
published incidents: much is noticed by users before any monitor does, one supplier takes several with it,
and what is learnt is followed up by somebody, or is not yet.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils import timezone

from billing.management.demonstration.builder import Builder
from billing.management.demonstration.swedish import Both, either, said
from municipalities.models import Link, Site
from services.actions import correct_effect, end_outage, merge_outages, save_outage, tell_update
from services.models import Outage
from sharedict.kernel.periods import Month

MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Happened:
    """One outage: so many ``months`` before the last one, on a ``day`` at an hour, for so many minutes.

    ``lost`` are codes of applications and names of sites, links and suppliers. Whoever follows up has done
    so after so many ``days``, or not yet.
    """

    months: int
    day: int
    hour: int
    lasted: int
    lost: tuple[str, ...]
    title: Both
    cause: Both = ("", "")
    told: tuple[tuple[int, Both], ...] = ()
    seen_by: str = Outage.SeenBy.USERS
    urgency: int = Outage.Urgency.TODAY
    is_partial: bool = False
    is_planned: bool = False
    follow_up: Both = ("", "")
    days: int | None = None


NORTH = (
    Happened(11, 9, 2, 190, ("Broadband Sunne operations centre",),
        ("Broadband to Sunne cut", "Bredbandet till Sunne av"),
        ("A digger cut the fibre at a bridge.", "En grävmaskin kapade fibern vid en bro."),
        ((35, ("The supplier has found the cut.", "Leverantören har funnit avbrottet.")),),
        Outage.SeenBy.MONITORING, 1, follow_up=("Ask for a second way into Sunne",
        "Begär en andra väg in till Sunne"), days=40),
    Happened(10, 16, 9, 75, ("erp",), ("ERP answers slowly", "Ekonomisystemet svarar långsamt"),
        ("A report over all years ran in working hours.", "En rapport över alla år kördes på arbetstid."),
        is_partial=True),
    Happened(9, 12, 18, 180, ("erp",), ("Upgrade of the ERP", "Uppgradering av ekonomisystemet"),
        urgency=3, is_planned=True),
    Happened(8, 3, 7, 410, ("e-services",), ("Nobody can sign in to the e-services",
        "Ingen kan logga in i e-tjänsterna"), ("A certificate had run out.", "Ett certifikat hade gått ut."),
        ((60, ("The supplier renews the certificate.", "Leverantören förnyar certifikatet.")),),
        urgency=1, follow_up=("List all certificates with their last days",
        "Förteckna alla certifikat med sista dag"), days=21),
    Happened(7, 22, 23, 95, ("Common Internet connection",), ("No way to the Internet",
        "Ingen förbindelse med Internet"), ("Routing changed at the operator.",
        "Operatören hade ändrat routningen."), (), Outage.SeenBy.MONITORING, 1),
    Happened(6, 7, 5, 260, ("Teracom",), ("Work in the network of Teracom", "Arbete i Teracoms nät"),
        urgency=3, is_planned=True),
    Happened(5, 25, 6, 1_630, ("Skolbänken AB", "e-services"), ("Attack on the supplier of the e-services",
        "Angrepp mot leverantören av e-tjänster"), ("The supplier was attacked and shut down.",
        "Leverantören angreps och stängde ner."), (
        (90, ("The supplier has shut everything down. Absence is reported by telephone.",
        "Leverantören har stängt allt. Frånvaro anmäls per telefon.")),
        (610, ("No data of ours has been taken, by what is known.",
        "Ingen av våra uppgifter har tagits, såvitt är känt.")),
        ), urgency=1, follow_up=("Agree on how e-services go on without their supplier",
        "Avtala hur e-tjänsterna klarar sig utan leverantören"), days=60),
    Happened(4, 14, 13, 48, ("Hagfors operations centre",), ("Power lost in Hagfors",
        "Strömlöst i Hagfors"), ("The batteries lasted for nine minutes.",
        "Batterierna räckte i nio minuter."),
        ((20, ("The mirror has taken over for the others.", "Speglingen har tagit över för övriga.")),),
        Outage.SeenBy.STAFF, 1, follow_up=("Replace the batteries", "Byt batterierna")),
    Happened(3, 19, 10, 130, ("social-care",), ("Plans of social care are not shown",
        "Planeringen i socialtjänsten visas inte"), ("A disk was full.", "En disk var full."),
        ((40, ("Records can be read, plans not yet.", "Journaler kan läsas, planeringen inte än.")),),
        Outage.SeenBy.USERS, 1, is_partial=True),
    Happened(2, 11, 8, 35, ("helpdesk",), ("The helpdesk takes no cases",
        "Servicedesk tar inte emot ärenden"),
        ("An update failed and was taken back.", "En uppdatering misslyckades och togs tillbaka.")),
    Happened(1, 6, 20, 240, ("Fourth site",), ("Trial of the mirror", "Prov av speglingen"),
        urgency=3, is_planned=True),
    Happened(1, 17, 4, 150, ("utilities",), ("Meters are not read", "Mätare läses inte av"),
        ("The night's job had hung.", "Nattens jobb hade hängt sig."), (), Outage.SeenBy.MONITORING, 3),
)  # fmt: skip
TWICE = Happened(8, 3, 7, 380, ("e-services",), ("Parents cannot report absence",
    "Föräldrar kan inte anmäla frånvaro"), urgency=2)  # fmt: skip
"""The same as the one with the certificate, reported by somebody else."""

EAST = (
    Happened(10, 5, 6, 85, ("Kristinehamn operations centre",), ("Power lost in Kristinehamn",
        "Strömlöst i Kristinehamn"), ("A cable was dug off.", "En kabel grävdes av."),
        ((30, ("The generator runs.", "Reservkraften är i gång.")),), Outage.SeenBy.STAFF, 1,
        follow_up=("Test the generator every month", "Prova reservkraften varje månad"), days=30),
    Happened(7, 13, 8, 140, ("schools",), ("Nobody can sign in to the school platform",
        "Ingen kan logga in i skolplattformen"), ("A release was taken back.",
        "En ny version togs tillbaka."), urgency=1),
    Happened(4, 21, 22, 200, ("records",), ("Upgrade of case records", "Uppgradering av ärendehanteringen"),
        urgency=3, is_planned=True),
    Happened(2, 2, 11, 55, ("mail",), ("Mail arrives late", "E-post kommer fram sent"),
        ("A filter had too much to do.", "Ett filter hann inte med."), (), Outage.SeenBy.USERS, 2,
        is_partial=True, follow_up=("A second filter", "Ett andra filter")),
)  # fmt: skip
IT_VARMLAND = (
    Happened(6, 18, 9, 95, ("portal",), ("The forms do not open", "Blanketterna öppnas inte"),
        ("A certificate had run out.", "Ett certifikat hade gått ut."),
        ((40, ("It is being renewed.", "Det förnyas.")),), urgency=1),
    Happened(1, 10, 21, 180, ("archive",), ("Move to new storage", "Flytt till ny lagring"),
        urgency=3, is_planned=True),
)  # fmt: skip


def north_varmland(builder: Builder, months: list[Month]) -> None:
    """What went wrong in the year before the last of ``months``, what goes on, and what is planned."""
    made = {happened: _enter(builder, happened, months) for happened in NORTH}
    first = next(row for happened, row in made.items() if happened.title[0].startswith("Nobody can"))
    again = _enter(builder, TWICE, months)
    merge_outages(outage=again, into=first, now=first.starts_at + 500 * MINUTE, by=builder.by)
    hagfors = next(row for happened, row in made.items() if "Hagfors" in happened.title[0])
    reason = either(("The helpdesk's own line held.", "Servicedeskens egen ledning höll."))
    hit: Any = hagfors.effects.filter(application__code="helpdesk", state="less").first()
    if hit is not None:
        told = {"application": hit.application, "municipality": hit.municipality}
        correct_effect(outage=hagfors, **told, state="up", reason=reason, by=builder.by)
    maps = ("Maps load slowly", "Kartorna laddas långsamt")
    switches = ("New switches in Torsby", "Nya switchar i Torsby")
    _now_and_ahead(builder, months, (maps, "real-estate"), (switches, "Torsby operations centre"))


def east_varmland(builder: Builder, months: list[Month]) -> None:
    """Some that are over, one that goes on, and one that is planned."""
    for happened in EAST:
        _enter(builder, happened, months)
    slow = ("Case records answer slowly", "Ärendehanteringen svarar långsamt")
    cooling = ("New cooling in Kristinehamn", "Ny kyla i Kristinehamn")
    ahead = (cooling, "Kristinehamn operations centre")
    _now_and_ahead(builder, months, (slow, "records"), ahead)


def it_varmland(builder: Builder, months: list[Month]) -> None:
    """Two that are over."""
    for happened in IT_VARMLAND:
        _enter(builder, happened, months)


def _enter(builder: Builder, happened: Happened, months: list[Month]) -> Outage:
    """Report it as it began, tell of it, and end it, each at its time."""
    month = months[-1].plus(-happened.months)
    start = _at(month.first.replace(day=happened.day), happened.hour, happened.day % 7 * 8)
    end = start + happened.lasted * MINUTE
    outage = Outage(
        cooperation=builder.cooperation,
        title=either(happened.title),
        starts_at=start,
        ends_at=end if happened.is_planned else None,
        announced_at=start - dt.timedelta(days=9) if happened.is_planned else start + 12 * MINUTE,
        is_planned=happened.is_planned,
        extent=Outage.Extent.PARTIAL if happened.is_partial else Outage.Extent.FULL,
        seen_by=happened.seen_by,
        urgency=happened.urgency,
        cause=either(happened.cause),
    )
    if happened.follow_up[0]:
        due = end.date() + dt.timedelta(days=45)
        outage.follow_up, outage.follow_up_owner = either(happened.follow_up), builder.by
        outage.follow_up_on = due
        if happened.days is not None:
            outage.followed_up_on = end.date() + dt.timedelta(days=happened.days)
    lost = _lost(builder, happened.lost)
    save_outage(outage=outage, lost=lost, now=start + 12 * MINUTE, by=builder.by, keeps_effect=False)
    for minutes, words in happened.told:
        tell_update(outage=outage, text=either(words), now=start + minutes * MINUTE, by=builder.by)
    if not happened.is_planned:
        end_outage(outage=outage, at=end, now=end, by=builder.by)
    return outage


def _now_and_ahead(
    builder: Builder, months: list[Month], goes_on: tuple[Both, str], planned: tuple[Both, str]
) -> None:
    """One that goes on and work that is planned, beside the day on which it is loaded."""
    today = timezone.localdate()
    is_today = Month.of(today) == months[-1]
    now = timezone.now() if is_today else _at(months[-1].first.replace(day=8), 9, 0)
    slow = Outage(
        cooperation=builder.cooperation,
        title=either(goes_on[0]),
        starts_at=now - 50 * MINUTE,
        extent=Outage.Extent.PARTIAL,
        urgency=Outage.Urgency.LATER,
    )
    save_outage(outage=slow, lost=_lost(builder, (goes_on[1],)), now=now, by=builder.by, keeps_effect=False)
    begins = _at(timezone.localdate(now) + dt.timedelta(days=12), 19, 0)
    ahead = Outage(
        cooperation=builder.cooperation,
        title=either(planned[0]),
        is_planned=True,
        starts_at=begins,
        ends_at=begins + dt.timedelta(hours=4),
        urgency=Outage.Urgency.LATER,
    )
    lost = _lost(builder, (planned[1],))
    save_outage(outage=ahead, lost=lost, now=now, by=builder.by, keeps_effect=False)


def _at(day: dt.date, hour: int, minute: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def _lost(builder: Builder, names: tuple[str, ...]) -> dict[str, list[Model]]:
    """Rows by field: applications by code, sites and links by name, and suppliers by theirs."""
    found: dict[str, list[Model]] = {}
    for name in names:
        row: Model | None = builder.applications.get(name)
        row = row or Site.objects.of(builder.cooperation).filter(name=said(name)).first()
        row = row or Link.objects.of(builder.cooperation).filter(name=said(name)).first()
        row = row or builder.supplier(name)
        found.setdefault(f"{row._meta.model_name}s", []).append(row)
    return found
