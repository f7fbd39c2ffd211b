"""What monitoring systems send, as alarms: Prometheus Alertmanager (webhook 4) and Uptime Kuma.

Sources of the two forms: prometheus/alertmanager docs/configuration.md, and louislam/uptime-kuma. Of both
only what is read here is relied upon; everything else in a body may be as it is.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sharedict.kernel.errors import SharedictError
from sharedict.kernel.instants import EARLIEST, LATEST
from sharedict.kernel.written import turns

MOST_ALARMS = 500
"""More in one call are refused whole: Alertmanager limits a group by ``max_alerts``."""
MOST_LABELS = 60
LONGEST_NAME, LONGEST_LABEL, LONGEST_VALUE, LONGEST_ID = 300, 100, 200, 64
URGENCIES = {"critical": 1, "page": 1, "emergency": 1, "warning": 2, "info": 3, "none": 3}
DOWN, UP = 0, 1
"""Of Uptime Kuma's states; 2 is pending and 3 maintenance, which tell neither."""


class AlarmError(SharedictError):
    """A body that no such monitoring system sends."""

    code = "alarm_invalid"


class TooManyAlarmsError(AlarmError):
    """More alarms than one call may bring."""

    code = "too_many_alarms"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is, or was, out of order.

    ``group`` are alarms of one outage. ``ends_at`` is None while it goes on. With ``is_repeated_by_id`` an
    alarm that goes on is the same as an earlier one with its fingerprint, whenever that began.
    """

    fingerprint: str
    group: str
    name: str
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    labels: Mapping[str, str] = field(default_factory=dict)
    urgency: int = 2
    is_repeated_by_id: bool = False


def from_alertmanager(body: Any) -> list[Alarm]:
    """The alarms of a group; whether one goes on is what it says itself, never what the group says.

    Raises AlarmError naming the field, and TooManyAlarmsError.
    """
    group = _text(_of(body, "groupKey", str, ""), 10_000)
    alerts = _of(body, "alerts", list)
    if len(alerts) > MOST_ALARMS:
        raise TooManyAlarmsError(f"At most {MOST_ALARMS} alarms at once", field="alerts")
    found = dict[tuple[str, dt.datetime], Alarm]()
    for place, alert in enumerate(alerts):
        at = f"alerts.{place}."
        status = _of(alert, "status", str, at=at)
        if status not in ("firing", "resolved"):
            raise AlarmError("It is firing or resolved.", field=f"{at}status")
        labels = _labels(_of(alert, "labels", dict, {}, at=at))
        starts_at = _moment(_of(alert, "startsAt", str, at=at), f"{at}startsAt")
        ends_at = None
        if status == "resolved":
            ends_at = max(_moment(_of(alert, "endsAt", str, at=at), f"{at}endsAt"), starts_at)
        told = _of(alert, "annotations", dict, {}, at=at)
        name = next((told[key] for key in ("summary", "description") if isinstance(told.get(key), str)), "")
        alarm = Alarm(
            fingerprint=_id(_of(alert, "fingerprint", str, "", at=at) or repr(sorted(labels.items()))),
            group=_digest(group or labels.get("alertname", "")),
            name=_text(name, LONGEST_NAME) or labels.get("alertname", "") or "Alertmanager",
            starts_at=starts_at,
            ends_at=ends_at,
            labels=labels,
            urgency=URGENCIES.get(labels.get("severity", "").lower(), 2),
        )
        found[alarm.fingerprint, starts_at] = alarm
    return list(found.values())


def from_uptime_kuma(body: Any) -> list[Alarm]:
    """One alarm of one monitor; none for a test message, nor for pending and maintenance.

    Its times are UTC without saying so. One that is up again says when it went down, where it knows. Raises
    AlarmError naming the field.
    """
    if not isinstance(body, dict):
        raise AlarmError("This is no message of Uptime Kuma.")
    heartbeat, monitor = body.get("heartbeat"), body.get("monitor")
    if heartbeat is None and monitor is None:
        return []
    status = _of(heartbeat, "status", int, at="heartbeat.")
    at = _moment(_of(heartbeat, "time", str, at="heartbeat."), "heartbeat.time")
    number = _of(monitor, "id", int, at="monitor.")
    name = _text(_of(monitor, "name", str, "", at="monitor."), LONGEST_NAME)
    labels = {"monitor": name}
    for tag in _of(monitor, "tags", list, [], at="monitor.")[:MOST_LABELS]:
        if isinstance(tag, dict) and isinstance(tag.get("name"), str):
            labels |= _labels({tag["name"]: tag.get("value") or ""})
    if status not in (DOWN, UP):
        return []
    said = _text(_of(heartbeat, "msg", str, "", at="heartbeat."), LONGEST_NAME)
    since: dt.datetime | None = at
    if status == UP:
        went = _of(heartbeat, "lastDownTime", str, "", at="heartbeat.")
        since = _moment(went, "heartbeat.lastDownTime") if went else None
    return [
        Alarm(
            fingerprint=_id(f"monitor-{number}"),
            group=_digest(f"monitor-{number}"),
            name=_text(f"{name}: {said}" if said and status == DOWN else name, LONGEST_NAME),
            starts_at=since,
            ends_at=max(at, since or at) if status == UP else None,
            labels=labels,
            is_repeated_by_id=True,
        )
    ]


def _of(body: Any, name: str, kind: type, *default: Any, at: str = "") -> Any:
    """``body[name]``, which is of ``kind``; raises AlarmError."""
    if not isinstance(body, dict):
        raise AlarmError("Something else was expected here.", field=at.rstrip(".") or None)
    found = body.get(name)
    if found is None and default:
        return default[0]
    if not isinstance(found, kind) or isinstance(found, bool):
        raise AlarmError("This is missing, or of another kind.", field=f"{at}{name}")
    return found


def _moment(text: str, name: str) -> dt.datetime:
    """A moment in whole seconds; one without a zone is UTC."""
    try:
        found = dt.datetime.fromisoformat(text)
        found = found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise AlarmError("This is no moment.", field=name) from None
    if not EARLIEST <= found <= LATEST:
        raise AlarmError("This lies too far away.", field=name)
    return found.replace(microsecond=0)


def _labels(found: Mapping[Any, Any]) -> dict[str, str]:
    pairs = ((name, value) for name, value in found.items() if isinstance(value, str))
    return {
        _text(name, LONGEST_LABEL): _text(value, LONGEST_VALUE)
        for _place, (name, value) in zip(range(MOST_LABELS), pairs, strict=False)
    }


def _text(text: str, longest: int) -> str:
    """``text`` on one line, without signs that nobody sees or that turn others, and not too long."""
    kept = "".join(sign if sign.isprintable() and not turns(sign) else " " for sign in text)
    return " ".join(kept.split())[:longest].rstrip()


def _id(text: str) -> str:
    cleaned = _text(text, LONGEST_ID + 1)
    return cleaned if cleaned and len(cleaned) <= LONGEST_ID else _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
