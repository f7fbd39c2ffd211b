"""What was forgotten when somebody left or joined: subscriptions, named terms, fixed parts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from agreements.models import FixedPart, Key, KeyVersion, Term
from agreements.reports.applying import applying
from municipalities.models import Cooperation, Member, Municipality
from services.models import Subscription


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Who left on ``left_on`` and still has subscriptions, or is named in terms that do not mean it."""

    municipality: Municipality
    left_on: dt.date
    subscriptions: Sequence[Subscription]
    terms: Sequence[Term]


@dataclass(frozen=True, slots=True)
class OddPart:
    """A fixed part of ``key`` that fits its members no more, or will not.

    With ``is_held`` the municipality holds one and leaves on ``since`` (None: it never was a member); else it
    joins on ``since`` and holds none. ``bites_on`` is the first day on which it matters.
    """

    key: Key
    municipality: Municipality
    is_held: bool
    since: dt.date | None
    bites_on: dt.date


Memberships = Mapping[Municipality, Sequence[Member]]


class Departures:
    """What those who left a cooperation, or joined it, leave to mend on ``day``; each thing is read once."""

    def __init__(self, cooperation: Cooperation, day: dt.date) -> None:
        self.cooperation, self.day = cooperation, day

    @cached_property
    def members(self) -> Mapping[Municipality, Sequence[Any]]:
        """All memberships of everybody, in their order, by name; each says whether there are fixed parts."""
        found = defaultdict(list)
        parts = FixedPart.objects.filter(cooperation=self.cooperation.pk)
        rows = Member.objects.of(self.cooperation).select_related("municipality")
        rows = rows.annotate(has_parts=Exists(parts))
        for member in rows.order_by("municipality__name", "valid_from"):
            found[member.municipality].append(member)
        return found

    @cached_property
    def terms(self) -> list[Term]:
        """Those of ``day`` or later, each with ``named_ids``: the municipalities that it names."""
        rows = Term.objects.of(self.cooperation).lasting(self.day)
        named = Term.named.through.objects.filter(term=OuterRef("pk")).values("municipality_id")
        return list(
            rows.select_related("application", "cost_type", "key").annotate(named_ids=ArraySubquery(named))
        )

    def forgotten(self) -> list[Forgotten]:
        """What is forgotten of those who are members no more, by name.

        What falls under a term that charges also after leaving is meant, and not told.
        """
        gone = {place.pk: (place, day) for place, day in self._gone()}
        if not gone:
            return []
        rows = Subscription.objects.of(self.cooperation).lasting(self.day).filter(municipality__in=gone)
        subscriptions = defaultdict(list)
        for row in rows.for_listing().order_by("application__name"):
            own = [term for term in self.terms if term.application_id in (None, row.application_id)]
            if not any(term.after_leaving for term in applying(own)):
                subscriptions[row.municipality_id].append(row)
        naming: list[Any] = [
            term for term in self.terms if term.payers == Term.Payers.NAMED and not term.after_leaving
        ]
        found = (
            Forgotten(place, left_on, subscriptions[pk], [term for term in naming if pk in term.named_ids])
            for pk, (place, left_on) in gone.items()
        )
        return [each for each in found if each.subscriptions or each.terms]

    def _gone(self) -> Iterator[tuple[Municipality, dt.date]]:
        """Who is no member on ``day`` or later, and until when they were."""
        for place, spans in self.members.items():
            ends = [member.valid_until for member in spans if member.valid_until]
            if len(ends) == len(spans) and max(ends) <= self.day:
                yield place, max(ends)

    def odd_parts(self, key: Key | None = None) -> list[OddPart]:
        """Those of the versions of ``key``, or all, that some term uses on ``day`` or later; soonest first.

        Who leaves may hold a part under terms that charge also after leaving. Who was a member when the
        version began holds none by decision; who joins later is told where all members pay.
        """
        if not any(member.has_parts for spans in self.members.values() for member in spans):
            return []
        using = Term.objects.of(self.cooperation).lasting(self.day).filter(key=OuterRef("key"))
        versions = KeyVersion.objects.of(self.cooperation).lasting(self.day).filter(Exists(using))
        versions = versions.filter(key=key) if key else versions
        rows = FixedPart.objects.filter(component__version__in=versions.order_by().values("pk"))
        parts = defaultdict(list)
        for part in rows.select_related("component__version__key", "municipality"):
            parts[part.component.version].append(part)
        found = {
            odd
            for version, own in parts.items()
            for odd in _odd_parts_of(
                version,
                own,
                [term for term in self.terms if term.key_id == version.key_id],
                self.members,
                max(self.day, version.valid_from),
            )
        }
        return sorted(found, key=lambda each: (each.bites_on, each.key.name, each.municipality.name))


def _odd_parts_of(
    version: KeyVersion,
    parts: Sequence[FixedPart],
    terms: Iterable[Term],
    members: Memberships,
    start: dt.date,
) -> Iterator[OddPart]:
    if any(not term.after_leaving or term.payers == Term.Payers.MEMBERS for term in terms):
        yield from _held(version, parts, members, start)
    if any(term.payers == Term.Payers.MEMBERS for term in terms):
        yield from _missing(version, {part.municipality for part in parts}, members, start)


def _held(
    version: KeyVersion, parts: Iterable[FixedPart], members: Memberships, start: dt.date
) -> Iterator[OddPart]:
    """Parts of those who are no members on some day from ``start`` on, while the version holds."""
    for part in parts:
        bites_on, spans = start, members.get(part.municipality, ())
        for member in spans:
            if member.valid_from <= bites_on and (
                member.valid_until is None or member.valid_until > bites_on
            ):
                bites_on = member.valid_until or dt.date.max
        if part.percent and bites_on < (version.valid_until or dt.date.max):
            ends = [each.valid_until for each in spans if each.valid_until and each.valid_until <= bites_on]
            yield OddPart(version.key, part.municipality, True, max(ends, default=None), bites_on)


def _missing(
    version: KeyVersion, holders: set[Municipality], members: Memberships, start: dt.date
) -> Iterator[OddPart]:
    """Those without a part who join after the version began, and are members from ``start`` on."""
    for place, spans in members.items():
        joined = [
            member.valid_from
            for member in spans
            if member.valid_from > version.valid_from
            and member.valid_from < (version.valid_until or dt.date.max)
            and (member.valid_until is None or member.valid_until > start)
        ]
        if joined and place not in holders:
            yield OddPart(version.key, place, False, joined[0], max(start, joined[0]))
