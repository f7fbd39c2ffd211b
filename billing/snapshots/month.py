"""The facts of one month, gathered in a fixed number of queries."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from agreements.engine.keys import KeyFact
from agreements.engine.terms import term_for
from agreements.models import CostType, KeyVersion, Term
from agreements.snapshots import drivers_read, key_fact, readings_for
from billing.engine.facts import CorrectionFact, CostFact, Facts, Owed, TermFact, as_version_1
from billing.engine.spread import month_part
from billing.models import Cost, Period
from billing.snapshots.late import charged_now
from billing.snapshots.overlay import NOTHING, Overlay
from billing.snapshots.payers import Groups, left_in_month, membership_of, subscribers_of, within_month
from municipalities.models import Driver, Municipality, Reading
from services.models import Application
from sharedict.kernel.money import to_minor
from sharedict.kernel.periods import Month


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

    groups = Groups()
    spans = membership_of(period, keys, overlay)
    members = groups.add(within_month(spans, month))
    subscribers = subscribers_of(period, applications, groups, keys, overlay)
    terms = _terms(period, groups, {(cost.application, cost.cost_type) for cost in costs}, overlay)
    versions = _key_versions(period, {term.key for term in terms}, overlay)
    present = {code for group in groups.all for code in group}
    wanted = {pk: code for pk, code in keys.items() if code in present}
    hidden = overlay.hidden(Reading)
    readings = readings_for(versions.values(), cooperation, month, wanted, overlay.readings, hidden)
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
        left=left_in_month(spans, month, present),
        corrections=corrections,
    )


def gather_if(period: Period, overlays: Sequence[Overlay]) -> list[Facts]:
    """What ``gather`` would give with each of ``overlays``, all with the corrections as they are now."""
    corrections = charged_now(period) if period.pk else ()
    return [_gather(period, overlay, corrections) for overlay in overlays]


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
    month = overlay.costs_of or period.month
    first, after = month.first, month.after
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
    found = sorted([*stored, *unsaved], key=lambda fact: fact.reference)
    return tuple(found) if overlay.costs_of is None else _restated(found, month, period.month)


def _restated(costs: Sequence[CostFact], month: Month, other: Month) -> tuple[CostFact, ...]:
    """What of ``costs`` falls in ``month``, as costs of the whole of ``other``; refunds are taken off."""
    parts = {cost.reference: month_part(cost, month) for cost in costs if not cost.credits}
    for cost in costs:
        if cost.credits in parts:
            parts[cost.credits] += month_part(cost, month)
    return tuple(
        replace(
            cost,
            amount_minor=parts[cost.reference],
            starts_on=other.first.isoformat(),
            ends_on=other.after.isoformat(),
        )
        for cost in costs
        if not cost.credits
    )


def _terms(
    period: Period, groups: Groups, scopes: set[tuple[str | None, str]], overlay: Overlay
) -> tuple[TermFact, ...]:
    """The terms in force on the month's first day that some cost of the month falls under."""
    first = period.month.first
    stored = Term.objects.of(period.cooperation).as_of(first).exclude(pk__in=overlay.hidden(Term))
    laid = [(term, named) for term, named in overlay.terms if term.holds_on(first)]
    rows = [*((term, term.named.all()) for term in stored.for_listing().order_by("id")), *laid]
    facts = [
        TermFact(
            number=term.pk or 0,
            key=term.key.code,
            payers=term.payers,
            by_days=term.by_days,
            application=term.application.code if term.application else None,
            cost_type=term.cost_type.code if term.cost_type else None,
            named=groups.add({place.key: [(1, period.month.days + 1)] for place in named})
            if term.payers == Term.Payers.NAMED
            else None,
            agreement=term.agreement.name,
            after_leaving=term.after_leaving,
        )
        for term, named in rows
    ]
    found = (term_for(facts, application=application, cost_type=kind) for application, kind in scopes)
    used = {fact.number for fact in found if fact}
    return tuple(fact for fact in facts if fact.number in used)


def _key_versions(period: Period, codes: set[str], overlay: Overlay) -> dict[str, KeyFact]:
    versions = (
        KeyVersion.objects.of(period.cooperation)
        .as_of(period.month.first)
        .filter(key__code__in=codes)
        .exclude(pk__in=overlay.hidden(KeyVersion))
        .for_listing()
    )
    stored = {version.key.code: key_fact(version) for version in versions}
    laid = [said for row, said in overlay.versions if row.holds_on(period.month.first)]
    stored |= {said.code: said for said in laid if said.code in codes}
    return stored | {key.code: key for key in overlay.keys if key.code in codes}


def _driver_names(versions: Iterable[KeyFact], cooperation_id: int) -> dict[str, str]:
    codes = {driver for driver, _ in drivers_read(versions)}
    own = Driver.objects.filter(code__in=codes, cooperation_id=cooperation_id)
    public = Driver.objects.filter(code__in=codes, cooperation__isnull=True)
    return dict(public.values_list("code", "name")) | dict(own.values_list("code", "name"))
