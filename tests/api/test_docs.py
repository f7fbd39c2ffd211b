"""The description that integrators read: checked in, complete, and shown under our own strict policy."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from playwright.sync_api import Page, expect

from sharedict.accounts.models import User
from tests.architecture.tree import ROOT

CHECKED_IN: Any = yaml.safe_load((ROOT / "tests" / "openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS = [
    (f"{method} {path}", operation)
    for path, methods in CHECKED_IN["paths"].items()
    for method, operation in methods.items()
]


def test_the_description_that_is_checked_in_is_that_of_the_program() -> None:
    assert SchemaGenerator().get_schema(public=True) == CHECKED_IN  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_says_what_it_does_and_how_it_fails(name: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert len(operation["description"]) > 20
    assert operation["security"] == [{"token": []}, {"cookieAuth": []}]
    assert {"401", "403", "429"} <= operation["responses"].keys()
    if name.startswith(("post", "patch")):
        assert {"400", "409", "415"} <= operation["responses"].keys()


def test_every_tag_is_explained() -> None:
    assert {tag for _, operation in OPERATIONS for tag in operation["tags"]} == {
        tag["name"] for tag in CHECKED_IN["tags"]
    }


@pytest.mark.django_db
def test_the_documentation_is_for_those_who_are_signed_in(client: Client) -> None:
    assert client.get("/api/docs/")["Location"] == "/sign-in/?next=/api/docs/"
    assert client.get("/api/schema/").status_code == 401


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_documentation_draws_under_our_policy(
    page: Page, live_server: Any, administrator: User, sign_in: Callable[[User], Client]
) -> None:
    """``page`` fails on anything that the content security policy refuses."""
    session = sign_in(administrator).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto("/api/docs/")
    expect(page.get_by_role("heading", name="Push costs")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="get /api/v1/costs/", exact=True).click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200")


@pytest.mark.django_db
def test_the_documentation_is_a_page_of_the_portal(
    administrator: User, sign_in: Callable[[User], Client]
) -> None:
    text = sign_in(administrator).get("/api/docs/").content.decode()
    assert 'class="sd-brand"' in text
    assert "<span>To the portal</span>" in text
    assert "css/docs.css" in text
    assert "<style" not in text
    assert text.count("<main") == 1
