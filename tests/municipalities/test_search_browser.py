"""Searching with the keyboard alone, on a wide page and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from municipalities.models import Cooperation
from sharedict.accounts.models import User
from tests.browser import accessibility_problems, sign_in
from tests.factories.accounts import PASSWORD
from tests.factories.municipalities import SupplierFactory
from tests.factories.services import ApplicationFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reader(north: Cooperation, coordinator: User, page: Page) -> Page:
    """Signed in, at the catalogue; two things have fibre in their name."""
    ApplicationFactory(cooperation=north, code="fiber", name="Fiber")
    SupplierFactory(cooperation=north, name="Fiber AB", contact="")
    sign_in(page, "coordinator", PASSWORD)
    page.goto("/north/services/")
    return page


def test_from_any_page_to_what_was_found_and_back_by_keys(reader: Page) -> None:
    reader.keyboard.press("/")
    reader.keyboard.type("fiber")
    reader.keyboard.press("Enter")
    expect(reader).to_have_url(re.compile(r"/search/\?q=fiber$"))
    assert accessibility_problems(reader) == []
    for key, focused in [
        ("ArrowUp", None),
        ("ArrowDown", "Fiber"),
        ("ArrowDown", "Fiber AB"),
        ("ArrowDown", "Fiber AB"),
        ("ArrowUp", "Fiber"),
        ("ArrowUp", ""),
        ("ArrowDown", "Fiber"),
        ("Escape", ""),
        ("ArrowDown", "Fiber"),
    ]:
        reader.keyboard.press(key)
        if focused is not None:
            expect(reader.locator(":focus")).to_have_text(focused)
        if focused == "":
            expect(reader.locator("#search-box")).to_be_focused()
    reader.keyboard.press("Enter")
    expect(reader).to_have_url(re.compile(r"/north/services/fiber/$"))


@pytest.mark.parametrize("browser_options", [{"viewport": {"width": 320, "height": 640}}])
def test_on_a_phone_a_sign_leads_to_the_box(reader: Page) -> None:
    expect(reader.locator(".sd-search")).to_be_hidden()
    reader.locator(".sd-search-fold").click()
    expect(reader).to_have_url(re.compile(r"/search/$"))
    expect(reader.locator("#search-box")).to_be_focused()
    reader.keyboard.type("fib")
    reader.keyboard.press("Enter")
    expect(reader).to_have_url(re.compile(r"/search/\?q=fib$"))
    expect(reader.locator("[data-found]")).to_have_count(2)
    assert accessibility_problems(reader) == []
    assert not reader.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("browser_options", [{"java_script_enabled": False}])
def test_it_works_without_script(reader: Page) -> None:
    reader.fill("#bar-search", "fiber")
    reader.press("#bar-search", "Enter")
    expect(reader.locator("[data-found]")).to_have_count(2)
