"""Keys and terms in words, the terms that the page of an application shows, and the steps of the set-up."""

import datetime as dt
from collections.abc import Mapping

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agreements.engine.notices import Notice
from agreements.models import Agreement, Component, Key, KeyVersion, Term
from agreements.reports import Forgotten, OddPart, applying
from municipalities.access import Rights
from municipalities.models import Cooperation
from municipalities.portal import SearchKind, SetUpStep, few, listed
from services.models import Application
from services.portal import Panel
from sharedict.common.access import Viewer
from sharedict.common.days import date_format
from sharedict.common.figures import money, percent

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


def notice_in_words(notice: Notice, about: str, places: Mapping[str, str]) -> str:
    """What ``notice`` says of the driver or key called ``about``; ``places`` are names by code."""
    words = {
        "driver": capfirst(about),
        "key": about,
        "places": listed([places.get(code, code) for code in notice.places]),
        "dates": listed([_day(dt.date.fromisoformat(date)) for date in notice.dates]),
    }
    said = {
        "stale_reading": _(
            "%(driver)s of %(places)s is from %(dates)s: more than a year before the day that the key"
            " reads it for."
        ),
        "readings_differ": _(
            "%(driver)s is not of one day: the readings are from %(dates)s, the older of %(places)s."
        ),
        "no_fixed_part": ngettext(
            "%(places)s uses what the key “%(key)s” divides and has no fixed part in it: it pays"
            " nothing of that part.",
            "%(places)s use what the key “%(key)s” divides and have no fixed part in it: they pay"
            " nothing of that part.",
            len(notice.places),
        ),
    }
    return said[notice.code] % words


def odd_part_in_words(part: OddPart, today: dt.date) -> str:
    """Who holds a fixed part and leaves, or joins and holds none."""
    values: dict[str, object] = {"key": part.key, "place": part.municipality}
    if part.since:
        values |= {"day": _day(part.since), "last": _day(part.since - dt.timedelta(days=1))}
    if part.since is None:
        return _("%(key)s: %(place)s holds a fixed part and is no member.") % values
    if part.is_held and part.since <= today:
        return _("%(key)s: %(place)s left after %(last)s and still holds a fixed part.") % values
    if part.is_held:
        return _("%(key)s: %(place)s leaves after %(last)s and still holds a fixed part.") % values
    if part.since <= today:
        return _("%(key)s: %(place)s joined on %(day)s and holds no fixed part.") % values
    return _("%(key)s: %(place)s joins on %(day)s and holds no fixed part.") % values


def still_subscribes(each: Forgotten, what: str) -> str:
    """That who has left still subscribes to ``what``, one application or several."""
    return _("%(place)s left after %(day)s and still subscribes to %(what)s.") % _left(each, what)


def still_named(each: Forgotten, what: str) -> str:
    """That who has left is still named in ``what``, one term or several."""
    return _("%(place)s left after %(day)s and is still named as payer of %(what)s.") % _left(each, what)


def _left(each: Forgotten, what: str) -> dict[str, object]:
    last_day = each.left_on - dt.timedelta(days=1)
    return {"place": each.municipality, "day": _day(last_day), "what": what}


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")


def scope_in_words(term: Term) -> str:
    """Which costs a term is about."""
    return scope_of(str(term.application or ""), str(term.cost_type or ""))


def scope_of(application: str, cost_type: str) -> str:
    """Which costs are those of an application and a cost type, by name; empty for any."""
    values = {"application": application, "cost_type": cost_type}
    if application and cost_type:
        return _("%(application)s: %(cost_type)s") % values
    if application:
        return _("%(application)s: all other costs") % values
    if cost_type:
        return _("any other application: %(cost_type)s") % values
    return _("everything else")


def payers_in_words(term: Term) -> str:
    """Who pays under ``term``, and whether also after leaving; reads the municipalities it names."""
    said = str(term.get_payers_display())
    if term.payers == Term.Payers.NAMED:
        said = ", ".join(str(place) for place in term.named.all())
    return _("%(payers)s, also after leaving") % {"payers": said} if term.after_leaving else said


def terms_panel(
    application: Application, cooperation: Cooperation, viewer: Viewer, rights: Rights, day: dt.date
) -> Panel:
    """The terms that divide the costs of ``application`` on ``day``."""
    terms = Term.objects.of(cooperation).as_of(day).for_costs_of(application).for_listing()
    rest = _("All other costs")
    rows = [(term, term.cost_type or rest, payers_in_words(term)) for term in applying(terms)]
    return Panel("agreements/terms_panel.html", {"terms": rows})


def _has_a_key() -> Combinable:
    return Exists(KeyVersion.objects.filter(cooperation=OuterRef("pk")))


def _keys() -> Combinable:
    decided = Exists(KeyVersion.objects.filter(key=OuterRef("pk")))
    rows = Key.objects.filter(decided, cooperation=OuterRef("pk"))
    return ArraySubquery(rows.order_by("name").values("name"))


def _its_keys(_cooperation: Cooperation, names: list[str]) -> str:
    return few([*dict.fromkeys(names)])


def _has_a_term() -> Combinable:
    return Exists(Term.objects.filter(cooperation=OuterRef("pk")))


def _terms() -> Combinable:
    names = JSONObject(application="application__name", cost_type="cost_type__name", key="key__name")
    return ArraySubquery(Term.objects.filter(cooperation=OuterRef("pk")).values(each=names))


def _its_terms(_cooperation: Cooperation, terms: list[dict[str, str | None]]) -> str:
    scopes = [(scope_of(term["application"] or "", term["cost_type"] or ""), term["key"]) for term in terms]
    return few([f"{capfirst(scope)}: {key}" for scope, key in scopes], most=2)


KEY = SetUpStep(
    "set-up-key",
    gettext_lazy("Key and its decision"),
    gettext_lazy("How a cost is divided"),
    _has_a_key,
    _keys,
    _its_keys,
    lacking=gettext_lazy("a key"),
)
TERM = SetUpStep(
    "set-up-term",
    gettext_lazy("What the key applies to"),
    gettext_lazy("One default is enough"),
    _has_a_term,
    _terms,
    _its_terms,
    lacking=gettext_lazy("a term that says what the key divides"),
)
FOUND = (
    SearchKind(
        "agreement",
        gettext_lazy("Agreements"),
        Agreement,
        title=("name",),
        more=("decision",),
        detail=("decision",),
        page="agreement",
    ),
    SearchKind("key", gettext_lazy("Keys"), Key, title=("name",), more=("code",), page="key", key="code"),
)
"""What can be found by searching."""
