"""Figures as the pictures that ``components/pic/figure.html`` shows, each with its sentence and summary.

``chart`` is what stands in its table, and ``drawn`` the picture.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.engine.overview import Bar, largest
from billing.engine.statement import Statement
from billing.views.month_table import month_table
from municipalities.access import Rights
from sharedict.common.days import date_format
from sharedict.common.figures import minor, signed_minor, whole_minor
from sharedict.kernel.money import minor_text
from sharedict.kernel.periods import Month, months_between
from sharedict.pictures.changes import Changes, Step
from sharedict.pictures.changes import changes as draw_changes
from sharedict.pictures.changes import parts as parts_of
from sharedict.pictures.drawing import Picture as Drawn
from sharedict.pictures.months import Month as MonthColumn
from sharedict.pictures.months import Months
from sharedict.pictures.months import months as draw_months

NO_BREAK = "\N{NO-BREAK SPACE}"
MOST_BARS = 8
MOST_MONTHS = 12
OWN_ONLY = gettext_lazy("Your own municipality's. The others' are not open to you.")
"""What stands beside amounts of several municipalities where the reader does not see all of them."""

Picture = dict[str, Any]


def month_name(month: Month) -> str:
    """``October 2026`` in the reader's language, as it stands inside a sentence."""
    return date_format(month.first, "F Y")


def moved_as_seen(rights: Rights, moved_minor: int) -> int:
    """What moves between municipalities, for those who see others' shares; for others nothing."""
    return moved_minor if rights.sees_all_shares else 0


def sum_or_moved(sum_minor: int, moved_minor: int, currency: str) -> str:
    """What changes come to; where that is nothing, what they move between municipalities."""
    if sum_minor or not moved_minor:
        return signed_minor(sum_minor, currency)
    return _("moves %(amount)s") % {"amount": minor(moved_minor, currency)}


def bar_name(bar: Bar) -> str:
    return bar.name or _("Other")


def name_in_sentence(bar: Bar) -> str:
    """The bar's name as it stands inside a sentence: names of services as they are, other words small."""
    name = bar_name(bar)
    words = {_("Other"), _("Corrections of earlier months"), whole_name("")}
    return name[:1].lower() + name[1:] if name in words else name


def with_corrections(changes: Iterable[Bar], late_minor: int) -> list[Bar]:
    """What each application changes, by its name, and what corrections of earlier months do, if anything."""
    named = [Bar(whole_name(bar.name), bar.minor) for bar in changes]
    return [*named, *([Bar(_("Corrections of earlier months"), late_minor)] if late_minor else [])]


def statement_picture(statement: Statement) -> Picture | None:
    """From last month to this one by application; without a month before, what this one is made of.

    Corrections of earlier months stand beside the applications, as one bar.
    """
    late = statement.all_corrections_minor
    change = late - statement.before_corrections_minor
    if statement.before is None:
        parts = [Bar(part.name, part.this_minor) for part in statement.applications]
        return made_of(with_corrections(parts, late), statement.name, statement.month, statement.currency)
    changes = [Bar(part.name, part.change_minor) for part in statement.applications]
    return what_changed(
        with_corrections(changes, change),
        statement.before_minor,
        statement.name,
        statement.before,
        statement.month,
        statement.currency,
    )


def whole_name(application_name: str) -> str:
    return application_name or _("The cooperation as a whole")


def by_size(changes: Iterable[Bar], most: int) -> list[Bar]:
    """The largest changes first; then corrections of earlier months, never among the others; these last."""
    late = _("Corrections of earlier months")
    there = [bar for bar in changes if bar.minor]
    corrections = [bar for bar in there if bar.name == late]
    causes = sorted((bar for bar in there if bar.name != late), key=lambda bar: (-abs(bar.minor), bar.name))
    kept = largest(causes, most - len(corrections))
    return sorted([*kept, *corrections], key=lambda bar: (not bar.name, bar.name == late))


def what_changed(
    changes: Iterable[Bar], start_minor: int, name: str, before: Month, month: Month, currency: str
) -> Picture | None:
    """The month before, the largest changes, and where they lead; None if nothing changed."""
    bars = by_size(changes, MOST_BARS - 1)
    if not bars:
        return None
    change = sum(bar.minor for bar in bars)
    levels = (start_minor, *(bar.minor for bar in bars), start_minor + change)
    biggest = max(bars, key=lambda bar: abs(bar.minor))
    words = {
        "name": name,
        "month": month_name(month),
        "before": month_name(before),
        "amount": minor(abs(change), currency),
        "biggest": name_in_sentence(biggest),
        "most": signed_minor(biggest.minor, currency),
    }
    if change > 0:
        title = _("%(name)s pays %(amount)s more in %(month)s than in %(before)s") % words
    elif change < 0:
        title = _("%(name)s pays %(amount)s less in %(month)s than in %(before)s") % words
    else:
        title = _("%(name)s pays as much in %(month)s as in %(before)s, for other things") % words
    summary = _("The largest change is %(biggest)s: %(most)s.") % words
    start, end = (
        Step(capfirst(month_name(each)), sum_minor, minor(sum_minor))
        for each, sum_minor in ((before, start_minor), (month, start_minor + change))
    )
    steps = [Step(bar_name(bar), bar.minor, signed_minor(bar.minor)) for bar in bars]
    drawn = Changes(f"{title}. {summary}", start, steps, end, _("more than before"), _("less than before"))
    return {
        "title": title,
        "summary": summary,
        "drawn": draw_changes(drawn),
        "chart": {
            "unit": currency,
            "categories": [step.name for step in (start, *steps, end)],
            "series": [
                {
                    "name": _("Amount"),
                    "values": [minor_text(level) for level in levels],
                }
            ],
        },
    }


def made_of(parts: Iterable[Bar], name: str, month: Month, currency: str) -> Picture | None:
    """The largest parts of one month's amount."""
    bars = largest(sorted(parts, key=lambda bar: -bar.minor), MOST_BARS - 1)
    if not bars:
        return None
    total = minor(sum(bar.minor for bar in bars), currency)
    words = {"name": name, "month": month_name(month), "total": total}
    title, summary = _("What %(name)s pays for in %(month)s") % words, _("%(total)s in all.") % words
    steps = [Step(bar_name(bar), bar.minor, minor(bar.minor)) for bar in bars]
    return {
        "title": title,
        "summary": summary,
        "drawn": parts_of(f"{title}: {summary}", steps),
        "chart": {
            "unit": currency,
            "categories": [step.name for step in steps],
            "series": [{"name": _("Amount"), "values": [minor_text(bar.minor) for bar in bars]}],
        },
    }


def months_by_municipality(
    months: Sequence[Month],
    names: dict[str, str],
    amounts: Sequence[dict[str, int]],
    currency: str,
    own: Collection[str] = (),
) -> Picture | None:
    """What each month comes to; in the table by municipality (key -> name) as far as there is room.

    ``own`` are the keys of the reader's own.
    """
    if not months or not names:
        return None
    sums = [sum(month.values()) for month in amounts]
    table = month_table(names, amounts, {*own})
    first, last = month_name(months[0]), month_name(months[-1])
    whose = _("Your municipalities") if {*names} <= {*own} else _("Shared cost")
    if len(names) == 1:
        whose = next(iter(names.values()))
    words = {"month": last, "amount": minor(sums[-1], currency), "total": minor(sum(sums), currency)}
    title = (
        _("%(whose)s by month, %(first)s to %(last)s") % {"whose": whose, "first": first, "last": last}
        if len(months) > 1
        else _("%(whose)s, %(month)s") % {"whose": whose, **words}
    )
    summary = _("%(amount)s in %(month)s, %(total)s in all.") % words if len(months) > 1 else ""
    return {
        "title": title,
        "summary": summary,
        "drawn": year_of(f"{title}. {summary}".strip(), months, sums),
        "chart": {
            "unit": currency,
            "categories": [capfirst(month_name(month)).replace(" ", NO_BREAK) for month in months],
            "series": [
                {"name": column.name, "values": [minor_text(each) for each in column.values]}
                for column in table.columns
            ],
            "totals": [minor_text(each) for each in table.totals],
            "has_sum": len(names) > 1,
            "note": table.note,
        },
    }


def year_picture(statement: Statement, amounts: Mapping[Month, int]) -> Picture | None:
    """The months of the agreement year up to the statement's; None for one month alone.

    ``amounts`` are what each of them came to. Where they do not add up to what the statement says of the
    year, the picture would contradict it, and there is none.
    """
    months = sorted(amounts)
    if len(months) < 2 or sum(amounts.values()) != statement.year_minor:
        return None
    sums = [amounts[month] for month in months]
    title = _("%(name)s pays %(amount)s for %(first)s to %(last)s") % {
        "name": statement.name,
        "amount": minor(sum(sums), statement.currency),
        "first": month_name(months[0]),
        "last": month_name(months[-1]),
    }
    return {
        "title": title,
        "summary": "",
        "drawn": year_of(title, months, sums),
        "chart": {
            "unit": statement.currency,
            "categories": [capfirst(month_name(month)).replace(" ", NO_BREAK) for month in months],
            "series": [{"name": _("Amount"), "values": [minor_text(each) for each in sums]}],
            "totals": [minor_text(sum(sums))],
        },
    }


def year_of(finding: str, months: Sequence[Month], sums: Sequence[int]) -> Drawn:
    """A column for each month up to the last, which is told of; one between that is missing stays empty."""
    known = dict(zip(months, sums, strict=True))
    every = months_between(months[0].first, months[-1].after)
    columns = [_column(month, known.get(month)) for month in (months if len(every) > MOST_MONTHS else every)]
    average = sum(sums) // len(sums)
    line = average if len(sums) > 2 else None
    words = _("average %(amount)s") % {"amount": whole_minor(average)}
    return draw_months(Months(finding, columns, line, words))


def _column(month: Month, sum_minor: int | None) -> MonthColumn:
    words = "" if sum_minor is None else whole_minor(sum_minor)
    return MonthColumn(date_format(month.first, "M"), sum_minor, words)
