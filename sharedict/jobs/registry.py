"""Which function does which kind of job, and what is done now and then.

The apps above register theirs when they are ready.
"""

from collections.abc import Callable, Sequence

from sharedict.jobs.models import Job

Progress = Callable[[int, int], None]
Handler = Callable[[Job, Progress], None]
Chore = Callable[[], None]

FACTS_CHANGED = "facts-changed"
"""Something that shares depend on has changed: ``touches_from`` and ``touches_until`` say for which days."""

_handlers: dict[str, Handler] = {}
_chores: list[Chore] = []


def register(kind: str, handler: Handler) -> None:
    _handlers[kind] = handler


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
