"""Costs come in and go out, months are proposed and closed."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from agreements.models import CostType
from billing.actions import (
    close_period,
    import_costs,
    propose_period,
    restore_cost,
    save_cost,
    withdraw_cost,
)
from billing.models import Cost, Period, Statement
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.actions import run_all
from sharedict.jobs.models import Job
from tests.factories.agreements import CostTypeFactory
from tests.factories.billing import CostFactory, close, compute
from tests.factories.services import ApplicationFactory

JANUARY, FEBRUARY, MARCH = (dt.date(2026, number, 1) for number in (1, 2, 3))


@pytest.fixture
def draft(north: Cooperation, erp: Application, licence: CostType) -> Cost:
    """A cost as somebody typed it, not yet saved."""
    return Cost(
        cooperation=north,
        application=erp,
        cost_type=licence,
        description="Licences",
        amount=Decimal("100.01"),
        currency="SEK",
        starts_on=JANUARY,
        ends_on=FEBRUARY,
    )


@pytest.fixture
def january(north: Cooperation, erp: Application, licence: CostType) -> Period:
    """A computed month with 100.01 to divide."""
    CostFactory(cooperation=north, application=erp, cost_type=licence, amount=Decimal("100.01"))
    return compute(north)[0]


def refused_at(refused: pytest.ExceptionInfo[ValidationError]) -> set[str]:
    return set(refused.value.message_dict)


def test_a_new_cost_gets_the_next_reference_of_its_cooperation(
    draft: Cost, outside: Cooperation, administrator: User
) -> None:
    CostFactory(cooperation=outside, reference="C00000700")
    CostFactory(cooperation=draft.cooperation, reference="C00000041")
    assert save_cost(cost=draft, by=administrator).reference == "C00000042"


def test_a_new_cost_is_logged_and_its_days_announced(draft: Cost, administrator: User) -> None:
    save_cost(cost=draft, by=administrator)
    entry = Entry.objects.get(subject_type="billing.cost")
    assert (entry.verb, entry.user, entry.changes["amount"]) == ("add", administrator, ["", "100.01"])
    job = Job.objects.get()
    assert (job.kind, job.touches_from, job.touches_until) == ("facts-changed", JANUARY, FEBRUARY)


def test_moving_a_cost_announces_where_it_was_and_where_it_is(draft: Cost, administrator: User) -> None:
    save_cost(cost=draft, by=administrator)
    Job.objects.all().delete()
    draft.starts_on, draft.ends_on = dt.date(2026, 4, 1), dt.date(2026, 5, 1)
    save_cost(cost=draft, by=administrator)
    job = Job.objects.get()
    assert (job.touches_from, job.touches_until) == (JANUARY, dt.date(2026, 5, 1))


def test_saving_a_cost_unchanged_orders_nothing(draft: Cost, administrator: User) -> None:
    save_cost(cost=draft, by=administrator)
    Job.objects.all().delete()
    save_cost(cost=Cost.objects.get(), by=administrator)
    assert not Job.objects.exists()
    assert Entry.objects.filter(subject_type="billing.cost").count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": Decimal("0.00")}, "__all__"),
        ({"amount": Decimal("1.005")}, "amount"),
        ({"amount": Decimal(10**17)}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"starts_on": FEBRUARY, "ends_on": JANUARY}, "ends_on"),
        ({"starts_on": JANUARY, "ends_on": JANUARY}, "ends_on"),
        ({"starts_on": dt.date(2025, 12, 1), "ends_on": JANUARY}, "ends_on"),
        ({"starts_on": dt.date(2000, 1, 1)}, "__all__"),
        ({"description": ""}, "description"),
        ({"description": "x" * 10_000}, "description"),
        ({"supplier": "x" * 10_000}, "supplier"),
        ({"currency": "NOK"}, "currency"),
        ({"currency": "sek"}, "currency"),
    ],
)
def test_a_cost_that_cannot_be_is_refused_where_it_is_wrong(
    draft: Cost, administrator: User, change: dict[str, Any], field: str
) -> None:
    for name, value in change.items():
        setattr(draft, name, value)
    with pytest.raises(ValidationError) as refused:
        save_cost(cost=draft, by=administrator)
    assert refused_at(refused) == {field}
    assert not Cost.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("text", ['"Quoted"', "Räksmörgås 🦐", "=1+1", "a\tb\\N\\.", "x" * 300])
def test_any_text_is_kept_as_it_is(draft: Cost, administrator: User, text: str) -> None:
    draft.description = text
    save_cost(cost=draft, by=administrator)
    run_all()
    assert Cost.objects.get().description == text
    assert Period.objects.get().current_run.lines.get().description == text


@pytest.mark.parametrize("name", ["application", "cost_type"])
def test_other_cooperations_rows_do_not_exist(
    draft: Cost, outside: Cooperation, administrator: User, name: str
) -> None:
    theirs = {"application": ApplicationFactory, "cost_type": CostTypeFactory}[name](cooperation=outside)
    setattr(draft, name, theirs)
    with pytest.raises(ValidationError) as refused:
        save_cost(cost=draft, by=administrator)
    assert refused_at(refused) == {name}
    assert str(theirs) not in str(refused.value)


def test_an_external_id_is_used_once(draft: Cost, administrator: User) -> None:
    CostFactory(cooperation=draft.cooperation, external_id="ledger-7")
    draft.external_id = "ledger-7"
    with pytest.raises(ValidationError, match="external id"):
        save_cost(cost=draft, by=administrator)


def test_a_withdrawn_cost_no_longer_counts_and_a_restored_one_does(
    january: Period, administrator: User
) -> None:
    cost = Cost.objects.get()
    withdraw_cost(cost=cost, on=dt.date(2026, 2, 14), by=administrator)
    run_all()
    january.refresh_from_db()
    assert (january.current_run.number, january.current_run.total) == (2, 0)
    assert not january.current_run.totals.exists()
    restore_cost(cost=cost, by=administrator)
    run_all()
    january.refresh_from_db()
    assert (january.current_run.number, january.current_run.total) == (3, Decimal("100.01"))
    verbs = Entry.objects.filter(subject_type="billing.cost").values_list("verb", flat=True)
    assert list(verbs) == ["change", "change"]


def test_withdrawing_and_restoring_are_safe_to_repeat(draft: Cost, administrator: User) -> None:
    save_cost(cost=draft, by=administrator)
    for _ in range(2):
        withdraw_cost(cost=draft, on=JANUARY, by=administrator)
    withdraw_cost(cost=draft, on=FEBRUARY, by=administrator)
    assert Cost.objects.get().withdrawn_on == JANUARY
    for _ in range(2):
        restore_cost(cost=draft, by=administrator)
    assert not Cost.objects.get().is_withdrawn


def test_a_withdrawn_cost_is_not_changed(draft: Cost, administrator: User) -> None:
    save_cost(cost=draft, by=administrator)
    withdraw_cost(cost=draft, on=JANUARY, by=administrator)
    draft.description = "Something else"
    with pytest.raises(ValidationError, match="withdrawn"):
        save_cost(cost=draft, by=administrator)


def credit_of(cost: Cost, **changes: Any) -> Cost:
    """A credit note for ``cost``, with ``changes``."""
    values = {
        "cooperation": cost.cooperation,
        "application": cost.application,
        "cost_type": cost.cost_type,
        "description": "Credit",
        "amount": -cost.amount,
        "currency": cost.currency,
        "starts_on": cost.starts_on,
        "ends_on": cost.ends_on,
        "credits": cost,
    }
    return Cost(**(values | changes))


def test_a_credit_note_undoes_its_cost_to_the_last_unit(january: Period, administrator: User) -> None:
    save_cost(cost=credit_of(Cost.objects.get()), by=administrator)
    run_all()
    january.refresh_from_db()
    run = january.current_run
    assert run.total == 0
    assert set(run.totals.values_list("amount", flat=True)) == {Decimal(0)}
    assert all(not any(owed.values()) for _, owed in run.carry.values())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": Decimal("-100.02")}, "amount"),
        ({"amount": Decimal("100.01")}, "amount"),
        ({"application": None}, "credits"),
        ({"starts_on": dt.date(2025, 12, 31)}, "starts_on"),
        ({"ends_on": dt.date(2026, 2, 2)}, "ends_on"),
        ({"ends_on": JANUARY}, "ends_on"),
    ],
)
def test_a_credit_note_that_does_not_fit_its_cost_is_refused(
    draft: Cost, administrator: User, changes: dict[str, Any], field: str
) -> None:
    save_cost(cost=draft, by=administrator)
    with pytest.raises(ValidationError) as refused:
        save_cost(cost=credit_of(draft, **changes), by=administrator)
    assert refused_at(refused) == {field}


def test_a_credit_note_undoes_no_credit_note(draft: Cost, administrator: User) -> None:
    save_cost(cost=draft, by=administrator)
    note = save_cost(cost=credit_of(draft), by=administrator)
    with pytest.raises(ValidationError) as refused:
        save_cost(cost=credit_of(note), by=administrator)
    assert refused_at(refused) == {"credits"}


def test_a_cost_is_refunded_in_parts_until_nothing_is_left(january: Period, administrator: User) -> None:
    """What each part gives back adds up; the last one brings everybody to nothing."""
    cost = Cost.objects.get()
    for amount, left in (("-40.00", "60.01"), ("-60.00", "0.01"), ("-0.01", "0.00")):
        save_cost(cost=credit_of(cost, amount=Decimal(amount)), by=administrator)
        run_all()
        january.refresh_from_db()
        assert january.current_run.total == Decimal(left)
    assert set(january.current_run.totals.values_list("amount", flat=True)) == {Decimal(0)}
    with pytest.raises(ValidationError) as refused:
        save_cost(cost=credit_of(cost, amount=Decimal("-0.01")), by=administrator)
    assert refused_at(refused) == {"amount"}


def test_a_refund_of_some_days_gives_back_what_the_cost_was_on_them(draft: Cost, administrator: User) -> None:
    """31.00 for 31 days; 10.00 of them for the last ten, and not an ore more."""
    draft.amount = Decimal("31.00")
    save_cost(cost=draft, by=administrator)
    days = {"starts_on": dt.date(2026, 1, 22)}
    with pytest.raises(ValidationError) as refused:
        save_cost(cost=credit_of(draft, amount=Decimal("-31.01"), **days), by=administrator)
    assert refused_at(refused) == {"amount"}
    note = save_cost(cost=credit_of(draft, amount=Decimal("-10.00"), **days), by=administrator)
    run_all()
    run = Period.objects.get(first_day=JANUARY).current_run
    assert run
    assert run.total == Decimal("21.00")
    amounts = dict(run.lines.values_list("reference", "amount"))
    assert amounts == {draft.reference: Decimal("31.00"), note.reference: Decimal("-10.00")}


def test_a_credited_cost_keeps_what_its_credit_note_repeats(draft: Cost, administrator: User) -> None:
    save_cost(cost=draft, by=administrator)
    save_cost(cost=credit_of(draft), by=administrator)
    draft.supplier = "A name spelled right"
    save_cost(cost=draft, by=administrator)
    draft.amount = Decimal("99.00")
    with pytest.raises(ValidationError, match="credit note"):
        save_cost(cost=draft, by=administrator)
    with pytest.raises(ValidationError, match="credit note"):
        withdraw_cost(cost=Cost.objects.get(pk=draft.pk), on=JANUARY, by=administrator)


def test_a_credit_note_comes_back_only_after_its_cost(draft: Cost, administrator: User) -> None:
    save_cost(cost=draft, by=administrator)
    note = save_cost(cost=credit_of(draft), by=administrator)
    withdraw_cost(cost=note, on=JANUARY, by=administrator)
    withdraw_cost(cost=draft, on=JANUARY, by=administrator)
    with pytest.raises(ValidationError, match="That cost is withdrawn already"):
        restore_cost(cost=note, by=administrator)
    with pytest.raises(ValidationError, match="withdrawn"):
        save_cost(cost=credit_of(draft, external_id="another"), by=administrator)


def test_a_new_credit_note_is_allowed_after_one_was_withdrawn(draft: Cost, administrator: User) -> None:
    cost = save_cost(cost=draft, by=administrator)
    for _ in range(2):
        note = save_cost(cost=credit_of(cost), by=administrator)
        withdraw_cost(cost=note, on=JANUARY, by=administrator)
    last = save_cost(cost=credit_of(cost), by=administrator)
    with pytest.raises(ValidationError, match="more would be refunded"):
        restore_cost(cost=note, by=administrator)
    assert list(Cost.objects.valid().filter(credits=cost)) == [last]


def test_restoring_refuses_what_saving_refuses(draft: Cost, administrator: User) -> None:
    cost = save_cost(cost=draft, by=administrator)
    note = save_cost(cost=credit_of(cost), by=administrator)
    withdraw_cost(cost=note, on=JANUARY, by=administrator)
    cost.amount = Decimal("99.00")
    save_cost(cost=cost, by=administrator)
    with pytest.raises(ValidationError, match="more would be refunded"):
        restore_cost(cost=note, by=administrator)
    cost.application = None
    save_cost(cost=cost, by=administrator)
    with pytest.raises(ValidationError, match="has the application and cost type"):
        restore_cost(cost=note, by=administrator)
    withdraw_cost(cost=cost, on=JANUARY, by=administrator)
    Cooperation.objects.update(first_month=FEBRUARY)
    with pytest.raises(ValidationError, match="Costs are shared from"):
        restore_cost(cost=cost, by=administrator)
    assert not Cost.objects.valid().exists()


def test_a_refunded_cost_becomes_no_credit_note_itself(draft: Cost, administrator: User) -> None:
    cost = save_cost(cost=draft, by=administrator)
    save_cost(cost=credit_of(cost), by=administrator)
    other = save_cost(cost=credit_of(cost, credits=None, amount=Decimal("-500.00")), by=administrator)
    cost.credits = other
    with pytest.raises(ValidationError, match="A credit note refunds this cost"):
        save_cost(cost=cost, by=administrator)


def test_a_cost_stays_in_its_cooperation(draft: Cost, outside: Cooperation, administrator: User) -> None:
    """Its lock is what keeps two changes of one cost apart."""
    cost = save_cost(cost=draft, by=administrator)
    cost.cooperation, cost.application = outside, None
    cost.cost_type = CostType.objects.get(cooperation=outside, code="licence")
    with pytest.raises(ValidationError) as refused:
        save_cost(cost=cost, by=administrator)
    assert refused_at(refused) == {"cooperation"}


def test_what_an_import_read_before_is_saved_by_what_it_changes(draft: Cost, administrator: User) -> None:
    cost = save_cost(cost=draft, by=administrator)
    read = Cost.objects.get()
    read.supplier = "Fjord"
    cost.description = "Spelled right"
    save_cost(cost=cost, by=administrator)
    import_costs(cooperation=cost.cooperation, costs=[read], by=administrator)
    found = Cost.objects.get()
    assert (found.description, found.supplier) == ("Spelled right", "Fjord")
    assert Entry.objects.latest("id").changes == {"supplier": ["", "Fjord"]}


def test_an_import_changes_nothing_that_was_withdrawn_or_refunded_meanwhile(
    draft: Cost, administrator: User
) -> None:
    cost = save_cost(cost=draft, by=administrator)
    read = Cost.objects.get()
    read.amount = Decimal("50.00")
    note = save_cost(cost=credit_of(cost), by=administrator)
    with pytest.raises(ValidationError, match="A credit note refunds this cost"):
        import_costs(cooperation=cost.cooperation, costs=[read], by=administrator)
    withdraw_cost(cost=note, on=JANUARY, by=administrator)
    withdraw_cost(cost=cost, on=JANUARY, by=administrator)
    with pytest.raises(ValidationError, match="withdrawn"):
        import_costs(cooperation=cost.cooperation, costs=[read], by=administrator)
    assert Cost.objects.get(pk=cost.pk).amount == Decimal("100.01")


def test_a_month_is_proposed_by_one_and_closed_by_another(
    january: Period, administrator: User, second_administrator: User
) -> None:
    propose_period(period=january, by=administrator)
    january.refresh_from_db()
    assert (january.state, january.proposed_by) == ("proposed", administrator)
    with pytest.raises(ValidationError, match="Somebody else"):
        close_period(period=january, by=administrator)
    close_period(period=january, by=second_administrator)
    january.refresh_from_db()
    assert (january.state, january.closed_by) == ("closed", second_administrator)


def test_an_open_month_is_not_closed_before_it_is_proposed(january: Period, administrator: User) -> None:
    with pytest.raises(ValidationError, match="Propose"):
        close_period(period=january, by=administrator)


def test_proposing_and_closing_are_safe_to_repeat(
    january: Period, administrator: User, second_administrator: User
) -> None:
    propose_period(period=january, by=administrator)
    propose_period(period=january, by=second_administrator)
    january.refresh_from_db()
    assert january.proposed_by == administrator
    close_period(period=january, by=second_administrator)
    issued = list(Statement.objects.values_list())
    assert len(issued) == 2
    close_period(period=january, by=second_administrator)
    assert list(Statement.objects.values_list()) == issued


def test_a_closed_month_is_not_proposed_again(
    january: Period, administrator: User, second_administrator: User
) -> None:
    close(january, proposer=administrator, closer=second_administrator)
    january.refresh_from_db()
    propose_period(period=january, by=second_administrator)
    january.refresh_from_db()
    assert (january.state, january.proposed_by) == ("closed", administrator)


def test_a_month_with_unallocated_costs_is_not_proposed(
    north: Cooperation, january: Period, administrator: User
) -> None:
    nobodys = ApplicationFactory(cooperation=north)
    CostFactory(cooperation=north, application=nobodys)
    compute(north)
    with pytest.raises(ValidationError, match="unallocated"):
        propose_period(period=january, by=administrator)


def test_a_month_whose_facts_have_changed_is_not_proposed(
    north: Cooperation, january: Period, administrator: User, second_administrator: User
) -> None:
    propose_period(period=january, by=administrator)
    CostFactory(cooperation=north)
    with pytest.raises(ValidationError, match="recomputed"):
        propose_period(period=january, by=administrator)
    with pytest.raises(ValidationError, match="recomputed"):
        close_period(period=january, by=second_administrator)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", [propose_period, close_period])
def test_a_month_that_changed_unannounced_is_recomputed_when_it_is_refused(
    north: Cooperation, january: Period, administrator: User, step: Callable[..., Period]
) -> None:
    CostFactory(cooperation=north)
    assert not Job.objects.exists()
    for _ in range(2):
        with pytest.raises(ValidationError, match="being recomputed"):
            step(period=january, by=administrator)
    job = Job.objects.get()
    assert (job.touches_from, job.touches_until, job.created_by) == (dt.date.min, FEBRUARY, administrator)
    run_all()
    assert propose_period(period=january, by=administrator).state == "proposed"


def test_a_month_refused_for_another_reason_is_not_recomputed(
    north: Cooperation, january: Period, administrator: User
) -> None:
    CostFactory(cooperation=north, application=ApplicationFactory(cooperation=north))
    compute(north)
    with pytest.raises(ValidationError, match="unallocated"):
        propose_period(period=january, by=administrator)
    assert not Job.objects.exists()


def test_a_new_run_opens_a_proposed_month_again(
    north: Cooperation, january: Period, administrator: User
) -> None:
    propose_period(period=january, by=administrator)
    CostFactory(cooperation=north)
    (again,) = compute(north)
    assert (again.state, again.proposed_by) == ("open", None)


def test_the_change_log_says_that_a_new_run_dropped_a_proposal(
    north: Cooperation, january: Period, administrator: User
) -> None:
    proposed = propose_period(period=january, by=administrator)
    CostFactory(cooperation=north)
    for _ in range(2):
        compute(north)
    entry = Entry.objects.filter(subject_type="billing.period").latest("id")
    assert (entry.verb, entry.actor, entry.user, entry.cooperation) == ("change", "sharedict", None, north)
    assert entry.changes == {
        "state": ["proposed", "open"],
        "proposed_by": [str(administrator.pk), ""],
        "proposed_at": [str(proposed.proposed_at), ""],
    }
    assert Entry.objects.filter(subject_type="billing.period").count() == 2


def test_the_change_log_says_that_a_proposed_month_is_before_the_first(
    north: Cooperation, january: Period, administrator: User
) -> None:
    propose_period(period=january, by=administrator)
    Cooperation.objects.update(first_month=FEBRUARY)
    compute(north)
    assert not Period.objects.filter(pk=january.pk).exists()
    entry = Entry.objects.filter(subject_type="billing.period").latest("id")
    assert (entry.verb, entry.changes["state"]) == ("delete", ["proposed", ""])


def test_months_are_closed_in_order(
    north: Cooperation, january: Period, administrator: User, second_administrator: User
) -> None:
    CostFactory(cooperation=north, starts_on=FEBRUARY, ends_on=MARCH)
    january, february = compute(north)
    with pytest.raises(ValidationError, match="Close January 2026 first"):
        propose_period(period=february, by=administrator)
    close(january, proposer=administrator, closer=second_administrator)
    run_all()
    close(february, proposer=administrator, closer=second_administrator)


def test_statements_are_numbered_without_gaps_through_the_months_of_a_cooperation(
    north: Cooperation, outside: Cooperation, administrator: User, second_administrator: User, stranger: User
) -> None:
    CostFactory(cooperation=outside)
    close(compute(outside)[0], proposer=stranger, closer=administrator)
    CostFactory(cooperation=north, ends_on=MARCH)
    for period in compute(north):
        run_all()
        close(period, proposer=administrator, closer=second_administrator)
    numbers = Statement.objects.of(north).order_by("number")
    assert list(numbers.values_list("number", "first_day", "payer_name")) == [
        (1, JANUARY, "Torsby"),
        (2, JANUARY, "Hagfors"),
        (3, FEBRUARY, "Torsby"),
        (4, FEBRUARY, "Hagfors"),
    ]
