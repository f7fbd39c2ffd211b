"""What a page about a month begins with: one amount, what changed of it, and a few facts beside it.

Each is what ``components/lede.html`` shows.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.engine.overview import Bar, largest, percent_of
from billing.engine.statement import Statement
from billing.engine.why import ComponentPart, Why, WhyCorrected
from billing.models import Run
from billing.reports.rows import minor_of
from billing.views.pictures import bar_name, month_name, name_in_sentence, with_corrections
from municipalities.portal import listed
from sharedict.common.figures import about, count, exact, exact_minor, minor, signed_minor
from sharedict.kernel.periods import Month

Opening = dict[str, Any]

MOST_CAUSES = 3


def opening_of_statement(statement: Statement) -> Opening:
    """What a municipality pays in the month, against the month before, and in the agreement year."""
    currency, facts = statement.currency, []
    if statement.due_on:
        facts.append({"label": _("Due"), "value": date_format(statement.due_on, "j F Y")})
    if statement.before:
        before = capfirst(month_name(statement.before))
        facts.append({"label": before, "value": minor(statement.before_minor, currency)})
    since = _("since %(month)s") % {"month": month_name(statement.year_from)}
    if statement.earlier_corrections or statement.before_corrections_minor:
        since = _("%(since)s, without corrections of earlier agreement years") % {"since": since}
    facts.append(
        {"label": _("Year so far"), "value": minor(statement.year_minor, currency), "note": since},
    )
    sentences = []
    if statement.before:
        share = percent_of(statement.change_minor, abs(statement.before_minor))
        sentences.append(_changed(statement.change_minor, share, statement.before, currency))
        sentences += _largest(_changes(statement), currency)
    if statement.all_corrections_minor or statement.corrections or statement.earlier_corrections:
        words = {
            "own": minor(statement.month_minor),
            "month": month_name(statement.month),
            "corrections": signed_minor(statement.all_corrections_minor),
        }
        bold = _("To get back:") if statement.total_minor < 0 else _("To pay:")
        text = _("%(own)s of %(month)s itself, and %(corrections)s corrections of earlier months.")
        sentences.append({"bold": bold, "text": text % words})
    return {
        "label": _("%(name)s pays in %(month)s")
        % {"name": statement.name, "month": month_name(statement.month)},
        "value": minor(statement.total_minor),
        "unit": currency,
        "sentences": sentences,
        "facts": facts,
    }


def causes_of(statement: Statement) -> dict[str, Any]:
    """The largest changes since the month before, the rest as one, under what they explain."""
    bars = largest(_changes(statement), MOST_CAUSES)
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

    ``changes`` is what each service changes since then, corrections of earlier months together.
    ``statements`` is the fact about the month's statements: of all, or of those that the reader sees.
    """
    shared_minor, count = minor_of(run.shared), run.unallocated_lines
    note = ngettext("%(count)s cost", "%(count)s costs", count) % {"count": count} if count else ""
    sentences = []
    if before:
        share = percent_of(shared_minor - before[1], abs(before[1]))
        sentences.append(_changed(shared_minor - before[1], share, before[0], currency))
        sentences += _largest(changes, currency)
    return {
        "label": _("Shared in %(month)s") % {"month": month_name(month)},
        "value": minor(shared_minor),
        "unit": currency,
        "sentences": sentences,
        "facts": [
            {
                "label": _("Costs in all"),
                "value": minor(minor_of(run.total), currency),
                "note": _("shared and unallocated"),
            },
            {"label": _("Unallocated"), "value": minor(minor_of(run.unallocated), currency), "note": note},
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


def opening_of_share(told: Why, currency: str) -> Opening:
    """What one payer carries of one cost in a month, how much of it that is, and what divides it."""
    words = {
        "name": told.own.name,
        "month": month_name(told.month),
        "share": about(told.own.percent, 2),
        "cost": minor(told.cost_minor, currency),
        "description": told.description,
    }
    facts = [{"label": _("Cost in the month"), "value": minor(told.cost_minor, currency)}]
    facts.append({"label": _("Exact share"), "value": exact_minor(told.own.exact, 6)})
    facts.append({"label": _("Municipalities that pay it"), "value": count(told.payer_count)})
    return {
        "label": _("%(name)s carries of “%(description)s” in %(month)s") % words,
        "value": minor(told.own.share_minor),
        "unit": currency,
        "sentences": [
            {
                "bold": _("%(share)s of %(cost)s:") % words,
                "text": " ".join([_divided_by(told), *_moved_by(told)]),
            }
        ],
        "facts": facts,
    }


def opening_of_difference(
    found: WhyCorrected, *, label: str, why: str, ending: str, currency: str
) -> Opening:
    """What one payer pays more or less of a closed month than it was charged, and what happens to that."""
    words = {
        "charged": minor(found.charged_minor, currency),
        "should": minor(found.should_minor, currency),
    }
    return {
        "label": label,
        "value": signed_minor(found.difference_minor),
        "unit": currency,
        "sentences": [
            {"bold": _("Charged %(charged)s, should be %(should)s.") % words, "text": why},
            {"text": ending},
        ],
    }


def _divided_by(told: Why) -> str:
    """What gives the payer that part of the cost, in a sentence."""
    if told.follows:
        text = _("it is a refund, and is divided as %(reference)s was charged.")
        return text % {"reference": told.follows}
    words = {"key": told.key.name, "version": told.key.version}
    parts = listed([_weighed(part, is_alone=len(told.own.parts) == 1) for part in told.own.parts])
    return _("“%(key)s”, version %(version)s, divides it %(parts)s.") % {**words, "parts": parts}


def _moved_by(told: Why) -> list[str]:
    """What makes the percentage another than the parts of the key alone, a sentence each."""
    own, found = told.own, list[str]()
    if told.follows:
        return found
    if own.days is not None and own.days != told.whole_days:
        words = {"days": count(own.days), "all": count(told.whole_days)}
        found.append(_("%(days)s of %(all)s days count.") % words)
    if own.base:
        found.append(_("Before that everybody pays a base amount."))
    if own.unlimited is not None and own.unlimited != own.percent:
        words = {"from": about(own.unlimited, 2), "to": about(own.percent, 2)}
        found.append(_("Floor and cap make %(to)s of %(from)s.") % words)
    return found


def _weighed(part: ComponentPart, *, is_alone: bool) -> str:
    """What a component of a key counts for the payer, as it stands in a sentence."""
    words = {"own": exact(part.numerator), "all": exact(part.denominator), "driver": part.driver}
    if part.kind == "even" or part.was_zero:
        text = ngettext("evenly among %(all)s payer", "evenly among %(all)s payers", int(part.denominator))
    elif part.kind == "fixed":
        text = _("in fixed parts, %(own)s of %(all)s")
    else:
        text = _("by %(driver)s, %(own)s of %(all)s")
    said = text % words
    return (
        said if is_alone else _("to %(percent)s %(said)s") % {"percent": about(part.percent, 2), "said": said}
    )


def _changes(statement: Statement) -> list[Bar]:
    """What each service changes since the month before, and corrections of earlier months together."""
    bars = [Bar(part.name, part.change_minor) for part in statement.applications]
    return with_corrections(bars, statement.all_corrections_minor - statement.before_corrections_minor)


def _largest(bars: Sequence[Bar], currency: str) -> list[dict[str, str]]:
    """The sentence about the change that is largest; none where nothing changes."""
    most = max(bars, key=lambda bar: abs(bar.minor), default=None)
    if most is None or not most.minor:
        return []
    words = {"biggest": name_in_sentence(most), "most": signed_minor(most.minor, currency)}
    return [{"text": _("The largest change is %(biggest)s: %(most)s.") % words}]


def _changed(change_minor: int, share: Fraction | None, before: Month, currency: str) -> dict[str, str]:
    words = {"month": month_name(before)}
    if not change_minor:
        return {"bold": _("Unchanged"), "text": _("against %(month)s.") % words}
    change = signed_minor(change_minor, currency)
    if share is not None and (said := about(share)) != about(Fraction(0)):
        change = f"{change} ({'+' if share > 0 else ''}{said})"
    return {"bold": change, "text": _("against %(month)s.") % words}
