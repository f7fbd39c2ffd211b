"""A finance officer's way in a real browser: the month, an amount, why, and a change on the way."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from billing.models import Cost, Period
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change
from tests.browser import accessibility_problems, follow, sign_in
from tests.factories.accounts import PASSWORD
from tests.factories.billing import close, compute

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_overview_to_the_last_digit(page: Page, october: Period, finance: User) -> None:
    sign_in(page, "finance", PASSWORD)
    page.goto("/north/costs/2026-10/SE1737/")
    page.click("a[href='#costs.erp.support']")
    expect(page.locator("tbody:target")).to_contain_text("@support")
    follow(page.locator("tbody:target td.sd-main-amount a"))
    expect(page.locator("h1")).to_contain_text("Why 18.00 SEK?")
    page.click("summary:has-text('Population of all payers')")
    expect(page.locator("details[open].sd-more")).to_contain_text("8,000")


def test_the_note_of_a_change_ends_by_itself(
    page: Page,
    october: Period,
    north: Cooperation,
    costs: list[Cost],
    finance: User,
    do_jobs: Callable[[], int],
) -> None:
    sign_in(page, "finance", PASSWORD)
    announce_change(cooperation_id=north.pk, touches=(october.first_day, None))
    page.goto("/north/costs/2026-10/SE1737/")
    expect(page.locator(".sd-job progress")).to_be_visible()
    Cost.objects.filter(pk=costs[2].pk).update(amount=40)
    do_jobs()
    link = page.locator(".sd-job a", has_text="Show the new figures")
    expect(link).to_be_visible()
    follow(link)
    expect(page.locator(".sd-lines")).to_contain_text("24.00")
    expect(page.locator(".sd-job")).to_have_count(0)


def test_corrections_of_two_agreement_years_are_accessible(
    page: Page,
    september: Period,
    north: Cooperation,
    costs: list[Cost],
    finance: User,
    administrator: User,
    second_administrator: User,
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(year_starts_in=10)
    close(september, proposer=administrator, closer=second_administrator)
    Cost.objects.filter(pk=costs[0].pk).update(amount=160)
    compute(north)
    sign_in(page, "finance", PASSWORD)
    page.goto("/north/costs/2026-10/SE1737/")
    expect(page.locator("#corrections")).to_be_visible()
    expect(page.locator(".sd-group")).to_contain_text("Of earlier agreement years")
    assert accessibility_problems(page) == []


INSIDE = """
each => {
  const text = document.createRange();
  text.selectNodeContents(each);
  const sheet = each.closest(".sd-section").getBoundingClientRect();
  return text.getBoundingClientRect().right <= sheet.right;
}
"""


@pytest.mark.parametrize("browser_options", [{"viewport": {"width": 320, "height": 800}, "locale": "en-GB"}])
def test_figures_of_a_correction_stay_on_the_sheet_on_a_phone(
    page: Page,
    september: Period,
    north: Cooperation,
    costs: list[Cost],
    finance: User,
    administrator: User,
    second_administrator: User,
    browser_options: dict[str, Any],
) -> None:
    close(september, proposer=administrator, closer=second_administrator)
    Cost.objects.filter(pk=costs[0].pk).update(amount="9123456789.25")
    compute(north)
    sign_in(page, "finance", PASSWORD)
    page.goto("/north/costs/2026-10/SE1737/C00000001/2026-09/")
    cells = page.locator("td.sd-num[data-label]").all()
    assert cells
    assert [each.inner_text() for each in cells if each.is_visible() and not each.evaluate(INSIDE)] == []


OF_SUMS = """
tables => tables.map(table => {
  const sheet = table.parentElement.getBoundingClientRect();
  const pad = parseFloat(getComputedStyle(table.parentElement).paddingRight);
  return [...table.querySelectorAll(".sd-num")].filter(each => each.innerText).map(each => {
    const text = document.createRange();
    text.selectNodeContents(each);
    return [each.innerText, Math.round(sheet.right - pad - text.getBoundingClientRect().right)];
  });
}).flat()
"""
"""Each figure of a small table of sums, and how far its text ends from the right edge of its section."""


@pytest.mark.parametrize("browser_options", [{"viewport": {"width": 320, "height": 800}, "locale": "en-GB"}])
def test_figures_of_sums_stand_right_on_a_phone(
    page: Page, october: Period, finance: User, browser_options: dict[str, Any]
) -> None:
    sign_in(page, "finance", PASSWORD)
    page.goto("/north/costs/2026-10/SE1737/C00000004/")
    figures = page.locator(".sd-sum-table").evaluate_all(OF_SUMS)
    assert len(figures) > 6
    assert [figure for figure in figures if figure[1]] == []
