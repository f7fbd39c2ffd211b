"""A session ends while a form is open: nothing is saved, and nothing that was typed is lost."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Page, expect

from billing.models import Cost
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from tests.browser import follow
from tests.portal.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAVE = "main form .btn-primary"


@pytest.fixture
def admin_page(two_months: Cooperation, administrator: User, signed_in: Callable[[User], Page]) -> Page:
    return signed_in(administrator)


def end_session() -> None:
    Session.objects.all().delete()


def sign_in_again(page: Page, user: User) -> None:
    """On the sign-in page that a lost session has led to."""
    page.fill("input[name=username]", user.username)
    page.fill("input[name=password]", PASSWORD)
    follow(page.locator("main button[type=submit]"))


def type_a_cost(page: Page) -> None:
    page.goto("/north/costs/register/new/")
    page.fill("[name=description]", "Backup, tapes")
    page.select_option("[name=application]", label="ERP")
    page.select_option("[name=cost_type]", index=1)
    page.fill("[name=amount]", "1,250.50")


def test_a_cost_stands_in_its_form_again(admin_page: Page, administrator: User) -> None:
    page, before = admin_page, Cost.objects.count()
    type_a_cost(page)
    end_session()
    follow(page.locator(SAVE).last)
    expect(page.locator("main")).to_contain_text("nothing of what you sent was saved")
    sign_in_again(page, administrator)
    expect(page.locator("[data-restored]")).to_be_visible()
    expect(page.locator("[data-restored]")).to_be_focused()
    expect(page.locator("[name=description]")).to_have_value("Backup, tapes")
    expect(page.locator("[name=application] option:checked")).to_have_text("ERP")
    expect(page.locator("[name=amount]")).to_have_value("1,250.50")
    assert Cost.objects.count() == before
    page.reload()
    expect(page.locator("[name=description]")).to_have_value("")
    expect(page.locator("[data-restored]")).to_be_hidden()


def test_rows_that_were_added_come_back(admin_page: Page, administrator: User) -> None:
    page = admin_page
    page.goto("/north/keys/even/new-version/")
    rows = page.locator("[data-row]").count()
    page.get_by_role("button", name="Add a row").click()
    page.fill(f"[name$='-{rows}-percent']", "12.5")
    page.locator(f"[name$='-{rows}-kind']").select_option("fixed")
    page.fill("[name=decision]", "Joint board, § 9")
    page.fill("[name=valid_from]", "2026-11-01")
    page.fill("[name=decided_on]", "2026-10-01")
    end_session()
    follow(page.locator(SAVE).last)
    sign_in_again(page, administrator)
    expect(page.locator("[data-row]")).to_have_count(rows + 1)
    expect(page.locator(f"[name$='-{rows}-percent']")).to_have_value("12.5")
    expect(page.locator(f"[name$='-{rows}-kind']")).to_have_value("fixed")
    expect(page.locator("[name=decision]")).to_have_value("Joint board, § 9")


def test_an_expired_form_stands_filled_in_again(admin_page: Page) -> None:
    page = admin_page
    type_a_cost(page)
    token = page.locator("main form [name=csrfmiddlewaretoken]")
    token.evaluate("each => { each.value = 'x'.repeat(64); }")
    follow(page.locator(SAVE).last)
    expect(page.locator("h1")).to_have_text("The form had expired")
    follow(page.get_by_role("link", name="Open the form again"))
    expect(page.locator("[name=description]")).to_have_value("Backup, tapes")


def test_somebody_else_sees_nothing_of_it(
    admin_page: Page, administrator: User, second_administrator: User
) -> None:
    second_administrator.set_password(PASSWORD)
    second_administrator.save()
    page = admin_page
    type_a_cost(page)
    end_session()
    follow(page.locator(SAVE).last)
    sign_in_again(page, second_administrator)
    expect(page.locator("[name=description]")).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0


def test_what_was_saved_is_kept_nowhere(admin_page: Page) -> None:
    page = admin_page
    page.goto("/north/cost-types/new/")
    page.fill("[name=name]", "Tapes")
    page.fill("[name=code]", "tapes")
    follow(page.locator(SAVE).last)
    assert page.evaluate("sessionStorage.length") == 0


def test_a_part_of_a_page_is_no_sign_in_page(client: Client, north: Cooperation) -> None:
    answer = client.get("/north/overview/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content, answer["HX-Reswap"]) == (286, b"", "none")
