"""Outages: reported, told of, corrected, ended, and found to be another's."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from municipalities.actions import changed, lock_cooperation, save_row, validate_row
from services.models import Outage, OutageEffect, OutageUpdate
from services.reports.outages import Hit, effect_by_hits, hits_of, others_lost, table_of
from sharedict.accounts.models import User
from sharedict.common.bulk import add_rows

Lost = Mapping[str, Collection[models.Model]]
"""Rows of what is lost, by the field of an outage that names them."""

AHEAD = dt.timedelta(minutes=5)
"""So far may somebody's clock be ahead of ours."""


@transaction.atomic
def save_outage(
    *,
    outage: Outage,
    lost: Lost,
    now: dt.datetime,
    by: object,
    text: str = "",
    keeps_effect: bool = True,
) -> Outage:
    """Report or change ``outage``: what it takes away, whom that hits, how pressing it is.

    ``lost`` are rows by field, as far as they are given. Without ``keeps_effect`` its width follows from whom
    it hits. ``text`` becomes the first update. What was corrected stays. Raises ValidationError, by field:
    also for one that is not planned and lies in the future, and for one that is merged.
    """
    lock_cooperation(outage.cooperation_id)
    refuse_merged(outage)
    check_times(outage, now)
    outage.announced_at = outage.announced_at or now
    hits = hits_of(outage, _lost_with(outage, lost), others_lost(outage, now))
    if not keeps_effect:
        outage.effect = effect_by_hits(outage, hits)
    outage.priority = table_of(outage.cooperation_id).of(outage.effect, outage.urgency)
    outage.next_update_at = next_update(outage, _last_word(outage))
    save_row(row=outage, by=by, chosen=lost)
    write_effects(outage=outage, hits=hits, by=by)
    if text:
        tell_update(outage=outage, text=text, now=now, by=by)
    return outage


def _lost_with(outage: Outage, lost: Lost) -> list[str]:
    """What is lost once ``lost`` is written: other fields keep what they name."""
    found = []
    for name in Outage.LOST:
        rows = lost[name] if name in lost else getattr(outage, name).all() if outage.pk else ()
        found += [f"{row._meta.model_name}:{row.pk}" for row in rows]
    return found


def refuse_merged(outage: Outage) -> None:
    """Raise ValidationError where ``outage`` is another's, also by now: that one is told of and ended."""
    into = Outage.objects.filter(merged=outage.pk).first() if outage.pk else None
    if into is not None:
        said = _("This is the same as “%(other)s” (number %(id)s): change that one.")
        raise ValidationError(said % {"other": into.title, "id": into.pk}, code="merged")


def check_times(outage: Outage, now: dt.datetime) -> None:
    """Raise ValidationError for an outage that has not begun, unless planned, or ends before it begins."""
    start: Any = outage.starts_at
    end: Any = outage.ends_at
    if start and end and end < start:
        raise ValidationError({"ends_at": _("It cannot end before it begins.")})
    if outage.is_planned:
        if end is None:
            raise ValidationError({"ends_at": _("Say until when the planned work lasts.")})
        return
    errors = {}
    if start and start > now + AHEAD:
        errors["starts_at"] = [_("This lies in the future: only planned work can.")]
    if end and end > now + AHEAD:
        errors["ends_at"] = [_("This lies in the future: leave it empty while the outage goes on.")]
    if errors:
        raise ValidationError(errors)


def next_update(outage: Outage, said_at: dt.datetime) -> dt.datetime | None:
    """When the next word is due after one at ``said_at``; none is while nothing has to be said."""
    if outage.is_planned or not outage.is_open:
        return None
    minutes = table_of(outage.cooperation_id).minutes_until_update(outage.priority)
    return said_at + dt.timedelta(minutes=minutes)


def _last_word(outage: Outage) -> dt.datetime:
    """When the members were last told something of it."""
    said: dt.datetime | None = outage.updates.aggregate(last=models.Max("at"))["last"] if outage.pk else None
    return said or outage.announced_at or outage.starts_at


def write_effects(*, outage: Outage, hits: Sequence[Hit], by: object) -> None:
    """Keep whom ``outage`` hits by what is entered; what somebody has corrected keeps its state."""
    known = {(row.application_id, row.municipality_id): row for row in outage.effects.all()}
    derived = {(hit.application.pk, hit.municipality.pk): hit for hit in hits}
    for key, row in known.items():
        hit = derived.get(key)
        if hit is not None:
            _derive_again(row, hit.state, hit.because)
        elif row.reason:
            _derive_again(row, OutageEffect.State.UP, "")
        else:
            row.delete()
    new = [
        OutageEffect(
            cooperation_id=outage.cooperation_id,
            outage=outage,
            application=hit.application,
            municipality=hit.municipality,
            state=hit.state,
            derived=hit.state,
            because=hit.because,
        )
        for key, hit in derived.items()
        if key not in known
    ]
    add_rows(OutageEffect, new)
    was = sorted(f"{row.application_id}:{row.municipality_id}:{row.state}" for row in known.values())
    now = sorted(f"{key[0]}:{key[1]}:{hit.state}" for key, hit in derived.items())
    if was != now:
        told = {"effects": [str(len(was)), str(len(now))]}
        changed(done=[("change", outage, told)], by=by)


def _derive_again(row: OutageEffect, state: str, because: str) -> None:
    """Keep what was corrected, unless it has become the same as what is derived."""
    if (row.derived, row.because) == (state, because):
        return
    if not row.reason or row.state == state:
        row.state, row.reason = state, ""
    row.derived, row.because = state, because
    row.save(update_fields=["state", "derived", "because", "reason"])


@transaction.atomic
def correct_effect(
    *, outage: Outage, application: Any, municipality: Any, state: str, reason: str, by: object
) -> OutageEffect:
    """Say that it was otherwise than derived, and why; raises ValidationError, by field."""
    lock_cooperation(outage.cooperation_id)
    refuse_merged(outage)
    row = OutageEffect.objects.filter(
        outage=outage, application=application, municipality=municipality
    ).first()
    if row is None:
        row = OutageEffect(
            cooperation_id=outage.cooperation_id,
            outage=outage,
            application=application,
            municipality=municipality,
            derived=OutageEffect.State.UP,
        )
    row.state, row.reason = state, reason.strip()
    if row.state == row.derived:
        row.reason = ""
    elif not row.reason:
        raise ValidationError({"reason": _("Say why it is not as it was derived.")})
    return save_row(row=row, by=by)


@transaction.atomic
def tell_update(*, outage: Outage, text: str, now: dt.datetime, by: object) -> OutageUpdate:
    """A word to the members; the next one is due from then on."""
    lock_cooperation(outage.cooperation_id)
    refuse_merged(outage)
    update = OutageUpdate(
        cooperation_id=outage.cooperation_id,
        outage=outage,
        at=now,
        by=by if isinstance(by, User) else None,
        text=text,
    )
    save_row(row=update, by=by)
    outage.next_update_at = next_update(outage, now)
    save_row(row=outage, by=by)
    return update


@transaction.atomic
def end_outage(*, outage: Outage, at: dt.datetime, now: dt.datetime, by: object, text: str = "") -> Outage:
    """Let ``outage`` end at ``at``; raises ValidationError for an end before its start or in the future."""
    lock_cooperation(outage.cooperation_id)
    refuse_merged(outage)
    outage.ends_at = at
    check_times(outage, now)
    outage.next_update_at = None
    save_row(row=outage, by=by)
    if text:
        tell_update(outage=outage, text=text, now=now, by=by)
    return outage


@transaction.atomic
def merge_outages(*, outage: Outage, into: Outage, now: dt.datetime, by: object) -> Outage:
    """Say that ``outage`` is the same as ``into``, which takes over what was lost and since when.

    Both keep their updates and alarms, and the one that is merged leads to the other. Raises ValidationError.
    """
    lock_cooperation(outage.cooperation_id)
    outage.refresh_from_db()
    into.refresh_from_db()
    if outage.pk == into.pk or into.merged_into_id or outage.merged_into_id:
        raise ValidationError({"into": _("Choose another outage, which is not merged itself.")})
    if outage.is_planned != into.is_planned:
        raise ValidationError({"into": _("Planned work and an outage are not the same.")})
    lost = {name: [*getattr(into, name).all(), *getattr(outage, name).all()] for name in Outage.LOST}
    for row in outage.merged.all():
        row.merged_into = into
        save_row(row=row, by=by)
    outage.merged_into, outage.next_update_at = into, None
    save_row(row=outage, by=by)
    into.starts_at = min(into.starts_at, outage.starts_at)
    if into.ends_at is not None:
        into.ends_at = max(into.ends_at, outage.ends_at) if outage.ends_at else None
    said = _("“%(other)s”, reported as of %(when)s, is the same outage.")
    when = outage.starts_at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    save_outage(outage=into, lost=lost, now=now, by=by)
    tell_update(outage=into, text=said % {"other": outage.title, "when": when}, now=now, by=by)
    return into


def check_outage(outage: Outage, now: dt.datetime) -> None:
    """Raise the ValidationError that saving it would, as far as it is known before."""
    check_times(outage, now)
    validate_row(outage)
