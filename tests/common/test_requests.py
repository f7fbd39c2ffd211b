"""Requests that nothing can read: mended or refused, and answered in either case."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client
from django.urls import reverse
from django.utils.http import parse_header_parameters

from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.common.requests import without_strange_encoding
from sharedict.wsgi import application
from tests.billing.books import post
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "django_language", "theme"])
def test_a_cookie_with_a_zero_byte_is_left_out(name: str) -> None:
    assert Client().get("/sign-in/", headers={"cookie": rf'{name}="abc\000"'}).status_code == 200


@pytest.mark.parametrize("charset", ["hex", "rot13", "undefined", "idna", "punycode", "base64", "utf-16"])
def test_an_encoding_that_is_none_of_text_is_not_taken(charset: str) -> None:
    """Before any middleware is asked: what leaves the application as an exception is the web server's 500."""
    asked = {
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": "next=/%C3%A5",
        "CONTENT_TYPE": f"multipart/form-data; boundary=x; charset={charset}",
        "wsgi.input": io.BytesIO(),
    }
    readable = without_strange_encoding(lambda environ, _: WSGIRequest(environ))
    request = readable(asked, None)
    assert request.GET["next"] == "/\u00e5"
    assert request.META["CONTENT_TYPE"] == 'multipart/form-data; boundary="x"'
    assert "without_strange_encoding" in application.__qualname__


@pytest.mark.parametrize("encoding", ["nonsense", "hex", "idna", "undefined", "a\0b"])
@pytest.mark.parametrize("name", ["CONTENT_TYPE", "HTTP_ACCEPT"])
def test_an_encoding_of_one_parameter_is_not_taken_either(name: str, encoding: str) -> None:
    """Neither as what is sent, nor as what is accepted, by which a program's answer is laid out."""
    said = f"text/html, application/json; indent*={encoding}'en'%ff"
    readable = without_strange_encoding(lambda environ, _: environ)
    found = readable({"REQUEST_METHOD": "GET", "wsgi.input": io.BytesIO(), name: said}, None)
    assert WSGIRequest(found).content_type in ("", "text/html, application/json")
    for each in found.get(name, "").split(","):
        parse_header_parameters(each)


@pytest.mark.parametrize("name", ["CONTENT_TYPE", "HTTP_ACCEPT"])
def test_an_encoding_of_one_parameter_that_is_of_text_stays(name: str) -> None:
    said = "multipart/form-data; boundary*=utf-8'en'x"
    readable = without_strange_encoding(lambda environ, _: environ)
    assert readable({name: said}, None)[name] == said


@pytest.mark.parametrize("name", ["set-theme", "set-language"])
@pytest.mark.parametrize(
    "address", ["x", "1", "a\0b", "home", "//elsewhere.example", "https://elsewhere.example"]
)
def test_one_goes_back_to_an_address_of_ours_alone(name: str, address: str) -> None:
    answer = Client().post(reverse(name), {"theme": "dark", "language": "sv", "next": address})
    assert answer.status_code == 302
    assert "elsewhere" not in answer["Location"]


@pytest.mark.parametrize(
    "address",
    [
        "/system/agreements/term/add/?cooperation=x",
        "/system/auth/group/1/change/?_to_field=",
        "/system/audit/entry/?verb__exact=%00",
        "/system/audit/entry/?at__year=9999&at__month=12&at__day=31",
        "/system/audit/entry/?at__year=99999",
        "/system/billing/cost/?starts_on__year=99999",
        "/system/billing/cost/?cooperation__id__exact=99999999999999999999",
    ],
)
def test_an_address_of_the_system_pages_that_names_nothing_is_said(sign_in: SignIn, address: str) -> None:
    client = sign_in(UserFactory(is_staff=True, is_superuser=True))
    assert client.get(address).status_code in (200, 302, 400)


@pytest.mark.parametrize(
    "was", ['{"mirrors": [[1]]}', '{"mirrors": [{}]}', "[" * 100_000, "\0", '{"name": 1}']
)
def test_what_a_page_showed_is_only_believed_where_it_can_be(
    sign_in: SignIn, administrator: User, erp: Application, was: str
) -> None:
    address = reverse("application-change", kwargs={"cooperation": "north", "code": erp.code})
    sent = {"code": "erp", "name": "Another", "purpose": "To be shared", "was": was}
    assert sign_in(administrator).post(address, sent).status_code in (200, 302, 422)


def test_sums_that_are_wider_than_any_amount_are_shown(
    sign_in: SignIn, north: Cooperation, administrator: User, erp: Application
) -> None:
    january, february, march = (dt.date(2026, number, 1) for number in (1, 2, 3))
    post(north, "5.00", january, february)
    for text in ("one", "other"):
        last: Any = post(north, "9999999999999999.99", february, march, description=text, application=erp)
    client = sign_in(administrator)
    shown = client.get("/north/costs/2026-02/")
    assert "19,999,999,999,999,999.98" in shown.content.decode().replace("\u00a0", " ")
    assert client.get(f"/north/costs/register/{last.pk}/show/", follow=True).status_code in (200, 404)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Length": "300000000"}, 413, "too_large"),
        ({"Transfer-Encoding": "chunked"}, 411, "length_required"),
    ],
)
def test_a_body_is_refused_by_its_length(
    client: Client, headers: dict[str, str], status: int, code: str
) -> None:
    def unread(*_size: int) -> bytes:
        pytest.fail("the body was read")

    body = io.BytesIO()
    body.read = unread  # type: ignore[method-assign]
    extra = {"wsgi.input": body}
    page = client.generic("POST", "/sign-in/", headers=headers, **extra)
    assert page.status_code == status
    assert "This was not read" in page.content.decode()
    answer = client.generic("POST", "/api/v1/costs/", headers=headers, **extra)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_sign_of_life_asks_nothing_of_the_database(client: Client) -> None:
    assert client.get("/health/").json() == {"status": "ok"}
