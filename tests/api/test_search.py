"""Programs find what the portal's box finds, and no more."""

from typing import Any

import pytest

from municipalities.models import Cooperation, Token
from tests.api.conftest import Caller
from tests.factories.billing import CostFactory
from tests.factories.municipalities import SupplierFactory, TokenFactory
from tests.factories.services import ApplicationFactory

pytestmark = pytest.mark.django_db


def titles(answer: Any) -> list[str]:
    return [each["title"] for group in answer["groups"] for each in group["results"]]


def test_a_token_finds_what_is_its_cooperations(
    north: Cooperation, outside: Cooperation, token: Token
) -> None:
    for cooperation in (north, outside):
        ApplicationFactory(cooperation=cooperation, code="erp-2", name=f"Secret {cooperation.slug}")
        CostFactory(cooperation=cooperation, description=f"Secret cost of {cooperation.slug}")
    status, found = Caller(token).get("search/", q="secret")
    assert (status, found["total"]) == (200, 2)
    assert [group["kind"] for group in found["groups"]] == ["application", "cost"]
    assert found["groups"][0]["results"][0]["page"] == "/north/services/erp-2/"
    assert "outside" not in str(found)
    assert Caller(token).get("search/", q="secret", cooperation="outside")[0] == 404
    assert Caller(TokenFactory(cooperation=outside)).get("search/", q="secret north")[1]["total"] == 0


def test_a_kind_narrows_it(north: Cooperation, token: Token) -> None:
    ApplicationFactory(cooperation=north, code="a", name="Fiber")
    SupplierFactory(cooperation=north, name="Fiber AB")
    assert titles(Caller(token).get("search/", q="fiber", kind="supplier")[1]) == ["Fiber AB"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 200),
        ({"q": "'"}, 200),
        ({"q": ""}, 400),
        ({"q": "x", "kind": "no-such"}, 400),
        ({"q": "x", "sort": "name"}, 400),
        ({"q": "x" * 10_000}, 200),
        ({"q": "x", "cooperation": "no-such"}, 404),
    ],
)
def test_odd_questions_are_answered(token: Token, asked: dict[str, str], status: int) -> None:
    answer, body = Caller(token).get("search/", **asked)
    assert answer == status
    assert status != 200 or body["total"] == 0
