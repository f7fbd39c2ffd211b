"""One answer comes from one moment: transactions whose queries all see the same snapshot of the database."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse

from sharedict.common.access import sight_of
from sharedict.common.sight import Sight, kept, seeing

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ"
"""PostgreSQL takes the snapshot at the first query, and shows it until the transaction ends."""

FOR_FILES = "SET LOCAL cursor_tuple_fraction = 1; SET LOCAL work_mem = '32MB'"

View = Callable[..., HttpResponseBase]


@contextmanager
def reading() -> Iterator[None]:
    """What is read inside is of one moment, and nothing can be written: PostgreSQL refuses it.

    Inside another transaction, as in most tests, that one's snapshot holds; writing is refused all the same.
    """
    with _transaction(SNAPSHOT, "READ ONLY"):
        yield


@contextmanager
def writing() -> Iterator[None]:
    """What is read inside is of one moment; a row that somebody else has changed since cannot be written.

    That raises OperationalError (40001): begin again. Inside another transaction that one's rules hold.
    """
    with _transaction(SNAPSHOT):
        yield


def streamed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """``pieces``, made in one moment that begins with the first of them, for whoever asks now.

    It ends with the last, or when the reader closes the stream; one who never reads begins none.
    PostgreSQL is told that all rows of a cursor will be read, and not just the first ones soon, and sorts
    those of a long list in memory.
    """

    def read() -> Iterator[bytes]:
        with reading():
            with connection.cursor() as cursor:
                cursor.execute(FOR_FILES)
            yield from pieces

    return kept(read())


def sight_of_visitor(request: HttpRequest) -> Sight:
    return sight_of(request.user)


def in_one_moment(view: View, sight: Callable[[HttpRequest], Sight] = sight_of_visitor) -> View:
    """``view``, asked and rendered with the ``sight`` of who is signed in; what only reads, in one moment."""

    @wraps(view)
    def viewed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with ExitStack() as moment:
            if request.method in SAFE_METHODS:
                moment.enter_context(reading())
            moment.enter_context(seeing(sight(request)))
            response = view(request, *args, **kwargs)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response

    return viewed


@contextmanager
def _transaction(*modes: str) -> Iterator[None]:
    if connection.in_atomic_block:
        modes = tuple(mode for mode in modes if mode != SNAPSHOT)  # it is taken already
    with transaction.atomic():
        if modes:
            with connection.cursor() as cursor:
                cursor.execute(f"SET TRANSACTION {', '.join(modes)}")
        yield
