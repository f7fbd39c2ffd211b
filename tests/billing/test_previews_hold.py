"""What a preview says of a month is what computing it says once the same is saved: changes are drawn."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.actions import (
    ComponentDraft,
    adopt_key_version,
    change_key_version,
    plan_key_change,
    plan_key_version,
    planned_fact,
    save_term,
)
from agreements.models import Key, KeyVersion, Term
from billing.actions import save_cost
from billing.models import Cost, Period
from billing.reports.moved import months_of
from billing.reports.previews import moved_by
from municipalities.actions import end_row, save_row
from municipalities.models import Cooperation, Member, Reading
from municipalities.portal import Change
from services.models import Subscription
from sharedict.jobs.actions import run_all
from sharedict.kernel.money import to_minor
from tests.billing.books import post, saved
from tests.cast import hagfors, torsby

FIRST, AFTER = dt.date(2026, 2, 1), dt.date(2026, 6, 1)
EVEN = ComponentDraft("even", Decimal(100))
Planned = tuple[list[Change], Callable[[], object]]
"""What would change, and what saves that."""


def day(chance: Random) -> dt.date:
    return FIRST + dt.timedelta(days=chance.randrange((AFTER - FIRST).days))


def new_cost(chance: Random, north: Cooperation) -> Planned:
    some: Any = Cost.objects.of(north).order_by("pk").last()
    start = day(chance)
    row = Cost(
        cooperation=north,
        currency=north.currency,
        amount=Decimal(chance.randrange(-99_999, 99_999) or 1) / 100,
        starts_on=start,
        ends_on=start + dt.timedelta(days=chance.randrange(1, 90)),
        cost_type=some.cost_type,
        application=chance.choice([None, some.application]),
        description="Drawn",
    )
    return [Change(None, row)], lambda: save_cost(cost=row, by=None)


def other_cost(chance: Random, north: Cooperation) -> Planned:
    before, row = (Cost.objects.of(north).get(description="Drawn first") for _ in range(2))
    row.amount, row.ends_on = Decimal(chance.randrange(1, 99_999)) / 100, row.starts_on + dt.timedelta(days=9)
    return [Change(before, row)], lambda: save_cost(cost=row, by=None)


def other_reading(chance: Random, north: Cooperation) -> Planned:
    rows = Reading.objects.filter(municipality=hagfors(), reference_on__lte=dt.date(2026, 1, 1))
    before, row = (rows.order_by("reference_on").last() for _ in range(2))
    assert row
    row.value = Decimal(chance.randrange(1, 20_000))
    return [Change(before, row)], lambda: save_row(row=row, by=None)


def end_of(model: Any) -> Callable[[Random, Cooperation], Planned]:
    def ended(chance: Random, north: Cooperation) -> Planned:
        before, row = (model.objects.of(north).get(municipality=hagfors()) for _ in range(2))
        row.valid_until = day(chance) + dt.timedelta(days=1)
        return [Change(before, row)], lambda: end_row(row=row, on=row.valid_until, by=None)

    return ended


def other_term(chance: Random, north: Cooperation) -> Planned:
    before, row = (Term.objects.of(north).get(cost_type__code="support") for _ in range(2))
    row.by_days, row.key = chance.random() < 0.5, Key.objects.of(north).get(code="even")
    row.valid_from = day(chance)
    return [Change(before, row, parts=[])], lambda: save_term(term=row, named=[], by=None)


def new_version(chance: Random, north: Cooperation) -> Planned:
    told: dict[str, Any] = {
        "key": Key.objects.of(north).get(code="population"),
        "valid_from": day(chance),
        "components": [EVEN],
        "decision": "§ 1",
        "decided_on": FIRST,
        "base_amount": Decimal(chance.randrange(0, 3)),
    }
    latest, row = plan_key_version(**told)
    ended = [Change(KeyVersion.objects.get(pk=latest.pk), latest)] if latest else []
    changes = [*ended, Change(None, row, parts=planned_fact(row, [EVEN]))]
    return changes, lambda: adopt_key_version(by=None, **told)


def other_version(chance: Random, north: Cooperation) -> Planned:
    key = Key.objects.of(north).get(code="population")
    told = {"decision": "§ 1", "decided_on": FIRST, "components": [EVEN], "by": None}
    adopted = adopt_key_version(key=key, valid_from=day(chance), **told)
    run_all()
    row = KeyVersion.objects.get(pk=adopted.pk)
    row.valid_from = day(chance)
    parts = [ComponentDraft("fixed", Decimal(100), fixed={torsby(): Decimal(25), hagfors(): Decimal(75)})]
    earlier = plan_key_change(version=row, components=parts)
    changes = [Change(adopted, row, more=("components",), parts=planned_fact(row, parts))]
    if earlier:
        changes.insert(0, Change(KeyVersion.objects.get(pk=earlier.pk), earlier))
    return changes, lambda: change_key_version(version=row, components=parts, by=None)


KINDS = {
    "new cost": new_cost,
    "other cost": other_cost,
    "other reading": other_reading,
    "member ends": end_of(Member),
    "subscription ends": end_of(Subscription),
    "other term": other_term,
    "new version": new_version,
    "other version": other_version,
}


def paid(north: Cooperation, first_day: dt.date) -> dict[str, int]:
    run: Any = Period.objects.of(north).get(first_day=first_day).current_run
    return {name: to_minor(amount) for name, amount in run.totals.values_list("name", "amount")}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shown_is_what_comes(by_population: Cost, north: Cooperation, kind: str, seed: int) -> None:
    chance = Random(f"{kind} {seed}")  # noqa: S311 - not for secrets
    for number in range(3):
        start = day(chance)
        erp = Subscription.objects.of(north).filter(municipality=hagfors()).get().application
        values = {"cost_type": by_population.cost_type, "application": erp if number else None}
        ends = start + dt.timedelta(days=chance.randrange(1, 60))
        saved(north, str(chance.randrange(1, 99_999) / 100), start, ends, **values)
    post(north, "77.77", FIRST, AFTER, cost_type=by_population.cost_type, description="Drawn first")
    changes, save = KINDS[kind](chance, north)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        shown = moved_by(north, months_of(north), changes)
    assert all(query["sql"].lstrip().startswith(("SELECT", "WITH")) for query in queries)
    assert not any("FOR UPDATE" in query["sql"] or "FOR NO KEY" in query["sql"] for query in queries)
    before = {period.first_day: paid(north, period.first_day) for period in Period.objects.of(north)}
    save()
    run_all()
    if shown is None:
        assert {day: paid(north, day) for day in before} == before
        return
    if shown.costs_of:
        return
    then = paid(north, shown.month.first)
    was = before.get(shown.month.first, {})
    for payer in shown.payers:
        assert (was.get(payer.name, 0), then.get(payer.name, 0)) == (payer.now_minor, payer.then_minor)
    others = (was.keys() | then.keys()) - {payer.name for payer in shown.payers}
    assert all(was.get(name, 0) == then.get(name, 0) for name in others)
    assert sum(then.values()) == shown.whole.then_minor
