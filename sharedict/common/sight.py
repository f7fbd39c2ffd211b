"""Who looks, told to the database: it shows a cooperation's rows to nobody of whom it was not told.

What is told holds for one transaction, so that a connection which others use next, behind a pooler too, tells
them nothing. It goes before the first statement of each transaction, and anew whenever it is another's turn.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import ProgrammingError
from psycopg2 import extensions, sql

logger = logging.getLogger(__name__)

T = TypeVar("T")

SETTING = "sharedict.sight"
ALL = "all"
ROLLBACK = re.compile(r"\bROLLBACK\b", re.IGNORECASE)
LONGEST_BEGINNING = 60
PAGE_SECONDS = 60
"""A page that needs longer for one statement, or between two, has gone wrong; a job may take long."""

FORGOTTEN = object()
"""What a transaction was told before a part of it was rolled back."""


LIMITS = sql.SQL("; SET LOCAL statement_timeout = '{0}s'; SET LOCAL lock_timeout = '{1}s'").format(
    sql.SQL(str(PAGE_SECONDS)), sql.SQL(str(PAGE_SECONDS // 3))
) + sql.SQL(f"; SET LOCAL idle_in_transaction_session_timeout = '{PAGE_SECONDS}s'")


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen: rows of ``cooperations``, all shares of ``whole`` ones, ``own`` shares of others.

    ``own`` are cooperation and municipality. ``reason`` is why everything is seen, where it is. ``viewer`` is
    whose sight it is, by which ``roles``: cooperation, kind and municipality of each.
    """

    cooperations: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    own: frozenset[tuple[int, int]] = frozenset()
    reason: str = ""
    is_routine: bool = field(default=False, compare=False)
    viewer: Any = field(default=None, compare=False)
    roles: tuple[tuple[int, str, int | None], ...] = field(default=(), compare=False)

    @property
    def told(self) -> str:
        """As the database reads it: three arrays."""
        if self.reason:
            return ALL
        parts = (f"{cooperation}:{municipality}" for cooperation, municipality in sorted(self.own))
        return f"{_array(sorted(self.cooperations))} {_array(sorted(self.whole))} {_array(parts)}"


_seen: ContextVar[Sight | None] = ContextVar("sight")
_default: list[Sight | None] = [None]
_is_page: ContextVar[bool] = ContextVar("is_page", default=False)
_noted: ContextVar[Sight | None] = ContextVar("noted", default=None)


class NobodyAsksError(ProgrammingError):
    """A question about rows that are limited to who sees them, asked with nobody's sight."""


_names: list[re.Pattern[str]] = []


def limit_names(names: Iterable[str]) -> None:
    """Say which tables and views nobody may ask about."""
    _names[:] = [re.compile(rf"\b(?:{'|'.join(sorted(names))})\b")]


def everything(reason: str, *, is_routine: bool = False) -> Sight:
    """For operators and maintenance; the log says why as it is first used (what is routine, at ``debug``)."""
    return Sight(reason=reason, is_routine=is_routine)


def of_cooperation(pk: int) -> Sight:
    """All rows of one cooperation: a token's, and a job's."""
    return Sight(frozenset({pk}), frozenset({pk}))


def current() -> Sight | None:
    """Whose turn it is; None is nobody's."""
    return _seen.get(_default[0])


def by_default(sight: Sight | None) -> None:
    """Whose turn it is where nothing was said: in tests."""
    _default[0] = sight


@contextmanager
def seeing(sight: Sight | None) -> Iterator[None]:
    """What is asked of the database inside is asked with ``sight``; by nobody where that is None."""
    token = _seen.set(sight)
    try:
        yield
    finally:
        _seen.reset(token)


def kept(pieces: Iterator[T]) -> Iterator[T]:
    """``pieces``, each made with the sight of this moment: they may be asked for when it is over."""
    return _in_context(copy_context(), pieces)


def _in_context(context: Context, pieces: Iterator[T]) -> Iterator[T]:
    end = object()
    try:
        while (piece := context.run(next, pieces, end)) is not end:
            yield piece  # type: ignore[misc]
    finally:
        if close := getattr(pieces, "close", None):
            context.run(close)


def nobody_first(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Middleware: each request begins with nobody's sight, whatever the one before it left, and is short."""

    def answered(request: Any) -> Any:
        token = _is_page.set(True)
        try:
            with seeing(None):
                return answer(request)
        finally:
            _is_page.reset(token)

    return answered


def tell_who_sees(connection: Any, **_kwargs: Any) -> None:
    """On each new connection: from now on its statements say who asks."""
    connection.told = None
    if _tell not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _tell)


def _tell(
    execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Around each statement: tell who asks, unless the transaction knows it.

    Outside a transaction the statement becomes one of its own. Those of the owner, who sees everything and
    whose statements may refuse to stand in one, are left alone there.
    """
    connection, wanted = context["connection"], current()
    is_owner = connection.settings_dict.get("IS_OWNER")
    if wanted is None and not is_owner:
        _refuse_nobody(statement)
    if not connection.in_atomic_block and connection.get_autocommit():
        if wanted is None or is_owner:
            return execute(statement, params, many, context)
        with _transaction(connection, wanted):
            return execute(statement, params, many, context)
    status = connection.connection.info.transaction_status
    if status == extensions.TRANSACTION_STATUS_IDLE:
        connection.told = None
    if status != extensions.TRANSACTION_STATUS_INERROR and wanted != connection.told:
        _say(connection, _words(wanted))
        connection.told = wanted
    try:
        return execute(statement, params, many, context)
    finally:
        if ROLLBACK.search(str(statement)[:LONGEST_BEGINNING]):
            connection.told = FORGOTTEN


@contextmanager
def _transaction(connection: Any, sight: Sight) -> Iterator[None]:
    """One that Django knows nothing of, and so may be of any connection, for a single statement."""
    _say(connection, sql.SQL("BEGIN; ") + _words(sight))
    try:
        yield
    except BaseException:
        if not connection.connection.closed:
            _say(connection, sql.SQL("ROLLBACK"))
        raise
    _say(connection, sql.SQL("COMMIT"))


def _refuse_nobody(statement: Any) -> None:
    """Raise NobodyAsksError for a question about rows that are limited.

    PostgreSQL refuses it too, unless it answers without looking at any row, as where that must be ``false``.
    """
    if _names and (found := _names[0].search(str(statement))):
        raise NobodyAsksError(f"Nobody asks: {found[0]} is shown to those who may see it.")


def _say(connection: Any, words: sql.Composable) -> None:
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute(words)


def _words(sight: Sight | None) -> sql.Composable:
    _note(sight)
    told = sql.Literal(sight.told if sight else "")
    words = sql.SQL("SET LOCAL {} = {}").format(sql.SQL(SETTING), told)
    return words + LIMITS if _is_page.get() else words


def _note(sight: Sight | None) -> None:
    if sight and sight.reason and _noted.get() is not sight:
        _noted.set(sight)
        level = logging.DEBUG if sight.is_routine else logging.INFO
        logger.log(level, "Everything is seen: %s", sight.reason)


def _array(elements: Iterable[object]) -> str:
    return "{" + ",".join(map(str, elements)) + "}"
