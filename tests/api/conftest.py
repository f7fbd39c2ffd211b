"""Callers of the API, by token or signed in, and a month that is computed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from billing.models import Period
from municipalities.models import Cooperation, Token
from services.models import Application
from tests.factories.billing import CostFactory, compute
from tests.factories.municipalities import TokenFactory, bearer

ALL = ["read", "costs:write", "readings:write"]


class Caller:
    """Somebody who speaks JSON to ``/api/v1/``; ``answer`` is (status, parsed body)."""

    def __init__(self, token: Token | None = None, client: Client | None = None) -> None:
        self.client = client or Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {bearer(token)}"} if token else {}

    def get(self, path: str, **parameters: Any) -> tuple[int, Any]:
        return self._answer(self.client.get(self._url(path), parameters, headers=self.headers))

    def post(self, path: str, body: Any = None) -> tuple[int, Any]:
        return self._send("post", path, body)

    def patch(self, path: str, body: Any) -> tuple[int, Any]:
        return self._send("patch", path, body)

    def _send(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        send = getattr(self.client, method)
        return self._answer(
            send(self._url(path), body or {}, content_type="application/json", headers=self.headers)
        )

    def _url(self, path: str) -> str:
        return path if path.startswith("/") else f"/api/v1/{path}"

    def _answer(self, response: Any) -> tuple[int, Any]:
        assert response["Content-Type"] == "application/json", response.content[:300]
        return response.status_code, response.json()


@pytest.fixture(autouse=True)
def fresh_throttle() -> None:
    cache.clear()


@pytest.fixture
def token(north: Cooperation) -> Token:
    """A token of ``north`` with every scope."""
    return TokenFactory(cooperation=north, scopes=ALL)


@pytest.fixture
def caller(token: Token) -> Caller:
    """The integrator of ``north``."""
    return Caller(token)


@pytest.fixture
def foreigner(outside: Cooperation) -> Caller:
    """The integrator of ``outside``, who must see nothing of ``north``."""
    return Caller(TokenFactory(cooperation=outside, scopes=ALL))


@pytest.fixture
def person(sign_in: Callable[..., Client]) -> Callable[..., Caller]:
    """A caller that is signed in to the portal."""
    return lambda user: Caller(client=sign_in(user))


@pytest.fixture
def january(north: Cooperation, erp: Application, licence: Any) -> Period:
    """January 2026 of ``north``, computed: 100.00 for ``erp``, so 50.00 for each of the two."""
    CostFactory(cooperation=north, application=erp, cost_type=licence)
    [period] = compute(north)
    return period
