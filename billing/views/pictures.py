"""Figures as the pictures that ``components/chart.html`` draws, each with its sentence and summary."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.engine.overview import Bar, largest
from billing.engine.statement import Statement
from municipalities.access import Rights
from sharedict.common.figures import minor, signed_minor
from sharedict.kernel.money import minor_text
from sharedict.kernel.periods import Month

MOST_BARS = 8
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


def statement_picture(statement: Statement) -> Picture | None:
    """From last month to this one by application; without a month before, what this one is made of.

    Corrections of earlier months stand beside the applications, as one bar.
    """
    late = statement.all_corrections_minor
    change = late - statement.before_corrections_minor
    corrections = [Bar(_("Corrections of earlier months"), late)] if late else []
    if statement.before is None:
        parts = [Bar(whole_name(part.name), part.this_minor) for part in statement.applications]
        return made_of([*parts, *corrections], statement.name, statement.month, statement.currency)
    changes = [Bar(whole_name(part.name), part.change_minor) for part in statement.applications]
    if change:
        changes.append(Bar(_("Corrections of earlier months"), change))
    return waterfall(
        changes,
        statement.before_minor,
        statement.name,
        statement.before,
        statement.month,
        statement.currency,
    )


def whole_name(application_name: str) -> str:
    return application_name or _("The cooperation as a whole")


def waterfall(
    changes: Iterable[Bar], start_minor: int, name: str, before: Month, month: Month, currency: str
) -> Picture | None:
    """The month before, the largest changes, and where they lead; None if nothing changed."""
    bars = largest(changes, MOST_BARS - 3)
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
        "biggest": bar_name(biggest),
        "most": signed_minor(biggest.minor, currency),
    }
    if change > 0:
        title = _("%(name)s pays %(amount)s more in %(month)s than in %(before)s") % words
    elif change < 0:
        title = _("%(name)s pays %(amount)s less in %(month)s than in %(before)s") % words
    else:
        title = _("%(name)s pays as much in %(month)s as in %(before)s, for other things") % words
    return {
        "title": title,
        "summary": _("The largest change is %(biggest)s: %(most)s.") % words,
        "chart": {
            "kind": "waterfall",
            "unit": currency,
            "categories": [
                capfirst(month_name(before)),
                *(bar_name(bar) for bar in bars),
                capfirst(month_name(month)),
            ],
            "totals": [0, len(bars) + 1],
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
    return {
        "title": _("What %(name)s pays for in %(month)s") % words,
        "summary": _("%(total)s in all.") % words,
        "chart": _bars(bars, currency),
    }


def by_municipality(totals: Iterable[Bar], month: Month, currency: str) -> Picture | None:
    """What the municipalities carry of a month, the largest first."""
    bars = largest(sorted(totals, key=lambda bar: -bar.minor), MOST_BARS - 1)
    if len(bars) < 2:
        return None
    words = {"name": bar_name(bars[0]), "month": month_name(month), "amount": minor(bars[0].minor, currency)}
    most = [bar for bar in bars if bar.minor == bars[0].minor]
    return {
        "title": _("What each municipality pays in %(month)s") % words,
        "summary": _("%(name)s pays most: %(amount)s.") % words
        if len(most) == 1
        else _("The largest share is %(amount)s.") % words,
        "chart": _bars(bars, currency),
    }


def months_by_municipality(
    months: Sequence[Month], names: dict[str, str], amounts: Sequence[dict[str, int]], currency: str
) -> Picture | None:
    """Stacked bars: what each municipality (key -> name) carries of each month; the small ones are summed."""
    if not months or not names:
        return None
    sizes = {key: sum(abs(month.get(key, 0)) for month in amounts) for key in names}
    kept = sorted(names, key=lambda key: (-sizes[key], key))
    kept = sorted(kept[: MOST_BARS - 1] if len(kept) > MOST_BARS else kept)
    series = [
        {"name": names[key], "values": [minor_text(month.get(key, 0)) for month in amounts]} for key in kept
    ]
    if len(kept) < len(names):
        others = [sum(minor for key, minor in month.items() if key not in kept) for month in amounts]
        series.append({"name": _("Other"), "values": [minor_text(other) for other in others]})
    first, last = month_name(months[0]), month_name(months[-1])
    total = sum(sum(month.values()) for month in amounts)
    return {
        "title": _("Shared cost by municipality, %(first)s to %(last)s") % {"first": first, "last": last}
        if len(months) > 1
        else _("Shared cost by municipality, %(month)s") % {"month": last},
        "summary": _("%(total)s in all.") % {"total": minor(total, currency)},
        "chart": {
            "kind": "stacked-bars",
            "unit": currency,
            "categories": [str(month) for month in months],
            "series": series,
        },
    }


def _bars(bars: Sequence[Bar], currency: str) -> dict[str, Any]:
    return {
        "kind": "bars",
        "unit": currency,
        "horizontal": True,
        "categories": [bar_name(bar) for bar in bars],
        "series": [{"name": _("Amount"), "values": [minor_text(bar.minor) for bar in bars]}],
    }
