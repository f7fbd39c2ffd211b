"""What a page about a month begins with: one amount, what changed of it, and a few facts beside it.

Each is what ``components/lede.html`` shows.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.engine.overview import Bar, largest, percent_of
from billing.engine.statement import Statement
from billing.models import Run
from billing.reports.rows import minor_of
from billing.views.pictures import bar_name, month_name, name_in_sentence, with_corrections
from municipalities.portal import listed
from sharedict.common.days import date_format
from sharedict.common.figures import aligned, count, minor, signed_minor
from sharedict.kernel.periods import Month

Opening = dict[str, Any]

MOST_CAUSES = 3
MOST_FACTS = 4


def opening_of_statement(statement: Statement, undivided_minor: int = 0) -> Opening:
    """What a municipality pays in the month, against the month before, and in the agreement year.

    ``undivided_minor`` is what of the month's costs nobody pays yet.
    """
    currency, facts = statement.currency, []
    if statement.due_on:
        facts.append({"label": _("Due"), "value": date_format(statement.due_on, "j F Y")})
    if statement.before:
        before = capfirst(month_name(statement.before))
        facts.append({"label": before, "value": minor(statement.before_minor, currency)})
    since = _("since %(month)s, of its own months") % {"month": month_name(statement.year_from)}
    facts.append(
        {"label": _("Year so far"), "value": minor(statement.year_minor, currency), "note": since},
    )
    sentences = []
    if statement.before:
        share = percent_of(statement.change_minor, abs(statement.before_minor))
        sentences.append(_changed(statement.change_minor, share, statement.before, currency))
        sentences += _largest(_changes(statement), currency)
    else:
        sentences += _made_of(_changes(statement), currency)
    if statement.all_corrections_minor or statement.corrections or statement.earlier_corrections:
        words = {
            "own": signed_minor(statement.month_minor),
            "month": month_name(statement.month),
            "corrections": signed_minor(statement.all_corrections_minor),
        }
        text = _("%(own)s of %(month)s itself, and %(corrections)s corrections of earlier months.")
        sentences.append({"bold": _("In all:"), "text": text % words})
    sentences += _undivided(undivided_minor, currency)
    return {
        "label": _paid_by([statement.name], statement.month),
        "value": minor(statement.total_minor),
        "unit": currency,
        "sentences": sentences,
        "facts": facts,
    }


def opening_of_several(
    statements: Sequence[Statement], urls: Sequence[str], undivided_minor: int = 0
) -> Opening:
    """What those whom the reader answers for pay in the month together, and each of them.

    ``statements`` are of the same month and cooperation; ``urls`` says where each is shown.
    """
    currency, month, before = statements[0].currency, statements[0].month, statements[0].before
    bars = _changes_of_all(statements)
    if before:
        change = sum(statement.change_minor for statement in statements)
        share = percent_of(change, abs(sum(statement.before_minor for statement in statements)))
        sentences = [_changed(change, share, before, currency), *_largest(bars, currency)]
    else:
        sentences = _made_of(bars, currency)
    sentences += _undivided(undivided_minor, currency)
    facts = [
        {"label": statement.name, "value": minor(statement.total_minor, currency), "url": url}
        for statement, url in zip(statements, urls, strict=True)
    ]
    if len(facts) > MOST_FACTS:
        facts = [{"label": _("Municipalities"), "value": count(len(facts))}]
    return {
        "label": _paid_by([statement.name for statement in statements], month),
        "value": minor(sum(statement.total_minor for statement in statements)),
        "unit": currency,
        "sentences": sentences,
        "facts": facts,
    }


def opening_in_all(places: Sequence[tuple[str, str, Sequence[Statement]]]) -> Opening | None:
    """What the reader's own pay in several cooperations in one month: name, address and statements of each.

    None where nobody of theirs pays, or where they pay in several currencies.
    """
    paying = [place for place in places if place[2]]
    statements = [statement for _name, _url, found in paying for statement in found]
    if len({statement.currency for statement in statements}) != 1:
        return None
    currency, month, befores = (
        statements[0].currency,
        statements[0].month,
        {each.before for each in statements},
    )
    sentences = []
    if len(befores) == 1 and (before := befores.pop()):
        change = sum(statement.change_minor for statement in statements)
        share = percent_of(change, abs(sum(statement.before_minor for statement in statements)))
        sentences.append(_changed(change, share, before, currency))
    facts = [
        {"label": name, "value": minor(sum(each.total_minor for each in found), currency), "url": url}
        for name, url, found in paying
    ]
    names = list(dict.fromkeys(statement.name for statement in statements))
    return {
        "label": _paid_by(names, month),
        "value": minor(sum(statement.total_minor for statement in statements)),
        "unit": currency,
        "sentences": sentences,
        "facts": facts
        if len(facts) <= MOST_FACTS
        else [{"label": _("Cooperations"), "value": count(len(facts))}],
    }


def _how_many_cooperations(found: int) -> Opening:
    return {"label": _("Cooperations"), "value": count(found)}


def opening_of_nothing(names: Sequence[str], month: Month, undivided: int, currency: str) -> Opening:
    """That these pay nothing in the month, and why; ``undivided`` of its costs have no shares yet."""
    text = ngettext(
        "no cost of the month is shared by it.", "no cost of the month is shared by them.", len(names)
    )
    if undivided:
        text = ngettext(
            "%(count)s cost of the month is divided among nobody yet.",
            "%(count)s costs of the month are divided among nobody yet.",
            undivided,
        )
    return {
        "label": _paid_by(names, month),
        "value": minor(0),
        "unit": currency,
        "sentences": [{"bold": _("Nothing to pay:"), "text": text % {"count": undivided}}],
    }


def causes_of(statement: Statement) -> dict[str, Any]:
    """The largest changes since the month before, the rest as one, under what they explain."""
    bars = sorted(largest(_changes(statement), MOST_CAUSES), key=lambda bar: (not bar.name, -abs(bar.minor)))
    if statement.before is None or not bars:
        return {}
    words = {
        "amount": minor(abs(statement.change_minor), statement.currency),
        "before": month_name(statement.before),
    }
    if statement.change_minor > 0:
        title = _("%(amount)s more than in %(before)s") % words
    elif statement.change_minor < 0:
        title = _("%(amount)s less than in %(before)s") % words
    else:
        title = _("As much as in %(before)s, for other things") % words
    return {"title": title, "rows": [{"name": bar_name(bar), "minor": bar.minor} for bar in bars]}


def opening_of_month(
    run: Run,
    month: Month,
    before: tuple[Month, int] | None,
    changes: Sequence[Bar],
    currency: str,
    statements: Opening,
) -> Opening:
    """What all municipalities share of the month; ``before`` is another one, and what they shared of it.

    ``changes`` is what each service changes since then, or costs where there is no such month; corrections
    of earlier months together.
    ``statements`` is the fact about the month's statements: of all, or of those that the reader sees.
    """
    shared_minor, undivided = minor_of(run.shared), run.unallocated_lines
    costs = ngettext("%(count)s cost", "%(count)s costs", undivided) % {"count": undivided}
    sentences = []
    if before:
        share = percent_of(shared_minor - before[1], abs(before[1]))
        sentences.append(_changed(shared_minor - before[1], share, before[0], currency))
        sentences += _largest(changes, currency)
    elif changes:
        sentences += _made_of(changes, currency)
    sentences += _undivided(minor_of(run.unallocated), currency)
    return {
        "label": _("Shared in %(month)s") % {"month": month_name(month)},
        "value": minor(shared_minor),
        "unit": currency,
        "sentences": sentences,
        "facts": [
            {
                "label": _("Costs in all"),
                "value": minor(minor_of(run.total), currency),
                "note": _("shared and unallocated") if undivided else "",
            },
            {
                "label": _("Unallocated"),
                "value": minor(minor_of(run.unallocated), currency),
                "note": costs if undivided else "",
            },
            statements,
        ],
    }


def statements_fact(found: int, *, is_closed: bool) -> Opening:
    """How many statements a month has; while it is open, that none is issued, and who will get one."""
    if is_closed:
        return {"label": _("Statements"), "value": found}
    note = ngettext("%(count)s municipality gets one", "%(count)s municipalities get one", found)
    return {
        "label": _("Statements"),
        "value": _("none issued yet"),
        "note": note % {"count": found} if found else "",
    }


def _changes(statement: Statement) -> list[Bar]:
    """What each service changes since the month before, and corrections of earlier months together."""
    return _changes_of_all([statement])


def _changes_of_all(statements: Iterable[Statement]) -> list[Bar]:
    """The same of several together; two services may have the same name."""
    changes: dict[str, int] = defaultdict(int)
    names, late_minor = {}, 0
    for statement in statements:
        late_minor += statement.all_corrections_minor - statement.before_corrections_minor
        for part in statement.applications:
            names[part.application] = part.name
            changes[part.application] += part.change_minor
    return with_corrections([Bar(names[code], minor) for code, minor in changes.items()], late_minor)


def _largest(bars: Sequence[Bar], currency: str) -> list[dict[str, str]]:
    """The sentence about the change that is largest; none where nothing changes."""
    most = max(bars, key=lambda bar: abs(bar.minor), default=None)
    if most is None or not most.minor:
        return []
    words = {"biggest": name_in_sentence(most), "most": signed_minor(most.minor, currency)}
    return [{"text": _("The largest change is %(biggest)s: %(most)s.") % words}]


def _paid_by(names: Sequence[str], month: Month) -> str:
    words = {"names": listed(names), "name": names[0], "month": month_name(month)}
    if len(names) == 1:
        return _("%(name)s pays in %(month)s") % words
    return _("%(names)s pay in %(month)s together") % words


def _made_of(bars: Sequence[Bar], currency: str) -> list[dict[str, str]]:
    """What the most of an amount is for, where there is no month before that it could be held against."""
    found = _("There is no month before to compare it with.")
    most = max(bars, key=lambda bar: bar.minor, default=None)
    if most is None or most.minor <= 0:
        return [{"text": found}]
    words = {"biggest": name_in_sentence(most), "most": minor(most.minor, currency)}
    return [{"text": _("The most is for %(biggest)s: %(most)s.") % words}, {"text": found}]


def _undivided(amount_minor: int, currency: str) -> list[dict[str, str]]:
    """That somebody will have to pay more, as soon as the rest of the month is divided."""
    if not amount_minor:
        return []
    return [{"bold": minor(amount_minor, currency), "text": _("of the month is divided among nobody yet.")}]


def _changed(change_minor: int, share: Fraction | None, before: Month, currency: str) -> dict[str, str]:
    words = {"month": month_name(before)}
    if not change_minor:
        return {"bold": _("Unchanged"), "text": _("against %(month)s.") % words}
    change = signed_minor(change_minor, currency)
    if share is not None and (said := aligned(share, 1)) != aligned(Fraction(0), 1):
        change = f"{change} ({'+' if share > 0 else ''}{said})"
    return {"bold": change, "text": _("against %(month)s.") % words}
