"""What changes in a closed month is charged in the next open one, to the last unit, or left by decision."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from agreements.models import CostType
from billing.actions import LateChangeMovedError, decide_late, propose_period, withdraw_cost
from billing.models import Cost, LateDecision, Period
from billing.reports import why_corrected
from billing.snapshots import LateState, Verdict, late_states, late_verdicts
from municipalities.actions import save_row
from municipalities.models import Cooperation, Municipality
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change, run_all
from sharedict.kernel.periods import Month
from tests.billing.books import (
    change,
    charged,
    charged_of,
    corrections,
    credit,
    month,
    post,
    read_again,
    statements,
)
from tests.factories.municipalities import MemberFactory, MunicipalityFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory

JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, number, 1) for number in (1, 2, 3, 4))
Shut = Callable[[dt.date], Period]


@pytest.fixture
def trio(north: Cooperation) -> Cooperation:
    """Three members who share evenly."""
    MemberFactory(cooperation=north, municipality=MunicipalityFactory(code="1766", name="Sunne"))
    return north


@pytest.fixture
def cost(trio: Cooperation, shut: Shut) -> Cost:
    """300.01 for January to March; January is closed with 103.33 of it."""
    found = post(trio, "300.01", JANUARY, APRIL)
    shut(JANUARY)
    assert charged(trio) == {"SE1737": 3445, "SE1766": 3444, "SE1783": 3444}
    return found


def total(cooperation: Cooperation, first_day: dt.date) -> Decimal:
    run = month(cooperation, first_day).current_run
    assert run
    return run.total


def test_a_full_credit_note_gives_back_what_was_charged_and_leaves_nothing_open(
    trio: Cooperation, cost: Cost, shut: Shut
) -> None:
    note = credit(cost)
    undone = {"SE1737": -3445, "SE1766": -3444, "SE1783": -3444}
    assert corrections(month(trio, FEBRUARY)) == [(note.reference, JANUARY, undone)]
    assert (total(trio, FEBRUARY), total(trio, MARCH)) == (Decimal("-103.33"), Decimal("0.00"))
    shut(FEBRUARY)
    assert set(charged(trio).values()) == {0}
    shut(MARCH)
    assert set(charged(trio).values()) == {0}
    assert late_states(trio) == []


def test_a_changed_cost_is_corrected_in_the_next_month_and_charged_when_that_closes(
    trio: Cooperation, cost: Cost, shut: Shut, auditor: User
) -> None:
    change(cost, amount=Decimal("600.01"), description="Licences, all of them")
    more = {"SE1737": 3444, "SE1766": 3445, "SE1783": 3445}
    assert corrections(month(trio, FEBRUARY)) == [(cost.reference, JANUARY, more)]
    assert corrections(month(trio, MARCH)) == []
    assert total(trio, FEBRUARY) == Decimal("186.66") + Decimal("103.34")
    assert [(state.verdict, state.amount_minor) for state in late_states(trio)] == [(Verdict.COUNTS, 10334)]
    shut(FEBRUARY)
    assert late_states(trio) == []
    assert corrections(month(trio, MARCH)) == []
    assert {code: minor - charged_of(cost)[code] for code, minor in charged(trio).items()} == dict.fromkeys(
        more, 0
    )
    january, february = (statements(month(trio, day), auditor) for day in (JANUARY, FEBRUARY))
    for code, minor in more.items():
        [line] = february[code].corrections
        assert (line.this_minor, line.before_minor, line.year_minor) == (minor, 0, 0)
        assert (str(line.concerns), line.references) == ("2026-01", (cost.reference,))
        assert line.description == "Licences, all of them"
        assert line.corrects == (january[code].number, 1)
        assert february[code].corrections_minor == minor
        assert february[code].year_minor == january[code].total_minor + february[code].total_minor


def test_a_change_that_is_undone_before_it_is_charged_leaves_no_trace(trio: Cooperation, cost: Cost) -> None:
    was = [str(total(trio, day)) for day in (JANUARY, FEBRUARY, MARCH)]
    change(cost, amount=Decimal("600.01"))
    assert month(trio, JANUARY).has_late_changes
    change(cost, amount=Decimal("300.01"))
    assert not month(trio, JANUARY).has_late_changes
    assert corrections(month(trio, FEBRUARY)) == []
    assert [str(total(trio, day)) for day in (JANUARY, FEBRUARY, MARCH)] == was
    assert late_states(trio) == []


def test_a_change_that_is_undone_after_it_was_charged_is_reversed(
    trio: Cooperation, cost: Cost, shut: Shut
) -> None:
    change(cost, amount=Decimal("600.01"))
    shut(FEBRUARY)
    change(cost, amount=Decimal("300.01"))
    (reference, concerns, back), (other, later, less) = corrections(month(trio, MARCH))
    assert (reference, concerns, other, later) == (cost.reference, JANUARY, cost.reference, FEBRUARY)
    assert back == {"SE1737": -3444, "SE1766": -3445, "SE1783": -3445}
    assert sum(less.values()) == 9334 - 18666
    shut(MARCH)
    assert late_states(trio) == []
    assert sum(charged(trio).values()) == 30001
    assert all(abs(3 * minor - 30001) < 3 for minor in charged(trio).values())


def test_a_withdrawn_cost_is_given_back(trio: Cooperation, cost: Cost, shut: Shut) -> None:
    withdraw_cost(cost=cost, on=FEBRUARY, by=None)
    run_all()
    undone = {"SE1737": -3445, "SE1766": -3444, "SE1783": -3444}
    assert corrections(month(trio, FEBRUARY)) == [(cost.reference, JANUARY, undone)]
    shut(FEBRUARY)
    assert set(charged(trio).values()) == {0}


def test_a_late_cost_that_changes_again_is_corrected_by_the_difference_alone(
    trio: Cooperation, cost: Cost, shut: Shut
) -> None:
    late = post(trio, "3.00", JANUARY, FEBRUARY)
    shut(FEBRUARY)
    change(late, amount=Decimal("3.03"))
    assert corrections(month(trio, MARCH)) == [
        (late.reference, JANUARY, {"SE1737": 1, "SE1766": 1, "SE1783": 1})
    ]
    shut(MARCH)
    assert charged_of(late) == {"SE1737": 101, "SE1766": 101, "SE1783": 101}


def only(cooperation: Cooperation) -> LateState:
    """The one late change; the verdict that is read alone is the same."""
    [state] = late_states(cooperation)
    assert late_verdicts(cooperation) == [state.verdict]
    return state


def decide(
    cooperation: Cooperation, verdict: LateDecision.Verdict, by: User, reason: str = "Board 2026-02-10"
) -> LateState:
    decide_late(
        cooperation=cooperation, states=late_states(cooperation), verdict=verdict, reason=reason, by=by
    )
    run_all()
    return only(cooperation)


def test_a_late_reading_waits_for_a_decision_and_the_next_month_with_it(
    north: Cooperation, by_population: Cost, administrator: User
) -> None:
    read_again(8000)
    state = only(north)
    assert (state.verdict, state.correction.cause) == (Verdict.WAITING, "rules")
    assert state.correction.shares == {"SE1737": -1000, "SE1783": 1000}
    february = month(north, FEBRUARY)
    assert (corrections(february), total(north, FEBRUARY)) == ([], Decimal("1.00"))
    with pytest.raises(ValidationError, match="1 late change waits for a decision"):
        propose_period(period=february, by=administrator)


def test_how_many_late_changes_wait_is_counted(
    north: Cooperation, support: CostType, shut: Shut, administrator: User
) -> None:
    for amount in ("100.00", "10.00"):
        post(north, amount, JANUARY, FEBRUARY, cost_type=support)
    shut(JANUARY)
    read_again(8000)
    with pytest.raises(ValidationError, match="2 late changes wait for a decision"):
        propose_period(period=month(north, FEBRUARY), by=administrator)


def test_what_is_decided_to_be_charged_is_charged(
    north: Cooperation, by_population: Cost, shut: Shut, administrator: User
) -> None:
    read_again(8000)
    state = decide(north, LateDecision.Verdict.CHARGE, administrator)
    assert state.verdict == Verdict.CHARGE
    moved = {"SE1737": -1000, "SE1783": 1000}
    assert corrections(month(north, FEBRUARY)) == [(by_population.reference, JANUARY, moved)]
    assert total(north, FEBRUARY) == Decimal("1.00")
    shut(FEBRUARY)
    assert charged(north) == {"SE1737": 5050, "SE1783": 5050}
    assert late_states(north) == []


def test_what_is_decided_to_be_left_is_listed_and_not_charged(
    north: Cooperation, by_population: Cost, shut: Shut, administrator: User
) -> None:
    read_again(8000)
    state = decide(north, LateDecision.Verdict.LEAVE, administrator)
    assert (state.verdict, state.amount_minor) == (Verdict.LEFT, 0)
    assert state.decision
    assert (state.decision.reason, state.decision.decided_by) == ("Board 2026-02-10", administrator)
    assert corrections(month(north, FEBRUARY)) == []
    shut(FEBRUARY)
    assert charged(north) == {"SE1737": 6050, "SE1783": 4050}
    assert only(north).verdict == Verdict.LEFT


def test_another_result_is_decided_on_anew(
    north: Cooperation, by_population: Cost, administrator: User
) -> None:
    """And what was decided on the first result holds again where that comes back."""
    read_again(8000)
    decide(north, LateDecision.Verdict.LEAVE, administrator)
    read_again(32000)
    state = only(north)
    assert (state.verdict, state.correction.shares) == (Verdict.WAITING, {"SE1737": 2000, "SE1783": -2000})
    with pytest.raises(ValidationError, match="1 late change waits"):
        propose_period(period=month(north, FEBRUARY), by=administrator)
    read_again(8000)
    assert only(north).verdict == Verdict.LEFT


def test_a_decision_is_refused_on_what_has_moved_since_it_was_looked_at(
    north: Cooperation, by_population: Cost, administrator: User
) -> None:
    read_again(8000)
    seen = late_states(north)
    read_again(32000)
    with pytest.raises(LateChangeMovedError):
        decide_late(
            cooperation=north,
            states=seen,
            verdict=LateDecision.Verdict.CHARGE,
            reason="Board",
            by=administrator,
        )
    assert not LateDecision.objects.exists()


@pytest.mark.parametrize("verdict", LateDecision.Verdict)
def test_a_late_reading_is_decided_with_a_reason(
    north: Cooperation, by_population: Cost, administrator: User, verdict: LateDecision.Verdict
) -> None:
    read_again(8000)
    with pytest.raises(ValidationError) as refused:
        decide(north, verdict, administrator, reason=" ")
    assert set(refused.value.message_dict) == {"reason"}


def test_a_late_cost_that_is_left_is_not_charged(
    trio: Cooperation, cost: Cost, shut: Shut, administrator: User
) -> None:
    """It counts by default; nobody needs to decide."""
    late = post(trio, "30.00", JANUARY, FEBRUARY)
    assert only(trio).verdict == Verdict.COUNTS
    assert decide(trio, LateDecision.Verdict.LEAVE, administrator).verdict == Verdict.LEFT
    shut(FEBRUARY)
    assert charged_of(late) == {}


def test_a_late_cost_that_nothing_divides_stops_the_next_month_until_it_is_divided_or_left(
    trio: Cooperation, cost: Cost, shut: Shut, administrator: User
) -> None:
    nobodys = ApplicationFactory(cooperation=trio)
    late = post(trio, "10.00", JANUARY, FEBRUARY, application=nobodys)
    state = only(trio)
    assert (state.verdict, state.reason, state.cost_id) == (Verdict.UNALLOCATED, "no_payers", late.pk)
    with pytest.raises(ValidationError, match="1 late change waits for a decision"):
        propose_period(period=month(trio, FEBRUARY), by=administrator)
    with pytest.raises(ValidationError, match="Nothing divides this cost"):
        decide(trio, LateDecision.Verdict.CHARGE, administrator)
    assert decide(trio, LateDecision.Verdict.LEAVE, administrator).verdict == Verdict.LEFT
    assert propose_period(period=month(trio, FEBRUARY), by=administrator).state == "proposed"
    SubscriptionFactory(application=nobodys, municipality=Municipality.objects.get(code="1766"))
    announce_change(cooperation_id=trio.pk, touches=(JANUARY, None))
    run_all()
    assert corrections(month(trio, FEBRUARY)) == [(late.reference, JANUARY, {"SE1766": 1000})]
    shut(FEBRUARY)
    assert charged_of(late) == {"SE1766": 1000}


def test_to_leave_a_little_is_not_to_leave_a_lot(
    trio: Cooperation, cost: Cost, shut: Shut, administrator: User
) -> None:
    """A decision is bound to what had been charged, too: the same result from elsewhere is asked anew."""
    late = post(trio, "100.00", JANUARY, FEBRUARY)
    change(late, amount=Decimal("101.00"))
    assert decide(trio, LateDecision.Verdict.LEAVE, administrator).verdict == Verdict.LEFT
    change(late, amount=Decimal("10000.00"))
    assert only(trio).verdict == Verdict.COUNTS
    shut(FEBRUARY)
    change(late, amount=Decimal("101.00"))
    assert (only(trio).verdict, only(trio).amount_minor) == (Verdict.COUNTS, -989900)
    shut(MARCH)
    assert sum(charged_of(late).values()) == 10100


def test_what_refunds_a_left_cost_is_left_with_it(
    trio: Cooperation, cost: Cost, shut: Shut, administrator: User
) -> None:
    late = post(trio, "90.00", JANUARY, FEBRUARY)
    assert decide(trio, LateDecision.Verdict.LEAVE, administrator).verdict == Verdict.LEFT
    note = credit(late, "-30.00")
    assert {state.verdict for state in late_states(trio)} == {Verdict.LEFT}
    shut(FEBRUARY)
    assert charged_of(late) == charged_of(note) == {}


def test_a_refund_follows_what_was_charged_where_a_change_of_rules_was_left(
    north: Cooperation, by_population: Cost, shut: Shut, administrator: User
) -> None:
    read_again(2000)
    assert decide(north, LateDecision.Verdict.LEAVE, administrator).verdict == Verdict.LEFT
    note = credit(by_population)
    refund = next(state for state in late_states(north) if state.cost_id == note.pk)
    assert refund.verdict == Verdict.COUNTS
    assert refund.correction.shares == {"SE1737": -6000, "SE1783": -4000}


def test_why_a_closed_month_charged_a_correction_stays_whatever_is_decided_later(
    north: Cooperation, by_population: Cost, shut: Shut, administrator: User
) -> None:
    read_again(2000)
    decide(north, LateDecision.Verdict.LEAVE, administrator)
    note = credit(by_population)
    shut(FEBRUARY)
    rules = next(state for state in late_states(north) if state.cost_id == by_population.pk)
    decide_late(
        cooperation=north,
        states=[rules],
        verdict=LateDecision.Verdict.CHARGE,
        reason="Board 2026-03-10",
        by=administrator,
    )
    run_all()
    told = why_corrected(month(north, FEBRUARY), note.reference, Month.of(JANUARY), "SE1737")
    assert told
    assert told.after
    assert (told.should_minor, told.after.own.share_minor) == (-6000, -6000)


def test_a_left_cost_moves_nobody_elses_rounding(
    trio: Cooperation, cost: Cost, shut: Shut, administrator: User
) -> None:
    late = post(trio, "100.00", JANUARY, FEBRUARY)
    before = only(trio).correction.should
    other = post(trio, "90.01", JANUARY, dt.date(2026, 1, 31))
    states = [state for state in late_states(trio) if state.cost_id == other.pk]
    decide_late(
        cooperation=trio,
        states=states,
        verdict=LateDecision.Verdict.LEAVE,
        reason="a bagatelle",
        by=administrator,
    )
    run_all()
    now = {state.cost_id: state for state in late_states(trio)}
    assert now[other.pk].verdict == Verdict.LEFT
    assert now[late.pk].correction.should == before


def test_a_late_reading_waits_also_for_a_cost_that_came_late_itself(
    north: Cooperation, support: CostType, shut: Shut, administrator: User
) -> None:
    post(north, "5.00", JANUARY, FEBRUARY)
    post(north, "1.00", FEBRUARY, APRIL)
    shut(JANUARY)
    late = post(north, "100.00", JANUARY, FEBRUARY, cost_type=support)
    assert only(north).verdict == Verdict.COUNTS
    shut(FEBRUARY)
    assert charged_of(late) == {"SE1737": 6000, "SE1783": 4000}
    read_again(2000)
    assert (only(north).verdict, only(north).correction.cause) == (Verdict.WAITING, "rules")


def test_a_late_reading_waits_also_where_the_code_of_its_cost_type_is_another(
    north: Cooperation, by_population: Cost, support: CostType
) -> None:
    support.code = "help"
    save_row(row=support, by=None)
    run_all()
    assert late_states(north) == []
    read_again(2000)
    assert (only(north).verdict, only(north).correction.cause) == (Verdict.WAITING, "rules")


def test_no_month_is_proposed_while_a_change_of_a_closed_one_is_being_worked_in(
    trio: Cooperation, cost: Cost, administrator: User
) -> None:
    announce_change(cooperation_id=trio.pk, touches=(JANUARY, FEBRUARY))
    with pytest.raises(ValidationError, match="being worked in"):
        propose_period(period=month(trio, FEBRUARY), by=administrator)
    run_all()
    assert propose_period(period=month(trio, FEBRUARY), by=administrator).state == "proposed"


def test_what_a_left_refund_gave_back_is_not_given_back_again(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    whole = post(trio, "300.00", JANUARY, FEBRUARY)
    half = credit(whole, "-100.00")
    shut(JANUARY)
    withdraw_cost(cost=half, on=FEBRUARY, by=administrator)
    run_all()
    assert decide(trio, LateDecision.Verdict.LEAVE, administrator).verdict == Verdict.LEFT
    note = credit(whole, "-300.00")
    states = {state.cost_id: state for state in late_states(trio)}
    assert states[half.pk].verdict == Verdict.LEFT
    assert states[note.pk].amount_minor == -20000
    shut(FEBRUARY)
    assert set(charged(trio).values()) == {0}
    told = why_corrected(month(trio, FEBRUARY), note.reference, Month.of(JANUARY), "SE1766")
    assert told
    assert told.after
    after = told.after
    assert (after.part_minor, after.not_given_minor, after.cost_minor) == (-30000, 10000, -20000)
