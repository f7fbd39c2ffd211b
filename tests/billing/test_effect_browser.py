"""A late cost in a real browser: the notice takes the focus, with script and without, and fits a phone."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from agreements.models import CostType
from billing.models import Cost
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from tests.browser import accessibility_problems, follow, sign_in
from tests.factories.accounts import PASSWORD
from tests.factories.agreements import CostTypeFactory
from tests.factories.billing import CostFactory, compute
from tests.factories.closed import close_quarter
from tests.factories.services import ApplicationFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE: dict[str, Any] = {"viewport": {"width": 320, "height": 800}, "locale": "en-GB"}
WIDTH = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
def quarter(north: Cooperation, administrator: User, second_administrator: User) -> Cooperation:
    return close_quarter(north, proposer=administrator, closer=second_administrator)


@pytest.mark.parametrize(
    "browser_options", [PHONE, {**PHONE, "java_script_enabled": False}], ids=["script", "none"]
)
def test_the_effect_is_read_before_the_button(
    page: Page, quarter: Cooperation, erp: Application, licence: CostType, browser_options: dict[str, Any]
) -> None:
    sign_in(page, "administrator", PASSWORD)
    page.goto("/north/costs/register/new/")
    page.fill("[name=description]", "half a year")
    page.select_option("[name=application]", str(erp.pk))
    page.select_option("[name=cost_type]", str(licence.pk))
    page.fill("[name=amount]", "6000,00")
    page.fill("[name=starts_on]", "2025-01-01")
    page.fill("[name=ends_on]", "2025-06-30")
    page.press("[name=ends_on]", "Enter")
    notice = page.locator(".sd-effect")
    expect(notice).to_contain_text("+2,983.42")
    expect(notice).to_be_focused()
    expect(page.locator("[name=amount]")).to_have_value("6000,00")
    if browser_options.get("java_script_enabled", True):
        assert page.evaluate(WIDTH)
        assert accessibility_problems(page) == []
    page.keyboard.press("Tab")
    expect(page.locator("main button.btn-primary[type=submit]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".sd-messages")).to_contain_text("it becomes corrections in April 2025")
    assert Cost.objects.get(description="half a year").amount == 6000


@pytest.mark.parametrize("browser_options", [{"viewport": {"width": 1024, "height": 768}, "locale": "sv-SE"}])
def test_all_of_the_register_is_in_view_at_1024_pixels(
    page: Page, north: Cooperation, administrator: User, licence: CostType, browser_options: dict[str, Any]
) -> None:
    """Words as long as the register usually has them, in the longer language and month."""
    social = ApplicationFactory(cooperation=north, code="social", name="Verksamhetssystem socialtjänst")
    for words in ("On call around the clock", "Coordination of the joint operation"):
        cost = CostFactory(
            cooperation=north,
            cost_type=CostTypeFactory(cooperation=north, name="Konsulttjänster"),
            application=social,
            description=words,
            supplier="Omvårdnadsdata AB",
            amount=Decimal("-1234567.89"),
            starts_on=dt.date(2026, 9, 1),
            ends_on=dt.date(2026, 12, 1),
        )
    compute(north)
    sign_in(page, "administrator", PASSWORD)
    page.goto("/north/costs/register/")
    expect(page.locator(".sd-state", has_text="ofördelat")).to_have_count(2)
    sizes = page.locator(".sd-table-scroll").evaluate("each => [each.scrollWidth, each.clientWidth]")
    assert sizes[0] <= sizes[1], sizes
    follow(page.get_by_role("link", name=cost.description))
    assert page.url.endswith(f"/register/{cost.pk}/")
