"""A form that is sent by somebody who was signed out meanwhile, or signed in anew: nothing typed is lost."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from agreements.models import CostType, Key
from billing.actions import withdraw_cost
from billing.models import Cost, LateDecision, Period
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change, run_all
from tests.browser import accessibility_problems, follow, sign_in
from tests.factories.billing import CostFactory, close
from tests.factories.municipalities import DriverFactory
from tests.portal.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User], Page]
NOTHING = "You were signed out meanwhile. Nothing was saved."
AGAIN = "What you typed stands here again: look it through and save."
COST = {
    "description": "Café & <licence>",
    "amount": "1250,50",
    "starts_on": "2026-09-01",
    "ends_on": "2026-09-30",
}


def elsewhere(page: Page, username: str = "") -> None:
    """In another tab: sign out, and with a name somebody in."""
    other = page.context.new_page()
    other.goto("/north/overview/")
    other.click("details.sd-menu-end summary >> nth=-1")
    follow(other.get_by_role("button", name="Sign out"))
    if username:
        sign_in(other, username, PASSWORD)
    other.close()


def send(page: Page) -> None:
    follow(page.locator("main form[method=post] button[type=submit]:not([name=show])").last)


def sign_in_here(page: Page, username: str) -> None:
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    send(page)


def fill_cost(page: Page) -> None:
    page.goto("/north/costs/register/new/")
    for name, text in COST.items():
        page.fill(f"[name={name}]", text)
    page.select_option("[name=application]", label="ERP")
    page.select_option("[name=cost_type]", label="Licence")


def assert_filled(page: Page) -> None:
    for name, text in COST.items():
        expect(page.locator(f"[name={name}]")).to_have_value(text)
    expect(page.locator("[name=application] option:checked")).to_have_text("ERP")
    expect(page.locator("[name=cost_type] option:checked")).to_have_text("Licence")


def kept(page: Page) -> int:
    """How many forms the tab keeps."""
    return int(page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('unsaved ')).length"))


def test_a_cost_stands_in_its_form_again(north: Cooperation, administrator: User, signed_in: SignIn) -> None:
    page = signed_in(administrator)
    fill_cost(page)
    elsewhere(page)
    send(page)
    said = page.locator("[data-unsaved]")
    expect(said).to_contain_text("You were signed out meanwhile: what you sent was not saved.")
    expect(said).to_contain_text("Sign in again: what you typed then stands in its form")
    assert accessibility_problems(page) == []
    page.fill("input[name=username]", "administrator")
    page.fill("input[name=password]", "wrong")
    send(page)
    expect(said).to_contain_text("Sign in again: what you typed then stands in its form")
    sign_in_here(page, "administrator")
    expect(page.locator("main [role=alert]")).to_have_text(f"{NOTHING} {AGAIN}")
    expect(page.locator("main [role=alert]")).to_be_focused()
    assert_filled(page)
    assert accessibility_problems(page) == []
    assert not Cost.objects.filter(description=COST["description"]).exists()
    assert kept(page) == 0
    send(page)
    assert Cost.objects.get(description=COST["description"]).starts_on == dt.date(2026, 9, 1)
    page.goto("/north/costs/register/new/")
    expect(page.locator("[name=description]")).to_have_value("")
    expect(page.locator("main [role=alert]")).to_have_count(0)
    assert kept(page) == 0


def test_what_others_changed_meanwhile_is_still_told(
    north: Cooperation, administrator: User, signed_in: SignIn
) -> None:
    """The form that stands there again is that of then: it overwrites nothing unseen."""
    cost = CostFactory(cooperation=north, supplier="Fjord")
    page = signed_in(administrator)
    page.goto(f"/north/costs/register/{cost.pk}/")
    page.fill("[name=supplier]", "Mine")
    elsewhere(page)
    Cost.objects.filter(pk=cost.pk).update(supplier="Theirs", external_id="E-17")
    send(page)
    sign_in_here(page, "administrator")
    expect(page.locator("[name=supplier]")).to_have_value("Mine")
    send(page)
    expect(page.locator("#error_1_id_supplier")).to_contain_text("Theirs")
    cost.refresh_from_db()
    assert (cost.supplier, cost.external_id) == ("Theirs", "E-17")


def test_a_version_of_a_key_has_its_added_rows_again(
    north: Cooperation, even_key: Key, administrator: User, signed_in: SignIn
) -> None:
    driver = DriverFactory(cooperation=north, code="devices", name="Devices")
    page = signed_in(administrator)
    page.goto("/north/keys/even/new-version/")
    came = page.locator("[data-row]").count()
    page.get_by_role("button", name="Add a row").click()
    page.get_by_role("button", name="Add a row").click()
    last = came + 1
    page.fill("[name=valid_from]", "2027-01-01")
    page.fill("[name=decision]", "Joint board, § 12")
    page.fill("[name=components-0-percent]", "60")
    page.fill(f"[name=components-{last}-percent]", "40")
    page.select_option(f"[name=components-{last}-kind]", "driver")
    page.select_option(f"[name=components-{last}-driver]", str(driver.pk))
    page.locator("main details summary").last.click()
    page.fill("[name=floor_percent]", "1.125")
    elsewhere(page)
    page.fill("[name=decided_on]", "2026-12-01")
    send(page)
    sign_in_here(page, "administrator")
    expect(page.locator("[data-row]")).to_have_count(came + 2)
    expect(page.locator("[name=components-TOTAL_FORMS]")).to_have_value(str(came + 2))
    expect(page.locator("[name=components-0-percent]")).to_have_value("60")
    expect(page.locator(f"[name=components-{last}-percent]")).to_have_value("40")
    expect(page.locator(f"[name=components-{last}-kind]")).to_have_value("driver")
    expect(page.locator(f"[name=components-{last}-driver]")).to_have_value(str(driver.pk))
    expect(page.locator("[name=floor_percent]")).to_be_visible()
    expect(page.locator("[name=floor_percent]")).to_have_value("1.125")
    expect(page.locator("[name=decision]")).to_have_value("Joint board, § 12")
    assert even_key.versions.count() == 1


@pytest.fixture
def late(
    two_months: Cooperation,
    licence: CostType,
    administrator: User,
    second_administrator: User,
    signed_in: SignIn,
) -> Page:
    """The late changes of September, which is closed: two licences."""
    september = Period.objects.get(cooperation=two_months, first_day=dt.date(2026, 9, 1))
    close(september, proposer=administrator, closer=second_administrator)
    for number, description in enumerate(["Late licence", "Another one"]):
        CostFactory(
            cooperation=two_months,
            cost_type=licence,
            reference=f"C0000020{number}",
            description=description,
            starts_on=dt.date(2026, 9, 1),
            ends_on=dt.date(2026, 10, 1),
        )
    announce_change(cooperation_id=two_months.pk, touches=(dt.date(2026, 9, 1), None))
    run_all()
    page = signed_in(administrator)
    page.goto("/north/costs/late/")
    page.check("tr:has-text('Late licence') input")
    page.fill("[name=reason]", "The supplier withdraws it")
    return page


def test_a_decision_has_its_ticks_and_its_reason_again(late: Page) -> None:
    elsewhere(late)
    send(late)
    sign_in_here(late, "administrator")
    expect(late.locator("[name=reason]")).to_have_value("The supplier withdraws it")
    expect(late.locator("tr:has-text('Late licence') input")).to_be_checked()
    expect(late.locator("tr:has-text('Another one') input")).not_to_be_checked()
    expect(late.locator("button[name=verdict]")).to_have_text("Leave 100.00\xa0SEK uncharged")
    assert not LateDecision.objects.exists()
    send(late)
    assert LateDecision.objects.get().reason == "The supplier withdraws it"


def test_a_reason_whose_place_is_gone_is_named(late: Page, administrator: User) -> None:
    elsewhere(late)
    for cost in Cost.objects.filter(reference__startswith="C0000020"):
        withdraw_cost(cost=cost, on=dt.date(2026, 11, 1), by=administrator)
    run_all()
    send(late)
    sign_in_here(late, "administrator")
    said = late.locator("main [role=alert]")
    expect(said).to_contain_text(f"{NOTHING} Some of it has no place here any more.")
    expect(said).to_contain_text("Reason to leave it: The supplier withdraws it")
    assert accessibility_problems(late) == []


def test_whoever_signed_in_anew_in_another_tab_opens_the_form_again(
    north: Cooperation, administrator: User, signed_in: SignIn
) -> None:
    page = signed_in(administrator)
    fill_cost(page)
    elsewhere(page, "administrator")
    send(page)
    expect(page.locator("[data-unsaved]")).to_contain_text("What you typed is kept in this tab")
    assert accessibility_problems(page) == []
    follow(page.get_by_role("link", name="Open the form again"))
    expect(page.locator("main [role=alert]")).to_have_text(f"{NOTHING} {AGAIN}")
    assert_filled(page)
    send(page)
    assert Cost.objects.filter(description=COST["description"]).count() == 1


def test_whoever_signed_in_elsewhere_while_the_sign_in_page_stood_here_opens_it_too(
    north: Cooperation, administrator: User, signed_in: SignIn
) -> None:
    page = signed_in(administrator)
    fill_cost(page)
    elsewhere(page)
    send(page)
    other = page.context.new_page()
    sign_in(other, "administrator", PASSWORD)
    other.close()
    sign_in_here(page, "administrator")
    expect(page.get_by_text("reload the page and send the form again")).to_be_hidden()
    follow(page.get_by_role("link", name="Open the form again"))
    assert_filled(page)


def test_somebody_else_finds_nothing_of_it(
    north: Cooperation, administrator: User, second_administrator: User, signed_in: SignIn
) -> None:
    second_administrator.set_password(PASSWORD)
    second_administrator.save()
    page = signed_in(administrator)
    fill_cost(page)
    elsewhere(page)
    send(page)
    assert kept(page) == 1
    sign_in_here(page, "second")
    assert page.url.endswith("/north/costs/register/new/")
    expect(page.locator("[name=description]")).to_have_value("")
    assert kept(page) == 0
    fill_cost(page)
    elsewhere(page, "administrator")
    send(page)
    expect(page.get_by_role("link", name="Open the form again")).to_be_hidden()
    assert kept(page) == 0


def test_whoever_signs_out_leaves_nothing(north: Cooperation, administrator: User, signed_in: SignIn) -> None:
    page = signed_in(administrator)
    fill_cost(page)
    elsewhere(page, "administrator")
    send(page)
    assert kept(page) == 1
    page.goto("/north/overview/")
    page.click("details.sd-menu-end summary >> nth=-1")
    follow(page.get_by_role("button", name="Sign out"))
    assert kept(page) == 0


def test_passwords_are_not_kept(north: Cooperation, administrator: User, signed_in: SignIn) -> None:
    page = signed_in(administrator)
    page.goto("/accounts/password/")
    for field in page.locator("main input[type=password]").all():
        field.fill("a secret of somebody")
    elsewhere(page)
    send(page)
    assert "a secret" not in page.evaluate("JSON.stringify(sessionStorage)")
    assert "csrf" not in page.evaluate("JSON.stringify(sessionStorage)")
    sign_in_here(page, "administrator")
    expect(page.locator("main [role=alert]")).to_have_text(
        f"{NOTHING} Passwords and files have to be given again."
    )


def test_a_part_that_asks_again_and_again_stops_and_says_so(
    north: Cooperation, administrator: User, signed_in: SignIn
) -> None:
    """It shows no sign-in page inside the page, and what is typed beside it stays."""
    cost = CostFactory(cooperation=north)
    announce_change(cooperation_id=north.pk, touches=(dt.date(2026, 1, 1), None))
    page = signed_in(administrator)
    page.goto(f"/north/costs/register/{cost.pk}/")
    page.fill("[name=supplier]", "Fjord")
    elsewhere(page)
    expect(page.locator("main")).to_contain_text("You were signed out meanwhile: what stood here")
    expect(page.locator("input[name=password]")).to_have_count(0)
    expect(page.locator("[hx-get]")).to_have_count(0)
    send(page)
    sign_in_here(page, "administrator")
    expect(page.locator("[name=supplier]")).to_have_value("Fjord")


@pytest.mark.parametrize(
    "address", ["/north/costs/register/new/", "/accounts/password/", "/system/accounts/user/add/"]
)
def test_the_sign_in_page_says_what_was_not_saved(address: str) -> None:
    """Without script too; not where somebody only comes to sign in."""
    client, said = Client(), b"You were signed out meanwhile: what you sent was not saved."
    assert said in client.post(address, follow=True).content
    assert said not in client.get(address, follow=True).content
    assert (
        said
        not in client.post(
            "/theme/", {"theme": "dark", "next": f"/sign-in/?next={address}"}, follow=True
        ).content
    )
