"""A test reads English unless it asks otherwise, whatever the test before it asked in."""

import pytest
from django.test import Client
from django.utils.translation import get_language


@pytest.mark.parametrize("time", ["first", "second"])
@pytest.mark.django_db
def test_a_language_ends_with_the_test_that_asks_in_it(time: str, client: Client) -> None:
    assert get_language() == "en"
    client.get("/sign-in/", headers={"accept-language": "sv"})
    assert get_language() == "sv"
