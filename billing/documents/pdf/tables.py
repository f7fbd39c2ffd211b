"""The pages after the first: lines, corrections, the costs behind them, and how they are divided."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from billing.documents.pdf.beside import Beside
from billing.documents.pdf.front import month_name
from billing.documents.pdf.table import Column, amounts_wide, table
from billing.engine.facts import day
from billing.engine.statement import ShareRow, Statement, StatementLine
from billing.engine.ways import Way
from billing.engine.why import ComponentPart
from sharedict.common.days import date_format
from sharedict.common.figures import PlainAmounts, about, aligned, exact, exact_percent, minor, signed_minor

if TYPE_CHECKING:
    from fractions import Fraction

PERCENT = 60.0
NUMBER = 26.0
REFERENCE = 54.0
AMOUNT = 64.0
MONTH = 76.0
LONG = 30
"""So many rows begin a page of their own: pages that do not wait for each other are set side by side."""
Table = dict[str, Any]


def tables(statement: Statement, beside: Beside) -> list[Table]:
    """What follows page one; tables without rows are left out."""
    made = [_lines(statement), _corrections(statement), _costs(statement, beside), _ways(statement, beside)]
    return [{**each, "new-page": each["new-page"] or place == 0} for place, each in enumerate(made) if each]


def _lines(statement: Statement) -> Table:
    lines = statement.month_lines
    late = (
        statement.all_corrections_minor,
        statement.before_corrections_minor,
        statement.year_corrections_minor,
    )
    totals = [
        [
            _("Total, %(currency)s") % {"currency": statement.currency},
            minor(statement.total_minor),
            minor(statement.before_minor),
            signed_minor(statement.change_minor),
            minor(statement.year_minor),
        ]
    ]
    if any(late) or statement.corrections or statement.earlier_corrections:
        this, before, year = late
        sums = minor(this), minor(before), signed_minor(this - before), minor(year)
        totals.insert(0, [_("Corrections of earlier months"), *sums])
    written = PlainAmounts()
    rows = [
        [
            f"{place}. {_of_what(line)}",
            written(line.this_minor),
            written(line.before_minor),
            written.signed(line.change_minor),
            written(line.year_minor),
        ]
        for place, line in enumerate(lines, start=1)
    ]
    width = _wide(rows + totals, 1, 2, 3, 4)
    before_head = capfirst(month_name(statement.before)) if statement.before else _("Month before")
    columns = [
        Column(_("Application and cost type")),
        Column(capfirst(month_name(statement.month)), width, is_amount=True),
        Column(before_head, width, is_amount=True),
        Column(pgettext("difference", "Change"), width, is_amount=True),
        Column(_("Year so far"), width, is_amount=True),
    ]
    return table(_("By application and cost type"), columns, rows, totals)


def _corrections(statement: Statement) -> Table | None:
    lines = (*statement.corrections, *statement.earlier_corrections)
    if not lines:
        return None
    rows = [
        [
            f"{line.description}, {_of_what(line)}",
            ", ".join(line.references),
            _corrects(line),
            signed_minor(line.this_minor),
        ]
        for line in lines
    ]
    totals = [[_("Corrections of earlier months"), "", "", signed_minor(statement.all_corrections_minor)]]
    columns = [
        Column(_("Cost")),
        Column(_("Reference"), REFERENCE),
        Column(_("Corrects"), 2 * MONTH),
        Column(_("Difference"), _wide(rows + totals, 3), is_amount=True),
    ]
    note = _("What closed months should have been charged otherwise. Their own statements stay as they are.")
    return table(_("Corrections of earlier months"), columns, rows, totals, note=note)


def _costs(statement: Statement, beside: Beside) -> Table | None:
    places = {
        (line.application, line.cost_type): place for place, line in enumerate(statement.month_lines, start=1)
    }
    own = [row for row in statement.shares if row.concerns is None]
    if not own:
        return None
    written, percents = PlainAmounts(), cache(partial(aligned, places=2))
    rows = [
        [
            f"{places[row.application, row.cost_type]}. {_told(row)}",
            row.reference,
            written(row.cost_minor),
            f"{_letter(divided.way)}: {percents(divided.percent)}" if divided else "",
            written(row.share_minor),
        ]
        for row in own
        for divided in [beside.ways.costs.get(row.reference)]
    ]
    of_month = _("Costs of %(month)s") % {"month": month_name(statement.month)}
    totals = [[of_month, "", "", "", minor(statement.month_minor)]]
    columns = [
        Column(_("Line, cost, supplier")),
        Column(_("Reference"), REFERENCE),
        Column(_("Cost in the month"), _wide(rows, 2), is_amount=True),
        Column(_("Way, percent"), PERCENT, is_number=True),
        Column(_("Share"), _wide(rows + totals, 4), is_amount=True),
    ]
    note = _("Each cost begins with the number of its line in the table above; a way is one of those below.")
    return table(_("The costs behind it"), columns, rows, totals, note=note, new_page=len(rows) > LONG)


def _told(row: ShareRow) -> str:
    return f"{row.description}, {row.supplier}" if row.supplier else row.description


def _ways(statement: Statement, beside: Beside) -> Table | None:
    rows = [
        [_letter(place), _key(way), "; ".join(_part(part, beside) for part in way.parts), _ends(way), count]
        for place, way in enumerate(beside.ways.ways)
        for count in [str(way.payers)]
    ]
    if not rows:
        return None
    columns = [
        Column(_("Way"), NUMBER),
        Column(_("Key, and who adopted it"), 130),
        Column(_("What of it is %(name)s's") % {"name": statement.name}),
        Column(_("Percent by the key"), 90, is_number=True),
        Column(_("Payers"), 36, is_number=True),
    ]
    note = _(
        "A share is the cost in the month times the percent, in whole hundredths: what rounding owes is"
        " carried to the next cost of the same key. A refund is divided as what it refunds."
        " The portal shows every step."
    )
    return table(_("How they are divided"), columns, rows, [], note=note)


def _key(way: Way) -> str:
    words = {
        "name": way.key.name,
        "version": way.key.version,
        "decision": way.key.decision,
        "day": date_format(day(way.key.decided_on), "j F Y"),
    }
    return _("%(name)s, version %(version)s: %(decision)s, %(day)s") % words


def _part(part: ComponentPart, beside: Beside) -> str:
    words = {
        "percent": exact_percent(part.percent),
        "own": exact(part.numerator),
        "all": exact(part.denominator),
        "gives": about(part.gives, 4),
    }
    if part.kind == "even":
        return _("%(percent)s evenly gives %(gives)s") % words
    if part.reading is None:
        return _("%(percent)s in fixed parts, %(own)s of %(all)s, gives %(gives)s") % words
    words |= {
        "driver": part.driver,
        "rule": beside.rules.get(part.rule, part.rule),
        "day": date_format(day(part.reading.reference_on), "j F Y"),
        "source": part.reading.source,
    }
    text = _("%(percent)s by %(driver)s, %(own)s of %(all)s (%(rule)s: %(day)s, %(source)s), gives %(gives)s")
    return text % words


def _ends(way: Way) -> str:
    """The percent by the key, and what moves it for single costs."""
    limits: list[tuple[Fraction | None, Callable[[], str]]] = [
        (way.floor, lambda: _("at least %(percent)s")),
        (way.cap, lambda: _("at most %(percent)s")),
    ]
    told = [about(way.by_key, 4)]
    if way.key.base_minor:
        told.append(_("base amount %(amount)s first") % {"amount": minor(way.key.base_minor)})
    told += [words() % {"percent": exact_percent(limit)} for limit, words in limits if limit is not None]
    if way.days is not None:
        told.append(_("%(days)s of %(all)s days") % {"days": way.days, "all": way.whole_days})
    return ", ".join(told)


def _letter(place: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    before, last = divmod(place, 26)
    return (_letter(before - 1) if before else "") + chr(ord("A") + last)


def _of_what(line: StatementLine) -> str:
    return f"{line.application_name or _('The cooperation as a whole')} · {line.cost_type_name}"


def _corrects(line: StatementLine) -> str:
    month = capfirst(month_name(line.concerns)) if line.concerns else ""
    if not line.corrects:
        return month
    words = {"month": month, "number": line.corrects[0], "position": line.corrects[1]}
    return _("%(month)s, no. %(number)s line %(position)s") % words


def _wide(rows: Sequence[Sequence[str]], *places: int) -> float:
    return amounts_wide((row[place] for row in rows for place in places), AMOUNT)
