"""A cooperation's graph, kept by each process for as long as its rows are the same."""

import datetime as dt
from collections import OrderedDict
from threading import Lock

from django.db import connection, models

from municipalities.models import Cooperation, Link, Municipality, Site, Supplier
from services.models import Application, Dependency, Installation, Subscription
from services.reports.things import Things, made_graph

OF_THE_COOPERATION = (Site, Supplier, Link, Application, Installation, Dependency, Subscription)
NAMED = (Dependency.applications.through, Dependency.links.through, Dependency.suppliers.through)
"""Which rows a dependency names; they are their dependency's."""
MOST_KEPT = 8
"""Graphs in memory, of a few megabytes each."""

_kept = OrderedDict[tuple[int, dt.date, str], Things]()
_turns = Lock()


def graph_of(cooperation: Cooperation, day: dt.date) -> Things:
    """Everything that holds on ``day``, as far as whoever asks may see it; to be read, and not changed.

    Making it takes several times as long as reading its rows, so it is asked first, in one query, whether
    any of them is another than the last time.
    """
    key = (cooperation.pk, day, _versions(cooperation.pk))
    with _turns:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = made_graph(cooperation, day)
    with _turns:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def _versions(cooperation: int) -> str:
    """Which version of each row is seen, as a number of them all.

    A row that is added, changed or removed, by whomever, has another version: the transaction that wrote it
    and its place in the table, as PostgreSQL keeps them (xmin and ctid).
    """
    own = "cooperation_id = %(cooperation)s"
    of_dependencies = f"dependency_id IN (SELECT id FROM {_table(Dependency)} WHERE {own})"  # noqa: S608
    using = f"id IN (SELECT municipality_id FROM {_table(Subscription)} WHERE {own})"  # noqa: S608
    asked = [
        *(_version(model, own) for model in OF_THE_COOPERATION),
        *(_version(model, of_dependencies) for model in NAMED),
        _version(Municipality, using),
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT concat_ws(' ', {', '.join(asked)})", {"cooperation": cooperation})
        [[found]] = cursor.fetchall()
    return str(found)


def _version(model: type[models.Model], which: str) -> str:
    held = "count(*) || ':' || coalesce(sum(hashtextextended(xmin::text || ctid::text, 0)), 0)"
    return f"(SELECT {held} FROM {_table(model)} WHERE {which})"  # noqa: S608


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
