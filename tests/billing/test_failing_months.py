"""One month that cannot be computed stops no other, says why, and is told apart from those that are right."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from agreements.models import CostType
from billing import rows
from billing.actions import compute_period, propose_period, recompute, runs
from billing.actions.runs import MonthsFailedError
from billing.engine.allocate import Allocation
from billing.engine.facts import Facts
from billing.engine.should_be import ShouldBe
from billing.models import Cost, Period, Run, RunLine, RunTotal, ShareBlock
from billing.rows import HalfARunError
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change, run_all
from sharedict.jobs.models import Job
from tests.billing.books import change, corrections, month, post
from tests.factories.billing import CostFactory, compute

JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, number, 1) for number in (1, 2, 3, 4))
MONTHS = [JANUARY, FEBRUARY, MARCH]
Shut = Callable[[dt.date], Period]
Stale = Callable[[], list[dt.date]]


@pytest.fixture
def cost(north: Cooperation, erp: Application, licence: CostType) -> Cost:
    """90.00 over January to March, which are computed."""
    found: Cost = CostFactory(
        cooperation=north,
        application=erp,
        cost_type=licence,
        amount=Decimal("90.00"),
        starts_on=JANUARY,
        ends_on=APRIL,
    )
    assert len(compute(north)) == 3
    return found


@pytest.fixture
def stale(auditor: User, sign_in: Callable[[User], Client]) -> Stale:
    """The months that the API says are not up to date."""
    client = sign_in(auditor)

    def found() -> list[dt.date]:
        cache.clear()
        months = client.get("/api/v1/periods/").json()["results"]
        return sorted(dt.date.fromisoformat(f"{row['month']}-01") for row in months if row["is_stale"])

    return found


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The months that the engine breaks down on, as long as they are in the set."""
    months: set[str] = set()

    def allocate(facts: Facts) -> Allocation:
        if facts.month in months:
            raise ArithmeticError("out of paper")
        return whole(facts)

    whole = runs.allocate
    monkeypatch.setattr(runs, "allocate", allocate)
    return months


def try_again() -> None:
    """Do the jobs that wait for their next attempt."""
    Job.objects.filter(state=Job.State.QUEUED).update(run_after=timezone.now())
    run_all()


def give_up() -> None:
    """Let the job be tried until it is given up."""
    while Job.objects.filter(state=Job.State.QUEUED).exists():
        try_again()


def test_the_others_are_computed_and_the_one_says_why(
    north: Cooperation, cost: Cost, broken: set[str], stale: Stale
) -> None:
    broken.add("2026-02")
    change(cost, amount=Decimal("180.00"))
    assert [month(north, day).current_run.number for day in MONTHS] == [2, 1, 2]
    assert [month(north, day).failure for day in MONTHS] == ["", "ArithmeticError: out of paper", ""]
    assert FEBRUARY in stale()
    job = Job.objects.get()
    assert (job.state, job.progress_done, job.progress_total) == ("queued", 3, 3)
    assert "2026-02: ArithmeticError: out of paper" in job.error
    give_up()
    assert stale() == [FEBRUARY]
    assert Job.objects.get().state == "failed"


def test_a_later_success_clears_it(north: Cooperation, cost: Cost, broken: set[str], stale: Stale) -> None:
    broken.add("2026-02")
    change(cost, amount=Decimal("180.00"))
    broken.clear()
    try_again()
    assert month(north, FEBRUARY).current_run.number == 2
    assert {month(north, day).failure for day in MONTHS} == {""}
    assert stale() == []


def test_a_success_that_changes_nothing_clears_it_too(
    north: Cooperation, cost: Cost, broken: set[str], stale: Stale
) -> None:
    """The change is taken back, so the run that is there is right again."""
    broken.add("2026-02")
    change(cost, amount=Decimal("180.00"))
    give_up()
    broken.clear()
    change(cost, amount=Decimal("90.00"))
    assert month(north, FEBRUARY).current_run.number == 1
    assert month(north, FEBRUARY).failure == ""
    assert stale() == []


def test_a_month_that_failed_is_not_proposed(
    north: Cooperation, cost: Cost, broken: set[str], shut: Shut, administrator: User
) -> None:
    shut(JANUARY)
    broken.add("2026-02")
    change(cost, description="Something else")
    with pytest.raises(ValidationError, match="February 2026 could not be computed: ArithmeticError"):
        propose_period(period=month(north, FEBRUARY), by=administrator)


def test_a_closed_month_that_cannot_be_held_against_today_says_so(
    north: Cooperation, cost: Cost, shut: Shut, stale: Stale, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut(JANUARY)
    post(north, "10.00", FEBRUARY, MARCH)
    whole = ShouldBe.__init__

    def fail(self: ShouldBe, *given: Any) -> None:
        raise ArithmeticError("out of paper")

    monkeypatch.setattr(ShouldBe, "__init__", fail)
    change(cost, amount=Decimal("180.00"))
    assert month(north, JANUARY).failure == "ArithmeticError: out of paper"
    assert month(north, FEBRUARY).current_run.total == Decimal("10.00") + Decimal("56.00")
    give_up()
    assert stale() == [JANUARY, FEBRUARY], "February charges what January finds"
    monkeypatch.setattr(ShouldBe, "__init__", whole)
    announce_change(cooperation_id=north.pk, touches=(JANUARY, FEBRUARY))
    run_all()
    assert month(north, JANUARY).failure == ""
    assert corrections(month(north, FEBRUARY)) == [
        (cost.reference, JANUARY, {"SE1737": 1550, "SE1783": 1550})
    ]
    assert stale() == []


def test_all_that_failed_is_named(north: Cooperation, cost: Cost, broken: set[str]) -> None:
    broken.update(["2026-01", "2026-03"])
    Cost.objects.update(amount=Decimal("180.00"))
    with pytest.raises(MonthsFailedError, match=r"2026-01: .*; 2026-03: "):
        recompute(cooperation_id=north.pk, touches=(JANUARY, None))
    assert month(north, FEBRUARY).current_run.number == 2


def test_a_job_that_failed_altogether_leaves_its_months_stale_until_one_succeeds(
    north: Cooperation, cost: Cost, stale: Stale, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It got no further than where the months are made: none of them could note anything."""

    def fail(**given: Any) -> None:
        raise ArithmeticError("out of paper")

    with monkeypatch.context() as patched:
        patched.setattr(runs, "ensure_periods", fail)
        announce_change(cooperation_id=north.pk, touches=(FEBRUARY, APRIL))
        give_up()
    assert Job.objects.get().state == "failed"
    assert {month(north, day).failure for day in MONTHS} == {""}
    assert stale() == [FEBRUARY, MARCH]
    announce_change(cooperation_id=north.pk, touches=(MARCH, APRIL))
    run_all()
    assert stale() == [FEBRUARY]
    announce_change(cooperation_id=north.pk, touches=(JANUARY, MARCH))
    run_all()
    assert stale() == []


def test_a_job_that_failed_before_the_month_was_computed_counts_no_more(
    north: Cooperation, cost: Cost, stale: Stale
) -> None:
    job = announce_change(cooperation_id=north.pk, touches=(FEBRUARY, MARCH))
    at = month(north, FEBRUARY).current_run.computed_at
    Job.objects.filter(pk=job.pk).update(state="failed", finished_at=at + dt.timedelta(seconds=1))
    assert stale() == [FEBRUARY]
    Job.objects.filter(pk=job.pk).update(finished_at=at - dt.timedelta(seconds=1))
    assert stale() == []


def lose(cooperation: Cooperation, first: dt.date, after: dt.date | None) -> None:
    """A change to ``[first, after)`` whose job stopped for good before it came to any month."""
    job = announce_change(cooperation_id=cooperation.pk, touches=(first, after))
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.FAILED, attempts=5, error="The worker stopped.", finished_at=timezone.now()
    )


@pytest.mark.parametrize("after", [None, dt.date(2026, 5, 1), MARCH])
def test_a_lost_change_of_closed_months_stops_closing_until_they_are_held_against_it(
    north: Cooperation,
    cost: Cost,
    shut: Shut,
    stale: Stale,
    administrator: User,
    after: dt.date | None,
) -> None:
    """However far it reaches beyond them: the months that are open say themselves whether they are right."""
    late = post(north, "20.00", JANUARY, MARCH)
    shut(JANUARY)
    shut(FEBRUARY)
    Cost.objects.filter(pk=late.pk).update(amount=Decimal("40.00"))
    lose(north, JANUARY, after)
    assert MARCH in stale()
    with pytest.raises(ValidationError, match="could not be worked in"):
        propose_period(period=month(north, MARCH), by=administrator)
    run_all()
    assert stale() == []
    assert [concerns for _cost, concerns, _shares in corrections(month(north, MARCH))] == [JANUARY, FEBRUARY]
    assert propose_period(period=month(north, MARCH), by=administrator).state == "proposed"


def test_a_lost_change_of_two_closed_months_is_not_made_up_for_by_work_on_one(
    north: Cooperation, cost: Cost, shut: Shut, stale: Stale, administrator: User
) -> None:
    """What looks up to date is not refused, and what is refused does not look so."""
    shut(JANUARY)
    shut(FEBRUARY)
    lose(north, JANUARY, MARCH)
    post(north, "10.00", JANUARY, FEBRUARY)
    assert stale() == [FEBRUARY, MARCH]
    with pytest.raises(ValidationError, match="could not be worked in"):
        propose_period(period=month(north, MARCH), by=administrator)


def test_work_that_began_before_a_change_was_lost_makes_up_for_nothing(
    north: Cooperation, cost: Cost, shut: Shut, stale: Stale
) -> None:
    """It may have read what was there before, however late it ended."""
    shut(JANUARY)
    began = timezone.now()
    lose(north, JANUARY, FEBRUARY)
    job = announce_change(cooperation_id=north.pk, touches=(JANUARY, None))
    run_all()
    assert stale() == []
    Job.objects.filter(pk=job.pk).update(started_at=began)
    assert stale() == [JANUARY, FEBRUARY]


def test_the_page_of_the_month_that_charges_it_tells_of_a_lost_change_too(
    north: Cooperation, cost: Cost, shut: Shut, administrator: User, sign_in: Callable[[User], Client]
) -> None:
    shut(JANUARY)
    page, propose = "/north/costs/2026-02/", "/north/costs/2026-02/propose/"
    client = sign_in(administrator)
    assert propose in client.get(page).content.decode()
    lose(north, JANUARY, FEBRUARY)
    text = client.get(page).content.decode()
    assert "could not be recomputed" in text
    assert propose not in text
    assert "could not be recomputed" not in client.get("/north/costs/2026-03/").content.decode()
    announce_change(cooperation_id=north.pk, touches=(JANUARY, FEBRUARY))
    assert "are being recomputed" in client.get(page).content.decode()
    run_all()
    text = client.get(page).content.decode()
    assert "could not be recomputed" not in text
    assert propose in text


def test_the_page_of_a_month_tells_of_no_failure_of_others(
    north: Cooperation, cost: Cost, broken: set[str], administrator: User, sign_in: Callable[[User], Client]
) -> None:
    broken.add("2026-02")
    change(cost, amount=Decimal("180.00"))
    give_up()
    client = sign_in(administrator)
    assert "could not be recomputed" not in client.get("/north/costs/2026-01/").content.decode()
    assert "out of paper" in client.get("/north/costs/2026-02/").content.decode()
    assert "could not be recomputed" in client.get("/north/costs/2026-02/SE1737/").content.decode()


def test_a_change_to_a_closed_month_makes_the_first_open_one_stale(
    north: Cooperation, outside: Cooperation, cost: Cost, shut: Shut, stale: Stale
) -> None:
    """That one will charge it; the months after it will not."""
    shut(JANUARY)
    assert stale() == []
    announce_change(cooperation_id=outside.pk, touches=(JANUARY, FEBRUARY))
    assert stale() == []
    announce_change(cooperation_id=north.pk, touches=(JANUARY, FEBRUARY))
    assert stale() == [JANUARY, FEBRUARY]
    run_all()
    assert stale() == []


def test_a_change_to_an_open_month_makes_no_other_stale(north: Cooperation, cost: Cost, stale: Stale) -> None:
    announce_change(cooperation_id=north.pk, touches=(JANUARY, FEBRUARY))
    assert stale() == [JANUARY]
    announce_change(cooperation_id=north.pk, touches=(MARCH, APRIL))
    assert stale() == [JANUARY, MARCH]


MOST = Decimal("9999999999999999.99")
"""The largest amount that a cost can have."""


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_costs_that_there_can_be_share_one_month(
    north: Cooperation, sign: int, shut: Shut, auditor: User, sign_in: Callable[[User], Client]
) -> None:
    for _ in range(2):
        post(north, str(sign * MOST), JANUARY, FEBRUARY)
    run = month(north, JANUARY).current_run
    assert run.total == 2 * sign * MOST
    assert set(run.totals.values_list("amount", flat=True)) == {sign * MOST}
    shut(JANUARY)
    [told] = sign_in(auditor).get("/api/v1/periods/?month=2026-01").json()["results"]
    assert told["total"] == str(2 * sign * MOST)
    late = post(north, str(sign * MOST), JANUARY, FEBRUARY)
    [(reference, _concerns, shares)] = corrections(month(north, FEBRUARY))
    assert (reference, sum(shares.values())) == (late.reference, int(sign * MOST * 100))


def content(run: Run) -> dict[str, list[tuple[Any, ...]]]:
    """All that a run holds, apart from the run that it is of."""
    lines = RunLine.objects.filter(run=run).order_by("number")
    columns = [
        field.attname for field in RunLine._meta.concrete_fields if field.attname not in ("run_id", "pk")
    ]
    blocks = ShareBlock.objects.filter(run=run).order_by("municipality")
    totals = RunTotal.objects.filter(run=run).order_by("municipality")
    return {
        "lines": list(lines.values_list(*columns)),
        "blocks": list(blocks.values_list("municipality", "line_numbers", "amounts_minor")),
        "totals": list(totals.values_list("municipality", "name", "amount")),
        "run": list(
            Run.objects.filter(pk=run.pk).values_list("fingerprint", "money_mark", "carry", "notices")
        ),
    }


def test_rows_follow_from_the_facts_alone(
    north: Cooperation, erp: Application, support: CostType, cost: Cost, shut: Shut
) -> None:
    """Computed twice, a month with corrections has the same lines, numbers and shares."""
    shut(JANUARY)
    for amount in ("0.01", "7.77", "-3.33"):
        post(north, amount, JANUARY, MARCH, application=erp, cost_type=support)
    first = month(north, FEBRUARY).current_run
    before = content(first)
    assert list(first.lines.order_by("number").values_list("number", "concerns")) == [
        *((number, None) for number in (1, 2, 3, 4)),
        *((number, JANUARY) for number in (5, 6)),  # of 0.01 nothing falls in January
    ]
    Period.objects.filter(first_day=FEBRUARY).update(current_run=None)
    again = compute_period(period_id=month(north, FEBRUARY).pk)
    assert again
    assert again.pk != first.pk
    assert content(again) == before


def test_the_order_in_which_costs_were_added_decides_nothing(north: Cooperation, support: CostType) -> None:
    """What anybody pays follows from what the costs are, not from which number they got."""
    amounts = ["0.01", "0.02", "33.33", "0.01", "-0.05", "12.35"]

    def totals(order: list[str]) -> dict[str, Decimal]:
        Cost.objects.all().delete()
        for amount in order:
            CostFactory(cooperation=north, cost_type=support, amount=Decimal(amount))
        run = compute(north)[0].current_run
        assert run
        found = dict(run.totals.values_list("name", "amount"))
        RunLine.objects.all().delete()
        return found

    assert totals(amounts) == totals(amounts[::-1]) == totals(sorted(amounts))


def one_unit_less(found: Any) -> Any:
    """The columns of a run with a unit gone from one municipality's first share."""
    (numbers, (first, *rest)), *others = found["SE1737"]
    return {**found, "SE1737": [(numbers, (first - 1, *rest)), *others]}


def one_share_less(found: Any) -> Any:
    return {**found, "SE1737": found["SE1737"][:-1]}


def nobody(found: Any) -> Any:
    return {code: columns for code, columns in found.items() if code != "SE1737"}


@pytest.mark.parametrize("tampered", [one_unit_less, one_share_less, nobody])
def test_half_a_run_is_never_stored(
    north: Cooperation,
    erp: Application,
    support: CostType,
    cost: Cost,
    monkeypatch: pytest.MonkeyPatch,
    tampered: Callable[[Any], Any],
) -> None:
    columns = rows._columns
    monkeypatch.setattr(rows, "_columns", lambda allocation: tampered(columns(allocation)))
    CostFactory(cooperation=north, application=erp, cost_type=support)
    was = {model: model._default_manager.count() for model in (Run, RunLine, RunTotal, ShareBlock)}
    january = month(north, JANUARY)
    with pytest.raises(HalfARunError):
        compute_period(period_id=january.pk)
    assert {model: model._default_manager.count() for model in was} == was
    assert month(north, JANUARY).current_run == january.current_run
    with pytest.raises(MonthsFailedError):
        recompute(cooperation_id=north.pk, touches=(JANUARY, FEBRUARY))
    assert "do not add up" in month(north, JANUARY).failure


def test_a_block_that_differs_from_its_total_is_half_a_run(
    north: Cooperation, cost: Cost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shares that add up over all, but not for each."""

    def block(columns: list[rows.Column]) -> tuple[bytes, bytes]:
        return whole([(numbers, tuple(share + 1 for share in shares)) for numbers, shares in columns])

    whole = rows._block
    monkeypatch.setattr(rows, "_block", block)
    Cost.objects.update(amount=Decimal("180.00"))
    with pytest.raises(HalfARunError):
        compute_period(period_id=month(north, JANUARY).pk)
    assert month(north, JANUARY).current_run.number == 1
