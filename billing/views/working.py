"""From a key to one payer's exact part, in lines that a reader can do again by hand."""

from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from billing.engine.why import ComponentPart, Why
from sharedict.common.figures import MINUS, exact, exact_minor, exact_percent, minor

TIMES = "\u00d7"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sum: what it is, how it is worked out, and what it gives."""

    label: str
    sum: str
    gives: str


def component_name(part: ComponentPart) -> str:
    """What a component divides by, as a heading."""
    names = {"even": _("Evenly among the payers"), "fixed": _("In fixed parts")}
    return names.get(part.kind, part.driver)


def working(told: Why) -> list[Row]:
    """The lines between the key's components and the exact share of ``told.own``, the last one included."""
    if told.follows:
        return _as_followed(told)
    rows = [Row(_("By the key"), "", _percent(told.own.by_key))]
    by_days = told.own.by_key
    if told.own.days is not None:
        by_days, row = _by_days(told)
        rows.append(row)
    if told.rule_version == 1:
        return [*rows, *_limited(told), *_month_base(told)]
    return [*rows, *_whole_base(told, by_days), *_limited(told), _exact(told)]


def _as_followed(told: Why) -> list[Row]:
    """A refund has the shares of what it refunds."""
    whole = told.followed_whole_minor
    part = Fraction(told.followed_minor, whole) if whole else Fraction(0)
    rows = [
        Row(
            _("Its share of %(reference)s") % {"reference": told.follows},
            f"{minor(told.followed_minor)} / {minor(whole)}",
            _percent(100 * part),
        ),
        Row(
            _("The same part of the refund"),
            f"{minor(told.cost_minor)} {TIMES} {minor(told.followed_minor)} / {minor(whole)}",
            exact_minor(told.cost_minor * part, 12),
        ),
    ]
    if told.is_as_charged:
        return rows
    return [*rows, Row(_("By the key, which counts for rounding"), "", exact_minor(told.own.exact, 12))]


def _by_days(told: Why) -> tuple[Fraction, Row]:
    own = told.own
    weighed = own.by_key * (own.days or 0)
    whole = sum((payer.by_key * (payer.days or 0) for payer in told.payers), Fraction(0))
    percent = 100 * weighed / whole if whole else Fraction(0)
    label = _("Weighed by days: percent times days, of the sum of all payers")
    return percent, Row(
        label, f"{exact(own.by_key, 6)} {TIMES} {own.days} / {exact(whole, 6)}", _percent(percent)
    )


def _whole_base(told: Why, percent: Fraction) -> list[Row]:
    """Rule version 2: base amounts are taken once of the whole cost, by days where they differ."""
    base, size = told.own.base, told.size_minor
    if base is None:
        return []
    by_days = ""
    if told.counts_days:
        by_days = f"{minor(told.key.base_minor)} {TIMES} {told.own.days} / {told.whole_days}"
    rows = [Row(_("Base amount, of the whole cost"), by_days, exact_minor(base, 12))]
    before = told.own.percent if told.own.unlimited is None else told.own.unlimited
    if told.base_is_too_large:
        said = _("The base amounts are more than the cost: it is divided as they are")
        parts = f"{exact_minor(base, 6)} / {exact_minor(told.base_sum_minor, 6)}"
        return [*rows, Row(said, parts, _percent(before))]
    left = told.base_left_minor
    return [
        *rows,
        Row(
            _("Left of the cost after all base amounts"),
            f"{minor(size)} {MINUS} {exact_minor(told.base_sum_minor, 6)}",
            exact_minor(left, 12),
        ),
        Row(
            _("Its part of what is left"),
            f"{exact_minor(left, 6)} {TIMES} {_percent(percent)}",
            exact_minor(left * percent / 100, 12),
        ),
        Row(
            _("Together, of the whole cost"),
            f"({exact_minor(base, 6)} + {exact_minor(left * percent / 100, 6)}) / {minor(size)}",
            _percent(before),
        ),
    ]


def _limited(told: Why) -> list[Row]:
    if told.own.unlimited is None:
        return []
    after = told.own.percent if told.rule_version > 1 else _rest_percent(told)
    return [Row(_("After floor and cap"), _percent(told.own.unlimited), _percent(after))]


def _month_base(told: Why) -> list[Row]:
    """Rule version 1: base amounts are taken of the month's part, by all alike; floor and cap come before."""
    base, size = told.key.base_minor, abs(told.cost_minor)
    if not base:
        return [_exact(told)]
    left, sign = size - base * len(told.payers), MINUS if told.cost_minor < 0 else ""
    if left <= 0:
        return [
            Row(
                _("The base amounts are more than the month's part: it is divided evenly"),
                f"{minor(told.cost_minor)} / {len(told.payers)}",
                exact_minor(told.own.exact, 12),
            )
        ]
    rest = _rest_percent(told)
    return [
        Row(_("Base amount, once a month"), "", minor(base)),
        Row(
            _("Left of the month's part after all base amounts"),
            f"{minor(size)} {MINUS} {len(told.payers)} {TIMES} {minor(base)}",
            minor(left),
        ),
        Row(
            _("Base amount and its part of what is left"),
            f"{sign}({minor(base)} + {minor(left)} {TIMES} {_percent(rest)})",
            exact_minor(told.own.exact, 12),
        ),
    ]


def _rest_percent(told: Why) -> Fraction:
    """Rule version 1: the percent of what is left after the base amounts."""
    base, size = told.key.base_minor, abs(told.cost_minor)
    left = size - base * len(told.payers)
    if not base or left <= 0:
        return told.own.percent
    return 100 * (abs(told.own.exact) - base) / left


def _exact(told: Why) -> Row:
    return Row(
        _("Of the month's part"),
        f"{minor(told.cost_minor)} {TIMES} {_percent(told.own.percent)}",
        exact_minor(told.own.exact, 12),
    )


def _percent(value: Fraction) -> str:
    return exact_percent(value, 9)
