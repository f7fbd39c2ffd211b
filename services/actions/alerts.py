"""What a monitoring system reports opens an outage, and its end ends what it has opened."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from municipalities.actions import create_token, holders, lock_cooperation, notify, revoke_token, save_row
from municipalities.models import Cooperation, Role, Token
from services.actions.outages import end_outage, save_outage, tell_update
from services.engine.alarms import Alarm
from services.models import Alert, AlertSource, Outage
from sharedict.accounts.models import User
from sharedict.common.bulk import add_rows
from sharedict.kernel.errors import SharedictError

OPENED, ASKED, BACK = "outage-opened", "outage-still-on", "outage-back"
"""Kinds of notices: a monitor reports something; is it still so; it is well again, by the monitor."""

ON_CALL = (Role.Kind.ADMINISTRATOR, Role.Kind.COORDINATOR)


class RevokedError(SharedictError):
    """Whoever calls may not do so any more."""

    code = "token_revoked"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a call: the outages it is about, and how many alarms of it were new or ended."""

    outages: tuple[int, ...]
    opened: int
    ended: int


@transaction.atomic
def add_source(
    *, cooperation: Cooperation, name: str, kind: str, ask_after_hours: int, expires_at: dt.datetime, by: User
) -> tuple[AlertSource, str]:
    """A monitoring system and the secret of its token, which is kept nowhere: show it once."""
    token, secret = create_token(
        cooperation=cooperation, name=name, scopes=[Token.Scope.SEND_ALERTS], expires_at=expires_at, by=by
    )
    source = AlertSource(
        cooperation=cooperation, name=name, kind=kind, token=token, ask_after_hours=ask_after_hours
    )
    return save_row(row=source, by=by), secret


@transaction.atomic
def renew_source(*, source: AlertSource, expires_at: dt.datetime, by: User) -> str:
    """A new token for ``source`` in place of the one it has, which is refused from now on: its secret."""
    cooperation = lock_cooperation(source.cooperation_id)
    old = source.token
    source.token, secret = create_token(
        cooperation=cooperation,
        name=source.name,
        scopes=[Token.Scope.SEND_ALERTS],
        expires_at=expires_at,
        by=by,
    )
    save_row(row=source, by=by)
    revoke_token(token=old, by=by)
    return secret


@transaction.atomic
def receive(*, source: AlertSource, alarms: Sequence[Alarm], now: dt.datetime, by: object) -> Received:
    """Work in what ``source`` says; all of it or nothing, and the same once more changes nothing.

    Alarms of one group that go on at the same time are one outage, which ends when all of them have. One that
    is told of only when it is over was an outage too. Raises RevokedError where the token of ``source`` was
    taken back, or its cooperation deactivated, while the call was on its way.
    """
    cooperation = lock_cooperation(source.cooperation_id)
    token = Token.objects.get(pk=source.token_id)
    if token.revoked_at is not None or cooperation.deactivated_at is not None:
        raise RevokedError
    concerned: dict[int, Outage] = {}
    opened = ended = 0
    for group in dict.fromkeys(alarm.group for alarm in alarms):
        of_group = [alarm for alarm in alarms if alarm.group == group]
        new, over = _sorted_out(source, of_group)
        Alert.objects.bulk_update(over, ["ends_at"])
        if new:
            outage = _outage_of(source, group, new, now, by)
            rows = [_row(source, outage, alarm) for alarm in new]
            add_rows(Alert, rows)
            concerned[outage.pk] = outage
        for alert in over:
            concerned.setdefault(alert.outage_id, alert.outage)
        opened, ended = opened + len(new), ended + len(over)
    for outage in concerned.values():
        _settle(outage.merged_into or outage, source, now, by)
    return Received(tuple(sorted(concerned)), opened, ended)


def _sorted_out(source: AlertSource, alarms: Iterable[Alarm]) -> tuple[list[Alarm], list[Alert]]:
    """Alarms that were not known, and known ones that have ended now."""
    listed = list(alarms)
    ids = {alarm.fingerprint for alarm in listed}
    known = list(source.alerts.filter(fingerprint__in=ids).select_related("outage__merged_into"))
    by_start = {(row.fingerprint, row.starts_at): row for row in known}
    open_now = {row.fingerprint: row for row in known if row.ends_at is None}
    ended = defaultdict[str, list[Alert]](list)
    for row in known:
        if row.ends_at is not None:
            ended[row.fingerprint].append(row)
    new: list[Alarm] = []
    over: list[Alert] = []
    for alarm in listed:
        same = by_start.get((alarm.fingerprint, alarm.starts_at)) if alarm.starts_at else None
        if same is None and alarm.is_repeated_by_id:
            same = open_now.get(alarm.fingerprint)
            if same is not None and alarm.ends_at is not None and alarm.ends_at < same.starts_at:
                same = None  # the end of an earlier one, which was long on its way
            if same is None and (alarm.starts_at is None or _is_told(alarm, ended[alarm.fingerprint])):
                continue  # an end of nothing, or what is known to be over
        if same is None:
            new.append(alarm)
        elif same.ends_at is None and alarm.ends_at is not None:
            same.ends_at = max(alarm.ends_at, same.starts_at)
            over.append(same)
    return new, over


def _is_told(alarm: Alarm, ended: Iterable[Alert]) -> bool:
    """Whether ``alarm`` tells of what has ended by what is known.

    Its beginning may come after its end. An end says when it was down last, not since when: any moment
    within what is known is meant by it.
    """
    return any(
        alarm.starts_at <= row.ends_at and (alarm.ends_at is None or row.starts_at <= alarm.starts_at)
        for row in ended
        if alarm.starts_at and row.ends_at
    )


def _row(source: AlertSource, outage: Outage, alarm: Alarm) -> Alert:
    starts_at: Any = alarm.starts_at  # of one that is new it is known
    return Alert(
        cooperation_id=source.cooperation_id,
        source=source,
        outage=outage,
        group=alarm.group,
        fingerprint=alarm.fingerprint,
        name=alarm.name,
        labels=dict(alarm.labels),
        starts_at=starts_at,
        ends_at=alarm.ends_at,
    )


def _outage_of(source: AlertSource, group: str, new: Sequence[Alarm], now: dt.datetime, by: object) -> Outage:
    """The outage of the group that goes on, or a new one, which names what the alarms are about."""
    same = source.alerts.filter(group=group, ends_at=None).select_related("outage__merged_into")
    going_on = next((row.outage for row in same if (row.outage.merged_into or row.outage).is_open), None)
    watched = _watched_by(source, new)
    if going_on is not None:
        root = going_on.merged_into or going_on
        lost = {name: {*getattr(root, name).all()} | watched.get(name, set()) for name in Outage.LOST}
        if any(len(rows) > getattr(root, name).count() for name, rows in lost.items()):
            save_outage(outage=root, lost=lost, now=now, by=by, keeps_effect=False)
        return going_on
    starts = min(alarm.starts_at for alarm in new if alarm.starts_at)
    outage = Outage(
        cooperation_id=source.cooperation_id,
        title=new[0].name[:150],
        starts_at=min(starts, now),
        seen_by=Outage.SeenBy.MONITORING,
        urgency=min(alarm.urgency for alarm in new),
        source=source,
    )
    save_outage(outage=outage, lost=watched, now=now, by=by, keeps_effect=False)
    if any(alarm.ends_at is None for alarm in new):
        _tell(OPENED, outage, str(outage.pk), by)
    return outage


def _watched_by(source: AlertSource, alarms: Iterable[Alarm]) -> dict[str, set[models.Model]]:
    """What the labels of the alarms stand for, by the field of an outage that names it."""
    pairs = {pair for alarm in alarms for pair in alarm.labels.items()}
    rows = source.watched.select_related("application", "site", "link").filter(
        label__in={label for label, _value in pairs}
    )
    found: dict[str, set[models.Model]] = {}
    for row in rows:
        if (row.label, row.value) in pairs:
            thing: Any = row.application or row.site or row.link
            found.setdefault(f"{thing._meta.model_name}s", set()).add(thing)
    return found


def _settle(outage: Outage, source: AlertSource, now: dt.datetime, by: object) -> None:
    """End ``outage`` when all its alarms have; what a person reported is theirs to end."""
    if not outage.is_open:
        return
    alerts = Alert.objects.filter(Q(outage=outage) | Q(outage__merged_into=outage))
    if alerts.filter(ends_at=None).exists():
        return
    last = alerts.aggregate(last=models.Max("ends_at"))["last"]
    at = max(min(last, now), outage.starts_at)
    if outage.source_id is not None:
        end_outage(outage=outage, at=at, now=now, by=by, text=_("All alarms have ended."))
        return
    told = _("By %(source)s it is well again.") % {"source": source}
    tell_update(outage=outage, text=told, now=now, by=by)
    _tell(BACK, outage, f"{outage.pk} {at:%Y-%m-%dT%H:%M:%S}", by)


def ask_about_open(now: dt.datetime) -> int:
    """Ask those on call about outages that monitors opened and have not ended for long: of how many.

    A monitor that goes into maintenance while it is down never tells of its end. Nobody is asked of the same
    one more than once.
    """
    asked = 0
    rows = Outage.objects.open().filter(source__isnull=False, cooperation__deactivated_at=None)
    for outage in rows.select_related("source").filter(starts_at__lt=now - dt.timedelta(hours=1)):
        source: Any = outage.source
        if outage.starts_at <= now - dt.timedelta(hours=source.ask_after_hours):
            _tell(ASKED, outage, str(outage.pk), None)
            asked += 1
    return asked


def _tell(kind: str, outage: Outage, event: str, by: object) -> None:
    notify(
        cooperation_id=outage.cooperation_id,
        kind=kind,
        about=f"{outage.pk} {outage.title}"[:80],
        event=f"{kind} {event}",
        people=holders(outage.cooperation_id, ON_CALL),
        by=by,
    )
