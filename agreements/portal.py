"""Keys and terms in words, and the terms that the page of an application shows."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.engine.notices import Notice
from agreements.models import Component, KeyVersion, Term
from municipalities.models import Cooperation
from services.models import Application
from services.portal import Panel
from sharedict.templatetags.money import money, percent

NO_WEIGHTS = {
    "missing_reading": (
        gettext_lazy("A payer has no reading of the driver for the reference date."),
        gettext_lazy("Enter the reading"),
        "drivers",
    ),
    "driver_is_zero": (
        gettext_lazy("The driver is zero for all payers, and the key does not allow that."),
        gettext_lazy("Mend the readings"),
        "drivers",
    ),
    "limits_impossible": (
        gettext_lazy("The floor and cap of the key cannot both be met by so many payers."),
        gettext_lazy("Mend the key"),
        "keys",
    ),
    "percentages_not_100": (
        gettext_lazy("The percentages of the key do not add up to 100."),
        gettext_lazy("Mend the key"),
        "keys",
    ),
    "fixed_parts_differ": (
        gettext_lazy("Somebody who holds a fixed part of the key does not pay."),
        gettext_lazy("Adopt a version whose fixed parts add up to 100 among those who pay"),
        "keys",
    ),
}
"""Code of a WeightError, why a key gives no weights -> in words, what to do about it, and on which page."""


def in_words(component: Component) -> str:
    """``70 % by population, on 1 January of the year``; reads driver and fixed parts."""
    values = {"percent": percent(component.percent)}
    if component.kind == Component.Kind.DRIVER:
        return _("%(percent)s by %(driver)s, %(rule)s") % {
            **values,
            "driver": component.driver,
            "rule": component.get_rule_display(),
        }
    if component.kind == Component.Kind.FIXED:
        parts = component.fixed_parts.all()
        said = ", ".join(f"{part.municipality} {percent(part.percent)}" for part in parts)
        return _("%(percent)s in fixed parts: %(parts)s") % {**values, "parts": said}
    return _("%(percent)s evenly") % values


def version_in_words(version: KeyVersion, currency: str) -> list[str]:
    """What ``version`` says, a line for each component and for base amount, floor and cap."""
    said = [in_words(component) for component in version.components.all()]
    if version.base_amount:
        amount = money(version.base_amount, currency)
        said.append(_("Everybody first pays %(amount)s, once of each whole cost.") % {"amount": amount})
    if version.floor_percent is not None:
        values = {"percent": percent(version.floor_percent)}
        said.append(_("Nobody carries less than %(percent)s of the whole cost.") % values)
    if version.cap_percent is not None:
        values = {"percent": percent(version.cap_percent)}
        said.append(_("Nobody carries more than %(percent)s of the whole cost.") % values)
    return said


def notice_in_words(notice: Notice, names: Mapping[str, str]) -> str:
    """What a key's ``notice`` says; ``names`` are those of its municipalities and drivers, by code."""
    values = {
        "driver": names.get(notice.about, notice.about),
        "places": ", ".join(names.get(code, code) for code in notice.places),
        "dates": ", ".join(date_format(dt.date.fromisoformat(date), "j F Y") for date in notice.dates),
    }
    said = {
        "stale_reading": _(
            "%(driver)s of %(places)s, read on %(dates)s: more than a year before the day that counts."
        ),
        "readings_differ": _("%(driver)s is read on different days (%(dates)s); behind: %(places)s."),
        "no_fixed_part": _("No fixed part, and so no share of it: %(places)s."),
    }
    return said[notice.code] % values


def scope_in_words(term: Term) -> str:
    """Which costs a term is about."""
    values = {"application": term.application, "cost_type": term.cost_type}
    if term.application and term.cost_type:
        return _("%(application)s: %(cost_type)s") % values
    if term.application:
        return _("%(application)s: all other costs") % values
    if term.cost_type:
        return _("any other application: %(cost_type)s") % values
    return _("everything else")


def payers_in_words(term: Term) -> str:
    """Who pays under ``term``, and whether also after leaving; reads the municipalities it names."""
    said = str(term.get_payers_display())
    if term.payers == Term.Payers.NAMED:
        said = ", ".join(str(place) for place in term.named.all())
    return _("%(payers)s, also after leaving") % {"payers": said} if term.after_leaving else said


def applying(terms: Iterable[Term]) -> list[Term]:
    """Of the terms of one day that name one application or none: those that some cost of it can fall under.

    The narrowest first. A term for the whole application leaves nothing to those that name none.
    """
    ordered = sorted(terms, key=lambda term: (not term.application_id, not term.cost_type_id, term.pk))
    own = {term.cost_type_id for term in ordered if term.application_id}
    if None in own:
        return [term for term in ordered if term.application_id]
    return [term for term in ordered if term.application_id or term.cost_type_id not in own]


def terms_panel(application: Application, cooperation: Cooperation, day: dt.date) -> Panel:
    """The terms that divide the costs of ``application`` on ``day``."""
    terms = Term.objects.of(cooperation).as_of(day).for_costs_of(application).for_listing()
    rows = [(term, payers_in_words(term)) for term in applying(terms)]
    return Panel("agreements/terms_panel.html", {"rows": rows})
