"""The sheets that explain every share of a statement, and every correction."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from django.utils.translation import gettext as _

from agreements.engine.keys import ReadingFact
from billing.documents.xlsx.book import Book, Cell, Percent
from billing.engine.facts import day
from billing.engine.why import ComponentPart, Why, WhyCorrected
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


def add_corrections(book: Book, corrected: Iterable[WhyCorrected], causes: Mapping[str, str]) -> None:
    """One row for each correction: charged, should be, difference, and what each of them follows from."""
    sheet = book.sheet(
        _("Corrections"),
        (14, 12, 36, 24, 16, 16, 16, 16, 24, 9, 14, 18, 18, 16, 24, 9, 14, 18, 18),
    )
    sheet.freeze_panes(1, 1)
    sides = [
        (_("Cost then"), _("Key then"), _("Version"), _("Percent"), _("Exact share"), _("Owed before")),
        (_("Cost now"), _("Key now"), _("Version"), _("Percent"), _("Exact share"), _("Owed before")),
    ]
    header = (
        *(_("Reference"), _("Corrects month"), _("Description"), _("What changed")),
        *(_("Charged"), _("Should be"), _("Difference"), *sides[0], *sides[1]),
    )
    rows = list(corrected)
    book.table(
        sheet,
        0,
        header,
        [
            (
                each.correction.cost.reference,
                str(each.month),
                each.correction.cost.description,
                causes[each.correction.cause],
                to_major(each.charged_minor),
                to_major(each.should_minor),
                to_major(each.difference_minor),
                *_side(each.before),
                *_side(each.after),
            )
            for each in rows
        ],
        (_("Total"), "", "", "", None, None, to_major(sum(each.difference_minor for each in rows))),
    )


def _side(told: Why | None) -> Sequence[Cell]:
    if told is None:
        return (None,) * 6
    return (
        to_major(told.cost_minor),
        *((None, None) if told.is_as_charged else (told.key.name, told.key.version)),
        Percent(told.own.percent),
        _exact(told.own.exact),
        _exact(told.owed_before),
    )


def _explanation(why: Why) -> Iterable[Sequence[Cell]]:
    head = (
        why.description,
        to_major(why.amount_minor),
        to_major(why.cost_minor),
        day(why.starts_on),
        why.last_day,
        why.month_part.in_month,
        why.key.name,
        why.key.version,
        why.key.decision,
        day(why.key.decided_on),
    )
    end = (
        Percent(why.own.percent),
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
        Percent(part.percent),
        digits(part.numerator, 6)[0],
        digits(part.denominator, 6)[0],
        Percent(part.gives),
        day(part.reading.reference_on) if part.reading else None,
        _source(part.reading) if part.reading else None,
    )


def _source(reading: ReadingFact) -> str:
    return f"{reading.source} ({_('own figure')})" if reading.is_own else reading.source


def _exact(value: Fraction) -> str:
    """Whole minor units as exact text: decimals where they end, else a fraction."""
    shown, is_whole = digits(Fraction(value, 100), 12)
    return f"{shown:f}" if is_whole else f"{value.numerator}/{100 * value.denominator}"
