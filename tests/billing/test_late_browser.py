"""A late invoice in a real browser: from its entry to the statement that charges it, and why."""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from billing.models import Cost, Period
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change
from tests.browser import accessibility_problems, follow, sign_in
from tests.factories.accounts import PASSWORD
from tests.factories.billing import CostFactory, close

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def late(
    north: Cooperation,
    september: Period,
    costs: list[Cost],
    administrator: User,
    second_administrator: User,
    do_jobs: Callable[[], int],
    page: Page,
) -> Page:
    """September is closed, then somebody types a licence of 50.02 for it."""
    close(september, proposer=administrator, closer=second_administrator)
    sign_in(page, "administrator", PASSWORD)
    page.goto("/north/costs/register/new/")
    page.fill("[name=description]", "Late licence")
    page.select_option("[name=application]", label="ERP")
    page.select_option("[name=cost_type]", value=str(costs[0].cost_type_id))
    page.fill("[name=amount]", "50.02")
    page.fill("[name=starts_on]", "2026-09-01")
    page.fill("[name=ends_on]", "2026-09-30")
    follow(page.locator("main .sd-form-foot .btn-primary"))
    assert page.locator("[name=told]").count(), "what it does to closed months is told first"
    follow(page.locator("main .sd-form-foot .btn-primary"))
    assert Cost.objects.filter(description="Late licence").exists()
    do_jobs()
    return page


def test_a_late_invoice_is_followed_to_the_statement_and_to_why(late: Page) -> None:
    late.goto("/north/costs/late/")
    expect(late.locator("#charged")).to_have_text("Charged in October 2026")
    follow(late.locator("a:has-text('Late licence')"))
    expect(late.locator("main")).to_contain_text("September 2026 was charged too little by")
    expect(late.locator(".sd-figure")).to_contain_text("50.02")
    assert accessibility_problems(late) == []
    follow(late.locator("tr:has-text('Torsby') a:has-text('In five steps')"))
    expect(late.locator("h1")).to_contain_text("Why a difference of +25.01")
    assert accessibility_problems(late) == []
    follow(late.locator(".sd-back a"))
    expect(late.locator(".sd-figure")).to_contain_text("50.02")
    late.goto("/north/costs/2026-10/SE1737/")
    section = late.locator("section", has=late.locator("#corrections"))
    expect(section).to_contain_text("+25.01")
    assert accessibility_problems(late) == []
    late.goto("/north/costs/2026-10/")
    expect(late.locator("section", has=late.locator("#corrections"))).to_contain_text("+50.02")
    assert accessibility_problems(late) == []


def test_the_same_in_swedish(late: Page) -> None:
    late.click("details.sd-menu-end summary >> nth=-1")
    follow(late.locator("button[value=sv]"))
    late.goto("/north/costs/late/")
    expect(late.locator("#charged")).to_have_text("Debiteras i oktober 2026")
    late.check("tr:has-text('Late licence') input")
    expect(late.locator("button[name=verdict]")).to_have_text("Lämna 50,02\xa0SEK odebiterade")
    follow(late.locator("a:has-text('Late licence')"))
    expect(late.locator("main")).to_contain_text("September 2026 debiterades för lite med")
    follow(late.locator("tr:has-text('Torsby') a:has-text('I fem steg')"))
    expect(late.locator("h1")).to_contain_text("Varför en skillnad på +25,01")
    late.goto("/north/costs/2026-10/SE1737/")
    section = late.locator("section", has=late.locator("#corrections"))
    expect(section).to_contain_text("Rättelser av tidigare månader")


def test_the_buttons_name_what_is_ticked(
    late: Page, north: Cooperation, costs: list[Cost], do_jobs: Callable[[], int]
) -> None:
    CostFactory(
        cooperation=north,
        cost_type=costs[0].cost_type,
        reference="C00000201",
        description="Another one",
        amount=10,
        starts_on=dt.date(2026, 9, 1),
        ends_on=dt.date(2026, 10, 1),
    )
    announce_change(cooperation_id=north.pk, touches=(dt.date(2026, 9, 1), None))
    do_jobs()
    late.goto("/north/costs/late/")
    button = late.locator("button[name=verdict]")
    expect(button).to_be_disabled()
    late.check("tr:has-text('Late licence') input")
    late.check("tr:has-text('Another one') input")
    expect(button).to_have_text("Leave 60.02\xa0SEK uncharged")
    late.uncheck("tr:has-text('Late licence') input")
    expect(button).to_have_text("Leave 10.00\xa0SEK uncharged")
    late.uncheck("tr:has-text('Another one') input")
    expect(button).to_be_disabled()
    late.check("tr:has-text('Late licence') input")
    late.fill("[name=reason]", "The supplier withdraws it")
    follow(button)
    expect(late.locator(".sd-message-success")).to_contain_text(
        "1 late change stays uncharged, +50.02\xa0SEK in all."
    )
    expect(late.locator("section", has=late.locator("#left"))).to_contain_text("The supplier withdraws it")
    assert accessibility_problems(late) == []
