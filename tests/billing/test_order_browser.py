"""From a wish to a subscription to a closed statement, in a real browser."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import CostType
from billing.models import Period
from municipalities.models import Cooperation, Municipality
from services.models import Application, Order
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from sharedict.kernel.periods import Month
from tests.browser import accessibility_problems, follow, sign_in
from tests.factories.accounts import PASSWORD
from tests.factories.billing import CostFactory, close, compute
from tests.factories.services import ApplicationFactory, SubscriptionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def month(north: Cooperation) -> Month:
    """The month of today, the first of the cooperation: 100.00 for Care, which only Hagfors uses."""
    month = Month.of(timezone.localdate())
    Cooperation.objects.filter(pk=north.pk).update(first_month=month.first)
    north.refresh_from_db()
    care: Application = ApplicationFactory(cooperation=north, code="care", name="Care")
    SubscriptionFactory(application=care, municipality=Municipality.objects.get(code="1783"))
    CostFactory(
        cooperation=north,
        application=care,
        cost_type=CostType.objects.get(cooperation=north),
        amount=Decimal("100.00"),
        starts_on=month.first,
        ends_on=month.after,
    )
    compute(north)
    return month


def signed_in(page: Page, name: str) -> None:
    page.context.clear_cookies()
    sign_in(page, name, PASSWORD)


def well(page: Page) -> None:
    assert accessibility_problems(page) == []
    assert not page.evaluate(TOO_WIDE)


@pytest.mark.parametrize(
    "browser_options",
    [{"viewport": {"width": 1280, "height": 900}}, {"viewport": {"width": 320, "height": 640}}],
)
def test_from_wish_to_subscription_to_a_closed_statement(
    page: Page,
    north: Cooperation,
    month: Month,
    coordinator: User,
    administrator: User,
    second_administrator: User,
) -> None:
    signed_in(page, "coordinator")
    page.goto("/north/services/care/")
    follow(page.get_by_role("link", name="Order", exact=True))
    expect(page.get_by_label("Service").first).to_have_value("care")
    well(page)
    page.get_by_label("Quantity").first.fill("12")
    page.locator("[name=wanted_on]").fill((month.first - dt.timedelta(days=4000)).isoformat())
    follow(page.get_by_role("button", name="Save and see what it costs"))
    expect(page.locator(".sd-form")).to_contain_text("Choose a day between")
    expect(page.get_by_label("Quantity").first).to_have_value("12")
    well(page)
    page.locator("[name=wanted_on]").fill(month.first.isoformat())
    follow(page.get_by_role("button", name="Save and see what it costs"))
    expect(page.locator("main")).to_contain_text("Torsby pays 600.00\u00a0SEK more in a year.")
    expect(page.locator("main")).to_contain_text("Hagfors")
    well(page)
    follow(page.get_by_role("link", name="Send", exact=True))
    well(page)
    follow(page.get_by_role("button", name="Send", exact=True))
    expect(page.locator("main")).to_contain_text("waits for a decision by")
    order = Order.objects.get()

    signed_in(page, "administrator")
    expect(page.locator("main")).to_contain_text("1 order waits for your decision")
    page.goto(f"/north/orders/{order.pk}/")
    follow(page.get_by_role("link", name="Approve", exact=True))
    well(page)
    page.get_by_label("Decision").fill("Board, § 12")
    follow(page.get_by_role("button", name="Approve", exact=True))
    expect(page.locator("main")).to_contain_text("Board, § 12")
    expect(page.locator("main")).to_contain_text("No month with it is closed yet")
    well(page)

    run_all()
    period = Period.objects.get(cooperation=north, first_day=month.first)
    close(period, proposer=administrator, closer=second_administrator)
    signed_in(page, "coordinator")
    page.goto(f"/north/costs/{month}/SE1737/")
    expect(page.locator("main")).to_contain_text("50.00")
    expect(page.locator("main")).to_contain_text("Care")
    page.goto(f"/north/orders/{order.pk}/")
    expect(page.locator("main")).to_contain_text("the first closed month with it")
    well(page)
    page.goto("/north/orders/")
    expect(page.locator("main tbody tr")).to_have_count(1)
    well(page)
