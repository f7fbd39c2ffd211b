"""What the rows say of closed and open months: who was charged what, and what is corrected where."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.test import Client

from agreements.models import Agreement, CostType, Key
from billing.actions import save_cost
from billing.engine.statement import Statement
from billing.models import Cost, Period, RunLine, Share
from billing.models import Statement as StatementRow
from billing.reports import calendar_of, head_of, statement_of
from municipalities.actions import save_row
from municipalities.models import Cooperation, Reading, Role
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests import cast
from tests.factories.agreements import CostTypeFactory, TermFactory
from tests.factories.billing import close

Shares = dict[str, int]
"""Minor units by country and code."""


def month(cooperation: Cooperation, first_day: dt.date) -> Period:
    """The month as it is now, with its current run."""
    rows = Period.objects.select_related("current_run", "cooperation")
    return rows.get(cooperation=cooperation, first_day=first_day)


def support_of(cooperation: Cooperation) -> CostType:
    """A cost type that is divided by population: Torsby has 60 %. The same one when asked for again."""
    if found := CostType.objects.filter(cooperation=cooperation, code="support").first():
        return found
    made: CostType = CostTypeFactory(cooperation=cooperation, code="support", name="Support")
    key = Key.objects.get(cooperation=cooperation, code="population")
    TermFactory(agreement=Agreement.objects.get(cooperation=cooperation), key=key, cost_type=made)
    return made


def saved(cooperation: Cooperation, amount: str, starts_on: dt.date, ends_on: dt.date, **values: Any) -> Cost:
    """A cost of the whole cooperation that somebody adds; what follows from it is still to be done."""
    values.setdefault("cost_type", CostType.objects.get(cooperation=cooperation, code="licence"))
    values.setdefault("description", "Licences")
    row = Cost(
        cooperation=cooperation,
        currency=cooperation.currency,
        amount=Decimal(amount),
        starts_on=starts_on,
        ends_on=ends_on,
        **values,
    )
    return save_cost(cost=row, by=None)


def post(cooperation: Cooperation, amount: str, starts_on: dt.date, ends_on: dt.date, **values: Any) -> Cost:
    """A cost of the whole cooperation that somebody adds, and all that follows from it done."""
    cost = saved(cooperation, amount, starts_on, ends_on, **values)
    run_all()
    return cost


def post_each(cooperation: Cooperation, amount: str, *months: dt.date) -> list[Cost]:
    """The same cost for each month but the last, as ``post`` adds them, worked in together."""
    costs = [saved(cooperation, amount, first, after) for first, after in pairwise(months)]
    run_all()
    return costs


def change(cost: Cost, **values: Any) -> Cost:
    """The cost saved with other ``values``, and all that follows from that done."""
    cost = Cost.objects.get(pk=cost.pk)
    for name, value in values.items():
        setattr(cost, name, value)
    save_cost(cost=cost, by=None)
    run_all()
    return cost


def credit(cost: Cost, amount: str | None = None, **values: Any) -> Cost:
    """A credit note for the cost, in full unless an ``amount`` (negative) is given."""
    given = {"application": cost.application, "cost_type": cost.cost_type, "credits": cost}
    given |= {"starts_on": cost.starts_on, "ends_on": cost.ends_on, **values}
    return post(cost.cooperation, amount or str(-cost.amount), **given)


def close_month(cooperation: Cooperation, first_day: dt.date, proposer: User, closer: User) -> Period:
    """Close the month, and do all that follows."""
    run_all()
    closed = close(month(cooperation, first_day), proposer=proposer, closer=closer)
    run_all()
    return closed


def shutting(cooperation: Cooperation) -> Callable[[dt.date], Period]:
    """Closes a month for good, by two people, and does all jobs before and after."""
    proposer, closer = (
        cast.person(name, cooperation, Role.Kind.ADMINISTRATOR) for name in ("administrator", "second")
    )
    return lambda first_day: close_month(cooperation, first_day, proposer, closer)


def shares_of(line: RunLine) -> Shares:
    rows = Share.objects.filter(run_id=line.run_id, line_number=line.number).select_related("municipality")
    return {row.municipality.key: row.amount_minor for row in rows}


def corrections(period: Period) -> list[tuple[str, dt.date | None, Shares]]:
    """Reference, month and shares of what the month's current run corrects."""
    lines = period.current_run.lines.exclude(concerns=None).order_by("concerns", "reference")
    return [(line.reference, line.concerns, shares_of(line)) for line in lines]


def charged(cooperation: Cooperation) -> Shares:
    """What all statements that were issued come to, for each payer."""
    found = defaultdict[str, int](int)
    for payer, total in StatementRow.objects.of(cooperation).values_list("payer", "total"):
        found[payer] += int(total * 100)
    return dict(found)


def charged_of(cost: Cost) -> Shares:
    """What the current runs of closed months hold of the cost, corrections included."""
    found = defaultdict[str, int](int)
    lines = RunLine.objects.current().filter(cost=cost, run__period__state=Period.State.CLOSED)
    for line in lines:
        for code, minor in shares_of(line).items():
            found[code] += minor
    return dict(found)


def statements(period: Period, viewer: User) -> dict[str, Statement]:
    """Every statement of the month, as it is read, by payer."""
    calendar = calendar_of(period.cooperation)
    found = {}
    for total in period.current_run.totals.select_related("municipality"):
        head = head_of(viewer, period, total.municipality.key)
        assert head
        found[total.municipality.key] = statement_of(head, period, calendar)
    return found


def read_again(value: Decimal | int) -> None:
    """Statistics Sweden finds ``value`` people in Torsby at the turn of the year."""
    reading = Reading.objects.get(municipality__code="1737", reference_on=dt.date(2025, 12, 31))
    reading.value = value
    save_row(row=reading, by=None)
    run_all()


def take(client: Client, url: str) -> Any:
    """Press the button of a step towards closing, on the page as it is now."""
    return client.post(url, looked_at(client, url))


def looked_at(client: Client, url: str) -> dict[str, str]:
    """What the page of such a step sends of what it shows."""
    page = client.get(url).content.decode()
    return dict(re.findall(r'name="(seen|left)" value="(\w+)"', page))
