"""What an administrator keeps, in a real browser, and the shares that a worker recomputes meanwhile."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page

from agreements.models import Key, KeyVersion, Term
from billing.models import Period, Share
from municipalities.models import Cooperation, Link, Member, Municipality, Reading, Site
from services.models import Application, Installation, Subscription
from sharedict.accounts.models import User
from tests.browser import accessibility_problems, follow
from tests.workers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FORMS = [
    "costs/register/new/",
    "costs/register/import/",
    "keys/new/",
    "keys/even/new-version/",
    "terms/new/",
    "drivers/new/",
    "services/new/",
    "installations/new/",
    "subscriptions/new/",
    "members/new/",
    "network/sites/new/",
    "network/links/new/",
    "suppliers/new/",
    "dependencies/new/",
    "dependencies/",
    "impact/",
    "suppliers/",
    "agreements/new/",
    "cost-types/new/",
    "people/invite/",
    "tokens/new/",
    "members/",
    "people/",
    "tokens/",
    "jobs/",
    "change-log/",
    "cost-types/",
    "installations/",
    "subscriptions/",
    "overview/",
    *(
        f"set-up/{step}/"
        for step in ("cooperation", "members", "people", "application", "key", "term", "cost")
    ),
]


@pytest.fixture
def admin_page(two_months: Cooperation, administrator: User, signed_in: Callable[[User], Page]) -> Page:
    return signed_in(administrator)


def save(page: Page) -> None:
    """Send the form of the page; fails where the page then still shows errors."""
    follow(page.locator("main form .btn-primary, main form .btn-danger").last)
    assert page.locator("main .is-invalid, main .invalid-feedback").count() == 0, page.locator(
        "main"
    ).inner_text()


def share_of(code: str, month: int) -> Decimal:
    """What the municipality carries of the month's current run, all costs together."""
    rows = Share.objects.current().filter(
        municipality__code=code, run__period__first_day=dt.date(2026, month, 1)
    )
    return sum(rows.values_list("amount", flat=True), Decimal(0))


def test_a_cost_is_added_changed_and_withdrawn_and_shares_follow(admin_page: Page, worker: None) -> None:
    page = admin_page
    page.goto("/north/costs/register/")
    follow(page.get_by_role("link", name="Add a cost").first)
    page.fill("[name=description]", "Support, by the hour")
    page.select_option("[name=application]", label="ERP")
    page.select_option("[name=cost_type]", label="Licence")
    page.fill("[name=amount]", "99,99")
    page.fill("[name=starts_on]", "2026-10-01")
    page.fill("[name=ends_on]", "2026-10-31")
    save(page)
    wait_until(
        lambda: share_of("1737", 10) + share_of("1783", 10) == Decimal("1300.02"), "the new cost shared"
    )
    page.fill("[name=amount]", "100.00")
    save(page)
    wait_until(lambda: share_of("1737", 10) == Decimal("650.02"), "the changed cost shared")
    page.goto(page.url)
    follow(page.get_by_role("link", name="Withdraw"))
    follow(page.get_by_role("button", name="Withdraw 100.00"))
    wait_until(lambda: share_of("1737", 10) == Decimal("600.02"), "the withdrawn cost gone")
    page.goto("/north/costs/2026-10/SE1737/")
    assert "600.02" in page.locator("main").inner_text()


@pytest.mark.parametrize("browser_options", [{"viewport": {"width": 1280, "height": 900}, "locale": "sv-SE"}])
def test_what_can_be_chosen_in_a_version_is_not_cut(
    admin_page: Page, browser_options: dict[str, Any]
) -> None:
    admin_page.goto("/north/keys/even/new-version/")
    choices = admin_page.locator("[data-row] select")
    assert choices.count()
    lacking = choices.evaluate_all(
        """found => found.map(each => {
            const whole = each.cloneNode(true);
            const free = {width: "auto", minWidth: "0", maxWidth: "none", position: "absolute"};
            Object.assign(whole.style, free);
            each.after(whole);
            const lacks = whole.offsetWidth - each.offsetWidth;
            whole.remove();
            return lacks;
        })"""
    )
    assert max(lacking) <= 0
    assert "efter en fördelningsgrund" in choices.first.inner_text()


def test_a_new_version_of_a_key_holds_from_its_date(admin_page: Page, worker: None) -> None:
    page = admin_page
    page.goto("/north/keys/even/new-version/")
    page.fill("[name=valid_from]", "2026-10-01")
    page.fill("[name=decided_on]", "2026-09-15")
    page.fill("[name=decision]", "Joint board, § 12")
    percents = page.locator("[name$='-percent']")
    percents.nth(0).fill("40")
    percents.nth(1).fill("59.99")
    page.locator("[name$='-kind']").nth(1).select_option("driver")
    page.locator("[name$='-driver']").nth(1).select_option(label="Population")
    page.locator("[name$='-rule']").nth(1).select_option("year_start")
    follow(page.locator("main form .btn-primary").last)
    assert "99.99" in page.locator("main").inner_text()
    assert page.input_value("[name=decision]") == "Joint board, § 12"
    assert KeyVersion.objects.filter(key__code="even", cooperation__slug="north").count() == 1
    page.locator("[name$='-percent']").nth(1).fill("60")
    save(page)
    # Torsby: 40 % / 2 + 60 % x 12,000 / 20,000 = 56 % of 1,200.03
    wait_until(lambda: share_of("1737", 10) == Decimal("672.02"), "October by the new version")
    assert share_of("1737", 9) == Decimal("500.01")
    page.goto("/north/costs/2026-10/SE1737/C00000010/")
    assert "Joint board, § 12" in page.locator("main").inner_text()


def test_a_term_a_driver_and_its_readings_decide_who_pays_what(
    admin_page: Page, worker: None, north: Cooperation
) -> None:
    page = admin_page
    page.goto("/north/drivers/new/")
    page.fill("[name=name]", "Devices")
    page.fill("[name=code]", "devices")
    page.fill("[name=unit]", "devices")
    save(page)
    for code, value in (("1737", "30"), ("1783", "10")):
        page.goto("/north/drivers/")
        follow(page.get_by_role("link", name="Devices", exact=True).first)
        page.goto(f"{page.url}new/")
        place = Municipality.objects.get(code=code)
        page.select_option("[name=municipality]", str(place.pk))
        page.fill("[name=reference_on]", "2026-09-30")
        page.fill("[name=value]", value)
        page.fill("[name=source]", "Inventory")
        save(page)
    assert Reading.objects.filter(driver__code="devices").count() == 2
    page.goto("/north/keys/new/")
    page.fill("[name=name]", "By devices")
    page.fill("[name=code]", "devices")
    save(page)
    assert page.url.endswith("/keys/devices/new-version/")
    page.fill("[name=valid_from]", "2026-01-01")
    page.fill("[name=decided_on]", "2025-12-01")
    page.fill("[name=decision]", "Joint board, § 3")
    page.locator("[name$='-percent']").nth(0).fill("100")
    page.locator("[name$='-kind']").nth(0).select_option("driver")
    page.locator("[name$='-driver']").nth(0).select_option(label="Devices")
    page.locator("[name$='-rule']").nth(0).select_option("latest_before")
    save(page)
    page.goto("/north/terms/new/")
    page.select_option("[name=application]", label="ERP")
    page.select_option("[name=key]", str(Key.objects.get(cooperation=north, code="devices").pk))
    page.select_option("[name=agreement]", index=1)
    page.fill("[name=valid_from]", "2026-10-01")
    save(page)
    assert Term.objects.filter(cooperation=north, key__code="devices").exists()
    # 30 of 40 devices carry 900.0225 of 1,200.03
    wait_until(lambda: share_of("1737", 10) == Decimal("900.02"), "October by devices")


def test_applications_sites_links_members_and_their_ends(
    admin_page: Page, worker: None, north: Cooperation, sundsvall: Municipality
) -> None:
    page = admin_page
    for name, kind in (("Torsby server room", "server_room"), ("Mirror", "mirror")):
        page.goto("/north/network/sites/new/")
        page.fill("[name=name]", name)
        page.select_option("[name=kind]", kind)
        page.fill("[name=valid_from]", "2026-01-01")
        save(page)
    page.goto("/north/network/links/new/")
    page.fill("[name=name]", "Torsby-Mirror")
    page.select_option("[name=kind]", "broadband")
    page.select_option("[name=site]", label="Torsby server room")
    page.select_option("[name=other_site]", label="Mirror")
    page.fill("[name=mbps]", "100")
    page.fill("[name=valid_from]", "2026-01-01")
    save(page)
    assert Site.objects.of(north).count() == 2
    assert Link.objects.get(cooperation=north).mbps == 100

    page.goto("/north/services/new/")
    page.fill("[name=name]", "Social care")
    page.fill("[name=code]", "social-care")
    page.fill("[name=purpose]", "Care records around the clock")
    save(page)
    assert Application.objects.filter(cooperation=north, code="social-care").exists()
    page.goto("/north/installations/new/")
    page.select_option("[name=application]", label="Social care")
    page.select_option("[name=site]", label="Torsby server room")
    page.fill("[name=valid_from]", "2026-01-01")
    save(page)
    assert Installation.objects.get(cooperation=north).site.name == "Torsby server room"

    page.goto("/north/members/new/")
    page.select_option("[name=municipality]", str(sundsvall.pk))
    page.fill("[name=valid_from]", "2026-10-01")
    save(page)
    member = Member.objects.get(cooperation=north, municipality=sundsvall)
    page.goto(f"/north/members/{member.pk}/end/")
    page.fill("[name=valid_until]", "2026-11-30")
    save(page)
    member.refresh_from_db()
    assert member.valid_until == dt.date(2026, 12, 1)

    subscription = Subscription.objects.get(cooperation=north, municipality__code="1783")
    page.goto(f"/north/subscriptions/{subscription.pk}/end/")
    page.fill("[name=valid_until]", "2026-09-30")
    save(page)
    wait_until(lambda: share_of("1737", 10) == Decimal("1200.03"), "Torsby alone in October")
    assert share_of("1737", 9) == Decimal("500.01"), "September is as it was"


def test_two_people_close_a_month_and_its_statement_gets_a_number(
    admin_page: Page, worker: None, second_administrator: User, signed_in: Callable[[User], Page]
) -> None:
    page = admin_page
    page.goto("/north/costs/2026-09/propose/")
    follow(page.locator("main form button").last)
    assert Period.objects.get(first_day=dt.date(2026, 9, 1)).state == Period.State.PROPOSED
    page.context.clear_cookies()
    page = signed_in(second_administrator)
    page.goto("/north/costs/2026-09/close/")
    follow(page.locator("main form button").last)
    period = Period.objects.get(first_day=dt.date(2026, 9, 1))
    assert period.state == Period.State.CLOSED
    assert sorted(period.statements.values_list("number", flat=True)) == [1, 2]
    page.goto("/north/costs/2026-09/SE1737/")
    assert "Closed" in page.locator("h1").inner_text()


@pytest.mark.parametrize(
    "browser_options",
    [
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark", "locale": "sv-SE"},
        {"viewport": {"width": 320, "height": 640}, "color_scheme": "light", "locale": "en-GB"},
    ],
    ids=["desktop-dark-swedish", "phone-light-english"],
)
def test_every_form_is_accessible_and_fits(admin_page: Page) -> None:
    page, found = admin_page, {}
    for path in FORMS:
        page.goto(f"/north/{path}")
        problems = accessibility_problems(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append("scrolls sideways")
        if problems:
            found[path] = problems
    assert not found, found
