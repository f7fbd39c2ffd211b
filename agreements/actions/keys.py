"""Changing what a key says: it gets versions, of which those that nothing closed used can be mended."""

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
from agreements.models import Component, FixedPart, Key, KeyVersion
from agreements.snapshots import key_fact
from municipalities.actions import (
    changed,
    check_withdrawal,
    differences,
    lock_cooperation,
    save_row,
    validate_row,
    withdraw_row,
)
from municipalities.models import Driver, Municipality
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

    ``key`` may be new. Raises ValidationError as ``adopt_key_version`` does.
    """
    refuse_wrong_percentages(components)
    versions = KeyVersion.objects.filter(key=key.pk)
    latest = versions.order_by("-valid_from").first()
    if latest:
        latest.own_end = latest.valid_until
        if latest.valid_until is None or latest.valid_until > valid_from:
            if latest.valid_from >= valid_from:
                said = _("Start later than the version that begins %(day)s.")
                raise ValidationError({"valid_from": said % {"day": latest.valid_from}})
            latest.valid_until = valid_from
    number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = KeyVersion(
        cooperation_id=key.cooperation_id, key=key, number=number, valid_from=valid_from, **fields
    )
    version.clean_fields(exclude=() if key.pk else {"key"})
    return latest, version


def planned_fact(version: KeyVersion, components: Sequence[ComponentDraft]) -> KeyFact:
    """What a planned ``version`` would say, as the engine knows it; nothing is saved."""
    drafts = [
        (_component(version, place, draft), draft.fixed) for place, draft in enumerate(components, start=1)
    ]
    return key_fact(version, drafts)


@transaction.atomic
def change_key_version(
    *, version: KeyVersion, components: Sequence[ComponentDraft], by: object
) -> KeyVersion | None:
    """Save ``version`` as it is changed, with ``components`` in place of those it had.

    Gives back the version before, where that ends on another day by it. Raises ValidationError as
    ``adopt_key_version`` does, and where closed months were computed with it; ChangedMeanwhileError where
    somebody else has changed the same.
    """
    lock_cooperation(version.cooperation_id)
    Key.objects.select_for_update().get(pk=version.key_id)
    found = KeyVersion.objects.filter(pk=version.pk).first()
    if found is None:
        raise ValidationError(_("Somebody has removed it in the meantime."))
    check_withdrawal(found)
    earlier = plan_key_change(version=version, components=components)
    if earlier and version.valid_from < found.valid_from:  # makes room before the other one needs it
        save_row(row=earlier, by=by)
    was = describe(found)
    save_row(row=version, by=by)
    found.components.all().delete()
    _add_components(version, components)
    if (said := describe(found)) != was:
        changed(done=[("change", version, {"components": [was, said]})], by=by, touching=[version])
    if earlier and version.valid_from > found.valid_from:
        save_row(row=earlier, by=by)
    return earlier


def plan_key_change(*, version: KeyVersion, components: Sequence[ComponentDraft]) -> KeyVersion | None:
    """The version before ``version``, as it ends where that is changed, if otherwise; nothing is saved.

    Raises ValidationError as ``change_key_version`` does for what is written.
    """
    refuse_wrong_percentages(components)
    version.clean_fields()
    others = KeyVersion.objects.filter(key=version.key_id).exclude(pk=version.pk)
    stored_from = KeyVersion.objects.values_list("valid_from", flat=True).get(pk=version.pk)
    earlier = others.filter(valid_from__lt=stored_from).order_by("valid_from").last()
    later = others.filter(valid_from__gt=stored_from).order_by("valid_from").first()
    if earlier and version.valid_from <= earlier.valid_from:
        said = _("Start later than the version that begins %(day)s.")
        raise ValidationError({"valid_from": said % {"day": earlier.valid_from}})
    if later and version.valid_from >= later.valid_from:
        said = _("Start earlier than the version that begins %(day)s.")
        raise ValidationError({"valid_from": said % {"day": later.valid_from}})
    version.clean()
    return _ending(earlier, version.valid_from)


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
    return _ending(earlier, later.valid_from if later else None)


def _ending(earlier: KeyVersion | None, day: dt.date | None) -> KeyVersion | None:
    """``earlier`` as it goes on until its own end, or until ``day``; None where it does so already."""
    if earlier is None:
        return None
    until = min([end for end in (earlier.own_end, day) if end], default=None)
    if until == earlier.valid_until:
        return None
    earlier.valid_until = until
    return earlier


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
