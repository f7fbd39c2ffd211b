"""What a share follows from as it was charged and as it should be, line by line, down to what was read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from billing.engine.facts import day
from billing.engine.why import ComponentPart, Why
from billing.views.working import component_name
from sharedict.common.days import date_format
from sharedict.common.figures import exact, exact_minor, exact_percent, minor

Place = tuple[str, str, int]
"""Kind and driver of a component, and which of those it is: what finds it in another version of a key."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One line; None where a side has nothing of the kind."""

    label: str
    before: str | None
    after: str | None

    @property
    def differs(self) -> bool:
        return self.before != self.after


def compared(before: Why, after: Why, currency: str) -> list[Compared]:
    """All that the two shares follow from, as far as it is of their own municipality or of all together."""

    def line(label: str, tell: Callable[[Why], str | None]) -> Compared:
        return Compared(label, tell(before), tell(after))

    lines = [
        line(_("Whole amount of the cost"), lambda told: minor(told.amount_minor, currency)),
        line(_("Its part in the month"), lambda told: minor(told.cost_minor, currency)),
        line(_("Key"), _key),
        line(_("Payers"), lambda told: str(told.payer_count)),
        *_components(before, after),
        line(_("Days"), _days),
        line(_("Base amount"), _base),
        line(_("Floor"), lambda told: None if told.is_as_charged else _percent(told.floor)),
        line(_("Cap"), lambda told: None if told.is_as_charged else _percent(told.cap)),
        line(_("Percent"), lambda told: _percent(told.own.percent)),
        line(_("Exact share"), lambda told: exact_minor(told.own.exact, 6)),
        line(_("Owed by rounding before"), lambda told: exact_minor(told.owed_before, 6)),
        line(_("Share"), lambda told: minor(told.own.share_minor, currency)),
    ]
    return [each for each in lines if each.before is not None or each.after is not None]


def _components(before: Why, after: Why) -> list[Compared]:
    """The components of both keys; those of one and the same driver stand beside each other."""
    was, should = _by_place(before), _by_place(after)
    found = []
    for place in {**was, **should}:
        old, new = was.get(place), should.get(place)
        for label, tell in _lines_of(new or was[place], after.own.name):
            found.append(Compared(label, tell(old) if old else None, tell(new) if new else None))
    return found


def _lines_of(part: ComponentPart, name: str) -> list[tuple[str, Callable[[ComponentPart], str | None]]]:
    """What is told of a component, and how: its part of the key, and what is read or fixed of ``name``."""
    words = {"name": component_name(part)}
    of_key = (_("%(name)s, part of the key") % words, lambda each: _percent(each.percent))
    if part.kind == "even":
        return [of_key]
    own = f"{words['name']}, {name}"
    if part.kind == "fixed":
        return [of_key, (own, lambda each: _percent(each.numerator))]
    return [
        of_key,
        (own, _reading),
        (_("%(name)s, reference date") % words, _read_on),
        (_("%(name)s of all payers") % words, _read_of_all),
    ]


def _by_place(told: Why) -> Mapping[Place, ComponentPart]:
    """The components by what they are; by the driver's code, since its name may have changed."""
    found: dict[Place, ComponentPart] = {}
    if told.is_as_charged:
        return found
    for fact, part in zip(told.key.components, told.own.parts, strict=True):
        number = sum(place[:2] == (fact.kind, fact.driver or "") for place in found)
        found[fact.kind, fact.driver or "", number] = part
    return found


def _key(told: Why) -> str:
    if told.is_as_charged:
        return _("as %(cost)s was charged") % {"cost": told.follows}
    return _("%(key)s, version %(version)s") % {"key": told.key.name, "version": told.key.version}


def _days(told: Why) -> str | None:
    if told.is_as_charged or (not told.counts_days and not told.term.by_days):
        return None
    days = told.own.days if told.counts_days else told.whole_days
    return _("%(days)s of %(all)s") % {"days": days, "all": told.whole_days}


def _base(told: Why) -> str | None:
    if told.own.base is not None:
        return exact_minor(told.own.base, 6)
    if told.is_as_charged:
        return None
    return minor(told.key.base_minor) if told.key.base_minor else None


def _reading(part: ComponentPart) -> str | None:
    return exact(Fraction(part.reading.value), 6) if part.reading else None


def _read_on(part: ComponentPart) -> str | None:
    return date_format(day(part.reading.reference_on), "j F Y") if part.reading else None


def _read_of_all(part: ComponentPart) -> str:
    return exact(Fraction(0) if part.was_zero else part.denominator, 6)


def _percent(value: Fraction | None) -> str | None:
    return None if value is None else exact_percent(value)
