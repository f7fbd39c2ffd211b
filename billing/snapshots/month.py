"""The facts of one month, gathered in a fixed number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import connection

from agreements.engine.keys import KeyFact
from agreements.engine.terms import term_for
from agreements.models import CostType, KeyVersion, Term
from agreements.snapshots import drivers_read, key_fact, readings_for
from billing.engine.facts import CorrectionFact, CostFact, Facts, Owed, Spans, TermFact, as_version_1
from billing.models import Cost, Period
from billing.snapshots.late import charged_now
from billing.snapshots.overlay import NOTHING, Overlay
from municipalities.models import Driver, Member, Municipality
from services.models import Application
from sharedict.kernel.money import to_minor
from sharedict.kernel.periods import Month

Group = dict[str, Spans]


class _Groups:
    """The different sets of payers, each kept once; the index is what facts refer to."""

    def __init__(self) -> None:
        self.all: list[Group] = []
        self._index: dict[tuple[tuple[str, Spans], ...], int] = {}

    def add(self, payers: Mapping[str, Iterable[tuple[int, int]]]) -> int:
        ordered = tuple((code, _merged(held)) for code, held in sorted(payers.items()))
        if ordered not in self._index:
            self._index[ordered] = len(self.all)
            self.all.append(dict(ordered))
        return self._index[ordered]


def gather(period: Period, overlay: Overlay = NOTHING) -> Facts:
    """Everything the shares of ``period`` depend on, as it is now; a fixed number of queries.

    The first open month also charges the corrections of the closed ones.
    """
    return _gather(period, overlay, charged_now(period))


def gather_costs(period: Period, overlay: Overlay = NOTHING) -> Facts:
    """Like ``gather``, without the corrections of closed months."""
    return _gather(period, overlay, ())


def gather_by_rules_of(closed: Facts, period: Period, overlay: Overlay = NOTHING) -> Facts:
    """Today's facts of a closed month, as the rule version of its run ``closed`` gathers them.

    What rounding owed when the month began is as it was frozen; corrections that it charged are no part.
    """
    today = replace(_gather(period, overlay, ()), carry=closed.carry)
    return as_version_1(today) if closed.rule_version == 1 else today


def _gather(period: Period, overlay: Overlay, corrections: tuple[CorrectionFact, ...]) -> Facts:
    month, cooperation = period.month, period.cooperation
    costs = _costs(period, overlay)
    applications = {fact.application for fact in costs if fact.application}
    names = dict(Application.objects.of(cooperation).values_list("code", "name"))
    types = dict(CostType.objects.of(cooperation).values_list("code", "name"))
    places = list(Municipality.objects.values_list("id", "country", "code", "name"))
    keys = {pk: f"{country}{code}" for pk, country, code, _ in places}

    groups = _Groups()
    spans = _membership(period, keys, overlay)
    members = groups.add(_within(spans, month))
    subscribers = _subscribers(period, applications, groups, keys, overlay)
    terms = _terms(period, groups, {(cost.application, cost.cost_type) for cost in costs})
    versions = _key_versions(period, {term.key for term in terms}, overlay)
    present = {code for group in groups.all for code in group}
    wanted = {pk: code for pk, code in keys.items() if code in present}
    readings = readings_for(versions.values(), cooperation, month, wanted, overlay.readings)
    concerned = present | {code for each in corrections for code in (*each.charged, *each.should)}
    named = [*costs, *(each.cost for each in corrections)]
    return Facts(
        cooperation=cooperation.slug,
        currency=cooperation.currency,
        month=str(month),
        municipalities={keys[pk]: name for pk, _, _, name in places if keys[pk] in concerned},
        applications={code: names.get(code, code) for cost in named if (code := cost.application)},
        cost_types={cost.cost_type: types.get(cost.cost_type, cost.cost_type) for cost in named},
        costs=costs,
        terms=terms,
        keys=versions,
        groups=tuple(groups.all),
        members=members,
        subscribers=subscribers,
        drivers=_driver_names(versions.values(), cooperation.pk),
        readings=readings,
        carry=opening_carry(period),
        left=_left(spans, month, present),
        corrections=corrections,
    )


def opening_carry(period: Period) -> Owed:
    """What rounding owes when the month begins: the carry of the last closed month of its agreement year.

    Open months before it do not count, so a change to one month never moves another's shares.
    """
    month, start = period.month, period.cooperation.year_starts_in
    year = month.year if month.number >= start else month.year - 1
    last = (
        Period.objects.filter(
            cooperation=period.cooperation,
            state=Period.State.CLOSED,
            first_day__lt=month.first,
            first_day__gte=dt.date(year, start, 1),
        )
        .order_by("-first_day")
        .values_list("current_run__carry", flat=True)
        .first()
    )
    return {key: (unit, owed) for key, (unit, owed) in (last or {}).items()}


def cost_fact(cost: Cost) -> CostFact:
    """``cost`` as the engine knows it; a new one goes by an empty reference."""
    return CostFact(
        reference=cost.reference,
        amount_minor=to_minor(cost.amount),
        starts_on=cost.starts_on.isoformat(),
        ends_on=cost.ends_on.isoformat(),
        cost_type=cost.cost_type.code,
        application=cost.application.code if cost.application else None,
        supplier=cost.supplier,
        description=cost.description,
        credits=cost.credits.reference if cost.credits else None,
    )


def _costs(period: Period, overlay: Overlay) -> tuple[CostFact, ...]:
    first, after = period.month.first, period.month.after
    laid = {cost.pk for cost in overlay.costs if cost.pk}
    rows = (
        Cost.objects.of(period.cooperation)
        .valid()
        .touching(first, after)
        .exclude(pk__in=laid)
        .order_by("reference")
        .values_list(
            "reference",
            "amount",
            "starts_on",
            "ends_on",
            "cost_type__code",
            "application__code",
            "supplier",
            "description",
            "credits__reference",
        )
    )
    stored = [
        CostFact(reference, to_minor(amount), starts_on.isoformat(), ends_on.isoformat(), *rest)
        for reference, amount, starts_on, ends_on, *rest in rows
    ]
    unsaved = [
        cost_fact(cost)
        for cost in overlay.costs
        if not cost.is_withdrawn and cost.starts_on < after and cost.ends_on > first
    ]
    return tuple(sorted([*stored, *unsaved], key=lambda fact: fact.reference))


Membership = dict[str, list[tuple[dt.date, dt.date | None]]]


def _membership(period: Period, keys: Mapping[int, str], overlay: Overlay) -> Membership:
    """Code -> all the spans in which it is, was or will be a member."""
    laid = {member.pk for member in overlay.members if member.pk}
    rows = Member.objects.of(period.cooperation).exclude(pk__in=laid).order_by("valid_from")
    found: Membership = defaultdict(list)
    for pk, start, end in [
        *rows.values_list("municipality_id", "valid_from", "valid_until"),
        *((member.municipality_id, member.valid_from, member.valid_until) for member in overlay.members),
    ]:
        found[keys[pk]].append((start, end))
    return found


def _within(spans: Mapping[str, Iterable[tuple[dt.date, dt.date | None]]], month: Month) -> Group:
    """Code -> the days of ``month`` that lie in its spans; nobody without any."""
    found: Group = {}
    for code, held in spans.items():
        days = _merged(_numbers(start, end, month) for start, end in held)
        if days:
            found[code] = days
    return found


def _left(spans: Membership, month: Month, present: set[str]) -> Group:
    """Code -> the days of ``month`` on which it is a member no longer, for those that are in some group."""
    found: Group = {}
    for code in sorted(present & spans.keys()):
        ended = min((end for _start, end in spans[code] if end), default=None)
        if ended is None or ended >= month.after:
            continue
        member = _merged(_numbers(start, end, month) for start, end in spans[code])
        first, after = _numbers(ended, None, month)
        days = _without((first, after), member)
        if days:
            found[code] = days
    return found


def _without(whole: tuple[int, int], taken: Spans) -> Spans:
    """What ``taken``, in order and apart, leaves of ``whole``."""
    found, start = [], whole[0]
    for first, after in taken:
        if first > start:
            found.append((start, min(first, whole[1])))
        start = max(start, after)
    if start < whole[1]:
        found.append((start, whole[1]))
    return tuple(span for span in found if span[0] < span[1])


def _numbers(start: dt.date, end: dt.date | None, month: Month) -> tuple[int, int]:
    """The days of ``month`` in ``[start, end)`` as numbers from 1; an empty span where there are none."""
    first = max(start, month.first)
    after = month.after if end is None else min(end, month.after)
    return (first - month.first).days + 1, (after - month.first).days + 1


def _merged(spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans in order, those that touch or overlap as one, without empty ones."""
    found: list[tuple[int, int]] = []
    for first, after in sorted(spans):
        if first >= after:
            continue
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], after)
        else:
            found.append((first, after))
    return tuple(found)


def _subscribers(
    period: Period, applications: Iterable[str], groups: _Groups, keys: Mapping[int, str], overlay: Overlay
) -> dict[str, int]:
    """Application code -> group of payers; packed into text by the database, equal sets read once."""
    laid = [row.pk for row in overlay.subscriptions if row.pk]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT application.code, packed.whole, packed.parts
            FROM (
                SELECT application_id,
                       array_agg(municipality_id) FILTER (
                           WHERE valid_from <= %(first)s AND COALESCE(valid_until >= %(after)s, true)
                       )::text AS whole,
                       string_agg(
                           municipality_id || ':' || GREATEST(valid_from, %(first)s) - %(first)s + 1
                           || ':' || LEAST(COALESCE(valid_until, %(after)s), %(after)s) - %(first)s + 1,
                           ','
                       ) FILTER (WHERE valid_from > %(first)s OR valid_until < %(after)s) AS parts
                FROM services_subscription
                WHERE cooperation_id = %(cooperation)s AND valid_from < %(after)s
                  AND (valid_until IS NULL OR valid_until > %(first)s) AND id <> ALL(%(laid)s)
                GROUP BY application_id
            ) AS packed
            JOIN services_application AS application ON application.id = packed.application_id
            WHERE application.code = ANY(%(applications)s)
            ORDER BY application.code
            """,
            {
                "first": period.month.first,
                "after": period.month.after,
                "cooperation": period.cooperation_id,
                "applications": sorted(applications),
                "laid": laid,
            },
        )
        rows = {code: (whole, parts) for code, whole, parts in cursor.fetchall()}
    added = _added(overlay, period.month, applications, keys)
    known: dict[Any, int] = {}
    found = {}
    for code in sorted({*rows, *added}):
        packed = rows.get(code, (None, None))
        if code in added or packed not in known:
            payers = _unpack(*packed, period.month.days, keys)
            for place, spans in added.get(code, {}).items():
                payers[place] += spans
            group = groups.add(payers)
            if code not in added:
                known[packed] = group
            found[code] = group
        else:
            found[code] = known[packed]
    return found


def _added(
    overlay: Overlay, month: Month, applications: Iterable[str], keys: Mapping[int, str]
) -> dict[str, dict[str, list[tuple[int, int]]]]:
    """Application code -> payer -> days of the month, of subscriptions that are not saved."""
    wanted = {*applications}
    found: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for row in overlay.subscriptions:
        first, after = _numbers(row.valid_from, row.valid_until, month)
        if row.application.code in wanted and first < after:
            found[row.application.code][keys[row.municipality_id]].append((first, after))
    return found


def _unpack(
    whole: str | None, parts: str | None, month_days: int, keys: Mapping[int, str]
) -> dict[str, list[tuple[int, int]]]:
    """Payers of all days of the month ("{1,2}") and of some ("3:12:18,4:5:9") as one group."""
    payers = defaultdict[str, list[tuple[int, int]]](list)
    for pk in whole.strip("{}").split(",") if whole else ():
        payers[keys[int(pk)]].append((1, month_days + 1))
    for part in parts.split(",") if parts else ():
        pk, first, after = part.split(":")
        payers[keys[int(pk)]].append((int(first), int(after)))
    return payers


def _terms(period: Period, groups: _Groups, scopes: set[tuple[str | None, str]]) -> tuple[TermFact, ...]:
    """The terms in force on the month's first day that some cost of the month falls under."""
    rows = Term.objects.of(period.cooperation).as_of(period.month.first).for_listing().order_by("id")
    facts = [
        TermFact(
            number=term.pk,
            key=term.key.code,
            payers=term.payers,
            by_days=term.by_days,
            application=term.application.code if term.application else None,
            cost_type=term.cost_type.code if term.cost_type else None,
            named=groups.add({place.key: [(1, period.month.days + 1)] for place in term.named.all()})
            if term.payers == Term.Payers.NAMED
            else None,
            agreement=term.agreement.name,
            after_leaving=term.after_leaving,
        )
        for term in rows
    ]
    found = (term_for(facts, application=application, cost_type=kind) for application, kind in scopes)
    used = {fact.number for fact in found if fact}
    return tuple(fact for fact in facts if fact.number in used)


def _key_versions(period: Period, codes: set[str], overlay: Overlay) -> dict[str, KeyFact]:
    versions = (
        KeyVersion.objects.of(period.cooperation)
        .as_of(period.month.first)
        .filter(key__code__in=codes)
        .for_listing()
    )
    stored = {version.key.code: key_fact(version) for version in versions}
    return stored | {key.code: key for key in overlay.keys if key.code in codes}


def _driver_names(versions: Iterable[KeyFact], cooperation_id: int) -> dict[str, str]:
    codes = {driver for driver, _ in drivers_read(versions)}
    own = Driver.objects.filter(code__in=codes, cooperation_id=cooperation_id)
    public = Driver.objects.filter(code__in=codes, cooperation__isnull=True)
    return dict(public.values_list("code", "name")) | dict(own.values_list("code", "name"))
