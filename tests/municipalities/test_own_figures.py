"""What the public register lacks: entered by a cooperation for itself, until the register has it."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from agreements.models import Key, Term
from agreements.snapshots import key_fact, readings_for
from billing.models import Period
from municipalities.actions import save_row
from municipalities.management.commands.load_registers import load_municipalities, load_populations
from municipalities.models import Cooperation, Driver, Municipality, Reading
from sharedict.accounts.models import User
from sharedict.common.sight import of_cooperation, seeing
from sharedict.kernel.periods import Month
from tests.billing.books import close_month
from tests.factories.billing import CostFactory, compute
from tests.factories.municipalities import MemberFactory, ReadingFactory
from tests.forms import typed
from tests.uploading import apply, is_applied, upload

SignIn = Callable[[User], Client]
NEW_YEAR = dt.date(2025, 12, 31)
MONTH = Month(2026, 1)


@pytest.fixture
def lacking(population: Driver, hagfors: Municipality) -> Driver:
    """The public driver, of which nothing is known of Hagfors."""
    Reading.objects.filter(municipality=hagfors).delete()
    return population


def own_of(
    cooperation: Cooperation, driver: Driver, place: Municipality, value: int, day: dt.date = NEW_YEAR
) -> Reading:
    row: Reading = ReadingFactory.build(
        driver=driver, cooperation=cooperation, municipality=place, reference_on=day, value=value
    )
    return save_row(row=row, by=None)


def counted(cooperation: Cooperation, place: Municipality, unsaved: tuple[Reading, ...] = ()) -> Any:
    """What counts of ``place`` in January 2026 by the cooperation's own key."""
    version = Key.objects.get(cooperation=cooperation, code="population").versions.get()
    [found] = readings_for([key_fact(version)], cooperation, MONTH, {place.pk: "it"}, unsaved).values()
    return found.get("it")


def test_two_cooperations_keep_different_figures_and_see_their_own_alone(
    north: Cooperation, outside: Cooperation, lacking: Driver, hagfors: Municipality, sign_in: SignIn,
    administrator: User, stranger: User,
) -> None:  # fmt: skip
    MemberFactory(cooperation=outside, municipality=hagfors)
    ours, theirs = own_of(north, lacking, hagfors, 11400), own_of(outside, lacking, hagfors, 11555)
    assert (counted(north, hagfors).value, counted(outside, hagfors).value) == ("11400", "11555")
    for viewer, slug, seen, unseen in (
        (administrator, "north", ours, theirs),
        (stranger, "outside", theirs, ours),
    ):
        client, page = sign_in(viewer), f"/{slug}/drivers/{lacking.pk}/"
        shown = client.get(page).content.decode()
        assert f"{seen.value:,}" in shown
        assert "own figure" in shown
        assert f"{unseen.value:,}" not in shown
        assert client.get(f"/{slug}/drivers/readings/{unseen.pk}/").status_code == 404
        assert client.get(f"/{slug}/drivers/readings/{seen.pk}/").status_code == 200
    rows = b"".join(sign_in(administrator).get("/north/drivers/?format=csv").streaming_content)  # type: ignore[attr-defined]
    assert f",{Reading.objects.usable_in(north).count()},".encode() in rows
    with seeing(of_cooperation(north.pk)), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM municipalities_reading WHERE id = ANY(%s)", [[ours.pk, theirs.pk]])
        assert cursor.fetchall() == [(ours.pk,)]


def test_the_public_figure_of_the_same_day_replaces_an_own_one(
    north: Cooperation, lacking: Driver, hagfors: Municipality, sign_in: SignIn, administrator: User
) -> None:
    own_of(north, lacking, hagfors, 11400)
    assert counted(north, hagfors).is_own
    public = ReadingFactory(driver=lacking, municipality=hagfors, reference_on=NEW_YEAR, value=11404)
    assert (counted(north, hagfors).value, counted(north, hagfors).is_own) == ("11404", False)
    unsaved = ReadingFactory.build(
        driver=lacking, cooperation=north, municipality=hagfors, reference_on=NEW_YEAR, value=Decimal(1)
    )
    assert counted(north, hagfors, (unsaved,)).value == "11404"
    client = sign_in(administrator)
    assert "replaced by the public one" in client.get(f"/north/drivers/{lacking.pk}/").content.decode()
    public.delete()
    assert counted(north, hagfors, (unsaved,)).value == "1"


@pytest.mark.parametrize(
    ("own_day", "public_day", "counts"),
    [
        (dt.date(2026, 1, 1), NEW_YEAR, "public"),
        (dt.date(2025, 12, 31), dt.date(2025, 10, 1), "public"),
        (dt.date(2025, 12, 31), dt.date(2025, 9, 30), "own"),
        (NEW_YEAR, dt.date(2024, 12, 31), "own"),
        (NEW_YEAR, dt.date(2025, 1, 1), "own"),
        (dt.date(2025, 6, 30), NEW_YEAR, "public"),
    ],
)
def test_an_own_figure_does_not_outlive_the_public_one_of_the_same_turn_of_the_year(
    north: Cooperation,
    lacking: Driver,
    hagfors: Municipality,
    own_day: dt.date,
    public_day: dt.date,
    counts: str,
) -> None:
    """The register dates a figure on the last day of a year or the first: all count on the register's day."""
    own = own_of(north, lacking, hagfors, 11400, own_day)
    assert counted(north, hagfors).value == "11400"
    ReadingFactory(driver=lacking, municipality=hagfors, reference_on=public_day, value=11404)
    found = counted(north, hagfors)
    assert (found.value, found.is_own) == (("11400", True) if counts == "own" else ("11404", False))
    assert counted(north, hagfors, (own,)) == found
    [row] = Reading.objects.filter(pk=own.pk).with_replaced()
    assert row.is_replaced == (counts == "public" and own_day >= public_day)
    Reading.objects.filter(pk=own.pk).delete()
    if row.is_replaced:
        with pytest.raises(ValidationError, match="The public register has the figure"):
            own_of(north, lacking, hagfors, 11400, own_day)
    else:
        own_of(north, lacking, hagfors, 11400, own_day)


def test_closed_months_stay_as_they_were_computed_when_the_public_figure_comes(
    north: Cooperation,
    lacking: Driver,
    hagfors: Municipality,
    default_term: Term,
    population_key: Key,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    Term.objects.filter(pk=default_term.pk).update(key=population_key)
    for first in (dt.date(2026, 1, 1), dt.date(2026, 2, 1)):
        CostFactory(cooperation=north, starts_on=first, ends_on=Month.of(first).after, amount=100)
    own_of(north, lacking, hagfors, 12000)
    compute(north)
    close_month(north, dt.date(2026, 1, 1), administrator, second_administrator)
    client = sign_in(administrator)
    assert _pays(client, "2026-01") == _pays(client, "2026-02") == "50"
    save_row(
        row=Reading(
            driver=lacking, municipality=hagfors, reference_on=NEW_YEAR, value=4000, source="The register"
        ),
        by=None,
    )
    compute(north)
    assert (_pays(client, "2026-01"), _pays(client, "2026-02")) == ("50", "25")
    assert Period.objects.of(north).get(first_day=dt.date(2026, 1, 1)).state == Period.State.CLOSED


def _pays(client: Client, month: str) -> str:
    """What Hagfors pays of the month's cost of 100."""
    rows = client.get(f"/api/v1/shares/?cooperation=north&month={month}&municipality=SE1783").json()
    [row] = rows["results"]
    return str(row["amount"]).partition(".")[0]


def test_why_says_that_a_figure_is_the_cooperations_own(
    north: Cooperation,
    lacking: Driver,
    hagfors: Municipality,
    default_term: Term,
    population_key: Key,
    administrator: User,
    sign_in: SignIn,
) -> None:
    Term.objects.filter(pk=default_term.pk).update(key=population_key)
    cost = CostFactory(cooperation=north, amount=100)
    own_of(north, lacking, hagfors, 11400)
    compute(north)
    address = f"/north/costs/2026-01/SE1783/{cost.reference}/"
    assert "a test (own figure)" in sign_in(administrator).get(address).content.decode()


def test_an_administrator_enters_and_imports_what_is_missing(
    north: Cooperation, lacking: Driver, torsby: Municipality, hagfors: Municipality, administrator: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    client, page = sign_in(administrator), f"/north/drivers/{lacking.pk}/"
    form = client.get(f"{page}new/?for={hagfors.pk}&on=2036-13-99")
    sent = typed(form, reference_on="2025-12-31", value="11400", source="Yearbook")
    assert client.post(f"{page}new/", sent).status_code == 302
    own = Reading.objects.get(municipality=hagfors)
    assert (own.cooperation, own.value, own.is_own_figure) == (north, 11400, True)
    public = typed(client.get(f"{page}new/"), municipality=torsby.pk, reference_on="2025-12-31")
    refused = client.post(f"{page}new/", public | {"value": "1", "source": "Mine"})
    assert refused.status_code == 422
    assert "The public register has the figure of this day" in refused.content.decode()
    lines = "code;reference_date;value;source\n1783;2025-12-31;11401;Yearbook\n1737;2025-12-31;12000;Same\n"
    checked = _upload(client, page, lines)
    assert checked.context["counts"] == {"same": 1, "new": 0, "changed": 1, "wrong": 0}
    assert is_applied(apply(client, checked))
    own.refresh_from_db()
    assert own.value == 11401
    assert Reading.objects.filter(driver=lacking, cooperation=north).count() == 1
    wrong = _upload(client, page, lines.replace("12000", "11999"))
    assert "The public register says 12,000 for this day" in wrong.content.decode()


def _upload(client: Client, page: str, lines: str) -> Any:
    return upload(client, f"{page}import/", lines.encode())


def test_the_registers_are_loaded_beside_own_figures_and_leave_them(
    north: Cooperation, population: Driver, torsby: Municipality
) -> None:
    load_municipalities()
    place = Municipality.objects.get(country="SE", code="1737")
    Reading.objects.all().delete()
    own = own_of(north, population, place, 1)
    load_populations()
    own.refresh_from_db()
    assert own.value == 1
    assert Reading.objects.filter(municipality=place, cooperation=None).exists()


def test_one_public_and_one_own_figure_a_day(
    north: Cooperation, population: Driver, torsby: Municipality
) -> None:
    for cooperation in (None, north):
        same = {"driver": population, "cooperation": cooperation, "municipality": torsby}
        ReadingFactory(**same, reference_on=dt.date(2026, 6, 30))
        with pytest.raises(IntegrityError), transaction.atomic():
            ReadingFactory(**same, reference_on=dt.date(2026, 6, 30))
