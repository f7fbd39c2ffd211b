"""What was forgotten when somebody left or joined: subscriptions, named terms, fixed parts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agreements.models import Component, FixedPart, Key, KeyVersion, Term
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


def forgotten(cooperation: Cooperation, day: dt.date) -> list[Forgotten]:
    """Those of ``day``, by name; four queries.

    What falls under a term that charges also after leaving is meant, and not told.
    """
    gone: list[Any] = list(Municipality.objects.left(cooperation, day).order_by("name"))
    terms = list(Term.objects.of(cooperation).lasting(day).for_listing()) if gone else []
    rows = Subscription.objects.of(cooperation).lasting(day).filter(municipality__in=gone).for_listing()
    subscriptions = defaultdict(list)
    for row in rows.order_by("application__name"):
        own = [term for term in terms if term.application_id in (None, row.application_id)]
        if not any(term.after_leaving for term in applying(own)):
            subscriptions[row.municipality_id].append(row)
    naming = [term for term in terms if term.payers == Term.Payers.NAMED and not term.after_leaving]
    found = (
        Forgotten(
            place,
            place.left_on,
            subscriptions[place.pk],
            [term for term in naming if place in term.named.all()],
        )
        for place in gone
    )
    return [each for each in found if each.subscriptions or each.terms]


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


def odd_parts(cooperation: Cooperation, day: dt.date, key: Key | None = None) -> list[OddPart]:
    """Those of the versions of ``key``, or all, that some term uses on ``day`` or later; soonest first.

    Who leaves may hold a part under terms that charge also after leaving. Who was a member when the version
    began holds none by decision; who joins later is told where all members pay. A fixed number of queries.
    """
    versions = KeyVersion.objects.of(cooperation).lasting(day).filter(components__kind=Component.Kind.FIXED)
    terms = defaultdict(list)
    for term in Term.objects.of(cooperation).lasting(day):
        terms[term.key_id].append(term)
    versions = versions.filter(key__in=[key] if key else terms).distinct()
    members = defaultdict(list)
    for member in Member.objects.of(cooperation).for_listing().order_by("valid_from"):
        members[member.municipality].append(member)
    found = {
        part
        for version in versions.for_listing()
        for part in _odd_parts_of(version, terms[version.key_id], members, max(day, version.valid_from))
    }
    return sorted(found, key=lambda each: (each.bites_on, each.key.name, each.municipality.name))


Memberships = Mapping[Municipality, Sequence[Member]]


def _odd_parts_of(
    version: KeyVersion, terms: Iterable[Term], members: Memberships, start: dt.date
) -> Iterator[OddPart]:
    parts = [part for component in version.components.all() for part in component.fixed_parts.all()]
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
