"""Who may call: the right token, in the right words, while it is usable."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.utils import timezone
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from municipalities.actions import create_token, revoke_token
from municipalities.models import Cooperation, Token
from sharedict.accounts.models import User
from sharedict.common.counting import counter
from tests.api.conftest import Caller
from tests.factories.municipalities import SECRET, TokenFactory, bearer

pytestmark = pytest.mark.django_db
LONG_PAST = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def test_a_token_made_in_the_portal_opens_the_api(north: Cooperation, administrator: User) -> None:
    expires_at = timezone.now() + dt.timedelta(days=30)
    _token, secret = create_token(
        cooperation=north, name="ledger", scopes=["read"], expires_at=expires_at, by=administrator
    )
    caller = Caller()
    caller.headers = {"Authorization": f"Bearer {secret}"}
    assert caller.get("cooperations/")[1]["results"][0]["slug"] == "north"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer {prefix}",
        "Bearer {prefix}.",
        "Bearer {prefix}.{wrong}",
        "Bearer {prefix}.{secret}0",
        "Bearer sd_ffffffff.{secret}",
        "Bearer {prefix}.{secret} {secret}",
        "Bearer %00.{secret}",
        "Bearer åäö",
        "Token {prefix}.{secret}",
        "Basic {prefix}",
    ],
)
def test_anything_but_the_right_token_is_refused(token: Token, header: str) -> None:
    caller = Caller()
    caller.headers = {"Authorization": header.format(prefix=token.prefix, secret=SECRET, wrong="1" * 64)}
    status, said = caller.get("cooperations/")
    assert status == 401
    assert said["code"] in ("token_unknown", "not_authenticated")
    assert SECRET not in str(said)


def test_the_scheme_is_read_in_any_case(token: Token) -> None:
    caller = Caller()
    caller.headers = {"Authorization": f"bearer {bearer(token)}"}
    assert caller.get("cooperations/")[0] == 200


def test_a_refusal_says_how_to_come_in(client: object) -> None:
    response = Caller().client.get("/api/v1/costs/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="sharedict"'


def test_an_expired_token_says_so(north: Cooperation) -> None:
    status, said = Caller(TokenFactory(cooperation=north, expires_at=LONG_PAST)).get("costs/")
    assert (status, said["code"]) == (401, "token_expired")


def test_a_revoked_token_says_so(token: Token, caller: Caller, administrator: User) -> None:
    assert caller.get("costs/")[0] == 200
    revoke_token(token=token, by=administrator)
    assert caller.get("costs/")[1]["code"] == "token_revoked"


def test_a_token_sees_its_own_cooperation_only(caller: Caller, outside: Cooperation) -> None:
    assert [row["slug"] for row in caller.get("cooperations/")[1]["results"]] == ["north"]
    assert caller.get("cooperations/outside/")[0] == 404
    assert caller.get("members/", cooperation="outside")[0] == 404
    assert {row["cooperation"] for row in caller.get("members/")[1]["results"]} == {"north"}


def test_its_use_is_noted_once_a_minute(token: Token, caller: Caller) -> None:
    caller.get("costs/")
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    caller.get("costs/")
    token.refresh_from_db()
    assert token.last_used_at == first
    Token.objects.update(last_used_at=first - dt.timedelta(minutes=2))
    caller.get("costs/")
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_at > first


@pytest.mark.parametrize("is_redis_there", [True, False])
def test_too_many_calls_are_slowed_down(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, is_redis_there: bool
) -> None:
    monkeypatch.setattr(
        "municipalities.api.authentication.CallerThrottle.THROTTLE_RATES", {"caller": "2/min"}
    )
    if not is_redis_there:
        monkeypatch.setattr(counter, "redis", Redis(unix_socket_path="/nowhere", retry=Retry(NoBackoff(), 0)))
        monkeypatch.setattr(counter, "asked_again_at", 0.0)
    assert caller.get("costs/")[0] == 200
    if is_redis_there:
        cache.clear()  # another process counts on
    assert caller.get("costs/")[0] == 200
    response = caller.client.get("/api/v1/costs/", headers=caller.headers)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert response.json()["code"] == "throttled"
