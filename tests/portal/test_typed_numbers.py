"""Numbers typed key by key, in English and Swedish, into every kind of number field: what is stored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from agreements.models import Agreement, FixedPart, Key, KeyVersion
from billing.models import Cost
from municipalities.models import Cooperation, Municipality
from services.models import Subscription
from sharedict.accounts.models import User
from tests.factories.billing import CostFactory
from tests.factories.municipalities import DriverFactory, LinkFactory, ReadingFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEYBOARD = "each => [each.type, each.inputMode, document.querySelectorAll('input[type=number]').length]"
THIN, NARROW, NO_BREAK = "\u2009", "\u202f", "\u00a0"


@dataclass(frozen=True)
class Writing:
    """How a language writes numbers: what stands before decimals, and what between thousands."""

    mark: str
    group: str
    amount_twice: tuple[str, str]
    """An amount that can be read in two ways, and what is said of it."""
    count_twice: tuple[str, str]
    seen: str
    """A reading of 11404.125 as the portal shows it."""

    def of(self, text: str) -> str:
        """``text``, which has a point, with the mark of the language."""
        return text.replace(".", self.mark)


ENGLISH = Writing(".", ",", ("12.500", "12.50 or 12,500.00"), ("1.250", "1.25 or 1,250"), "11,404.125")
SWEDISH = Writing(
    ",",
    ".",
    ("250,000", f"250,00 eller 250{NO_BREAK}000,00"),
    ("1,250", f"1,25 eller 1{NO_BREAK}250"),
    f"11{NO_BREAK}404,125",
)


class Typist:
    """Types into forms as people do, and holds the row behind them to what was typed."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str) -> None:
        self.page.goto(address, wait_until="domcontentloaded")

    def write(self, name: str, text: str) -> None:
        """Put ``text`` into the number field, key by key, instead of what stands there."""
        field = self.page.locator(f"[name={name}]")
        assert field.evaluate(KEYBOARD) in (["text", "decimal", 0], ["text", "numeric", 0])
        field.fill("")
        field.press_sequentially(text)
        assert field.input_value() == text

    def send(self, name: str) -> None:
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.press(f"[name={name}]", "Enter")

    def assert_accepted(self) -> None:
        assert self.page.locator(".invalid-feedback, .sd-error-summary, .errorlist").all_inner_texts() == []

    def assert_refused(self, name: str, text: str, said: str) -> None:
        """The text is still there, and what is wrong with it is said at the field."""
        field = self.page.locator(f"[name={name}]")
        expect(field).to_have_value(text)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(self.page.locator(f"#error_1_id_{name}, .errorlist").first).to_contain_text(said)

    def change(self, row: Any, name: str, text: str, value: str) -> None:
        """``text`` in the form that is open is ``value`` in the row, to the last digit."""
        self.write(name, text)
        self.send(name)
        self.assert_accepted()
        assert str(stored(row, name)) == value, text

    def fail_to_change(self, row: Any, name: str, text: str, said: str) -> None:
        was = stored(row, name)
        self.write(name, text)
        self.send(name)
        self.assert_refused(name, text, said)
        assert stored(row, name) == was


def stored(row: Any, name: str) -> Any:
    """The column as the database holds it, with all its decimals."""
    return type(row).objects.values_list(name, flat=True).get(pk=row.pk)


@pytest.mark.parametrize(
    ("browser_options", "writing"),
    [({"locale": "en-GB"}, ENGLISH), ({"locale": "sv-SE"}, SWEDISH)],
    ids=["english", "swedish"],
)
def test_numbers_are_stored_as_they_are_typed(
    north: Cooperation,
    torsby: Municipality,
    even_key: Key,
    administrator: User,
    signed_in: Callable[[User], Page],
    writing: Writing,
) -> None:
    administrator.is_staff = administrator.is_superuser = True  # to repair rows under /system/, too
    typist = Typist(signed_in(administrator))
    type_costs(typist, writing, CostFactory(cooperation=north))
    type_a_key(typist, writing, even_key)
    type_readings(typist, writing, north, torsby)
    type_counts(typist, writing, north)


def type_costs(typist: Typist, writing: Writing, cost: Cost) -> None:
    typist.open(f"/north/costs/register/{cost.pk}/")
    typist.fail_to_change(cost, "amount", *writing.amount_twice)
    typist.change(cost, "amount", "1250,50", "1250.50")
    typist.change(cost, "amount", "1250.51", "1250.51")
    typist.change(cost, "amount", f"\u22121{writing.group}250{writing.mark}52", "-1250.52")
    typist.open("/north/costs/register/")
    shown = typist.page.locator("tr", has_text=cost.reference).locator("td.sd-num").first.inner_text()
    typist.open(f"/system/billing/cost/{cost.pk}/change/")
    typist.fail_to_change(cost, "amount", *writing.amount_twice)
    typist.change(cost, "amount", shown, "-1250.52")


def type_a_key(typist: Typist, writing: Writing, key: Key) -> None:
    """All numbers of a version; the next one takes them over as the form shows them."""
    page = typist.page
    typist.open("/north/keys/even/new-version/")
    page.fill("[name=valid_from]", "2027-01-01")
    page.fill("[name=decided_on]", "2026-12-01")
    page.fill("[name=decision]", "Joint board, § 12")
    for summary in page.locator("main details summary").all():
        summary.click()
    typist.write("components-0-percent", writing.of("33.333"))
    typist.write("components-1-percent", writing.of("66.667"))
    page.select_option("[name=components-1-kind]", "fixed")
    typist.write("part_SE1737", writing.of("12.345"))
    typist.write("part_SE1783", writing.of("87.655"))
    typist.write("floor_percent", writing.of("1.125"))
    typist.write("cap_percent", writing.of("98.875"))
    typist.write("base_amount", writing.amount_twice[0])
    typist.send("base_amount")
    typist.assert_refused("base_amount", *writing.amount_twice)
    assert key.versions.count() == 1
    typist.write("base_amount", f"1{THIN}250{writing.mark}50")
    typist.send("base_amount")
    typist.assert_accepted()
    typist.open("/north/keys/even/new-version/")
    expect(page.locator("[name=floor_percent]")).to_have_value(writing.of("1.125"))
    page.fill("[name=valid_from]", "2027-02-01")
    page.fill("[name=decided_on]", "2026-12-02")
    page.fill("[name=decision]", "Joint board, § 13")
    typist.send("decision")
    typist.assert_accepted()
    typed, taken_over = key.versions.order_by("number")[1:]
    for version in (typed, taken_over):
        assert numbers_of(version) == (
            *("1250.50", "1.125000", "98.875000", "33.333000", "66.667000"),
            *("12.345000", "87.655000"),
        )
    typist.write("amount", writing.of("2000.25"))  # an example, on the page of the key
    typist.send("amount")
    typist.assert_accepted()
    expect(page.locator("[name=amount]")).to_have_value(writing.of("2000.25"))


def numbers_of(version: KeyVersion) -> tuple[str, ...]:
    components = version.components.order_by("position").values_list("percent", flat=True)
    parts = FixedPart.objects.filter(component__version=version).order_by("municipality__code")
    rules = (version.base_amount, version.floor_percent, version.cap_percent)
    return tuple(map(str, [*rules, *components, *parts.values_list("percent", flat=True)]))


def type_readings(typist: Typist, writing: Writing, north: Cooperation, torsby: Municipality) -> None:
    reading = ReadingFactory(driver=DriverFactory(cooperation=north, code="devices"), municipality=torsby)
    typist.open(f"/north/drivers/readings/{reading.pk}/")
    typist.change(reading, "value", f"11{NARROW}404{writing.mark}125", "11404.1250")
    typist.open(f"/north/drivers/{reading.driver_id}/")
    shown = typist.page.locator("main td.sd-num").first.inner_text()
    assert shown == writing.seen
    typist.open(f"/system/municipalities/reading/{reading.pk}/change/")
    typist.change(reading, "value", f"{shown}5", "11404.1255")


def type_counts(typist: Typist, writing: Writing, north: Cooperation) -> None:
    subscription = Subscription.objects.of(north).first()
    typist.open(f"/north/subscriptions/{subscription.pk}/")
    typist.fail_to_change(subscription, "users", *writing.count_twice)
    typist.change(subscription, "users", f"1{NO_BREAK}250", "1250")
    link = LinkFactory(site__cooperation=north)
    typist.open(f"/north/network/links/{link.pk}/")
    typist.change(link, "mbps", "10 000", "10000")
    agreement = Agreement.objects.get(cooperation=north)
    typist.open(f"/system/agreements/agreement/{agreement.pk}/change/")
    typist.change(agreement, "notice_months", "18", "18")
