"""Whatever list can be imported: what the portal itself wrote of it comes back, and every row is the same."""

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from agreements.models import CostType
from billing.models import Cost
from municipalities.models import Cooperation, Driver, Municipality, Reading
from municipalities.portal import ImportPage, OperatorImportPage
from services.models import Application, Installation
from sharedict.accounts.models import User
from tests import uploading
from tests.factories.accounts import UserFactory
from tests.factories.agreements import CostTypeFactory
from tests.factories.billing import CostFactory
from tests.factories.municipalities import DriverFactory, MunicipalityFactory, ReadingFactory, SiteFactory
from tests.factories.services import (
    ApplicationFactory,
    CalendarFactory,
    InstallationFactory,
    PurposeFactory,
    SubscriptionFactory,
    VariantFactory,
)

TEXTS = (
    "Plain", "=SUM(A1)", "'=1", "-5", "+46 70", "@x", "Räkor; \"fresh\", 🦐", "0012", "1,250", "2026-01-01",
    "TRUE", "_x0041_", "sep=;", "a | b; =c", "Total", "Ærø", "1E5", "\ufeffx", "two\nlines", "tab\tin",
)  # fmt: skip
FORMS = [(kind, language) for kind in ("csv", "excel", "xlsx") for language in ("en", "sv")]


def routes(patterns: Any, before: str = "") -> Iterator[tuple[str, type]]:
    """Each route that a class answers, as it is written, and the class."""
    for one in patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, path)
        elif isinstance(one, URLPattern) and hasattr(one.callback, "view_class"):
            yield path, one.callback.view_class


IMPORTS = sorted(path for path, view in routes(get_resolver().url_patterns) if issubclass(view, ImportPage))


@pytest.fixture
def costs(north: Cooperation, erp: Application, licence: CostType) -> None:
    """Costs of every kind: without ids, withdrawn, refunded, of names that others have too."""
    twin = ApplicationFactory(cooperation=north, code="erp-2", name=erp.name)
    misleading = ApplicationFactory(cooperation=north, code="x", name="erp-2")
    same_type = CostTypeFactory(cooperation=north, code="licence-2", name=licence.name)
    for number, text in enumerate(TEXTS):
        CostFactory(
            cooperation=north,
            application=(None, erp, twin, misleading)[number % 4],
            cost_type=(licence, same_type)[number % 2],
            external_id="" if number % 3 else f"{text[:90]} {number}",
            supplier=text,
            invoice_number=text,
            description=text,
            amount=(Decimal("0.01"), Decimal("-1234567.89"), Decimal("9999999999999999.99"))[number % 3],
            starts_on=dt.date(2026, 1, 1 + number),
            ends_on=dt.date(2026, 2, 1 + number),
        )
    CostFactory(cooperation=north, cost_type=licence, withdrawn_on=dt.date(2026, 3, 1), external_id="gone")
    paid = CostFactory(cooperation=north, cost_type=licence, external_id="paid")
    CostFactory(cooperation=north, cost_type=licence, amount=Decimal("-1.00"), credits=paid)


@pytest.fixture
def readings(
    north: Cooperation, population: Driver, torsby: Municipality, hagfors: Municipality
) -> list[Driver]:
    """Readings of an own driver, and of the public one with figures that are own, and replaced."""
    users = DriverFactory(cooperation=north, code="users", name="Users")
    for number, text in enumerate(TEXTS):
        ReadingFactory(
            driver=users,
            municipality=(torsby, hagfors)[number % 2],
            reference_on=dt.date(2026, 1, 1 + number),
            value=Decimal(number) + (Decimal("0.125"), Decimal(1000), Decimal("0.0001"))[number % 3],
            source=text,
        )
    for day, value in ((dt.date(2025, 12, 31), 5), (dt.date(2030, 12, 31), 6)):
        ReadingFactory(
            driver=population, cooperation=north, municipality=torsby, reference_on=day, value=value
        )
    return [users, population]


@pytest.fixture
def catalogue(
    north: Cooperation, erp: Application, costs: None, torsby: Municipality, hagfors: Municipality
) -> None:
    """Applications of every kind, twins in name among them, who uses them and where they run, and when."""
    twins = [SiteFactory(cooperation=north, name=name) for name in ("Hall", "hall")]
    calendars = [CalendarFactory(cooperation=north, name=name) for name in ("Days", "days")]
    purposes = [PurposeFactory(cooperation=north, code=code, name="Records") for code in ("1", "10")]
    for number, text in enumerate(TEXTS):
        row = ApplicationFactory(
            cooperation=north,
            code=f"a-{number}",
            name=text,
            purpose=text,
            serves=[None, *purposes][number % 3],
            vendor=text,
            owner=(None, torsby)[number % 2],
            competence_centre=(hagfors, None)[number % 2],
            confidentiality=(None, *range(5))[number % 6],
            integrity=(None, *range(5))[number % 6],
            runs=(None, *calendars)[number % 3],
            measured=calendars[number % 2],
            lifecycle=Application.Lifecycle.values[number % 6],
            charging=Application.Charging.values[number % 3],
            unit_price=(None, Decimal("1250.50"), Decimal("0.01"))[number % 3],
            priced_per=text,
            included=text,
            delivery_days=(None, 0, 1250)[number % 3],
            review_on=(None, dt.date(2027, 1, 31))[number % 2],
        )
        SubscriptionFactory(
            cooperation=north,
            application=row,
            municipality=(torsby, hagfors)[number % 2],
            users=(None, 0, 1250)[number % 3],
            valid_from=dt.date(2026, 1, 1 + number),
            valid_until=(None, dt.date(2026, 9, 10))[number % 2],
            variant=(None, VariantFactory(application=row, name=text[:60]))[number % 2],
            accounting_code=text[:40],
        )
        InstallationFactory(
            application=row,
            site=(SiteFactory(cooperation=north, name=text), twins[0], twins[1])[number % 3],
            purpose=Installation.Purpose.values[number % 3],
            databases=Installation.Databases.values[number % 2],
            version=text[:60],
            valid_from=dt.date(2026, 1, 1 + number),
            valid_until=(None, dt.date(2026, 9, 10))[number % 2],
        ).administered_by.set([torsby, hagfors][: number % 3])


@pytest.fixture
def lists(costs: None, readings: list[Driver], catalogue: None) -> dict[str, list[str]]:
    """The addresses of each import, by its route; their lists stand above them."""
    return {
        "<slug:cooperation>/costs/register/import/": ["/north/costs/register/import/"],
        "<slug:cooperation>/drivers/<int:driver>/import/": [
            f"/north/drivers/{driver.pk}/import/" for driver in readings
        ],
        "<slug:cooperation>/services/several/import/": ["/north/services/several/import/"],
        "<slug:cooperation>/subscriptions/import/": ["/north/subscriptions/import/"],
        "<slug:cooperation>/installations/import/": ["/north/installations/import/"],
    }


def list_of(address: str) -> str:
    """The list that an import stands beside."""
    return address.removesuffix("import/").removesuffix("several/")


def exported(client: Client, address: str, kind: str, language: str) -> bytes:
    asked = {"format": "csv", "csv": kind} if kind == "excel" else {"format": kind}
    answer = client.get(address, asked, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return b"".join(answer) if answer.streaming else answer.content


@pytest.mark.parametrize("written", FORMS)
@pytest.mark.parametrize("route", IMPORTS)
def test_every_row_of_an_exported_list_is_the_same(
    route: str,
    written: tuple[str, str],
    lists: dict[str, list[str]],
    sign_in: Callable[[User], Client],
    administrator: User,
) -> None:
    client = sign_in(administrator)
    for address in lists[route]:
        shown = client.get(list_of(address))
        rows = shown.context["table"].paginator.count
        assert rows > 3
        file = exported(client, list_of(address), *written)
        for language in ("en", "sv"):
            reader = Client(headers={"Accept-Language": language})
            reader.force_login(administrator)
            answer = uploading.upload(reader, address, file, "list")
            found = answer.context["counts"]
            wrong = [(finding.line, finding.before, finding.after, finding.errors)
                     for finding in answer.context["findings"] if finding.outcome != "same"]  # fmt: skip
            assert (wrong, found["same"]) == ([], rows)


OPERATOR_IMPORTS = sorted(
    path for path, view in routes(get_resolver().url_patterns) if issubclass(view, OperatorImportPage)
)
TOLD = {"cooperations/population/": {"country": "SE", "day": "12-31", "source": "Statistics office"}}


@pytest.mark.parametrize(("kind", "language"), FORMS)
@pytest.mark.parametrize("route", OPERATOR_IMPORTS)
def test_every_row_of_a_public_register_is_the_same(
    route: str, kind: str, language: str, sign_in: Callable[[User], Client], population: Driver,
    torsby: Municipality, hagfors: Municipality,
) -> None:  # fmt: skip
    MunicipalityFactory(
        country="SE", code="0114", name="'Upplands \"Väsby\"", county="=Stockholm; län", county_code="01",
        official_name="Upplands Väsby kommun",
    )  # fmt: skip
    MunicipalityFactory(
        country="NO", code="0301", name="Oslo", successor=torsby, merged_on=dt.date(2027, 1, 1)
    )
    ReadingFactory(driver=population, municipality=hagfors, reference_on=dt.date(2019, 12, 31), value=11538)
    operator = UserFactory(username="operator", is_staff=True, is_superuser=True)
    content = exported(sign_in(operator), f"/{route}file/", kind, language)
    for other in ("en", "sv"):
        reader = Client(headers={"Accept-Language": other})
        reader.force_login(operator)
        answer = uploading.upload(reader, f"/{route}", content, "list", **TOLD.get(route, {}))
        found = answer.context["counts"]
        stored = Municipality.objects.count() if "register" in route else Reading.objects.count()
        wrong = [(finding.before, finding.after, finding.errors)
                 for finding in answer.context["findings"] if finding.outcome != "same"]  # fmt: skip
        assert (wrong, found["same"]) == ([], stored)


def test_the_page_of_the_installation_leads_to_each_file(
    sign_in: Callable[[User], Client], population: Driver
) -> None:
    oslo = MunicipalityFactory(country="NO", code="0301", name="Oslo")
    for day in (dt.date(2024, 1, 1), dt.date(2024, 6, 30)):
        ReadingFactory(driver=population, municipality=oslo, reference_on=day, value=717710)
    client = sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))
    page = client.get("/cooperations/installation/").content.decode()
    files = re.findall(r'href="(/cooperations/[a-z]+/file/[^"]*)"', page)
    assert len(files) == 9
    assert sum("csv=excel" in one for one in files) == 3
    assert all(client.get(html.unescape(address)).status_code == 200 for address in files)
    norway = next(html.unescape(one) for one in files if "country=NO" in one and "xlsx" not in one)
    assert client.get(norway).content.decode("utf-8-sig") == "Region,2024\r\n0301 Oslo,717710\r\n"


@pytest.mark.parametrize("query", ["format=pdf", "day=13-40", "day=02-02"])
def test_no_such_file_of_a_register(
    query: str, sign_in: Callable[[User], Client], population: Driver
) -> None:
    client = sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))
    assert client.get(f"/cooperations/population/file/?{query}").status_code == 404


def test_what_was_exported_and_changed_by_hand_changes_that_alone(
    costs: None, sign_in: Callable[[User], Client], administrator: User
) -> None:
    client, address = sign_in(administrator), "/north/costs/register/"
    text = exported(client, address, "csv", "sv").decode("utf-8")
    [line] = [line for line in text.splitlines() if ",paid," in line]
    changed = text.replace(line, line.replace("Licences", "Licences 2026"))
    answer = uploading.upload(client, f"{address}import/", changed.encode())
    moving = [finding for finding in uploading.compared(answer) if finding.outcome != "same"]
    assert [(finding.outcome, finding.row.description) for finding in moving] == [
        ("changed", "Licences 2026")
    ]


def test_a_row_without_id_or_reference_matches_no_fresh_cost(
    costs: None, sign_in: Callable[[User], Client], administrator: User
) -> None:
    client = sign_in(administrator)
    known = Cost.objects.filter(external_id="").first()
    header = "external_id;reference;application;cost_type;supplier;invoice_number;description;amount"
    header += ";starts_on;ends_on"
    rest = ";;licence;;;Anything;5,00;2026-01-01;2026-02-01"
    told = {"": "must not be empty", "C77": "no cost “C77”", known.reference.lower(): ""}  # type: ignore[union-attr]
    for reference, said in told.items():
        file = f"{header}\n;{reference}{rest}\n".encode()
        answer = uploading.upload(client, "/north/costs/register/import/", file)
        [finding] = answer.context["findings"]
        assert (finding.outcome == "wrong") == bool(said)
        assert said in " ".join(finding.errors)
