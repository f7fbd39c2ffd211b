"""Which function does which kind of job, and what is done now and then.

The apps above register theirs when they are ready.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sharedict.jobs.models import Job

Progress = Callable[[int, int], None]
Place = dict[str, Any]
"""Where a handler goes on, as JSON."""

Handler = Callable[[Job, Progress], Iterable[Place] | None]
"""Does a job; what takes long is done piece by piece, with the place reached given after each but the last.

The handler may be stopped there, and called another time, maybe in another process, with that place in the
job. An attempt that failed is followed by one from the start.
"""

Chore = Callable[[], None]

FACTS_CHANGED = "facts-changed"
"""Something that shares depend on has changed: ``touches_from`` and ``touches_until`` say for which days."""

ATTEMPTS = 5
"""How often a job is tried, unless its kind says otherwise."""

_handlers: dict[str, Handler] = {}
_attempts: dict[str, int] = {}
_chores: list[Chore] = []
_nightly: list[Chore] = []
_told_of_failures: list[Callable[[Job], None]] = []


def register(kind: str, handler: Handler, *, attempts: int = ATTEMPTS) -> None:
    """Have jobs of ``kind`` done by ``handler``; what others have to be there for is tried more often."""
    _handlers[kind], _attempts[kind] = handler, attempts


def attempts_of(kind: str) -> int:
    return _attempts.get(kind, ATTEMPTS)


def handler_of(kind: str) -> Handler:
    """The handler of ``kind``; raises LookupError naming the kinds that exist."""
    if kind not in _handlers:
        raise LookupError(f"No handler for jobs of kind {kind!r}; known: {', '.join(sorted(_handlers))}")
    return _handlers[kind]


def register_chore(chore: Chore) -> None:
    """Have ``chore`` done each time the sweeper comes by, every few seconds."""
    _chores.append(chore)


def chores() -> Sequence[Chore]:
    return tuple(_chores)


def register_nightly(chore: Chore) -> None:
    """Have ``chore`` done every night: it tidies away what nobody needs any more."""
    _nightly.append(chore)


def nightly() -> Sequence[Chore]:
    return tuple(_nightly)


def tell_of_failures(told: Callable[[Job], None]) -> None:
    """Have ``told`` called with each job that is given up for good, in the transaction that says so."""
    if told not in _told_of_failures:
        _told_of_failures.append(told)


def failed_for_good(job: Job) -> None:
    for told in _told_of_failures:
        told(job)
