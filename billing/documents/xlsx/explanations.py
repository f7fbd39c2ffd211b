"""The sheet that explains every share of a statement."""

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction

from django.utils.translation import gettext as _

from billing.documents.xlsx.book import Book, Cell
from billing.engine.facts import day
from billing.engine.why import ComponentPart, Why
from sharedict.kernel.money import digits, to_major


def add_explanations(book: Book, whys: Iterable[Why]) -> None:
    """One row for each component of each share; what holds for the whole share stands in its first row."""
    sheet = book.sheet(
        _("Explanation"),
        (14, 36, 14, 14, 14, 12, 12, 24, 9, 40, 12, 28, 12, 16, 16, 14, 14, 36, 14, 20, 14, 14, 14),
    )
    sheet.freeze_panes(1, 1)
    book.table(
        sheet,
        0,
        (
            _("Reference"),
            _("Description"),
            _("Whole amount"),
            _("Cost in the month"),
            _("Service from"),
            _("Last day"),
            _("Days in the month"),
            _("Key"),
            _("Version"),
            _("Decision"),
            _("Decided"),
            _("Divided"),
            _("Component, %"),
            _("Numerator"),
            _("Denominator"),
            _("Gives, %"),
            _("Reference date"),
            _("Source"),
            _("Percent in the end"),
            _("Exact share"),
            _("Owed before"),
            _("Share"),
            _("Owed after"),
        ),
        (row for why in whys for row in _explanation(why)),
    )


def _explanation(why: Why) -> Iterable[Sequence[Cell]]:
    head = (
        why.description,
        to_major(why.amount_minor),
        to_major(why.cost_minor),
        day(why.starts_on),
        day(why.ends_on) - dt.timedelta(days=1),
        why.month_part.in_month,
        why.key.name,
        why.key.version,
        why.key.decision,
        day(why.key.decided_on),
    )
    end = (
        why.own.percent,
        _exact(why.own.exact),
        _exact(why.owed_before),
        to_major(why.own.share_minor),
        _exact(why.owed_after),
    )
    for place, part in enumerate(why.own.parts):
        first = place == 0
        yield (
            why.reference,
            *(head if first else (None,) * len(head)),
            *_component(part),
            *(end if first else (None,) * len(end)),
        )


def _component(part: ComponentPart) -> Sequence[Cell]:
    kinds = {"even": _("evenly"), "fixed": _("in fixed parts")}
    return (
        kinds.get(part.kind, part.driver),
        part.percent,
        digits(part.numerator, 6)[0],
        digits(part.denominator, 6)[0],
        part.gives,
        day(part.reading.reference_on) if part.reading else None,
        part.reading.source if part.reading else None,
    )


def _exact(value: Fraction) -> str:
    """Whole minor units as exact text: decimals where they end, else a fraction."""
    shown, is_whole = digits(Fraction(value, 100), 12)
    return f"{shown:f}" if is_whole else f"{value.numerator}/{100 * value.denominator}"
