"""A list that is read page by page stays on the runs it began with, for a quarter of an hour."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from billing.actions import drop_superseded_shares, propose_period
from billing.api import pagination
from billing.models import Cost, Period, Run
from municipalities.models import Cooperation, Municipality
from services.models import Application
from sharedict.accounts.models import User
from tests.api.conftest import Caller
from tests.factories.billing import CostFactory, close, compute, pass_time

pytestmark = pytest.mark.django_db
LISTS = ["shares/", "statements/"]
over_lists = pytest.mark.parametrize("path", LISTS)


@pytest.fixture
def quarter(north: Cooperation, erp: Application, licence: Any) -> list[Period]:
    """January to March 2026 of ``north``, each with 100.00, so 50.00 for each of the two."""
    for number in (1, 2, 3):
        CostFactory(
            cooperation=north,
            application=erp,
            cost_type=licence,
            starts_on=dt.date(2026, number, 1),
            ends_on=dt.date(2026, number + 1, 1),
        )
    return compute(north)


def change(cooperation: Cooperation) -> None:
    """Every month costs 1.00 more, and is computed again."""
    for cost in Cost.objects.of(cooperation):
        Cost.objects.filter(pk=cost.pk).update(amount=cost.amount + 1)
    compute(cooperation)


def pages(caller: Caller, path: str, meanwhile: Callable[[], object], **parameters: Any) -> Iterator[Any]:
    """The pages of a list, of one row each; ``meanwhile`` something happens after the first."""
    status, page = caller.get(path, page_size=1, **parameters)
    assert status == 200, page
    yield page
    meanwhile()
    while page["next"]:
        status, page = caller.get(page["next"].removeprefix("http://testserver"))
        assert status == 200, page
        yield page


def rows(found: Iterator[Any]) -> list[Any]:
    return [row for page in found for row in page["results"]]


def parameters_of(url: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in url.partition("?")[2].split("&"))


@over_lists
def test_a_recompute_between_pages_changes_no_row_of_the_list(
    caller: Caller, north: Cooperation, quarter: list[Period], path: str
) -> None:
    whole = caller.get(path)[1]["results"]
    found = rows(pages(caller, path, lambda: change(north)))
    assert found == whole
    assert sum(Decimal(row["amount"]) for row in found) == Decimal("300.00")
    afterwards = caller.get(path)[1]["results"]
    assert sum(Decimal(row["amount"]) for row in afterwards) == Decimal("303.00")


@over_lists
def test_a_month_computed_twice_between_pages_stays_as_it_was(
    caller: Caller, north: Cooperation, quarter: list[Period], path: str
) -> None:
    def meanwhile() -> None:
        change(north)
        change(north)
        pass_time(minutes=14)
        drop_superseded_shares()

    found = rows(pages(caller, path, meanwhile))
    assert sum(Decimal(row["amount"]) for row in found) == Decimal("300.00")


@over_lists
def test_after_a_quarter_of_an_hour_the_list_is_to_be_begun_again(
    caller: Caller, north: Cooperation, quarter: list[Period], path: str
) -> None:
    address = caller.get(path, page_size=1)[1]["next"].removeprefix("http://testserver")
    change(north)
    pass_time()
    drop_superseded_shares()
    status, said = caller.get(address)
    assert (status, said["code"], said["fields"]) == (409, "list_superseded", {})
    assert "first page" in said["message"]
    assert len(rows(pages(caller, path, lambda: None))) == 6


@over_lists
def test_a_list_of_closed_months_is_read_for_as_long_as_one_likes(
    caller: Caller,
    north: Cooperation,
    quarter: list[Period],
    administrator: User,
    second_administrator: User,
    path: str,
) -> None:
    def meanwhile() -> None:
        change(north)
        pass_time()
        drop_superseded_shares()

    change(north)
    for period in quarter[:2]:
        close(period, proposer=administrator, closer=second_administrator)
        compute(north)
    found = rows(pages(caller, path, meanwhile, state="closed"))
    assert sum(Decimal(row["amount"]) for row in found) == Decimal("202.00")


@over_lists
def test_a_list_of_open_months_goes_on_when_one_is_proposed(
    caller: Caller, quarter: list[Period], administrator: User, path: str
) -> None:
    found = rows(
        pages(caller, path, lambda: propose_period(period=quarter[0], by=administrator), state="open")
    )
    assert [row["state"] for row in found] == ["open", "proposed", *["open"] * 4]


@over_lists
def test_runs_that_one_does_not_see_are_as_if_there_were_none(
    caller: Caller, outside: Cooperation, quarter: list[Period], path: str
) -> None:
    CostFactory(cooperation=outside)
    [theirs] = compute(outside)
    cursor = parameters_of(caller.get(path, page_size=1)[1]["next"])["cursor"]
    answers = [
        caller.get(path, cursor=cursor, runs=str(run)) for run in (theirs.current_run_id, 2_000_000_000)
    ]
    assert answers[0] == answers[1]
    assert (answers[0][0], list(answers[0][1]["fields"])) == (400, ["runs"])


def test_where_shares_are_closed_a_municipality_reads_on_its_own(
    person: Callable[[User], Caller],
    north: Cooperation,
    quarter: list[Period],
    coordinator: User,
    torsby: Municipality,
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    for path in LISTS:
        found = rows(pages(person(coordinator), path, lambda: change(north)))
        assert [row["municipality"] for row in found] == [torsby.key] * 3


@over_lists
@pytest.mark.parametrize(
    "runs", ["", "0", "01", "1.0", "-1", "1-2", "1,2", "x", "1.", ".1", "9" * 11, ".".join(["1"] * 1001)]
)
def test_runs_that_no_page_names_are_refused(
    caller: Caller, quarter: list[Period], path: str, runs: str
) -> None:
    cursor = parameters_of(caller.get(path, page_size=1)[1]["next"])["cursor"]
    status, said = caller.get(path, cursor=cursor, runs=runs)
    assert (status, list(said["fields"])) == (400, ["runs"])


@over_lists
def test_runs_and_cursor_come_together(caller: Caller, quarter: list[Period], path: str) -> None:
    said = parameters_of(caller.get(path, page_size=1)[1]["next"])
    for name in ("cursor", "runs"):
        status, problem = caller.get(path, **{name: said[name]})
        assert (status, list(problem["fields"])) == (400, ["runs"])


@over_lists
def test_two_runs_of_a_month_are_never_one_list(
    caller: Caller, north: Cooperation, quarter: list[Period], path: str
) -> None:
    cursor = parameters_of(caller.get(path, page_size=1)[1]["next"])["cursor"]
    change(north)
    both = list(Run.objects.filter(period=quarter[0]).values_list("pk", flat=True))
    assert len(both) == 2
    status, said = caller.get(path, cursor=cursor, runs=pagination.written(both))
    assert (status, list(said["fields"])) == (400, ["runs"])


@over_lists
def test_runs_of_other_months_than_those_asked_for_are_refused(
    caller: Caller, quarter: list[Period], path: str
) -> None:
    said = parameters_of(caller.get(path, page_size=1)[1]["next"])
    status, problem = caller.get(path, month="2026-01", cursor=said["cursor"], runs=said["runs"])
    assert (status, list(problem["fields"])) == (400, ["runs"])


@over_lists
def test_more_months_than_an_address_can_name_are_refused(
    caller: Caller, quarter: list[Period], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "MOST_RUNS", 2)
    status, said = caller.get(path, page_size=1)
    assert (status, said["fields"]["month_from"][0]["code"]) == (400, "too_many")
    assert caller.get(path)[0] == 200
    assert caller.get(path, page_size=1, month_from="2026-02")[0] == 200


def test_runs_are_written_as_their_distances() -> None:
    assert pagination.written([7]) == "7"
    assert pagination.written({1200, 1201, 1202, 1300}) == "1200.1.1.98"
