"""The content security policy stands on every answer, whatever kind it is."""

import pytest
from django.test import Client

from sharedict.common.csp import POLICY


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/no-such-page/", "/static/no-such-file.css", "/api/v1/"])
def test_every_answer_carries_the_policy(client: Client, address: str) -> None:
    assert client.get(address).headers["Content-Security-Policy"] == POLICY


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert POLICY.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
