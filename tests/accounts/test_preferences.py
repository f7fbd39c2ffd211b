"""Language and theme: remembered in cookies, also before signing in."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_language_is_remembered_and_the_page_stays(client: Client) -> None:
    response = client.post("/language/", {"language": "sv", "next": "/sign-in/"})
    assert response.headers["Location"] == "/sign-in/"
    assert client.cookies["django_language"].value == "sv"
    assert b'<html lang="sv"' in client.get("/sign-in/").content


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_remembered(client: Client, theme: str) -> None:
    response = client.post("/theme/", {"theme": theme, "next": "/sign-in/"})
    assert response.headers["Location"] == "/sign-in/"
    assert f'data-bs-theme="{theme}"'.encode() in client.get("/sign-in/").content


def test_following_the_system_forgets_the_theme(client: Client) -> None:
    client.post("/theme/", {"theme": "dark"})
    client.post("/theme/", {"theme": "auto"})
    assert b"data-bs-theme" not in client.get("/sign-in/").content


@pytest.mark.parametrize("next_page", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_the_way_back_never_leaves_the_portal(client: Client, next_page: str) -> None:
    response = client.post("/theme/", {"theme": "purple", "next": next_page})
    assert response.headers["Location"] == "/"
    assert "theme" not in client.cookies


def test_a_preference_is_not_set_by_a_link(client: Client) -> None:
    assert client.get("/theme/?theme=dark").status_code == 405
    client.get("/language/?language=sv")
    assert "django_language" not in client.cookies
