"""What the log says of a request that was refused."""

import io
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from pytest_django import DjangoAssertNumQueries

from agreements.models import Agreement
from municipalities.actions import Link
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.logs import OneLineForARefusal, without_secrets
from tests.factories.municipalities import InvitationFactory, RoleFactory, TokenFactory, bearer


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What goes to the console."""
    handler = next(each for each in logging.getLogger().handlers if each.name == "console")
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    monkeypatch.setattr(handler, "stream", written)
    return written


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/north/change-log/", "/north/costs/register/new/"])
def test_a_page_that_is_not_the_readers_is_one_line(
    north: Cooperation, finance: User, sign_in: Callable[[User], Client], log: io.StringIO, path: str
) -> None:
    assert sign_in(finance).get(path).status_code == 403
    [line] = log.getvalue().splitlines()
    assert re.search(rf"WARNING django.request \[\w{{12}}\]: Forbidden \(Permission denied\): {path}$", line)


def test_a_fault_keeps_its_traceback() -> None:
    try:
        raise ValueError("broken")
    except ValueError as error:
        told = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Failed", (), told)
    assert OneLineForARefusal().filter(record)
    assert record.exc_info == told


def test_a_wrong_host_is_one_line(client: Client, log: io.StringIO) -> None:
    assert client.get("/sign-in/", headers={"Host": "elsewhere.example"}).status_code == 400
    assert not [line for line in log.getvalue().splitlines() if line.startswith((" ", "Traceback"))]


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "sharedict.requests"]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "sharedict.requests")
    return caplog


@pytest.mark.django_db
def test_a_request_is_told_with_who_where_and_how_long(
    north: Cooperation, finance: User, sign_in: Callable[[User], Client], told: pytest.LogCaptureFixture
) -> None:
    answer = sign_in(finance).get("/north/members/?q=karin")
    [line] = _lines(told)
    rule = (
        rf"method=GET path=/north/members/ status=200 duration_ms=\d+ person={finance.pk} cooperation=north"
    )
    assert re.fullmatch(rule, line)
    assert re.fullmatch(r"\w{12}", answer.headers["X-Request-ID"])


@pytest.mark.django_db
def test_a_token_is_told_by_its_prefix(north: Cooperation, told: pytest.LogCaptureFixture) -> None:
    token = TokenFactory(cooperation=north)
    Client().get("/api/v1/costs/", headers={"Authorization": f"Bearer {bearer(token)}"})
    [line] = _lines(told)
    assert line.endswith(f"person=token:{token.prefix} cooperation={north.pk}")


@pytest.mark.django_db
def test_strangers_secrets_and_signs_of_life(client: Client, told: pytest.LogCaptureFixture) -> None:
    client.get("/set-up/a-secret-address/")
    client.get("/health/")
    [line] = _lines(told)
    assert "path=/set-up/<str:secret>/ status=410" in line
    assert line.endswith("person=- cooperation=-")


def doors(listed: Iterable[Any], above: str = "/") -> Iterator[str]:
    """The routes of all addresses that hold something which opens them."""
    for each in listed:
        route = f"{above}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from doors(each.url_patterns, route)
        elif re.search(r"<str:(secret|token|uidb64)>", route):
            yield route


DOORS = sorted({*doors(get_resolver().url_patterns)})


@pytest.mark.django_db
@pytest.mark.parametrize("route", DOORS)
def test_no_line_holds_what_opens_an_address_whatever_becomes_of_the_request(
    route: str, log: io.StringIO, told: pytest.LogCaptureFixture
) -> None:
    """Of one that is right, whose form is wrong, or that lost its last sign in a letter."""
    address = re.sub(r"<str:\w+>", "aB3-secret", route.replace("<slug:cooperation>", "north"))
    strict = Client(enforce_csrf_checks=True)
    for path in (address, address.rstrip("/"), f"{address}more/", f"{address.rstrip('/')}."):
        for client in (Client(), strict):
            client.get(path)
            client.post(path, {})
    assert len(DOORS) == 5
    assert "secret" in route or "token" in route
    assert "aB3" not in log.getvalue()
    assert log.getvalue().count(f"path={route}") > 10


@pytest.mark.django_db
def test_the_link_of_an_invitation_is_in_no_line_while_its_form_is_wrong(
    north: Cooperation, administrator: User, log: io.StringIO
) -> None:
    invitation = InvitationFactory(cooperation=north, invited_by=administrator)
    address = reverse("invitation-accept", args=[Link.of(invitation).secret])
    assert Client().post(address, {"username": "x"}).status_code == 422
    assert "Unprocessable Entity: /accounts/invitations/<str:secret>/" in log.getvalue()
    assert invitation.mark not in log.getvalue()


def test_pages_that_only_look_alike_are_told_as_they_are() -> None:
    for path in ("/north/set-up/members/", "/accounts/password/", "/accounts/letters/", "/set-up/"):
        assert without_secrets(path) == path
    assert without_secrets(7) == 7


@pytest.mark.django_db
def test_only_a_trusted_proxy_names_requests(client: Client, settings: LazySettings) -> None:
    headers = {"X-Request-ID": "of-the-proxy-1"}
    assert client.get("/health/", headers=headers).headers["X-Request-ID"] != "of-the-proxy-1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert client.get("/health/", headers=headers).headers["X-Request-ID"] == "of-the-proxy-1"
    wrong = {"X-Request-ID": "a\tb c=1 and more"}
    assert re.fullmatch(r"\w{12}", client.get("/health/", headers=wrong).headers["X-Request-ID"])


@pytest.mark.django_db
def test_a_request_costs_no_question_for_its_line(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get("/health/")


NOBODY_ASKED_WHO = (405, 429)
"""Refused before anybody needed to know; the line asks the database nothing."""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "method", "path", "sent"),
    [
        (403, "get", "/north/change-log/", {}),
        (404, "get", "/outside/costs/", {}),
        (404, "get", "/north/no/such/page/", {}),
        (405, "get", "/sign-out/", {}),
        (409, "post", "/north/agreements/{agreement}/delete/", {}),
        (422, "post", "/accounts/password/", {}),
        (429, "post", "/sign-in/", {"username": "guessed", "password": "wrong"}),
    ],
)
def test_an_ordinary_refusal_is_told_like_any_request_and_without_a_traceback(
    north: Cooperation,
    outside: Cooperation,
    finance: User,
    sign_in: Callable[[User], Client],
    log: io.StringIO,
    told: pytest.LogCaptureFixture,
    status: int,
    method: str,
    path: str,
    sent: dict[str, str],
) -> None:
    path = path.format(agreement=Agreement.objects.get(cooperation=north).pk)
    if status == 409:
        RoleFactory(cooperation=north, user=finance)  # who may remove what something refers to
    client = Client() if status == 429 else sign_in(finance)
    for _ in range(10 if status == 429 else 0):
        client.post(path, sent)
    log.truncate(log.seek(0))
    answer = getattr(client, method)(path, sent)
    assert answer.status_code == status
    name = answer.headers["X-Request-ID"]
    lines = log.getvalue().splitlines()
    [line] = [each for each in lines if "sharedict.requests" in each]
    lines.remove(line)
    assert all(re.search(rf"WARNING django\.request \[{name}\]: ", each) for each in lines)
    person = "-" if status in NOBODY_ASKED_WHO else finance.pk
    rule = rf"method=\w+ path={path} status={status} duration_ms=\d+ person={person} cooperation=\S+$"
    assert re.search(rf"INFO sharedict\.requests \[{name}\]: {rule}", line)


@pytest.mark.django_db
def test_what_is_told_after_a_request_is_not_told_of_it(
    north: Cooperation, finance: User, sign_in: Callable[[User], Client], log: io.StringIO
) -> None:
    client = sign_in(finance)
    client.get("/north/members/")
    client.get("/north/members/?format=csv").close()
    logging.getLogger("sharedict.jobs").warning("A worker says something.")
    assert "WARNING sharedict.jobs [-]: A worker says something." in log.getvalue()
