"""What the browser keeps of a page that one left: what was typed, and nothing after signing out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from municipalities.models import Cooperation
from sharedict.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_going_back_finds_what_was_typed(
    north: Cooperation, administrator: User, signed_in: Callable[[User], Page]
) -> None:
    page = signed_in(administrator)
    page.goto("/north/costs/register/new/")
    page.locator("[name=invoice_number]").fill("4711")
    page.goto("/north/members/")
    page.go_back()
    assert page.locator("[name=invoice_number]").input_value() == "4711"


def test_nobody_finds_anything_by_going_back_after_the_sign_out(
    north: Cooperation, administrator: User, signed_in: Callable[[User], Page]
) -> None:
    page = signed_in(administrator)
    page.goto("/north/members/")
    with page.expect_navigation():
        page.locator("form[action='/sign-out/'] button").evaluate("button => button.form.submit()")
    page.go_back()
    assert page.url.endswith("/sign-in/?next=/north/members/")
