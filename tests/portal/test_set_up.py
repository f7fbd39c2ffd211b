"""From an empty database to the first closed statement, by the guided set-up alone."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from billing.models import Period, Statement
from municipalities.models import Cooperation
from sharedict.accounts.first import first_address
from tests.browser import accessibility_problems, follow, watched_page
from tests.factories.accounts import UserFactory
from tests.workers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD, OWN = "fjord-and-forest-7", "lake-and-clearing-8"


@pytest.fixture
def register(transactional_db: None) -> None:
    """What `manage.py prepare` loads into an empty database."""
    call_command("load_registers", verbosity=0)


def go_on(page: Page, **typed: str) -> None:
    """Fill in fields of the step and send it by the button that says what it does."""
    for name, value in typed.items():
        page.fill(f"main [name={name}]", value)
    follow(page.locator("main form .btn-primary"))
    assert page.locator("main .invalid-feedback").count() == 0, page.locator("main").inner_text()


def click(page: Page, text: str) -> None:
    follow(page.locator("main a", has_text=text).first)


def test_two_people_come_from_nothing_to_the_first_statement(
    page: Page,
    register: None,
    worker: None,
    settings: Settings,
    browser: Browser,
    live_server: Any,
    browser_options: dict[str, Any],
) -> None:
    settings.SENDS_MAIL = False  # who sets up is shown the link, and hands it over
    visited: list[str] = []
    page.on("framenavigated", lambda frame: visited.append(urlsplit(frame.url).path))
    page.goto(urlsplit(first_address()).path)
    go_on(page, username="karin", first_name="Karin", password1=PASSWORD, password2=PASSWORD)

    month = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    page.select_option("[name=first_month]", f"{month:%Y-%m}-01")
    go_on(page, name="North Värmland")
    page.fill("#find", "torsby, sunne, hag")
    offered = page.locator("[data-choice]:visible")
    assert [text.split()[0] for text in offered.all_inner_texts()] == ["Hagfors", "Sunne", "Torsby"]
    for choice in offered.all():
        choice.locator("input").check()
    go_on(page)
    go_on(page, email="johan@example.se")
    link = urlsplit(page.locator(".sd-secret").inner_text()).path
    click(page, "Skip this step")
    users = {"users_SE1737": "940", "users_SE1766": "1 020", "users_SE1783": "890"}
    go_on(page, name="Social care system", purpose="Cases and records", **users)
    page.check("[name=way][value=users]")
    go_on(page, decision="Boards of the members, § 45")
    go_on(page)
    go_on(page, amount="30000")

    made = Cooperation.objects.get()
    period = Period.objects.filter(first_day=made.first_month, current_run__isnull=False)
    wait_until(period.exists, "the first month computed")
    with watched_page(browser, live_server.url, **browser_options) as johan:
        johan.goto(link)
        go_on(johan, username="johan", first_name="Johan", last_name="Berg", password1=OWN, password2=OWN)
    page.goto(f"/{made.slug}/overview/")
    assert "7 of 8 steps are done." in page.locator("main").inner_text()
    click(page, "The first month, closed")
    click(page, "Propose")
    go_on(page)

    page.context.clear_cookies()
    page.goto("/sign-in/")
    go_on(page, username="johan", password=OWN)
    click(page, "Look and close")
    click(page, "Close")
    go_on(page)
    click(page, "Torsby")
    assert "9,894.74" in page.locator("main").inner_text()
    assert "Closed" in page.locator("h1").inner_text()
    totals = Statement.objects.order_by("payer").values_list("payer", "total")
    assert {payer: str(total) for payer, total in totals} == {
        "SE1737": "9894.74",
        "SE1766": "10736.84",
        "SE1783": "9368.42",
    }
    assert not [path for path in visited if path.startswith("/system/")]


def test_members_can_be_chosen_without_script(browser: Any, live_server: Any, register: None) -> None:
    UserFactory(username="karin", is_superuser=True, password=PASSWORD)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("[name=username]", "karin")
    page.fill("[name=password]", PASSWORD)
    follow(page.locator("main button[type=submit]"))
    go_on(page, name="North")
    assert not page.locator("#find").is_visible()
    page.get_by_text("Värmlands län").click()
    page.get_by_label("Torsby").check()
    go_on(page)
    assert urlsplit(page.url).path == "/north/set-up/people/"
    context.close()


@pytest.mark.parametrize(
    "browser_options",
    [
        {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark", "locale": "sv-SE"},
        {"viewport": {"width": 320, "height": 640}, "color_scheme": "light", "locale": "en-GB"},
    ],
    ids=["desktop-dark-swedish", "phone-light-english"],
)
def test_the_pages_of_operators_are_accessible_and_fit(page: Page, register: None) -> None:
    UserFactory(username="karin", is_superuser=True, password=PASSWORD)
    UserFactory(username="newcomer")
    page.goto("/sign-in/")
    page.fill("[name=username]", "karin")
    page.fill("[name=password]", PASSWORD)
    follow(page.locator("main button[type=submit]"))
    found = {}

    def look() -> None:
        problems = accessibility_problems(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append("scrolls sideways")
        if problems:
            found[page.url] = problems

    look()
    page.evaluate("document.querySelector('main form').noValidate = true")
    follow(page.locator("main form .btn-primary"))
    look()
    go_on(page, name="North")
    look()
    for path in ("", "installation/", "mail/", "population/", "register/"):
        page.goto(f"/cooperations/{path}")
        look()
    assert not found
