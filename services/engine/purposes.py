"""A tree of purposes as its rows tell it: in which order, below what, and what is part of what."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar


class Node(Protocol):
    """A row of a tree: its key, the key of the row that it is part of, and what it is called."""

    pk: int
    parent_id: int | None
    code: str
    name: str


N = TypeVar("N", bound=Node)
BETWEEN = " / "
"""Stands between the names of a way down the tree."""


def in_tree(rows: Iterable[N]) -> Iterator[tuple[N, tuple[str, ...]]]:
    """Each of ``rows`` once, parts right below what they are part of, by code.

    Each with the names of what it is part of, from the top down, and its own last. What
    stands in a circle, or is part of what is not among ``rows``, is told as if it stood at the top.
    """
    parts = defaultdict[int | None, list[N]](list)
    known = {row.pk: row for row in rows}
    for row in sorted(known.values(), key=lambda row: row.code):
        parts[row.parent_id if row.parent_id in known else None].append(row)
    told = set[int]()
    for top in (*parts[None], *known.values()):
        waiting: list[tuple[N, tuple[str, ...]]] = [(top, (top.name,))]
        while waiting:
            row, names = waiting.pop()
            if row.pk in told:
                continue
            told.add(row.pk)
            yield row, names
            waiting += [(part, (*names, part.name)) for part in reversed(parts[row.pk])]


def parts_of(rows: Iterable[Node], top: int) -> set[int]:
    """The keys of ``top`` and of all that is part of it, near or far."""
    parts = defaultdict[int | None, list[int]](list)
    for row in rows:
        parts[row.parent_id].append(row.pk)
    found, waiting = set[int](), [top]
    while waiting:
        if (pk := waiting.pop()) not in found:
            found.add(pk)
            waiting += parts[pk]
    return found
