"""In what order tests run, and what they stand on: what is made once is for each as if it were made anew."""

import pytest
from django.db import connection

from municipalities.models import Cooperation, Driver
from sharedict.accounts.models import User
from tests.architecture.tree import ROOT
from tests.conftest import LONG
from tests.factories.municipalities import CooperationFactory


def test_what_is_long_comes_first(request: pytest.FixtureRequest) -> None:
    assert all((ROOT / path).is_file() for path in LONG)
    are_long = [item.nodeid.startswith(LONG) for item in request.session.items]
    assert are_long == sorted(are_long, reverse=True)


@pytest.mark.parametrize("again", [1, 2])
def test_what_a_test_changes_is_undone(again: int, north: Cooperation) -> None:
    assert list(Cooperation.objects.all()) == [north]
    assert north.name == "North"
    Cooperation.objects.update(name="Changed")
    CooperationFactory(slug="another")


@pytest.mark.parametrize("again", [1, 2])
def test_who_asks_for_nothing_finds_nothing(again: int, db: None) -> None:
    assert not Cooperation.objects.exists()
    assert not Driver.objects.exists()
    CooperationFactory(slug="another")


@pytest.mark.parametrize("again", [1, 2])
def test_what_is_committed_is_taken_away(again: int, transactional_db: None, north: Cooperation) -> None:
    assert not connection.in_atomic_block
    assert list(Cooperation.objects.all()) == [north]
    assert not User.objects.exists()
    CooperationFactory(slug="another")
