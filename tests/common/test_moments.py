"""A moment shows one snapshot, writes nothing, and ends with the answer whatever happens to that."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import InternalError, OperationalError, connection, transaction
from django.test import Client

from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.common import moments
from tests.factories.municipalities import TokenFactory, bearer
from tests.workers import Beside

SignIn = Callable[[User], Client]
transactional = pytest.mark.django_db(transaction=True)


def rename(name: str) -> None:
    Cooperation.objects.update(name=name)


def names() -> list[str]:
    return list(Cooperation.objects.order_by("name").values_list("name", flat=True))


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream of three pieces in place of the rows of a list's file."""
    pieces = (b"1", b"2", b"3")
    monkeypatch.setattr(
        "municipalities.portal.lists.csv_in_form", lambda _request, _rows, _banner: iter(pieces)
    )


@transactional
def test_what_others_commit_meanwhile_is_not_seen(north: Cooperation) -> None:
    with moments.reading():
        before = names()
        Beside(lambda: rename("Another")).value()
        assert names() == before
    assert names() == ["Another"]


@transactional
def test_who_writes_begins_again_where_others_have_written(north: Cooperation) -> None:
    def overtaken() -> None:
        with moments.writing():
            names()
            Beside(lambda: rename("Another")).value()
            rename("Mine")

    with pytest.raises(OperationalError) as caught:
        overtaken()
    assert getattr(caught.value.__cause__, "pgcode", None) == "40001"
    with moments.writing():
        rename("Mine")
    assert names() == ["Mine"]


@transactional
def test_nothing_is_written_where_one_only_reads(north: Cooperation) -> None:
    with pytest.raises(InternalError, match="read-only"), moments.reading():
        rename("Another")
    rename("Another")


@pytest.mark.django_db
def test_nothing_is_written_inside_another_transaction_either(north: Cooperation) -> None:
    rename("Before")
    with pytest.raises(InternalError, match="read-only"), moments.reading():
        rename("Another")
    with moments.reading():
        assert names() == ["Before"]
    rename("After")
    with moments.writing():
        rename("Later")
    assert names() == ["Later"]


@transactional
@pytest.mark.usefixtures("slowly")
def test_a_stream_ends_its_moment(administrator: User, sign_in: SignIn) -> None:
    pieces = iter(sign_in(administrator).get("/north/members/?format=csv"))  # type: ignore[call-overload]
    assert not connection.in_atomic_block
    assert next(pieces) == b"1"
    assert connection.in_atomic_block
    assert list(pieces) == [b"2", b"3"]
    assert not connection.in_atomic_block


@transactional
@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize("read", [0, 1])
def test_a_reader_who_leaves_ends_it_too(administrator: User, sign_in: SignIn, read: int) -> None:
    response: Any = sign_in(administrator).get("/north/members/?format=csv")
    pieces = iter(response)
    for _ in range(read):
        next(pieces)
    assert connection.in_atomic_block == bool(read)
    response.close()
    assert not connection.in_atomic_block
    assert idle_in_transaction() == 0


def idle_in_transaction() -> int:
    """How many sessions of this database have left a transaction open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state LIKE 'idle in transaction%%'"
        )
        return int(cursor.fetchone()[0])


@transactional
def test_an_error_in_a_stream_ends_it(north: Cooperation) -> None:
    def broken() -> Iterator[bytes]:
        yield b"1"
        raise RuntimeError

    pieces = moments.streamed(broken())
    assert next(pieces) == b"1"
    with pytest.raises(RuntimeError):
        next(pieces)
    assert not connection.in_atomic_block


@transactional
@pytest.mark.parametrize("error", [RuntimeError, ValueError])
@pytest.mark.parametrize("path", ["/api/v1/members/", "/north/members/"])
def test_an_error_in_an_answer_ends_it(
    administrator: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, path: str, error: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        assert connection.in_atomic_block
        raise error

    client = sign_in(administrator)
    client.raise_request_exception = False
    monkeypatch.setattr("municipalities.api.views.MemberViewSet.get_queryset", fail)
    monkeypatch.setattr("municipalities.views.members.Members.queryset", fail)
    assert client.get(path).status_code == 500
    assert not connection.in_atomic_block


@transactional
def test_a_token_is_noted_before_the_moment_begins(north: Cooperation) -> None:
    token = TokenFactory(cooperation=north, scopes=["read"])
    response = Client().get("/api/v1/members/", headers={"Authorization": f"Bearer {bearer(token)}"})
    assert response.status_code == 200
    token.refresh_from_db()
    assert token.last_used_at


@transactional
def test_operators_see_one_moment_too(north: Cooperation, sign_in: SignIn, stranger: User) -> None:
    """The page is rendered inside it, when its rows are looked up."""
    User.objects.filter(pk=stranger.pk).update(is_staff=True, is_superuser=True)
    client, modes = sign_in(stranger), []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if 'FROM "municipalities_cooperation"' in sql:
            modes.append(connection.in_atomic_block)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        assert client.get("/system/municipalities/cooperation/").status_code == 200
    assert modes
    assert all(modes)


@pytest.mark.django_db
def test_what_is_written_is_not_undone_by_reading_after_it(north: Cooperation) -> None:
    with transaction.atomic():
        rename("Kept")
        with moments.reading():
            assert names() == ["Kept"]
    assert names() == ["Kept"]
