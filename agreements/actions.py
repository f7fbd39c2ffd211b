"""Changing the terms: keys get versions, never edits."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from agreements.engine.keys import KeyFact
from agreements.models import Agreement, Component, FixedPart, Key, KeyVersion, Term
from agreements.snapshots import key_fact
from municipalities.actions import (
    changed,
    differences,
    lock_cooperation,
    save_row,
    validate_row,
    withdraw_row,
)
from municipalities.models import Driver, Member, Municipality
from services.models import Subscription
from sharedict.common.numbers import shown

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class ComponentDraft:
    """One component as entered: percentages are Decimal, ``fixed`` maps municipality to its percentage."""

    kind: str
    percent: Decimal
    driver: Driver | None = None
    rule: str = ""
    fixed: Mapping[Municipality, Decimal] = field(default_factory=dict)


@transaction.atomic
def adopt_key_version(
    *,
    key: Key,
    valid_from: dt.date,
    decision: str,
    decided_on: dt.date,
    components: Sequence[ComponentDraft],
    by: object,
    **rules: Any,
) -> KeyVersion:
    """A new version of ``key`` from ``valid_from`` on; the version before it ends that day.

    ``rules`` are the other fields of KeyVersion (when_zero, base_amount, floor_percent, cap_percent,
    valid_until). Raises ValidationError for percentages that do not add up to exactly 100, or a start that
    is not later than that of the version in force then.
    """
    Key.objects.select_for_update().get(pk=key.pk)
    latest, version = plan_key_version(
        key=key,
        valid_from=valid_from,
        decision=decision,
        decided_on=decided_on,
        components=components,
        **rules,
    )
    if latest:
        save_row(row=latest, by=by)
    validate_row(version)
    version.save()
    _add_components(version, components)
    changes = differences({}, version) | {"components": ["", describe(version)]}
    changed(done=[("adopt", version, changes)], by=by, touching=[version])
    return version


@transaction.atomic
def begin_key(*, key: Key, by: object, **version: Any) -> KeyVersion:
    """Add ``key``, unless it is there, with the version that it begins with; see ``adopt_key_version``."""
    if not key.pk:
        save_row(row=key, by=by)
    return adopt_key_version(key=key, by=by, **version)


def plan_key_version(
    *, key: Key, valid_from: dt.date, components: Sequence[ComponentDraft], **fields: Any
) -> tuple[KeyVersion | None, KeyVersion]:
    """The version of ``key`` before, as the new one ends it, and the one that would begin; nothing is saved.

    Raises ValidationError as ``adopt_key_version`` does.
    """
    refuse_wrong_percentages(components)
    latest = KeyVersion.objects.filter(key=key).order_by("-valid_from").first()
    if latest:
        latest.own_end = latest.valid_until
        if latest.valid_until is None or latest.valid_until > valid_from:
            if latest.valid_from >= valid_from:
                said = _("Start later than the version that begins %(day)s.")
                raise ValidationError({"valid_from": said % {"day": latest.valid_from}})
            latest.valid_until = valid_from
    number = (key.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = KeyVersion(
        cooperation_id=key.cooperation_id, key=key, number=number, valid_from=valid_from, **fields
    )
    version.clean_fields()
    return latest, version


def planned_fact(version: KeyVersion, components: Sequence[ComponentDraft]) -> KeyFact:
    """What a planned ``version`` would say, as the engine knows it; nothing is saved."""
    drafts = [
        (_component(version, place, draft), draft.fixed) for place, draft in enumerate(components, start=1)
    ]
    return key_fact(version, drafts)


@transaction.atomic
def withdraw_key_version(*, version: KeyVersion, by: object) -> KeyVersion | None:
    """Take ``version`` away, as if it had never been adopted; gives back the one that goes on instead.

    Raises ValidationError where closed months were computed with it, or somebody has taken it away.
    """
    lock_cooperation(version.cooperation_id)
    Key.objects.select_for_update().get(pk=version.key_id)
    found = KeyVersion.objects.filter(pk=version.pk).first()
    if found is None:
        raise ValidationError(_("Somebody has removed it in the meantime."))
    earlier = plan_withdrawal(found)
    withdraw_row(row=found, by=by, more={"components": describe(found)})
    return save_row(row=earlier, by=by) if earlier else None


def plan_withdrawal(version: KeyVersion) -> KeyVersion | None:
    """The version before ``version``, as it goes on without it, if it does; nothing is saved.

    It goes on until its own end, or until the version after, whichever comes first.
    """
    versions = KeyVersion.objects.filter(key=version.key_id)
    earlier = versions.filter(valid_from__lt=version.valid_from).order_by("valid_from").last()
    later = versions.filter(valid_from__gt=version.valid_from).order_by("valid_from").first()
    if earlier is None:
        return None
    ends = [end for end in (earlier.own_end, later and later.valid_from) if end]
    until = min(ends, default=None)
    if until == earlier.valid_until:
        return None
    earlier.valid_until = until
    return earlier


def refuse_needed_member(member: Member) -> None:
    """Raise ValidationError for the only membership of a municipality that would go on paying without it.

    Whoever uses something, is named by a term or has a fixed part pays, a member or not: what ends with a
    membership is told where it ends, and nothing would be where it had never been.
    """
    municipality, cooperation = member.municipality, member.cooperation
    if Member.objects.of(cooperation).filter(municipality=municipality).exclude(pk=member.pk).exists():
        return
    fixed = FixedPart.objects.filter(cooperation=cooperation, municipality=municipality)
    needed = {
        _("subscriptions"): Subscription.objects.of(cooperation).filter(municipality=municipality).exists(),
        _("terms that name it"): Term.objects.of(cooperation).filter(named=municipality).exists(),
        _("fixed parts of keys"): fixed.exists(),
    }
    found = [what for what, is_needed in needed.items() if is_needed]
    if found:
        said = _("%(name)s would go on paying without a membership. Take these away first: %(what)s.")
        raise ValidationError(said % {"name": municipality, "what": ", ".join(found)})


@transaction.atomic
def save_term(*, term: Term, named: Sequence[Municipality], by: object) -> Term:
    """Add or change a term together with the municipalities it names.

    Raises ValidationError when it should name some and does not.
    """
    refuse_nobody_named(term, named)
    chosen = named if term.payers == Term.Payers.NAMED else ()
    return save_row(row=term, by=by, chosen={"named": chosen})


@transaction.atomic
def begin_term(*, agreement: Agreement, term: Term, by: object) -> Term:
    """Add ``agreement``, unless it is there, and ``term``, which names nobody, under it."""
    if not agreement.pk:
        save_row(row=agreement, by=by)
    term.agreement = agreement
    return save_term(term=term, named=(), by=by)


def refuse_nobody_named(term: Term, named: Sequence[Municipality]) -> None:
    """Raise ValidationError for a term that should name municipalities and does not."""
    if term.payers == Term.Payers.NAMED and not named:
        raise ValidationError({"named": _("Name at least one municipality, or choose who pays otherwise.")})


def named_otherwise(term: Term, named: Sequence[Municipality]) -> bool:
    """Whether ``term`` names others now than it would with ``named``."""
    was = set(term.named.values_list("pk", flat=True)) if term.pk else set()
    chosen = named if term.payers == Term.Payers.NAMED else ()
    return {municipality.pk for municipality in chosen} != was


def refuse_wrong_percentages(components: Sequence[ComponentDraft]) -> None:
    """Raise ValidationError unless the percentages, and those of fixed parts, are exactly 100."""
    total = sum((part.percent for part in components), Decimal(0))
    if total != HUNDRED:
        raise ValidationError(
            {
                "components": _("The percentages add up to %(total)s: make it exactly 100.")
                % {"total": shown(total)}
            }
        )
    for part in components:
        fixed = sum(part.fixed.values(), Decimal(0))
        if part.kind == Component.Kind.FIXED and fixed != HUNDRED:
            raise ValidationError(
                {
                    "components": _("The fixed parts add up to %(total)s: make it exactly 100.")
                    % {"total": shown(fixed)}
                }
            )


def describe(version: KeyVersion) -> str:
    """What the version divides by, in words, for the change log."""
    components = version.components.select_related("driver").prefetch_related("fixed_parts__municipality")
    return "; ".join(_describe_component(component) for component in components)


def _describe_component(component: Component) -> str:
    fixed = ", ".join(str(part) for part in component.fixed_parts.all())
    parts = [
        str(component),
        str(component.driver or ""),
        component.get_rule_display(),
        fixed and f"({fixed})",
    ]
    return " ".join(filter(None, parts))


def _component(version: KeyVersion, position: int, draft: ComponentDraft) -> Component:
    return Component(
        cooperation_id=version.cooperation_id,
        version=version,
        position=position,
        kind=draft.kind,
        percent=draft.percent,
        driver=draft.driver,
        rule=draft.rule,
    )


def _add_components(version: KeyVersion, drafts: Sequence[ComponentDraft]) -> None:
    for position, draft in enumerate(drafts, start=1):
        component = _component(version, position, draft)
        if draft.driver and draft.driver.cooperation_id not in (None, version.cooperation_id):
            raise ValidationError({"components": _("There is no such driver: choose another.")})
        component.full_clean(exclude=["version"])
        component.save()
        for municipality, percent in draft.fixed.items():
            part = FixedPart(
                cooperation_id=version.cooperation_id,
                component=component,
                municipality=municipality,
                percent=percent,
            )
            part.full_clean()
            part.save()
