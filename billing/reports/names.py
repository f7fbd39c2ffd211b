"""The names of what a run tells of by its code."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from agreements.models import Key
from municipalities.models import Cooperation, Driver, Member, Municipality
from municipalities.models.driver import in_words
from services.models import Application


@dataclass(frozen=True, slots=True)
class Names:
    """Names by code; ``left`` is the last day on which each municipality that leaves is a member."""

    places: Mapping[str, str]
    drivers: Mapping[str, str]
    keys: Mapping[str, str]
    applications: Mapping[str, str]
    left: Mapping[str, dt.date]


def names_of(cooperation: Cooperation, about: Collection[str]) -> Names:
    """Of those that are, were or will be members, of all keys, and of applications and drivers in ``about``.

    One query.
    """
    own = Q(cooperation=None) | Q(cooperation=cooperation)
    ended = Member.objects.of(cooperation).filter(valid_until__isnull=False)
    applications = Application.objects.of(cooperation).filter(code__in=about)
    first, *others = (
        _named("places", Municipality.objects.ever_in(cooperation), Concat("country", "code"), F("name")),
        _named("keys", Key.objects.of(cooperation), F("code"), F("name")),
        _named("applications", applications, F("code"), F("name")),
        _named("drivers", Driver.objects.filter(own, code__in=about), F("code"), F("name")),
        _named(
            "left",
            ended,
            Concat("municipality__country", "municipality__code"),
            Cast("valid_until", CharField()),
        ),
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for kind, code, name in first.union(*others, all=True):
        found[kind][code] = max(name, found[kind].get(code, "")) if kind == "left" else name
    return Names(
        places=found["places"],
        drivers={code: in_words(name) for code, name in found["drivers"].items()},
        keys=found["keys"],
        applications=found["applications"],
        left={
            code: dt.date.fromisoformat(after) - dt.timedelta(days=1) for code, after in found["left"].items()
        },
    )


def _named(kind: str, rows: QuerySet[Any], code: Any, name: Any) -> QuerySet[Any]:
    text = CharField()
    columns = {"kind_": Value(kind, text), "code_": Cast(code, text), "name_": Cast(name, text)}
    named: QuerySet[Any] = rows.order_by().annotate(**columns).values_list(*columns)
    return named
