"""No cache keeps what was shown to somebody."""

from collections.abc import Callable
from contextlib import closing

import pytest
from django.test import Client

from municipalities.models import Cooperation
from sharedict.accounts.models import User


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/north/members/",
        "/north/members/?format=csv",
        "/north/costs/register/new/",
        "/api/v1/costs/",
        "/system/",
        "/sign-in/",
        "/nowhere/",
    ],
)
def test_nothing_is_kept_of_a_page_a_file_or_an_answer(
    north: Cooperation, administrator: User, sign_in: Callable[[User], Client], address: str
) -> None:
    assert "no-store" in sign_in(administrator).get(address).headers["Cache-Control"]


@pytest.mark.django_db
def test_static_files_are_kept(client: Client) -> None:
    with closing(client.get("/static/css/tokens.css")) as answer:
        assert answer.status_code == 200
        assert "no-store" not in answer.headers.get("Cache-Control", "")
