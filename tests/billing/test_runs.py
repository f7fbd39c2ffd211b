"""Whatever shares depend on marks its months stale and recomputes them, once, and no other month."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from agreements.actions import ComponentDraft, adopt_key_version, save_term
from agreements.models import CostType, Key, KeyVersion, Term
from billing.actions import (
    compute_period,
    drop_superseded_runs,
    drop_superseded_shares,
    recompute,
    save_cost,
    withdraw_cost,
)
from billing.engine.allocate import allocate, explain
from billing.engine.facts import Facts, fingerprint
from billing.models import Cost, Period, Run, RunLine, RunTotal, Share
from municipalities.actions import end_row, save_row
from municipalities.models import Cooperation, Member, Municipality, Reading
from services.models import Application, Subscription
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from sharedict.jobs.models import Job
from sharedict.jobs.tasks import sweep, tidy
from sharedict.kernel.money import to_minor
from tests.factories.agreements import TermFactory, add_version, by
from tests.factories.billing import CostFactory, close, compute, pass_time
from tests.factories.municipalities import DriverFactory, MemberFactory, MunicipalityFactory, ReadingFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory

JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, number, 1) for number in (1, 2, 3, 4))
MONTHS = [JANUARY, FEBRUARY, MARCH]


@pytest.fixture
def quarter(north: Cooperation, erp: Application, licence: CostType, population_key: Key) -> Cooperation:
    """``north`` with three computed months: of each, one cost divided evenly and one by population."""
    people = CostType.objects.create(cooperation=north, code="people", name="By people")
    TermFactory(key=population_key, cost_type=people, payers="members")
    for start, end in zip(MONTHS, [*MONTHS[1:], APRIL], strict=True):
        for kind in (licence, people):
            CostFactory(
                cooperation=north,
                application=erp,
                cost_type=kind,
                amount=Decimal("100.01"),
                starts_on=start,
                ends_on=end,
            )
    assert len(compute(north)) == 3
    return north


def numbers(cooperation: Cooperation) -> list[int]:
    """Which run is the current one of each month."""
    periods = Period.objects.of(cooperation).order_by("first_day")
    return list(periods.values_list("current_run__number", flat=True))


def amounts(period: Period) -> dict[str, Decimal]:
    period.refresh_from_db()
    return dict(period.current_run.totals.values_list("name", "amount"))


def stale(cooperation: Cooperation) -> list[dt.date]:
    """The months that an unfinished job touches: what the portal marks as being recomputed."""
    jobs = Job.objects.filter(cooperation=cooperation).unfinished()
    return [
        period.first_day
        for period in Period.objects.of(cooperation).order_by("first_day")
        if jobs.touching(period.month.first, period.month.after).exists()
    ]


def change_cost(north: Cooperation, user: User) -> None:
    cost = Cost.objects.of(north).filter(starts_on=FEBRUARY).first()
    cost.amount += 1
    save_cost(cost=cost, by=user)


def add_cost_of_two_months(north: Cooperation, user: User) -> None:
    old = Cost.objects.of(north).first()
    save_cost(
        cost=Cost(
            cooperation=north,
            cost_type=old.cost_type,
            description="Two months",
            amount=Decimal(60),
            currency="SEK",
            starts_on=FEBRUARY,
            ends_on=APRIL,
        ),
        by=user,
    )


def drop_cost(north: Cooperation, user: User) -> None:
    withdraw_cost(cost=Cost.objects.of(north).filter(starts_on=MARCH).first(), on=MARCH, by=user)


def adopt_version(north: Cooperation, user: User) -> None:
    adopt_key_version(
        key=Key.objects.get(cooperation=north, code="even"),
        valid_from=FEBRUARY,
        decision="Board 2026-01-15, paragraph 2",
        decided_on=dt.date(2026, 1, 15),
        components=[ComponentDraft(kind="even", percent=Decimal(100))],
        by=user,
    )


def add_term(north: Cooperation, user: User) -> None:
    default = Term.objects.get(cooperation=north, cost_type=None)
    term = Term(
        cooperation=north,
        agreement=default.agreement,
        application=Application.objects.get(cooperation=north, code="erp"),
        key=Key.objects.get(cooperation=north, code="population"),
        payers="members",
        valid_from=FEBRUARY,
    )
    save_term(term=term, named=[], by=user)


def name_payers(north: Cooperation, user: User) -> None:
    term = Term.objects.get(cooperation=north, cost_type__code="people")
    term.payers = Term.Payers.NAMED
    save_term(term=term, named=[Municipality.objects.get(code="1783")], by=user)


def add_reading(north: Cooperation, user: User) -> None:
    old = Reading.objects.filter(municipality__code="1737", reference_on=dt.date(2025, 12, 31)).get()
    reading = Reading(
        driver=old.driver, municipality=old.municipality, reference_on=JANUARY, value=1, source="A correction"
    )
    save_row(row=reading, by=user)


def correct_reading(north: Cooperation, user: User) -> None:
    reading = Reading.objects.get(municipality__code="1737", reference_on=dt.date(2025, 12, 31))
    reading.value += 1
    save_row(row=reading, by=user)


def end_subscription(north: Cooperation, user: User) -> None:
    subscription = Subscription.objects.get(cooperation=north, municipality__code="1783")
    end_row(row=subscription, on=dt.date(2026, 2, 15), by=user)


def end_member(north: Cooperation, user: User) -> None:
    end_row(row=Member.objects.get(cooperation=north, municipality__code="1783"), on=MARCH, by=user)


def rename_application(north: Cooperation, user: User) -> None:
    application = Application.objects.get(cooperation=north, code="erp")
    application.name = "Enterprise resource planning"
    save_row(row=application, by=user)


def rename_cost_type(north: Cooperation, user: User) -> None:
    kind = CostType.objects.get(cooperation=north, code="licence")
    kind.name = "Licences and support"
    save_row(row=kind, by=user)


def rename_key(north: Cooperation, user: User) -> None:
    key = Key.objects.get(cooperation=north, code="even")
    key.name = "The same for all"
    save_row(row=key, by=user)


@pytest.mark.parametrize(
    ("change", "announced", "recomputed"),
    [
        (change_cost, [FEBRUARY], [FEBRUARY]),
        (add_cost_of_two_months, [FEBRUARY, MARCH], [FEBRUARY, MARCH]),
        (drop_cost, [MARCH], [MARCH]),
        (adopt_version, [FEBRUARY, MARCH], [FEBRUARY, MARCH]),
        (add_term, [FEBRUARY, MARCH], [FEBRUARY, MARCH]),
        (name_payers, MONTHS, MONTHS),
        (add_reading, MONTHS, MONTHS),
        (correct_reading, MONTHS, MONTHS),
        (end_subscription, [FEBRUARY, MARCH], [FEBRUARY, MARCH]),
        (end_member, [MARCH], [MARCH]),
        (rename_application, MONTHS, MONTHS),
        (rename_cost_type, MONTHS, MONTHS),
        (rename_key, MONTHS, MONTHS),
    ],
)
def test_a_change_recomputes_the_months_it_touches_and_no_other(
    quarter: Cooperation,
    administrator: User,
    change: Callable[[Cooperation, User], None],
    announced: list[dt.date],
    recomputed: list[dt.date],
) -> None:
    change(quarter, administrator)
    assert stale(quarter) == announced
    run_all()
    assert stale(quarter) == []
    assert numbers(quarter) == [2 if month in recomputed else 1 for month in MONTHS]
    assert Run.objects.count() == 3 + len(recomputed)
    recompute(cooperation_id=quarter.pk, touches=(JANUARY, None))
    assert Run.objects.count() == 3 + len(recomputed)


def test_a_public_reading_concerns_every_cooperation_of_its_municipality(
    quarter: Cooperation, outside: Cooperation, torsby: Municipality, administrator: User
) -> None:
    MemberFactory(cooperation=outside, municipality=torsby)
    correct_reading(quarter, administrator)
    jobs = Job.objects.values_list("cooperation__slug", flat=True)
    assert sorted(jobs) == ["north", "outside"]


def test_a_renamed_municipality_keeps_its_name_in_closed_months(
    quarter: Cooperation, torsby: Municipality, administrator: User, second_administrator: User
) -> None:
    january = Period.objects.get(first_day=JANUARY)
    close(january, proposer=administrator, closer=second_administrator)
    torsby.name = "Thorsby"
    torsby.save()
    recompute(cooperation_id=quarter.pk, touches=(JANUARY, None))
    assert "Torsby" in amounts(january)
    assert "Thorsby" in amounts(Period.objects.get(first_day=FEBRUARY))


def test_unchanged_facts_give_no_new_run(quarter: Cooperation) -> None:
    for period in Period.objects.all():
        assert compute_period(period_id=period.pk) is None
    assert Run.objects.count() == 3


def test_another_cooperations_months_stay_as_they_are(
    quarter: Cooperation, outside: Cooperation, administrator: User
) -> None:
    CostFactory(cooperation=outside)
    compute(outside)
    rename_application(quarter, administrator)
    run_all()
    assert numbers(outside) == [1]


def test_months_come_to_be_where_costs_fall(north: Cooperation, licence: CostType) -> None:
    CostFactory(cooperation=north, starts_on=dt.date(2026, 1, 31), ends_on=dt.date(2026, 3, 2))
    CostFactory(cooperation=north, starts_on=dt.date(2026, 6, 1), ends_on=dt.date(2026, 7, 1))
    runs = recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    assert [str(run.period) for run in runs] == ["2026-01", "2026-02", "2026-03", "2026-06"]
    assert recompute(cooperation_id=north.pk, touches=(dt.date.min, None)) == []


def test_only_the_months_asked_for_and_the_first_one_come_to_be(north: Cooperation) -> None:
    CostFactory(cooperation=north, starts_on=JANUARY, ends_on=APRIL)
    recompute(cooperation_id=north.pk, touches=(dt.date(2026, 2, 3), dt.date(2026, 2, 4)))
    periods = Period.objects.order_by("first_day")
    assert list(periods.values_list("first_day", "current_run__number")) == [(JANUARY, None), (FEBRUARY, 1)]


def test_progress_is_told_month_by_month(quarter: Cooperation) -> None:
    told = []
    recompute(
        cooperation_id=quarter.pk,
        touches=(JANUARY, None),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_closed_month_keeps_its_run_and_says_that_it_has_late_changes(
    quarter: Cooperation, administrator: User, second_administrator: User
) -> None:
    january = close(
        Period.objects.get(first_day=JANUARY), proposer=administrator, closer=second_administrator
    )
    run_all()
    before = list(Share.objects.filter(run=january.current_run_id).values_list())
    cost = Cost.objects.filter(starts_on=JANUARY).first()
    cost.amount += 1
    save_cost(cost=cost, by=administrator)
    run_all()
    january.refresh_from_db()
    assert january.has_late_changes
    assert january.current_run.number == 1
    assert list(Share.objects.filter(run=january.current_run_id).values_list()) == before
    cost.amount -= 1
    save_cost(cost=cost, by=administrator)
    run_all()
    january.refresh_from_db()
    assert not january.has_late_changes


def test_a_closed_months_rounding_is_carried_on(
    quarter: Cooperation, administrator: User, second_administrator: User
) -> None:
    totals = defaultdict[str, Decimal](Decimal)
    for first_day in MONTHS:
        run_all()
        period = Period.objects.get(first_day=first_day)
        close(period, proposer=administrator, closer=second_administrator)
        even = period.current_run.shares.filter(line__key_code="even")
        for share in even.select_related("municipality"):
            totals[share.municipality.name] += share.amount
    assert dict(totals) == {"Torsby": Decimal("150.02"), "Hagfors": Decimal("150.01")}


def test_an_open_months_rounding_moves_no_other_month(quarter: Cooperation, administrator: User) -> None:
    facts = [Facts.from_json(text) for text in Run.objects.values_list("facts", flat=True)]
    assert [found.carry for found in facts] == [{}, {}, {}]
    change_cost(quarter, administrator)
    run_all()
    assert numbers(quarter) == [1, 2, 1]


def test_a_new_agreement_year_begins_without_rounding_owed(
    quarter: Cooperation, administrator: User, second_administrator: User
) -> None:
    quarter.year_starts_in = 3
    quarter.save()
    for first_day in (JANUARY, FEBRUARY):
        run_all()
        close(Period.objects.get(first_day=first_day), proposer=administrator, closer=second_administrator)
    run_all()
    by_month = {run.period.first_day: Facts.from_json(run.facts).carry for run in Run.objects.current()}
    assert by_month[FEBRUARY]
    assert by_month[MARCH] == {}


def test_a_months_rows_are_what_the_engine_says(quarter: Cooperation, north: Cooperation) -> None:
    CostFactory(cooperation=north, application=ApplicationFactory(cooperation=north), amount=Decimal("7.77"))
    period = compute(north)[0]
    run = period.current_run
    allocation = allocate(Facts.from_json(run.facts))
    assert (to_minor(run.total), to_minor(run.unallocated), run.unallocated_lines) == (
        allocation.allocated_minor + allocation.unallocated_minor,
        allocation.unallocated_minor,
        1,
    )
    lines = {line.reference: line for line in run.lines.all()}
    shares = {
        (share.line.reference, share.municipality.key): to_minor(share.amount)
        for share in run.shares.select_related("line", "municipality")
    }
    expected: dict[tuple[str, str], int] = {}
    totals = defaultdict[str, int](int)
    for line in allocation.lines:
        row = lines.pop(line.cost.reference)
        assert (to_minor(row.amount), row.reason, row.cost.reference) == (
            line.amount_minor,
            line.reason,
            line.cost.reference,
        )
        if line.division is not None:
            codes = allocation.divisions[line.division].codes
            for code, share in zip(codes, line.shares, strict=True):
                expected[line.cost.reference, code] = share
                totals[code] += share
    assert not lines
    assert shares == expected
    assert {total.municipality.key: to_minor(total.amount) for total in run.totals.all()} == totals
    assert set(run.lines.values_list("cooperation", flat=True)) == {north.pk}


def test_a_frozen_run_is_recomputed_to_the_same_bytes(quarter: Cooperation) -> None:
    for run in Run.objects.all():
        facts = Facts.from_json(run.facts)
        assert facts.to_json() == run.facts
        assert fingerprint(run.facts) == run.fingerprint
        allocation = allocate(facts)
        assert {key: [carry.denominator, carry.owed] for key, carry in allocation.carry.items()} == run.carry
        for share in run.shares.select_related("line", "municipality"):
            found = explain(facts, share.line.reference, share.municipality.key)
            assert found is not None
            assert found.share_minor == to_minor(share.amount)


def test_who_does_not_use_an_application_has_no_share_of_it(
    north: Cooperation, licence: CostType, torsby: Municipality
) -> None:
    alone = ApplicationFactory(cooperation=north)
    SubscriptionFactory(application=alone, municipality=torsby)
    CostFactory(cooperation=north, application=alone, cost_type=licence)
    (period,) = compute(north)
    assert amounts(period) == {"Torsby": Decimal("100.00")}


def test_who_weighs_nothing_has_no_row(north: Cooperation, licence: CostType, default_term: Term) -> None:
    idle = MunicipalityFactory(name="Nobody lives here")
    MemberFactory(cooperation=north, municipality=idle)
    key = Key.objects.get(cooperation=north, code="population")
    version = key.versions.select_related("key").get()
    ReadingFactory(driver=version.components.get().driver, municipality=idle, value=0)
    Term.objects.filter(pk=default_term.pk).update(key=key)
    CostFactory(cooperation=north, cost_type=licence)
    (period,) = compute(north)
    assert amounts(period) == {"Torsby": Decimal("60.00"), "Hagfors": Decimal("40.00")}


def test_who_weighs_nothing_any_more_and_was_owed_does_no_harm(
    north: Cooperation, licence: CostType, default_term: Term
) -> None:
    """An odd unit is owed to Hagfors under a key that then gives it no weight."""
    users = by(Key.objects.get(cooperation=north, code="population").versions.get().components.get().driver)
    even = Key.objects.get(cooperation=north, code="even")
    CostFactory(cooperation=north, cost_type=licence, amount=Decimal("0.01"))
    idle = ApplicationFactory(cooperation=north)
    SubscriptionFactory(application=idle, municipality=Municipality.objects.get(code="1737"))
    CostFactory(cooperation=north, cost_type=licence, application=idle, amount=Decimal("0.01"))
    KeyVersion.objects.filter(key=even).update(valid_until=JANUARY)
    add_version(
        even, users | {"kind": "fixed", "driver": None, "rule": "", "fixed": {
            Municipality.objects.get(code="1737"): 100, Municipality.objects.get(code="1783"): 0}},
        valid_from=JANUARY,
    )  # fmt: skip
    (period,) = compute(north)
    assert amounts(period) == {"Torsby": Decimal("0.02")}


REASONS: dict[str, Callable[[Cooperation], Any]] = {
    "no_term": lambda north: Term.objects.filter(cooperation=north).update(valid_until=JANUARY),
    "no_key_version": lambda north: KeyVersion.objects.filter(cooperation=north).update(valid_until=JANUARY),
    "no_payers": lambda north: Subscription.objects.filter(cooperation=north).delete(),
    "missing_reading": lambda north: _divide_by_population(north, Reading.objects.all().delete),
    "driver_is_zero": lambda north: _divide_by_population(north, lambda: Reading.objects.update(value=0)),
}


def _divide_by_population(north: Cooperation, change: Callable[[], object]) -> None:
    Term.objects.filter(cooperation=north).update(
        key=Key.objects.get(cooperation=north, code="population"), valid_from=dt.date(2020, 1, 1)
    )
    change()


@pytest.mark.parametrize("reason", REASONS)
def test_a_cost_that_nothing_divides_is_listed_with_its_reason(
    north: Cooperation, erp: Application, reason: str
) -> None:
    REASONS[reason](north)
    CostFactory(cooperation=north, application=erp)
    (period,) = compute(north)
    run = period.current_run
    assert (run.unallocated, run.unallocated_lines, run.total) == (100, 1, 100)
    assert run.lines.get().reason == reason
    assert not run.totals.exists()
    assert not run.shares.exists()


def test_superseded_shares_are_dropped_and_their_facts_kept(
    quarter: Cooperation, administrator: User
) -> None:
    first = set(Run.objects.values_list("pk", flat=True))
    rename_application(quarter, administrator)
    recompute(cooperation_id=quarter.pk, touches=(JANUARY, None))
    pass_time()
    assert drop_superseded_shares(cooperation_id=quarter.pk) == 3
    assert drop_superseded_shares(cooperation_id=quarter.pk) == 0
    for model in (Share, RunLine, RunTotal):
        assert not model.objects.filter(run__in=first).exists()
    assert Share.objects.count() == 12
    assert not Run.objects.filter(superseded_at__isnull=False).exists()
    assert all(Run.objects.filter(pk__in=first).values_list("facts", flat=True))


def test_other_cooperations_superseded_shares_stay(
    quarter: Cooperation, outside: Cooperation, administrator: User
) -> None:
    rename_application(quarter, administrator)
    recompute(cooperation_id=quarter.pk, touches=(JANUARY, None))
    pass_time()
    assert drop_superseded_shares(cooperation_id=outside.pk) == 0
    assert Share.objects.count() == 24


def test_superseded_shares_are_kept_for_a_quarter_of_an_hour(
    quarter: Cooperation, administrator: User
) -> None:
    rename_application(quarter, administrator)
    recompute(cooperation_id=quarter.pk, touches=(JANUARY, None))
    pass_time(minutes=14)
    assert drop_superseded_shares(cooperation_id=quarter.pk) == 0
    assert Share.objects.count() == 24
    pass_time(minutes=2)
    assert drop_superseded_shares(cooperation_id=quarter.pk) == 3


def test_runs_are_superseded_when_another_takes_their_place(
    quarter: Cooperation, administrator: User
) -> None:
    rename_application(quarter, administrator)
    before = timezone.now()
    recompute(cooperation_id=quarter.pk, touches=(JANUARY, None))
    assert not Run.objects.current().filter(superseded_at__isnull=False).exists()
    assert Run.objects.filter(number=1, superseded_at__range=(before, timezone.now())).count() == 3


def test_the_sweeper_drops_what_was_superseded(quarter: Cooperation, administrator: User) -> None:
    rename_application(quarter, administrator)
    sweep()
    assert set(Share.objects.values_list("run__number", flat=True)) == {1, 2}
    pass_time()
    sweep()
    assert set(Share.objects.values_list("run__number", flat=True)) == {2}
    assert Run.objects.count() == 6
    job = Job.objects.get()
    assert (job.state, job.progress_done, job.progress_total) == ("done", 3, 3)
    pass_time()
    rename_cost_type(quarter, administrator)
    run_all()
    assert set(Share.objects.values_list("run__number", flat=True)) == {2, 3}
    assert Run.objects.count() == 9


def test_runs_that_others_replaced_months_ago_are_forgotten(
    quarter: Cooperation, administrator: User
) -> None:
    rename_application(quarter, administrator)
    recompute(cooperation_id=quarter.pk, touches=(JANUARY, None))
    pass_time()
    drop_superseded_shares()
    assert drop_superseded_runs() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=91), tick=False):
        assert drop_superseded_runs() == 3
    assert {*Run.objects.values_list("number", flat=True)} == {2}
    assert Share.objects.count() == 12


def test_the_night_keeps_what_is_shown_and_what_a_month_closed_with(
    quarter: Cooperation, administrator: User, second_administrator: User
) -> None:
    january = Period.objects.get(cooperation=quarter, first_day=JANUARY)
    close(january, proposer=administrator, closer=second_administrator)
    with time_machine.travel(timezone.now() + dt.timedelta(days=91), tick=False):
        tidy()
    assert Run.objects.current().count() == 3


def test_a_job_that_names_no_days_recomputes_nothing(quarter: Cooperation) -> None:
    Job.objects.create(
        kind="facts-changed",
        cooperation=quarter,
        created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        run_after=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    run_all()
    assert Job.objects.get().state == "done"
    assert Run.objects.count() == 3


def test_a_base_amount_is_written_for_a_payer_whose_weight_is_zero(
    north: Cooperation, erp: Application, licence: CostType, default_term: Term, administrator: User
) -> None:
    driver = DriverFactory(cooperation=north, code="devices")
    for code, value in (("1737", 4), ("1783", 0)):
        place = Municipality.objects.get(code=code)
        ReadingFactory(driver=driver, municipality=place, value=value, reference_on=dt.date(2025, 12, 31))
    adopt_key_version(
        key=default_term.key,
        valid_from=dt.date(2026, 1, 1),
        decision="Board",
        decided_on=dt.date(2025, 12, 1),
        components=[ComponentDraft("driver", Decimal(100), driver, "year_start")],
        base_amount=Decimal("1.00"),
        by=administrator,
    )
    CostFactory(cooperation=north, application=erp, cost_type=licence, amount=Decimal("10.00"))
    (period,) = compute(north)
    assert dict(Share.objects.filter(run=period.current_run).values_list("municipality__code", "amount")) == {
        "1737": Decimal("9.00"),
        "1783": Decimal("1.00"),
    }
