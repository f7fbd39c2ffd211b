"""Bodies of webhooks as alarms, without a database."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine.alarms import (
    MOST_ALARMS,
    AlarmError,
    TooManyAlarmsError,
    from_alertmanager,
    from_uptime_kuma,
)

FILES = Path(__file__).parent.parent / "data"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "alerts",
                    "status",
                    "labels",
                    "startsAt",
                    "endsAt",
                    "heartbeat",
                    "monitor",
                    "time",
                    "id",
                    "tags",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


def body(name: str) -> Any:
    return json.loads((FILES / f"{name}.json").read_text())


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def test_an_alarm_that_fires_has_no_end_whatever_its_end_says() -> None:
    first, second = from_alertmanager(body("alertmanager_firing"))
    assert (first.starts_at, first.ends_at) == (utc("2026-03-29 00:55:00"), None)
    assert first.name == "journal-1.example.org does not answer"
    assert (first.urgency, second.urgency) == (1, 2)
    assert first.labels["service"] == "care-journal"
    assert first.group == second.group


def test_one_of_a_group_that_still_fires_has_ended() -> None:
    first, second = from_alertmanager(body("alertmanager_one_resolved"))
    assert (first.ends_at, second.ends_at) == (utc("2026-03-29 02:10:30"), None)


def test_a_monitor_tells_utc_without_saying_so() -> None:
    [down] = from_uptime_kuma(body("uptime_kuma_down"))
    assert (down.starts_at, down.ends_at) == (utc("2026-04-14 05:58:02"), None)
    assert down.labels == {"monitor": "Care journal", "service": "care-journal"}
    [up] = from_uptime_kuma(body("uptime_kuma_up"))
    assert (up.starts_at, up.ends_at) == (utc("2026-04-14 05:58:02"), utc("2026-04-14 06:40:32"))
    assert up.fingerprint == down.fingerprint


@pytest.mark.parametrize("status", [2, 3])
def test_pending_and_maintenance_tell_nothing(status: int) -> None:
    told = body("uptime_kuma_down")
    told["heartbeat"]["status"] = status
    assert from_uptime_kuma(told) == []
    assert from_uptime_kuma(body("uptime_kuma_test")) == []


def test_more_than_one_call_may_bring_is_refused_whole() -> None:
    told = body("alertmanager_firing")
    alert = told["alerts"][0]
    told["alerts"] = [{**alert, "fingerprint": str(place)} for place in range(MOST_ALARMS)]
    assert len(from_alertmanager(told)) == MOST_ALARMS
    told["alerts"].append(alert)
    with pytest.raises(TooManyAlarmsError):
        from_alertmanager(told)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("alerts.0.startsAt", "yesterday"),
        ("alerts.0.startsAt", "0001-01-01T00:00:00Z"),
        ("alerts.0.startsAt", "9999-12-31T23:59:59-23:00"),
        ("alerts.0.startsAt", 5),
        ("alerts.0.status", "sideways"),
        ("alerts.0.labels", ["x"]),
        ("alerts", {}),
        ("alerts.1", None),
        ("groupKey", 7),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_field(path: str, value: Any) -> None:
    told = body("alertmanager_firing")
    *way, last = path.split(".")
    place: Any = told
    for step in way:
        place = place[int(step) if step.isdecimal() else step]
    place[int(last) if last.isdecimal() else last] = value
    with pytest.raises(AlarmError) as refused:
        from_alertmanager(told)
    assert refused.value.field == path


def test_texts_are_made_readable_and_short() -> None:
    told = body("alertmanager_firing")
    told["alerts"][0]["annotations"] = {"summary": "a\x00b\n\u202ec" + "x" * 999}
    told["alerts"][0]["fingerprint"] = "f" * 999
    alarm = from_alertmanager(told)[0]
    assert alarm.name.startswith("a b cx")
    assert (len(alarm.name), len(alarm.fingerprint)) == (300, 64)


@given(told=JSON)
def test_whatever_comes_is_read_or_refused(told: Any) -> None:
    for read in (from_alertmanager, from_uptime_kuma):
        try:
            found = read(told)
        except AlarmError:
            continue
        assert all(alarm.starts_at is None or alarm.starts_at.tzinfo for alarm in found)
