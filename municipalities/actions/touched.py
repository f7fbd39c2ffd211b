"""What a change of a row touches: its columns, days of shares, and the cooperations that these are of."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import models

from municipalities.models import Cooperation, Municipality
from sharedict.audit.actions import field_values
from sharedict.common.models import Span


def differences(before: Mapping[str, str], row: models.Model) -> dict[str, list[str]]:
    """The columns of ``row`` that are no longer as ``before``: each with its value then and now, as text."""
    return {
        name: [before.get(name, ""), value]
        for name, value in field_values(row).items()
        if before.get(name, "") != value
    }


def moves_shares(row: models.Model | type[models.Model], columns: Iterable[str]) -> bool:
    """Whether shares can depend on any of these ``columns`` of ``row``, or of its model."""
    counted: frozenset[str] | None = getattr(row, "fact_columns", None)
    return any(counted is None or name in counted for name in columns)


def touched(before: models.Model | None, after: models.Model | None) -> Span | None:
    """The days that saving ``after`` in place of ``before`` would announce; None for none.

    ``before`` is None for a row that is added, ``after`` for one that is removed.
    """
    rows = [row for row in (before, after) if row is not None]
    if before is None or after is None:
        return span_of(rows, None)
    changes = differences(field_values(before), after)
    return span_of(rows, since_when(before, after, changes)) if moves_shares(after, changes) else None


def span_of(rows: Sequence[models.Model], since: dt.date | None) -> Span | None:
    """The days that ``rows`` touch, as one span; none of them before ``since``."""
    spans = [span for span in (getattr(row, "touches", None) for row in rows) if span]
    if not spans:
        return None
    ends = [end for _, end in spans]
    first = max(min(start for start, _ in spans), since or dt.date.min)
    return first, None if None in ends else max(end for end in ends if end)


def since_when(before: Any, row: Any, changes: Iterable[str]) -> dt.date | None:
    """What holds until another day than before, and is the same else, is so until the earlier of the two."""
    if before is None or set(changes) != {"valid_until"}:
        return None
    return min(row.valid_until or dt.date.max, before.valid_until or dt.date.max)


def concerned(row: models.Model) -> list[int]:
    """The cooperations whose shares ``row`` may change: its own, or for a public fact all it concerns."""
    own = cooperation_id_of(row)
    if own:
        return [own]
    place = row.pk if isinstance(row, Municipality) else getattr(row, "municipality_id", None)
    if place:
        return sorted(naming([place]))
    return list(Cooperation.objects.order_by("pk").values_list("pk", flat=True))


def naming(places: Collection[int]) -> dict[int, set[int]]:
    """The cooperations with a fact that names one of these municipalities, and which of them.

    They name it as member, user, payer, or whatever apps above say: what the models there say of themselves
    is enough, and no app above is named here. A few queries, whatever the number of ``places``.
    """
    found: dict[int, set[int]] = {}
    for relation in Municipality._meta.get_fields(include_hidden=True):
        model: Any = relation.related_model
        if not isinstance(relation, models.ForeignObjectRel) or not hasattr(model, "touches"):
            continue
        name = relation.field.name
        if moves_shares(model, [name]):
            facts = model._default_manager.filter(**{f"{name}__in": places, "cooperation__isnull": False})
            for cooperation_id, place in facts.order_by().values_list("cooperation_id", name).distinct():
                found.setdefault(cooperation_id, set()).add(place)
    return found


def cooperation_id_of(row: models.Model) -> int | None:
    return row.pk if isinstance(row, Cooperation) else getattr(row, "cooperation_id", None)
