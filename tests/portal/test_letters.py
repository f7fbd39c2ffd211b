"""The pages around notices, letters and forgotten passwords can be used by everyone, and by whoever comes."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Page

from municipalities.actions import notify
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from tests.browser import accessibility_problems, follow
from tests.factories.municipalities import InvitationFactory
from tests.portal.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [
    pytest.param(
        {"viewport": {"width": width, "height": 700}, "color_scheme": scheme, "locale": locale}, id=name
    )
    for name, width, scheme, locale in [
        ("phone-light-swedish", 320, "light", "sv-SE"),
        ("desktop-dark-english", 1440, "dark", "en-GB"),
    ]
]
CHOSEN = "lykta stig valross mosse"


def problems(page: Page) -> list[str]:
    found = accessibility_problems(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    return found


def address_of_new_password(user: User) -> str:
    values = {
        "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    return reverse("password-new", kwargs=values)


@pytest.mark.parametrize("browser_options", LOOKS)
def test_everyone_can_use_them(
    page: Page, north: Cooperation, administrator: User, signed_in: Callable[[User], Page]
) -> None:
    User.objects.filter(pk=administrator.pk).update(email="a@example.se", confirmed_email="a@example.se")
    administrator.refresh_from_db()
    InvitationFactory(cooperation=north, invited_by=administrator)
    found = {}
    addresses = ["/sign-in/", "/accounts/password/forgotten/", address_of_new_password(administrator)]
    for address in (*addresses, "/accounts/password/new/x/y/", "/accounts/address/x/"):
        page.goto(address)
        found[address] = problems(page)
    signed_in(administrator)
    for address in ("/accounts/notices/", "/accounts/letters/", "/north/people/invite/", "/north/people/"):
        page.goto(address)
        found[address] = problems(page)
    for event in range(51):
        notify(
            cooperation_id=north.pk,
            kind="month-closed",
            about="2026-01",
            event=str(event),
            people=[administrator.pk],
        )
    page.goto("/accounts/notices/")
    found["full"] = problems(page)
    page.goto("/accounts/letters/")
    page.evaluate("document.querySelectorAll('main form').forEach(form => { form.noValidate = true })")
    follow(page.locator("main form .btn-primary").first)
    found["refused"] = problems(page)
    assert {address: said for address, said in found.items() if said} == {}


def test_the_bell_counts_until_all_is_read(
    north: Cooperation, administrator: User, signed_in: Callable[[User], Page]
) -> None:
    for month in ("2026-01", "2026-02"):
        notify(
            cooperation_id=north.pk, kind="month-closed", about=month, event=month, people=[administrator.pk]
        )
    page = signed_in(administrator)
    page.goto("/north/people/")
    bell = page.locator(".sd-bell[href$='/notices/']")
    assert bell.inner_text().split() == ["2", "2", "new", "notices"]
    follow(bell)
    follow(page.get_by_role("button", name="Mark as read").first)
    assert bell.inner_text().split()[0] == "1"
    follow(page.get_by_role("button", name="Mark all as read"))
    assert page.locator(".sd-bell-count").count() == 0
    assert urlsplit(page.url).path == "/accounts/notices/"


def test_another_password_is_chosen_by_the_link_and_signs_in(page: Page, administrator: User) -> None:
    User.objects.filter(pk=administrator.pk).update(email="a@example.se", confirmed_email="a@example.se")
    administrator.refresh_from_db()
    page.goto(address_of_new_password(administrator))
    assert administrator.password not in page.url
    page.fill("[name=new_password1]", CHOSEN)
    page.fill("[name=new_password2]", CHOSEN)
    follow(page.locator("main button[type=submit]"))
    page.fill("[name=username]", "administrator")
    page.fill("[name=password]", CHOSEN)
    follow(page.locator("main button[type=submit]"))
    assert urlsplit(page.url).path == "/north/overview/"


def test_letters_are_chosen_and_an_address_is_told(
    page: Page, administrator: User, signed_in: Callable[[User], Page]
) -> None:
    signed_in(administrator)
    page.goto("/accounts/letters/")
    page.check("[name=kinds][value=month-closed]")
    follow(page.locator("main form .btn-primary").last)
    assert page.locator("[name=kinds][value=month-closed]").is_checked()
    page.fill("[name=email]", "karin@example.se")
    page.fill("[name=old_password]", PASSWORD)
    follow(page.locator("main form .btn-primary").first)
    assert "karin@example.se" in page.locator(".sd-messages").inner_text()
