"""What is left stays as it was charged, as long as what was decided on holds; and nothing else is touched."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from agreements.models import CostType
from billing.actions import decide_late, propose_period, restore_cost, save_cost, withdraw_cost
from billing.actions.runs import check_closed_period
from billing.engine import held as what_is_held
from billing.engine.facts import Facts
from billing.models import Cost, LateDecision, Period
from billing.snapshots import LateState, Verdict, late_states
from billing.views.late import value_of, what_changed
from municipalities.models import Cooperation, Driver, Municipality, Reading
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change, run_all
from sharedict.jobs.models import Job
from tests.billing.books import (
    change,
    charged,
    charged_of,
    credit,
    month,
    post,
    post_each,
    read_again,
    statements,
)
from tests.factories.municipalities import MemberFactory, MunicipalityFactory, ReadingFactory

JANUARY, FEBRUARY, MARCH, APRIL, MAY = (dt.date(2026, number, 1) for number in range(1, 6))
LEAVE, CHARGE = LateDecision.Verdict.LEAVE, LateDecision.Verdict.CHARGE
Shut = Callable[[dt.date], Period]


@pytest.fixture
def trio(north: Cooperation) -> Cooperation:
    """Three members who share evenly; 3.00 in each month."""
    MemberFactory(cooperation=north, municipality=MunicipalityFactory(code="1766", name="Sunne"))
    post_each(north, "3.00", JANUARY, FEBRUARY, MARCH, APRIL, MAY)
    return north


def state_of(cost: Cost) -> LateState:
    return next(state for state in late_states(cost.cooperation) if state.cost_id == cost.pk)


def decide(cost: Cost, verdict: LateDecision.Verdict, by: User) -> None:
    decide_late(
        cooperation=cost.cooperation, states=[state_of(cost)], verdict=verdict, reason="Board § 1", by=by
    )
    run_all()


def together(*costs: Cost) -> dict[str, int]:
    """What closed months have charged of them in all, without those who carry nothing."""
    found: dict[str, int] = {}
    for cost in costs:
        for code, minor in charged_of(cost).items():
            found[code] = found.get(code, 0) + minor
    return {code: minor for code, minor in found.items() if minor}


def withdraw(cost: Cost, by: User) -> None:
    withdraw_cost(cost=cost, on=FEBRUARY, by=by)
    run_all()


def test_a_refund_of_a_cost_that_was_left_and_counts_again_counts_too(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    shut(JANUARY)
    late = post(trio, "30.00", JANUARY, FEBRUARY)
    decide(late, LEAVE, administrator)
    late = change(late, amount=Decimal("60.00"))
    note = credit(late, "-60.00")
    assert {state_of(each).verdict for each in (late, note)} == {Verdict.COUNTS}
    shut(FEBRUARY)
    assert sum(charged_of(late).values()) == 6000
    assert together(late, note) == {}


def test_a_month_with_a_change_that_was_left_is_held_against_today_at_little_cost(
    trio: Cooperation, shut: Shut, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of what it asks for once: what the month should be, and its facts as they are kept."""
    shut(JANUARY)
    decide(post(trio, "30.00", JANUARY, FEBRUARY), LEAVE, administrator)
    asked = Counter[str]()

    def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*given: Any) -> Any:
            asked[name] += 1
            return call(*given)

        return counting

    monkeypatch.setattr(what_is_held, "ShouldBe", counted("should be", what_is_held.ShouldBe))
    monkeypatch.setattr(Facts, "to_json", counted("written", Facts.to_json))
    assert check_closed_period(period_id=month(trio, JANUARY).pk) is None
    assert asked == {"should be": 1, "written": 1}
    Cost.objects.filter(starts_on=JANUARY, amount=3).update(amount=Decimal("6.00"))
    asked.clear()
    assert check_closed_period(period_id=month(trio, JANUARY).pk)
    assert asked == {"should be": 1, "written": 1}


def test_a_withdrawal_that_was_left_and_undone_holds_nothing_back_later(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    withdraw(cost, administrator)
    decide(cost, LEAVE, administrator)
    restore_cost(cost=cost, by=administrator)
    run_all()
    assert late_states(trio) == []
    cost = change(cost, amount=Decimal("300.00"))
    note = credit(cost, "-300.00")
    shut(FEBRUARY)
    assert together(cost, note) == {}
    assert late_states(trio) == []


def test_what_was_left_by_an_older_decision_on_the_same_result_is_held(
    north: Cooperation, by_population: Cost, shut: Shut, administrator: User
) -> None:
    read_again(2000)
    decide(by_population, LEAVE, administrator)
    read_again(32000)
    decide(by_population, CHARGE, administrator)
    read_again(2000)
    note = credit(by_population)
    shut(FEBRUARY)
    assert together(by_population, note) == {}


def test_a_closed_month_is_held_again_to_what_the_next_one_charged_of_it(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    cost = change(cost, amount=Decimal("130.00"))
    note = credit(cost, "-30.00")
    shut(FEBRUARY)
    before = [(state.cost_id, state.mark) for state in late_states(trio)]
    announce_change(cooperation_id=trio.pk, touches=(JANUARY, None))
    run_all()
    assert [(state.cost_id, state.mark) for state in late_states(trio)] == before
    assert sum(together(cost, note).values()) == 10000


@pytest.mark.parametrize("late_öre", [1, 3])
def test_what_is_left_keeps_its_rounding_too(
    trio: Cooperation, shut: Shut, administrator: User, late_öre: int
) -> None:
    """Nine costs of 1.00 by three; the three that gave Torsby the odd unit grow by 0.03, and are left."""
    costs = [post(trio, "1.00", JANUARY, FEBRUARY) for _ in range(9)]
    shut(JANUARY)
    for cost in [each for each in costs if charged_of(each)["SE1737"] == 34]:
        decide(change(cost, amount=Decimal("1.03")), LEAVE, administrator)
    for _ in range(late_öre):
        post(trio, "0.01", JANUARY, FEBRUARY)
    shut(FEBRUARY)
    found = charged(trio).values()
    assert sum(found) == 300 + 900 + 300 + late_öre
    assert max(found) - min(found) <= 1


def test_a_refund_that_gives_more_back_since_another_is_charged_waits_for_nobody(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    whole = post(trio, "1.00", JANUARY, FEBRUARY)
    half = credit(whole, "-0.50")
    shut(JANUARY)
    withdraw(half, administrator)
    decide(half, LEAVE, administrator)
    note = credit(whole, "-1.00")
    shut(FEBRUARY)
    assert together(whole, half, note) == {}
    decide(half, CHARGE, administrator)
    assert (state_of(note).verdict, state_of(note).amount_minor) == (Verdict.COUNTS, -50)
    shut(MARCH)
    assert together(whole, half, note) == {}


def test_a_refund_that_is_left_with_its_cost_is_charged_with_it(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    shut(JANUARY)
    late = post(trio, "90.00", JANUARY, FEBRUARY)
    decide(late, LEAVE, administrator)
    note = credit(late, "-30.00")
    with pytest.raises(ValidationError, match=f"It refunds {late.reference}"):
        decide(note, CHARGE, administrator)
    decide_late(
        cooperation=trio, states=late_states(trio), verdict=CHARGE, reason="Board § 2", by=administrator
    )
    run_all()
    assert {state_of(each).verdict for each in (late, note)} == {Verdict.CHARGE, Verdict.COUNTS}
    shut(FEBRUARY)
    assert sum(together(late, note).values()) == 6000


def test_no_month_closes_over_a_lost_change_of_closed_ones_that_only_some_were_held_to_again(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    whole = post(trio, "300.00", JANUARY, MARCH)
    shut(JANUARY)
    shut(FEBRUARY)
    whole.amount = Decimal("600.00")
    save_cost(cost=whole, by=None)
    Job.objects.unfinished().update(
        state=Job.State.FAILED, attempts=5, error="The worker stopped.", finished_at=timezone.now()
    )
    post(trio, "3.00", JANUARY, FEBRUARY)
    with pytest.raises(ValidationError, match="could not be worked in"):
        propose_period(period=month(trio, MARCH), by=administrator)
    run_all()
    shut(MARCH)
    assert sum(charged_of(whole).values()) == 60000


def test_a_text_that_is_mended_is_mended_in_what_is_still_to_be_charged(
    trio: Cooperation, shut: Shut, auditor: User
) -> None:
    shut(JANUARY)
    late = post(trio, "30.00", JANUARY, FEBRUARY, description="Typo", supplier="AB")
    change(late, description="Mended", supplier="CD")
    shut(FEBRUARY)
    [line] = statements(month(trio, FEBRUARY), auditor)["SE1737"].corrections
    assert line.description == "Mended"


def test_sums_of_a_year_may_be_larger_than_any_share(north: Cooperation, auditor: User) -> None:
    for _ in range(20):
        post(north, "9999999999999999.99", JANUARY, FEBRUARY)
    post(north, "1.00", FEBRUARY, MARCH)
    year = [found.year_minor for found in statements(month(north, FEBRUARY), auditor).values()]
    assert sum(year) == 20 * 999999999999999999 + 100


def test_a_cost_that_came_late_after_a_late_reading_is_said_to_have_come_late(
    north: Cooperation, by_population: Cost, shut: Shut, administrator: User
) -> None:
    read_again(8000)
    late = post(north, "10.00", JANUARY, FEBRUARY, cost_type=by_population.cost_type)
    assert state_of(late).verdict == Verdict.WAITING
    assert what_changed(state_of(late)).startswith("the cost came late, and who pays")
    assert what_changed(state_of(by_population)).startswith("who pays")


def test_what_moves_beside_a_sum_is_said_on_the_button_and_once_decided(
    north: Cooperation,
    by_population: Cost,
    shut: Shut,
    administrator: User,
    sign_in: Callable[[User], Client],
) -> None:
    """A late reading moves 10.00 of a closed cost; another cost, of 7.00, came late after it."""
    read_again(8000)
    late = post(north, "7.00", JANUARY, FEBRUARY, cost_type=by_population.cost_type)
    client, values = sign_in(administrator), [value_of(state_of(each)) for each in (by_population, late)]
    shown = client.get("/north/costs/late/").content.decode()
    assert "Charge 7.00\xa0SEK and move 10.00\xa0SEK in February 2026" in shown
    assert "Leave 7.00\xa0SEK uncharged, and 10.00\xa0SEK where it is" in shown
    sent = {"change": values, "verdict": "charge", "reason": "§ 1", "group": "waiting"}
    said = client.post("/north/costs/late/", sent, follow=True).content.decode()
    assert "Beside that, 10.00\xa0SEK moves from some municipalities to others." in said


def test_a_unit_that_rounding_moves_is_not_said_to_be_a_changed_cost(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    shut(JANUARY)
    one, two = (post(trio, "1.00", JANUARY, FEBRUARY) for _ in range(2))
    shut(FEBRUARY)
    withdraw(one, administrator)
    assert sorted(state_of(two).correction.shares.values()) == [-1, 1]
    assert "rounding gives a unit to another" in what_changed(state_of(two))
    assert what_changed(state_of(one)) == "the cost counts no longer"


def test_figures_that_only_rounding_moves_say_so(
    trio: Cooperation,
    shut: Shut,
    administrator: User,
    auditor: User,
    sign_in: Callable[[User], Client],
) -> None:
    shut(JANUARY)
    one, two = (post(trio, "1.00", JANUARY, FEBRUARY) for _ in range(2))
    shut(FEBRUARY)
    withdraw(one, administrator)
    client, page = sign_in(auditor), "/north/costs/late/"
    why = "Only rounding: the part is the same as before"
    for path in ("", f"2026-01/{one.reference}/"):
        assert why not in client.get(f"{page}{path}").content.decode()
    text = client.get(f"{page}2026-01/{two.reference}/").content.decode()
    assert text.count("only rounding") == 2
    assert why in text


def test_who_pays_the_same_part_as_before_is_moved_by_rounding_only(
    trio: Cooperation,
    shut: Shut,
    support: CostType,
    population: Driver,
    administrator: User,
    sign_in: Callable[[User], Client],
) -> None:
    """0.01 is Sunne's, who has 40 % of the people; then Torsby has 50 %, and Sunne as many as before."""
    sunne = Municipality.objects.get(code="1766")
    read = Reading.objects.filter(driver=population, reference_on=dt.date(2025, 12, 31))
    ReadingFactory(driver=population, municipality=sunne, reference_on=dt.date(2025, 12, 31), value=12000)
    read.filter(municipality__code__in=["1737", "1783"]).update(value=9000)
    cost = post(trio, "0.01", JANUARY, FEBRUARY, cost_type=support)
    shut(JANUARY)
    assert charged_of(cost)["SE1766"] == 1
    read.filter(municipality__code="1783").update(value=3000)
    read_again(15000)
    assert state_of(cost).correction.shares == {"SE1737": 1, "SE1766": -1}
    client = sign_in(administrator)
    text = client.get(f"/north/costs/late/2026-01/{cost.reference}/").content.decode()
    assert text.count("only rounding") == 1
    assert text.index("only rounding") > text.index(">Sunne<")
    decide(cost, CHARGE, administrator)
    effects = client.get("/north/costs/late/").content.decode().partition('id="effects"')[2]
    assert effects.count("only rounding") == 1
    assert "Only rounding: the part is the same as before" in effects
