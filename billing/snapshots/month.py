"""Database rows become frozen facts; nothing else of the engine sees a row."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db import connection

from agreements.engine.terms import reading_span, term_for
from agreements.models import Component, CostType, KeyVersion, Term
from billing.engine.facts import (
    PERCENT_SCALE,
    ComponentFact,
    CostFact,
    Facts,
    KeyFact,
    ReadingFact,
    TermFact,
)
from billing.models import Cost, Period
from municipalities.models import Driver, Member, Municipality, Reading
from services.models import Application
from sharedict.kernel.money import to_minor
from sharedict.kernel.periods import Month

Group = dict[str, int]


class _Groups:
    """The different sets of payers, each kept once; the index is what facts refer to."""

    def __init__(self) -> None:
        self.all: list[Group] = []
        self._index: dict[tuple[tuple[str, int], ...], int] = {}

    def add(self, payers: Mapping[str, int]) -> int:
        ordered = tuple(sorted(payers.items()))
        if ordered not in self._index:
            self._index[ordered] = len(self.all)
            self.all.append(dict(ordered))
        return self._index[ordered]


def gather(period: Period) -> Facts:
    """Everything the shares of ``period`` depend on, as it is now; a fixed number of queries."""
    month, cooperation = period.month, period.cooperation
    costs = _costs(period)
    applications = {fact.application for fact in costs if fact.application}
    names = dict(Application.objects.of(cooperation).values_list("code", "name"))
    types = dict(CostType.objects.of(cooperation).values_list("code", "name"))
    places = list(Municipality.objects.values_list("id", "country", "code", "name"))
    keys = {pk: f"{country}{code}" for pk, country, code, _ in places}

    groups = _Groups()
    members = groups.add(_members(period, keys))
    subscribers = _subscribers(period, applications, groups, keys)
    terms = _terms(period, groups, {(cost.application, cost.cost_type) for cost in costs})
    versions = _key_versions(period, {term.key for term in terms})
    present = {code for group in groups.all for code in group}
    readings = _readings(period, versions.values(), keys, present)
    return Facts(
        cooperation=cooperation.slug,
        currency=cooperation.currency,
        month=str(month),
        municipalities={keys[pk]: name for pk, _, _, name in places if keys[pk] in present},
        applications={code: names[code] for code in sorted(applications)},
        cost_types={code: types[code] for code in sorted({cost.cost_type for cost in costs})},
        costs=costs,
        terms=terms,
        keys=versions,
        groups=tuple(groups.all),
        members=members,
        subscribers=subscribers,
        drivers=_driver_names(versions.values(), cooperation.pk),
        readings=readings,
        carry=opening_carry(period),
    )


def opening_carry(period: Period) -> dict[str, tuple[int, dict[str, int]]]:
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


def _costs(period: Period) -> tuple[CostFact, ...]:
    rows = (
        Cost.objects.of(period.cooperation)
        .valid()
        .touching(period.month.first, period.month.after)
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
    return tuple(
        CostFact(reference, to_minor(amount), starts_on.isoformat(), ends_on.isoformat(), *rest)
        for reference, amount, starts_on, ends_on, *rest in rows
    )


def _members(period: Period, keys: Mapping[int, str]) -> Group:
    month, payers = period.month, defaultdict[str, int](int)
    spans = Member.objects.of(period.cooperation).overlapping(month.first, month.after)
    for pk, start, end in spans.values_list("municipality_id", "valid_from", "valid_until"):
        last = min(end or month.after, month.after)
        payers[keys[pk]] += (last - max(start, month.first)).days
    return payers


def _subscribers(
    period: Period, applications: Iterable[str], groups: _Groups, keys: Mapping[int, str]
) -> dict[str, int]:
    """Application code -> group of payers; packed into text by the database, equal sets read once."""
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
                           municipality_id || ':'
                           || LEAST(COALESCE(valid_until, %(after)s), %(after)s)
                              - GREATEST(valid_from, %(first)s),
                           ','
                       ) FILTER (WHERE valid_from > %(first)s OR valid_until < %(after)s) AS parts
                FROM services_subscription
                WHERE cooperation_id = %(cooperation)s AND valid_from < %(after)s
                  AND (valid_until IS NULL OR valid_until > %(first)s)
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
            },
        )
        rows = cursor.fetchall()
    found: dict[tuple[str | None, str | None], int] = {}
    for _, whole, parts in rows:
        if (whole, parts) not in found:
            found[whole, parts] = groups.add(_unpack(whole, parts, period.month.days, keys))
    return {code: found[whole, parts] for code, whole, parts in rows}


def _unpack(whole: str | None, parts: str | None, month_days: int, keys: Mapping[int, str]) -> Group:
    """Payers of all days of the month ("{1,2}") and of some ("3:12,4:5") as one group."""
    payers = defaultdict[str, int](int)
    for pk in whole.strip("{}").split(",") if whole else ():
        payers[keys[int(pk)]] += month_days
    for pair in parts.split(",") if parts else ():
        pk, days = pair.split(":")
        payers[keys[int(pk)]] += int(days)
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
            named=groups.add({place.key: period.month.days for place in term.named.all()})
            if term.payers == Term.Payers.NAMED
            else None,
            agreement=term.agreement.name,
        )
        for term in rows
    ]
    found = (term_for(facts, application=application, cost_type=kind) for application, kind in scopes)
    used = {fact.number for fact in found if fact}
    return tuple(fact for fact in facts if fact.number in used)


def _key_versions(period: Period, codes: set[str]) -> dict[str, KeyFact]:
    versions = (
        KeyVersion.objects.of(period.cooperation)
        .as_of(period.month.first)
        .filter(key__code__in=codes)
        .for_listing()
    )
    return {version.key.code: _key_fact(version) for version in versions}


def _key_fact(version: KeyVersion) -> KeyFact:
    return KeyFact(
        code=version.key.code,
        name=version.key.name,
        version=version.number,
        valid_from=version.valid_from.isoformat(),
        decision=version.decision,
        decided_on=version.decided_on.isoformat(),
        components=tuple(_component_fact(component) for component in version.components.all()),
        when_zero=version.when_zero,
        base_minor=to_minor(version.base_amount),
        floor=_scaled(version.floor_percent),
        cap=_scaled(version.cap_percent),
    )


def _component_fact(component: Component) -> ComponentFact:
    return ComponentFact(
        kind=component.kind,
        percent=_scaled(component.percent) or 0,
        driver=component.driver.code if component.driver else None,
        rule=component.rule or None,
        fixed={part.municipality.key: _scaled(part.percent) or 0 for part in component.fixed_parts.all()},
    )


def _scaled(percent: Decimal | None) -> int | None:
    return None if percent is None else int(percent * PERCENT_SCALE)


def _driver_components(versions: Iterable[KeyFact]) -> set[tuple[str, str]]:
    parts = (part for version in versions for part in version.components)
    return {(part.driver, part.rule) for part in parts if part.driver and part.rule}


def _driver_names(versions: Iterable[KeyFact], cooperation_id: int) -> dict[str, str]:
    codes = {driver for driver, _ in _driver_components(versions)}
    own = Driver.objects.filter(code__in=codes, cooperation_id=cooperation_id)
    public = Driver.objects.filter(code__in=codes, cooperation__isnull=True)
    return dict(public.values_list("code", "name")) | dict(own.values_list("code", "name"))


def _readings(
    period: Period, versions: Iterable[KeyFact], keys: Mapping[int, str], present: set[str]
) -> dict[str, dict[str, ReadingFact]]:
    """The reading that counts of each driver and rule in use, by municipality."""
    found = {}
    for driver, rule in sorted(_driver_components(versions)):
        after_day, before_day = reading_span(rule, Month.of(period.first_day))
        rows = (
            Reading.objects.usable_in(period.cooperation)
            .filter(driver__code=driver, reference_on__gte=after_day, reference_on__lt=before_day)
            .order_by("municipality_id", "-reference_on", "driver__cooperation_id")
            .distinct("municipality_id")
            .values_list("municipality_id", "value", "reference_on", "source")
        )
        found[f"{driver}|{rule}"] = {
            keys[pk]: ReadingFact(f"{value.normalize():f}", reference_on.isoformat(), source)
            for pk, value, reference_on, source in rows
            if keys[pk] in present
        }
    return found
