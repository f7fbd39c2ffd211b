"""The first page of those who have several cooperations: what theirs use and pay in each and in all."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client

from agreements.models import CostType
from billing.models import Period, RunTotal
from billing.reports import calendar_of, head_of, statement_of
from municipalities.models import Cooperation, Municipality, Role
from services.models import Application
from sharedict.accounts.models import User
from sharedict.common.figures import minor
from tests import cast
from tests.factories.billing import CostFactory, compute
from tests.factories.services import ApplicationFactory, SubscriptionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_october")]
SignIn = Callable[[User], Client]


@pytest.fixture
def currency() -> str:
    return "SEK"


@pytest.fixture
def west(torsby: Municipality, october: Period, currency: str) -> Cooperation:
    """Another cooperation of Torsby alone, where it pays 500.00 in October for ``erp``."""
    west = cast.cooperation("west", [torsby])
    Cooperation.objects.filter(pk=west.pk).update(
        first_month=dt.date(2026, 9, 1), name="West", currency=currency
    )
    west.refresh_from_db()
    for month, amount in ((9, "450.00"), (10, "500.00")):
        CostFactory(
            cooperation=west,
            application=Application.objects.of(west).get(),
            cost_type=CostType.objects.of(west).get(),
            currency=currency,
            amount=Decimal(amount),
            starts_on=dt.date(2026, month, 1),
            ends_on=dt.date(2026, month + 1, 1),
        )
    compute(west)
    return west


@pytest.fixture
def of_both(west: Cooperation, finance: User, torsby: Municipality) -> User:
    return cast.person(finance.username, west, Role.Kind.FINANCE, torsby)


def owed(cooperation: Cooperation) -> int:
    """What Torsby pays there in October, in minor units."""
    total = RunTotal.objects.get(
        run__period__cooperation=cooperation,
        run__period__first_day=dt.date(2026, 10, 1),
        run=Period.objects.get(cooperation=cooperation, first_day=dt.date(2026, 10, 1)).current_run,
        municipality__code="1737",
    )
    return int(total.amount * 100)


def test_both_cooperations_and_their_sum_stand_on_the_first_page(
    of_both: User, north: Cooperation, west: Cooperation, sign_in: SignIn
) -> None:
    text = sign_in(of_both).get("/").content.decode()
    assert owed(west) == 50_000
    for amount in (owed(north), owed(west), owed(north) + owed(west)):
        assert minor(amount, "SEK") in text
    assert "Torsby in all cooperations" in text
    assert '<h2 id="places">October 2026</h2>' in text
    assert 'href="/north/overview/"' in text
    assert 'href="/west/overview/"' in text


def test_who_has_one_cooperation_goes_straight_to_it(
    north: Cooperation, finance: User, sign_in: SignIn
) -> None:
    assert sign_in(finance).get("/").headers["Location"] == "/north/overview/"


def test_nothing_of_other_municipalities_or_cooperations_is_told(
    of_both: User, outside: Cooperation, hagfors: Municipality, sign_in: SignIn
) -> None:
    for address in ("/", "/mine.csv"):
        text = sign_in(of_both).get(address).content.decode()
        assert hagfors.name not in text
        assert outside.name not in text
        assert "Sundsvall" not in text


def test_the_file_adds_up_to_the_statements(
    of_both: User, north: Cooperation, west: Cooperation, october: Period, sign_in: SignIn
) -> None:
    text = sign_in(of_both).get("/mine.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    for cooperation in (north, west):
        theirs = [row for row in rows if row["cooperation"] == cooperation.slug]
        assert sum(Decimal(row["amount"]) for row in theirs) * 100 == owed(cooperation)
        period = Period.objects.get(cooperation=cooperation, first_day=dt.date(2026, 10, 1))
        head = head_of(of_both, period, "SE1737")
        assert head is not None
        before = statement_of(head, period, calendar_of(cooperation)).before_minor
        assert sum(Decimal(row["before"]) for row in theirs) * 100 == before
    assert {row["municipality"] for row in rows} == {"SE1737"}


def test_the_files_say_that_figures_are_invented_and_excel_opens_them(
    of_both: User, west: Cooperation, sign_in: SignIn
) -> None:
    Cooperation.objects.filter(pk=west.pk).update(is_demonstration=True)
    banner, client = "Demonstration data: the amounts are invented.", sign_in(of_both)
    first, heads, *rows = client.get("/mine.csv?csv=excel").content.decode("utf-8-sig").splitlines()
    assert (first, heads.split(";")[0]) == (banner, "cooperation")
    assert all(re.search(r";\d+,\d\d;", row) for row in rows)
    assert ";" in client.get("/mine.csv").content.decode().splitlines()[1]
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/mine.xlsx").content)).active
    assert sheet["A1"].value == banner


def test_the_workbook_holds_the_same_rows(of_both: User, sign_in: SignIn) -> None:
    client = sign_in(of_both)
    lines = list(csv.reader(io.StringIO(client.get("/mine.csv").content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/mine.xlsx").content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == len(lines)
    at = lines[0].index("amount")
    assert [Decimal(str(row[at])) for row in rows[1:]] == [Decimal(line[at]) for line in lines[1:]]


def test_a_service_that_costs_nothing_is_told_as_used(
    of_both: User, west: Cooperation, torsby: Municipality, sign_in: SignIn
) -> None:
    free = ApplicationFactory(cooperation=west, code="maps", name="Maps for all")
    SubscriptionFactory(application=free, municipality=torsby, users=17)
    client = sign_in(of_both)
    assert "Maps for all" in client.get("/").content.decode()
    assert "Maps for all" in client.get("/west/overview/").content.decode()
    rows = list(csv.DictReader(io.StringIO(client.get("/mine.csv").content.decode("utf-8-sig"))))
    [row] = [row for row in rows if row["application"] == "maps"]
    assert (row["users"], row["amount"]) == ("17", "0.00")


@pytest.mark.parametrize("currency", ["NOK"])
def test_currencies_are_never_added_up(of_both: User, west: Cooperation, sign_in: SignIn) -> None:
    text = sign_in(of_both).get("/").content.decode()
    assert minor(50_000, "NOK") in text
    assert "In all" not in text
    assert "sd-figure" not in text


def test_administrators_see_what_waits_and_what_all_pay(
    october: Period, west: Cooperation, north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    of_both = cast.person(administrator.username, west, Role.Kind.ADMINISTRATOR)
    text = sign_in(of_both).get("/").content.decode()
    run = october.current_run
    assert run is not None
    assert minor(int(run.shared * 100), "SEK") in text
    assert "all members" in text
    assert 'href="/north/overview/#needs-you"' in text


def test_a_cooperation_without_costs_says_so(of_both: User, torsby: Municipality, sign_in: SignIn) -> None:
    empty = cast.cooperation("empty", [torsby])
    of_three = cast.person(of_both.username, empty, Role.Kind.COORDINATOR, torsby)
    text = sign_in(of_three).get("/").content.decode()
    assert "nothing shared yet" in text
    assert 'href="/empty/overview/"' in text


def test_a_statement_that_cannot_be_read_hides_no_other(
    of_both: User, west: Cooperation, north: Cooperation, sign_in: SignIn
) -> None:
    period = Period.objects.get(cooperation=west, first_day=dt.date(2026, 10, 1))
    assert period.current_run is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("billing.views.own.statement_of", _refusing(period))
        text = sign_in(of_both).get("/").content.decode()
    assert "cannot be read" in text
    assert minor(owed(north), "SEK") in text


def _refusing(period: Period) -> Callable[..., object]:
    """``statement_of``, which finds that the statements of ``period`` do not add up."""
    from billing.engine.statement import StatementError

    def read(head: RunTotal, asked: Period, calendar: object) -> object:
        if asked.pk == period.pk:
            raise StatementError
        return statement_of(head, asked, calendar)  # type: ignore[arg-type]

    return read
