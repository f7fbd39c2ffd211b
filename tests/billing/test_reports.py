"""From the rows of a run to the statement that everybody is shown."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from billing.models import Cost, Period, RunTotal, Share
from billing.reports import calendar_of, head_of, shares_of_cost, statement_of, totals_of, why, whys
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.kernel.money import to_minor
from sharedict.kernel.periods import Month
from tests.factories.billing import CostFactory, close, compute
from tests.factories.services import ApplicationFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db


def head(period: Period, code: str = "1737") -> RunTotal:
    return RunTotal.objects.select_related("municipality").get(
        run=period.current_run, municipality__code=code
    )


def test_a_statement_sums_this_month_the_month_before_and_the_year(
    north: Cooperation, october: Period
) -> None:
    statement = statement_of(head(october), october, calendar_of(north))
    figures = [
        (line.application, line.cost_type, line.this_minor, line.before_minor, line.year_minor)
        for line in statement.lines
    ]
    licence = to_minor(
        Share.objects.get(
            line__reference="C00000002", run=october.current_run, municipality__code="1737"
        ).amount
    )
    network = to_minor(
        Share.objects.get(
            line__reference="C00000004", run=october.current_run, municipality__code="1737"
        ).amount
    )
    assert figures == [
        ("erp", "licence", licence, 5000, 5000 + licence),
        ("erp", "support", 1800, 0, 1800),
        ("", "licence", network, 1500, 1500 + network),
    ]
    assert licence in (6000, 6001)
    assert network == 1550
    assert statement.total_minor == sum(line.this_minor for line in statement.lines)
    assert statement.total_minor == sum(row.share_minor for row in statement.shares)
    assert statement.total_minor == to_minor(head(october).amount)
    assert (statement.before, statement.year_from) == (Month(2026, 9), Month(2026, 1))


def test_the_year_so_far_begins_with_the_agreement_year(north: Cooperation, october: Period) -> None:
    north.year_starts_in = 10
    north.save()
    statement = statement_of(head(october), october, calendar_of(north))
    assert statement.year_from == Month(2026, 10)
    assert statement.year_minor == statement.total_minor
    assert statement.before_minor == 6500


def test_without_a_month_before_there_is_nothing_to_compare_with(
    north: Cooperation, september: Period
) -> None:
    statement = statement_of(head(september), september, calendar_of(north))
    assert statement.before is None
    assert statement.before_minor == 0
    assert statement.year_minor == statement.total_minor == 6500


def test_what_has_ended_keeps_its_line_and_name(
    north: Cooperation, october: Period, costs: list[Cost]
) -> None:
    Cost.objects.filter(reference__in=["C00000002", "C00000003"]).update(withdrawn_on=dt.date(2026, 9, 1))
    compute(north)
    period = Period.objects.get(pk=october.pk)
    line = statement_of(head(period), period, calendar_of(north)).lines[0]
    assert (line.application_name, line.cost_type_name) == ("ERP", "Licence")
    assert (line.this_minor, line.before_minor) == (0, 5000)


def test_names_are_those_of_the_run_not_todays(north: Cooperation, october: Period) -> None:
    october.current_run.totals.first().municipality.__class__.objects.filter(code="1737").update(name="New")
    statement = statement_of(head(october), october, calendar_of(north))
    assert statement.name == "Torsby"


def test_the_number_comes_with_closing(
    north: Cooperation, october: Period, administrator: User, second_administrator: User
) -> None:
    first = Period.objects.get(cooperation=north, first_day=dt.date(2026, 9, 1))
    assert statement_of(head(first), first, calendar_of(north)).number is None
    closed = close(first, proposer=administrator, closer=second_administrator)
    statement = statement_of(head(closed), closed, calendar_of(north))
    assert (statement.number, statement.state) == (1, "closed")


@pytest.mark.parametrize("size", [1, 12])
def test_a_statement_takes_the_same_queries_whatever_its_size(
    north: Cooperation, october: Period, size: int
) -> None:
    for number in range(size):
        application = ApplicationFactory(cooperation=north, code=f"app-{number}")
        for total in october.current_run.totals.all():
            SubscriptionFactory(application=application, municipality=total.municipality)
        CostFactory(
            cooperation=north,
            application=application,
            reference=f"C1{number:07d}",
            cost_type=Cost.objects.first().cost_type,
            starts_on=dt.date(2026, 10, 1),
            ends_on=dt.date(2026, 11, 1),
        )
    compute(north)
    period = Period.objects.for_listing().get(pk=october.pk)
    calendar, found = calendar_of(north), head(period)
    with CaptureQueriesContext(connection) as queries:
        statement = statement_of(found, period, calendar)
    assert len(queries) == 2
    assert len(statement.shares) == 3 + size


def test_every_share_is_explained_as_it_was_given(north: Cooperation, october: Period) -> None:
    shares = {
        reference: to_minor(amount)
        for reference, amount in Share.objects.filter(
            run=october.current_run, municipality__code="1737"
        ).values_list("line__reference", "amount")
    }
    assert {one.reference: one.own.share_minor for one in whys(october, "SE1737")} == shares
    told = why(october, "C00000003", "SE1737")
    assert told is not None
    assert (told.own.percent, told.own.share_minor, told.total_minor) == (60, 1800, 3000)
    assert told.own.parts[0].reading.source == "Statistics Sweden"


def test_an_explanation_names_public_drivers_in_the_readers_language(october: Period) -> None:
    with translation.override("sv"):
        told = why(october, "C00000003", "SE1737")
    assert told is not None
    assert told.own.parts[0].driver == "Folkmängd"


def test_a_cost_of_another_month_has_no_explanation(north: Cooperation, october: Period) -> None:
    assert why(october, "C00000001", "SE1737") is None


def test_all_shares_of_a_cost_add_up_to_it(october: Period, auditor: User) -> None:
    shares = shares_of_cost(auditor, october, "C00000002")
    assert set(shares) == {"SE1737", "SE1783"}
    assert sum(shares.values()) == 12001


def test_totals_are_compared_with_the_month_before(
    north: Cooperation, october: Period, auditor: User
) -> None:
    torsby, hagfors = totals_of(auditor, october, calendar_of(north))
    assert (torsby.name, torsby.before_minor, hagfors.before_minor) == ("Torsby", 6500, 6500)
    assert torsby.percent + hagfors.percent == 100
    assert torsby.this_minor + hagfors.this_minor == 12001 + 3000 + 3100


def test_where_shares_are_not_open_others_are_not_seen(
    north: Cooperation, october: Period, finance: User, auditor: User
) -> None:
    north.shares_are_open = False
    north.save()
    assert head_of(finance, october, "SE1737") is not None
    assert head_of(finance, october, "SE1783") is None
    assert head_of(auditor, october, "SE1783") is not None
    assert list(shares_of_cost(finance, october, "C00000002")) == ["SE1737"]
    assert [row.name for row in totals_of(finance, october, calendar_of(north))] == ["Torsby"]


def test_money_in_reports_is_exact_at_the_largest_amounts(
    north: Cooperation, october: Period, costs: list[Cost]
) -> None:
    Cost.objects.filter(pk=costs[1].pk).update(amount=Decimal("9999999999999999.99"))
    compute(north)
    period = Period.objects.get(pk=october.pk)
    statements = [statement_of(head(period, code), period, calendar_of(north)) for code in ("1737", "1783")]
    rows = [row.share_minor for one in statements for row in one.shares if row.reference == "C00000002"]
    assert sum(rows) == 999999999999999999
