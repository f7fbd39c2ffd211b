"""What the database itself refuses about keys, whoever writes."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from agreements.models import Component, FixedPart, Key, KeyVersion, Term
from municipalities.models import Cooperation, Municipality
from tests.factories.agreements import KeyFactory, TermFactory, add_version, even

pytestmark = pytest.mark.django_db


@contextmanager
def refused_at_commit(constraint: str) -> Iterator[None]:
    """The block's writes are taken one by one; the deferred check, as at a commit, refuses them together."""
    with pytest.raises(IntegrityError, match="add up") as caught, transaction.atomic():  # noqa: PT012
        yield
        check_now()
    assert caught.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


def check_now() -> None:
    """Do what a commit does with deferred constraints, and let later writes be deferred again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def fixed(percent: str, **parts: object) -> dict[str, object]:
    return {"kind": "fixed", "percent": Decimal(percent), **parts}


@pytest.mark.parametrize("percent", ["99.99", "99.999999", "0.000001"])
def test_components_that_fall_short_of_100_are_refused(north: Cooperation, percent: str) -> None:
    with refused_at_commit("agreements_key_version_is_100"):
        add_version(KeyFactory(cooperation=north), {"kind": "even", "percent": Decimal(percent)})


def test_components_above_100_are_refused(north: Cooperation) -> None:
    with refused_at_commit("agreements_key_version_is_100"):
        add_version(KeyFactory(cooperation=north), even(60), even(41))


def test_a_version_without_components_is_refused(north: Cooperation) -> None:
    with refused_at_commit("agreements_key_version_is_100"):
        add_version(KeyFactory(cooperation=north))


def test_exactly_100_in_many_parts_is_taken(north: Cooperation) -> None:
    parts = [
        {"kind": "even", "percent": Decimal(percent)} for percent in ("33.333333", "33.333333", "33.333334")
    ]
    version = add_version(KeyFactory(cooperation=north), *parts)
    check_now()
    assert version.components.count() == 3


def test_a_component_taken_from_a_version_is_refused(even_key: Key) -> None:
    with refused_at_commit("agreements_key_version_is_100"):
        Component.objects.filter(version__key=even_key).delete()


def test_a_component_made_smaller_is_refused(even_key: Key) -> None:
    with refused_at_commit("agreements_key_version_is_100"):
        Component.objects.filter(version__key=even_key).update(percent=Decimal("99.99"))


def test_fixed_parts_that_are_not_100_are_refused(north: Cooperation, torsby: Municipality) -> None:
    with refused_at_commit("agreements_fixed_parts_are_100"):
        add_version(KeyFactory(cooperation=north), fixed("100", fixed={torsby: "99.99"}))


def test_a_component_of_no_fixed_parts_is_refused(north: Cooperation) -> None:
    with refused_at_commit("agreements_fixed_parts_are_100"):
        add_version(KeyFactory(cooperation=north), fixed("100"))


def test_a_fixed_part_taken_away_is_refused(
    north: Cooperation, torsby: Municipality, hagfors: Municipality
) -> None:
    version = add_version(KeyFactory(cooperation=north), fixed("100", fixed={torsby: 50, hagfors: 50}))
    with refused_at_commit("agreements_fixed_parts_are_100"):
        FixedPart.objects.filter(component__version=version, municipality=torsby).delete()


def test_a_whole_version_may_go(even_key: Key) -> None:
    even_key.versions.get().delete()
    check_now()
    assert not KeyVersion.objects.filter(key=even_key).exists()


def test_versions_of_a_key_never_overlap(even_key: Key) -> None:
    with pytest.raises(IntegrityError, match="agreements_key_version_no_overlap"):
        add_version(even_key, even(), valid_from=dt.date(2026, 1, 1))


def test_terms_of_the_same_scope_never_overlap(default_term: Term) -> None:
    with pytest.raises(IntegrityError, match="agreements_term_no_overlap"):
        TermFactory(key=default_term.key, agreement=default_term.agreement, valid_from=dt.date(2026, 1, 1))


def test_a_version_ends_after_it_starts(even_key: Key) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        even_key.versions.update(valid_until=dt.date(2019, 1, 1))
