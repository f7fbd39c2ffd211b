"""Keys and terms in words, and the terms that the page of an application shows."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from agreements.models import Component, KeyVersion, Term
from municipalities.models import Cooperation
from services.models import Application
from services.portal import Panel
from sharedict.templatetags.money import money, percent


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
        said.append(_("Everybody first pays %(amount)s of each cost.") % {"amount": amount})
    if version.floor_percent is not None:
        said.append(_("Nobody carries less than %(percent)s.") % {"percent": percent(version.floor_percent)})
    if version.cap_percent is not None:
        said.append(_("Nobody carries more than %(percent)s.") % {"percent": percent(version.cap_percent)})
    return said


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
    """Who pays under ``term``; reads the municipalities it names."""
    if term.payers == Term.Payers.NAMED:
        return ", ".join(str(place) for place in term.named.all())
    return str(term.get_payers_display())


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
