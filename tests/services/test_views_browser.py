"""From a list to its columns, a view that is kept, its count on the overview, and several rows changed."""

import re

import pytest
from playwright.sync_api import Page, expect

from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from tests.browser import accessibility_problems, follow, sign_in
from tests.factories.accounts import PASSWORD
from tests.factories.services import ApplicationFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def editor(north: Cooperation, administrator: User, page: Page) -> Page:
    """Signed in, at the catalogue; two of its applications are ideas."""
    for name in ("Archive", "Booking"):
        ApplicationFactory(cooperation=north, code=name.lower(), name=name, lifecycle="idea")
    sign_in(page, "administrator", PASSWORD)
    page.goto("/north/services/?lifecycle=idea")
    return page


def fold(page: Page, words: str) -> None:
    """Open a fold above the list by the keyboard."""
    page.locator("summary", has_text=words).focus()
    page.keyboard.press("Enter")


def the_whole_way(page: Page) -> None:
    fold(page, "Columns")
    for label in ("Purpose", "In the tree", "Owner", "Municipalities", "Users", "Runs at", "Class", "Runs"):
        page.get_by_label(label, exact=True).last.uncheck()
    page.get_by_label("Code", exact=True).check()
    follow(page.get_by_role("button", name="Show these columns"))
    expect(page).to_have_url(re.compile(r"\?lifecycle=idea&columns=name,lifecycle,code$"))
    expect(page.locator("main td", has_text=re.compile("^archive$"))).to_be_visible()
    fold(page, "Saved views")
    assert accessibility_problems(page) == []
    follow(page.get_by_role("link", name="Save this view"))
    page.get_by_label("Name").fill("Ideas")
    page.get_by_label("Show the count on my overview").check()
    assert accessibility_problems(page) == []
    follow(page.locator("main form button[type=submit]"))
    expect(page.locator("summary", has_text="View: Ideas")).to_be_visible()
    follow(page.get_by_role("link", name="Change several"))
    page.get_by_label("All 2 rows of this view").check()
    page.get_by_role("checkbox", name="Set Vendor").check()
    page.get_by_label("Vendor", exact=True).fill("Fjord AB")
    assert accessibility_problems(page) == []
    assert not page.evaluate(TOO_WIDE)
    follow(page.get_by_role("button", name="See what changes"))
    expect(page.locator("main tbody tr")).to_have_count(2)
    expect(page.locator("main tbody")).to_contain_text("Fjord AB")
    assert accessibility_problems(page) == []
    assert not page.evaluate(TOO_WIDE)
    assert not Application.objects.filter(vendor="Fjord AB").exists()
    follow(page.get_by_role("button", name="Change 2 rows"))
    expect(page.locator(".sd-messages")).to_contain_text("2 rows are changed.")
    expect(page.locator("summary", has_text="View: Ideas")).to_be_visible()
    assert Application.objects.filter(vendor="Fjord AB").count() == 2


def test_columns_a_view_its_count_and_several_rows(editor: Page) -> None:
    the_whole_way(editor)
    editor.goto("/north/overview/")
    pinned = editor.get_by_role("region", name="My views")
    expect(pinned.get_by_role("listitem")).to_have_text(re.compile(r"Ideas\s*2"))
    assert accessibility_problems(editor) == []
    follow(pinned.get_by_role("link", name="Ideas"))
    expect(editor.locator("main tbody tr")).to_have_count(2)


@pytest.mark.parametrize("browser_options", [{"viewport": {"width": 320, "height": 640}}])
def test_the_same_on_a_phone(editor: Page) -> None:
    assert not editor.evaluate(TOO_WIDE)
    the_whole_way(editor)
    editor.goto("/north/views/")
    assert not editor.evaluate(TOO_WIDE)
    assert accessibility_problems(editor) == []


def test_a_field_that_somebody_fills_in_is_meant_to_be_set(editor: Page) -> None:
    follow(editor.get_by_role("link", name="Change several"))
    set_vendor = editor.get_by_role("checkbox", name="Set Vendor")
    expect(set_vendor).not_to_be_checked()
    editor.get_by_label("Vendor", exact=True).fill("Fjord AB")
    expect(set_vendor).to_be_checked()
    set_vendor.uncheck()
    expect(set_vendor).not_to_be_checked()
    editor.get_by_label("Availability", exact=True).select_option("serious")
    expect(editor.get_by_role("checkbox", name="Set Availability")).to_be_checked()
