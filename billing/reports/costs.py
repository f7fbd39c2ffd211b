"""Where the parts of a cost go."""

from billing.engine.facts import day
from billing.engine.spread import in_turn, month_part, refund_part
from billing.models import Cost
from billing.snapshots import cost_fact
from sharedict.kernel.periods import Month, months_between


def before_first_month(cost: Cost) -> int:
    """The minor units of ``cost`` on days before its cooperation's first month, which nobody shares.

    0 for a withdrawn cost, which counts nowhere.
    """
    first = cost.cooperation.first_month
    if cost.is_withdrawn or cost.starts_on >= first:
        return 0
    fact = cost_fact(cost)
    months = [month for month in months_between(day(fact.starts_on), first) if month < Month.of(first)]
    undone = cost.credits
    if undone is None:
        return sum(month_part(fact, month) for month in months)
    rows = Cost.objects.valid().filter(credits=undone).select_related("application", "cost_type", "credits")
    others = in_turn(cost_fact(row) for row in rows)
    before = next((given for other, given in others if other.reference == cost.reference), 0)
    whole = cost_fact(undone)
    return sum(refund_part(whole, fact, month, refunded_before=before) for month in months)
