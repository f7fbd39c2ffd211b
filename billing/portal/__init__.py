"""What a change does to shares, in words: for the pages of every app, before and after it is saved."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from billing.models import Cost
from billing.portal.words import Words, in_words, summed
from billing.reports.effects import ClosedEffect, closed_effects_of_costs
from billing.reports.moved import NAMES, months_of, moved_days, moved_months, within
from billing.reports.undivided import undivided_in
from municipalities.actions import concerned
from municipalities.models import Cooperation
from municipalities.portal import Change, ShareEffect
from sharedict.common.models import Fact, Span
from sharedict.kernel.periods import Month


def effect_of_changes(
    cooperation: Cooperation, changes: Sequence[Change], in_bulk: bool = False
) -> ShareEffect:
    """What ``changes``, saved together, do to shares: four queries for any number of them.

    More are made where something of a changed cost was once left (``reports.held_effects``).

    Of one cost that is not saved ``in_bulk`` it says also where nothing would divide it. That gathers the
    facts of the months that it falls in, with a few more queries for each, until those beyond the first few
    are taken to be like the last (``reports.undivided``).
    """
    if all(change.before is None and isinstance(change.after, NAMES) for change in changes):
        return ShareEffect(by_change=("",) * len(changes))  # nothing is shared by it yet: nobody asks
    months = months_of(cooperation)
    pairs = [_costs(change) for change in changes]
    found = iter(closed_effects_of_costs(cooperation, months, [pair for pair in pairs if pair]))
    costs = [next(found) if pair else None for pair in pairs]
    spans = [
        None if pair else moved_days(change.before, change.after, change.more)
        for pair, change in zip(pairs, changes, strict=True)
    ]
    by_rules = [_moved(months.closed, change, span) for change, span in zip(changes, spans, strict=True)]
    of_one = costs[0] if len(costs) == 1 and not in_bulk else None
    after = pairs[0][1] if of_one and pairs[0] else None
    moved = [each.month for each in of_one.months] if of_one else []
    asked = [*moved, *of_one.opened] if of_one else []
    asked = [month for month in asked if of_one and month not in of_one.computed]
    asked = within(asked, after.touches) if after else []
    undivided = undivided_in(cooperation, after, asked) if after and asked else {}
    told = [cost for cost in costs if cost]
    words = Words(
        currency=cooperation.currency,
        undivided=undivided,
        stopped={month: why for cost in told for month, why in cost.stops.items() if why},
        months=months,
        by_cost=summed(each for cost in told for each in cost.months if each.month not in cost.stops),
        waiting=summed(
            each for cost in told for each in cost.months if cost.stops.get(each.month, "-") == ""
        ),
        dropped=summed(each for cost in told for each in cost.dropped),
        left=summed(each for cost in told for each in cost.left),
        others=[each for cost in told for each in cost.others],
        corrects=any(cost.moves_corrections(undivided) for cost in told),
        by_rules=sorted({month for each in by_rules for month in each}),
        opened=sorted(
            {month for cost in costs if cost for month in cost.opened}
            | {
                month
                for change, span in zip(changes, spans, strict=True)
                for month in _moved(months.opened, change, span)
            }
        ),
        reopened=sorted({month for cost in costs if cost for month in cost.reopened}),
        left_out_minor=sum(cost.not_shared_minor for cost in costs if cost and _leaves_out(cost)),
    )
    closed = {each.month for cost in told for each in (*cost.months, *cost.dropped, *cost.left)}
    closed |= {each.month for cost in told for each in cost.others}
    return ShareEffect(
        warnings=words.warnings,
        mark=words.mark,
        said=words.said,
        is_problem=words.is_problem,
        by_change=tuple(
            words.of_cost(cost) if cost else in_words(by_rule)
            for cost, by_rule in zip(costs, by_rules, strict=True)
        ),
        closed=tuple(sorted(closed.union(words.by_rules))),
        decided_before=months.charging if words.by_rules else None,
    )


def refuse_used(row: Fact) -> None:
    """Raise ValidationError for a row that was in force in closed months: they were computed with it.

    What is public may be so in any cooperation that it concerns. A row that only has a name is kept by those
    that refer to it.
    """
    if isinstance(row, NAMES):
        return
    cooperations = Cooperation.objects.filter(pk__in=concerned(row))
    found = {
        month for each in cooperations for month in moved_months(months_of(each).closed, row, row.touches)
    }
    if used := sorted(found):
        said = _(
            "Months that are closed were computed with it: %(months)s. So it stays: let it end, or let "
            "another follow it."
        )
        raise ValidationError(said % {"months": in_words(used)})


def _costs(change: Change) -> tuple[Cost | None, Cost | None] | None:
    """The costs of a change of a cost; None for any other."""
    before, after = change.before, change.after
    if not isinstance(after if after is not None else before, Cost):
        return None
    return (
        before if isinstance(before, Cost) else None,
        after if isinstance(after, Cost) else None,
    )


def _moved(months: Iterable[Month], change: Change, span: Span | None) -> list[Month]:
    """Those of ``months`` that a change of other rows than costs moves; ``span`` None for none."""
    row = change.after if change.after is not None else change.before
    return moved_months(months, row, span) if row is not None and span else []


def _leaves_out(effect: ClosedEffect) -> bool:
    """Whether more or less of it than before lies where nothing is shared."""
    return effect.not_shared_minor != effect.was_not_shared_minor
