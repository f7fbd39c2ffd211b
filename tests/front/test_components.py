"""Every component in a real browser, light at 320 pixels and dark and wide: axe and a strict policy."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import accessibility_problems
from tests.front.gallery import PARTS

pytestmark = [pytest.mark.urls("tests.front.gallery"), pytest.mark.django_db(transaction=True)]

PAGES = [
    *(f"/{part}/" for part in PARTS),
    "/form/?name=&amount=1,2,3",
    "/accessibility/",
    "/lost/",
    "/broken/",
]
LOOKS = [
    pytest.param(
        {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}, id=f"{scheme}-{width}"
    )
    for scheme, width in [("light", 320), ("dark", 1280)]
]


@pytest.mark.parametrize("browser_options", LOOKS)
def test_every_component_can_be_used_by_everyone(page: Page) -> None:
    for address in PAGES:
        page.goto(address)
        page.evaluate(
            "document.querySelectorAll('details:not(.sd-menu)').forEach(one => { one.open = true })"
        )
        assert accessibility_problems(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_a_row_is_added_to_a_formset(page: Page) -> None:
    page.goto("/form/")
    page.get_by_role("button", name="Add a row").click()
    expect(page.locator("[data-row]")).to_have_count(2)
    expect(page.locator("#id_form-TOTAL_FORMS")).to_have_value("2")
    expect(page.locator("#id_form-1-driver")).to_be_focused()


def test_errors_are_listed_first_and_lead_to_their_fields(page: Page) -> None:
    page.goto("/form/?name=&amount=1,2,3")
    expect(page.locator(".sd-error-summary")).to_be_focused()
    page.locator(".sd-error-summary").get_by_role("link", name="Amount").click()
    expect(page.locator("#id_amount")).to_be_focused()
    assert page.locator("#id_amount").get_attribute("aria-describedby") == "id_amount_error"


def test_a_job_is_asked_for_until_it_has_ended(page: Page) -> None:
    page.goto("/parts/")
    expect(page.get_by_text("Done")).to_be_visible(timeout=5000)
    expect(page.locator("[hx-get]")).to_have_count(0)


def test_a_menu_closes_on_escape_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/parts/")
    menu = page.locator("summary", has_text="Cooperation:")
    menu.click()
    expect(page.get_by_role("link", name="North Värmland")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="North Värmland")).to_be_hidden()
    expect(menu).to_be_focused()


@pytest.mark.parametrize("browser_options", LOOKS)
def test_a_filter_is_open_where_there_is_room(page: Page, browser_options: dict[str, Any]) -> None:
    page.goto("/list/")
    expect(page.get_by_label("Place")).to_be_visible(visible=browser_options["viewport"]["width"] > 320)
    page.goto("/list/?place=Sunne")
    expect(page.get_by_label("Place")).to_be_visible()


def test_a_sorted_column_says_so(page: Page) -> None:
    page.goto("/list/?sort=-amount&page=2")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Amount")
    expect(page.locator(".sd-pages [aria-current=page]")).to_have_text("2")
    expect(page.get_by_text("30 rows")).to_be_visible()
