"""Outages by webhook: opened, the same once more, ended, asked about, refused."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from municipalities.actions import lock_cooperation, revoke_token
from municipalities.models import Cooperation, Municipality, Notice
from services.actions import ask_about_open, end_outage, merge_outages, renew_source, save_outage
from services.models import Alert, AlertSource, Outage, OutageUpdate
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests.factories.municipalities import TokenFactory, bearer
from tests.factories.services import (
    AlertSourceFactory,
    ApplicationFactory,
    SubscriptionFactory,
    WatchedThingFactory,
)
from tests.workers import Beside, wait_until, waiting_for_locks

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent / "data"
ALERTMANAGER, KUMA = "/api/v1/alerts/alertmanager/", "/api/v1/alerts/uptime-kuma/"


def body(name: str) -> Any:
    return json.loads((FILES / f"{name}.json").read_text())


@pytest.fixture(autouse=True)
def at_easter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Later than all that the files tell."""
    monkeypatch.setattr(timezone, "now", lambda: dt.datetime(2026, 4, 14, 12, tzinfo=dt.UTC))


@pytest.fixture
def source(north: Cooperation, torsby: Municipality) -> AlertSource:
    """An Alertmanager that watches the care journal, which Torsby uses."""
    source: AlertSource = AlertSourceFactory(cooperation=north, name="Prometheus")
    journal = ApplicationFactory(cooperation=north, code="journal", name="Care journal")
    SubscriptionFactory(application=journal, municipality=torsby, users=40)
    WatchedThingFactory(source=source, label="service", value="care-journal", application=journal)
    return source


@pytest.fixture
def kuma(source: AlertSource) -> AlertSource:
    """An Uptime Kuma that watches the same."""
    kuma: AlertSource = AlertSourceFactory(
        cooperation=source.cooperation, name="Kuma", kind=AlertSource.Kind.UPTIME_KUMA
    )
    journal = source.watched.get().application
    WatchedThingFactory(source=kuma, label="monitor", value="Care journal", application=journal)
    return kuma


def send(source: AlertSource, path: str, told: Any) -> tuple[int, Any]:
    response = Client(raise_request_exception=False).post(
        path,
        told if isinstance(told, str | bytes) else json.dumps(told),
        content_type="application/json",
        headers={"Authorization": f"Bearer {bearer(source.token)}"},
    )
    assert response.status_code < 500
    return response.status_code, response.json()


def test_an_outage_from_the_first_alarm_to_its_end(
    source: AlertSource, administrator: User, coordinator: User
) -> None:
    status, answer = send(source, ALERTMANAGER, body("alertmanager_firing"))
    outage = Outage.objects.get()
    assert (status, answer) == (200, {"outages": [outage.pk], "new": 2, "ended": 0})
    assert (outage.title, outage.is_open) == ("journal-1.example.org does not answer", True)
    assert outage.starts_at == dt.datetime(2026, 3, 29, 0, 55, tzinfo=dt.UTC)
    assert (outage.source, outage.seen_by, outage.urgency) == (source, "monitoring", 1)
    [hit] = outage.effects.all()
    assert (hit.application.code, hit.municipality.name, hit.state) == ("journal", "Torsby", "down")
    told = Notice.objects.filter(kind="outage-opened")
    assert {each.user for each in told} == {administrator, coordinator}
    assert Entry.objects.filter(subject_type="services.outage", actor__contains=source.token.prefix).exists()

    assert send(source, ALERTMANAGER, body("alertmanager_one_resolved"))[1]["ended"] == 1
    outage.refresh_from_db()
    assert outage.is_open
    assert send(source, ALERTMANAGER, body("alertmanager_resolved"))[1]["ended"] == 1
    outage.refresh_from_db()
    assert outage.ends_at == dt.datetime(2026, 3, 29, 3, tzinfo=dt.UTC)
    assert outage.next_update_at is None


@pytest.mark.parametrize(
    "order",
    [
        ["firing", "firing", "one_resolved", "one_resolved", "resolved", "resolved"],
        ["firing", "resolved", "one_resolved", "firing"],
        ["resolved", "firing", "resolved"],
    ],
)
def test_repeated_and_late_calls_change_nothing(source: AlertSource, order: list[str]) -> None:
    for name in order:
        assert send(source, ALERTMANAGER, body(f"alertmanager_{name}"))[0] == 200
    outage = Outage.objects.get()
    assert (Alert.objects.count(), outage.ends_at) == (2, dt.datetime(2026, 3, 29, 3, tzinfo=dt.UTC))


def test_the_same_group_later_is_another_outage(source: AlertSource) -> None:
    send(source, ALERTMANAGER, body("alertmanager_firing"))
    send(source, ALERTMANAGER, body("alertmanager_resolved"))
    again = body("alertmanager_firing")
    for alert in again["alerts"]:
        alert["startsAt"] = "2026-03-30T00:00:00Z"
    send(source, ALERTMANAGER, again)
    assert [each.is_open for each in Outage.objects.all()] == [True, False]


def test_a_monitor_goes_down_and_up(kuma: AlertSource) -> None:
    assert send(kuma, KUMA, body("uptime_kuma_test")) == (200, {"outages": [], "new": 0, "ended": 0})
    for _twice in range(2):
        send(kuma, KUMA, body("uptime_kuma_down"))
    outage = Outage.objects.get()
    assert outage.effects.get().application.code == "journal"
    resent = body("uptime_kuma_down")
    resent["heartbeat"]["time"] = "2026-04-14 06:10:00.000"
    assert send(kuma, KUMA, resent)[1]["new"] == 0
    for _twice in range(2):
        send(kuma, KUMA, body("uptime_kuma_up"))
    outage.refresh_from_db()
    assert outage.ends_at == dt.datetime(2026, 4, 14, 6, 40, 32, tzinfo=dt.UTC)
    send(kuma, KUMA, resent)
    assert Outage.objects.count() == 1


def test_an_end_tells_when_it_was_down_last_and_comes_twice(kuma: AlertSource) -> None:
    """Uptime Kuma looks up its last beat that was down, which is the first only where there was one."""
    send(kuma, KUMA, body("uptime_kuma_down"))
    up = body("uptime_kuma_up")
    up["heartbeat"]["lastDownTime"] = "2026-04-14 06:39:02.417"
    assert [send(kuma, KUMA, up)[1]["ended"] for _twice in range(2)] == [1, 0]
    outage = Outage.objects.get()
    assert outage.ends_at == dt.datetime(2026, 4, 14, 6, 40, 32, tzinfo=dt.UTC)
    later = body("uptime_kuma_up")["heartbeat"] | {
        "time": "2026-04-14 08:00:00.000",
        "lastDownTime": "2026-04-14 07:50:00.000",
    }
    assert send(kuma, KUMA, {**up, "heartbeat": later})[1]["new"] == 1  # its beginning has never come


def test_an_end_that_was_long_on_its_way_ends_nothing_newer(kuma: AlertSource) -> None:
    down, up = body("uptime_kuma_down"), body("uptime_kuma_up")
    up["heartbeat"]["lastDownTime"] = "2026-04-14 06:39:02.417"
    again = {**down, "heartbeat": down["heartbeat"] | {"time": "2026-04-14 09:00:00.000"}}
    for told in (down, up, again, up):
        send(kuma, KUMA, told)
    assert [outage.is_open for outage in Outage.objects.all()] == [True, False]


def test_a_monitor_is_known_whatever_its_number(kuma: AlertSource) -> None:
    for name, number in (("down", 10**100), ("down", -1), ("up", 10**100)):
        told = body(f"uptime_kuma_{name}")
        told["monitor"]["id"] = number
        assert send(kuma, KUMA, told)[0] == 200
    assert sorted(outage.is_open for outage in Outage.objects.all()) == [False, True]


def test_an_end_that_is_never_sent_is_asked_for_once(kuma: AlertSource, administrator: User) -> None:
    send(kuma, KUMA, body("uptime_kuma_down"))
    start = Outage.objects.get().starts_at
    almost = start + dt.timedelta(hours=kuma.ask_after_hours) - dt.timedelta(minutes=1)
    assert ask_about_open(almost) == 0
    for later in (1, 2, 50):
        ask_about_open(almost + dt.timedelta(hours=later))
    assert Notice.objects.filter(kind="outage-still-on", user=administrator).count() == 1
    end_outage(outage=Outage.objects.get(), at=timezone.now(), now=timezone.now(), by=administrator)
    assert ask_about_open(almost + dt.timedelta(hours=99)) == 0


def test_what_is_not_mapped_opens_an_outage_that_names_nothing(source: AlertSource) -> None:
    source.watched.all().delete()
    send(source, ALERTMANAGER, body("alertmanager_firing"))
    outage = Outage.objects.get()
    assert (outage.lost_names(), outage.effects.count(), outage.effect) == ([], 0, 3)


def test_what_a_person_reported_is_theirs_to_end(
    source: AlertSource, kuma: AlertSource, administrator: User
) -> None:
    now = timezone.now()
    own = save_outage(
        outage=Outage(cooperation=source.cooperation, title="Own", starts_at=now - dt.timedelta(days=20)),
        lost={},
        now=now,
        by=administrator,
    )
    send(kuma, KUMA, body("uptime_kuma_down"))
    merge_outages(outage=Outage.objects.get(source=kuma), into=own, now=now, by=administrator)
    send(kuma, KUMA, body("uptime_kuma_up"))
    own.refresh_from_db()
    assert own.is_open
    assert Notice.objects.filter(kind="outage-back", user=administrator).exists()
    assert OutageUpdate.objects.filter(outage=own, text__contains="Kuma").exists()


def test_ten_thousand_alarms_are_refused_whole(source: AlertSource) -> None:
    told = body("alertmanager_firing")
    small = {"status": "firing", "startsAt": "2026-03-29T00:55:00Z", "labels": {}}
    told["alerts"] = [{**small, "fingerprint": str(number)} for number in range(10_000)]
    status, answer = send(source, ALERTMANAGER, told)
    assert status == 413
    assert not Outage.objects.exists()
    assert answer["code"] in ("too_many_alarms", "too_large")
    assert "500" in answer["message"]
    told["alerts"] = [{**told["alerts"][0], "annotations": {"summary": "x" * 999}}] * 10_000
    assert send(source, ALERTMANAGER, told)[0] == 413
    assert not Alert.objects.exists()


def test_five_hundred_alarms_ask_no_more_than_five(
    source: AlertSource, django_assert_max_num_queries: Any
) -> None:
    told = body("alertmanager_firing")
    small = {"status": "firing", "startsAt": "2026-03-29T00:55:00Z", "labels": {}}
    told["alerts"] = [{**small, "fingerprint": str(number)} for number in range(500)]
    with django_assert_max_num_queries(90):
        assert send(source, ALERTMANAGER, told)[1]["new"] == 500
    for alert in told["alerts"]:
        alert |= {"status": "resolved", "endsAt": "2026-03-29T01:55:00Z"}
    with django_assert_max_num_queries(90):
        assert send(source, ALERTMANAGER, told)[1]["ended"] == 500
    assert not Outage.objects.open().exists()


@pytest.mark.parametrize(
    "told",
    ["", "[]", "{}", "null", '"x"', "{", '{"alerts": [[]]}', '{"alerts": [{"status": "firing"}]}', b"\xff"],
)
def test_what_is_no_such_message_is_refused(source: AlertSource, kuma: AlertSource, told: Any) -> None:
    assert send(source, ALERTMANAGER, told)[0] == 400
    if told not in ("", "{}", '{"alerts": [[]]}', '{"alerts": [{"status": "firing"}]}'):
        assert send(kuma, KUMA, told)[0] == 400
    assert not Outage.objects.exists()


def test_a_forged_revoked_or_other_token_opens_nothing(
    source: AlertSource, kuma: AlertSource, administrator: User
) -> None:
    told = body("alertmanager_firing")
    assert send(kuma, ALERTMANAGER, told)[0] == 403
    assert send(source, KUMA, body("uptime_kuma_down"))[0] == 403
    other = AlertSource(token=TokenFactory(cooperation=source.cooperation, scopes=["read", "costs:write"]))
    assert send(other, ALERTMANAGER, told)[0] == 403
    sourceless = AlertSource(token=TokenFactory(cooperation=source.cooperation, scopes=["alerts:write"]))
    assert send(sourceless, ALERTMANAGER, told)[0] == 403
    forged = AlertSource(
        token=TokenFactory.build(cooperation=source.cooperation, prefix=source.token.prefix[::-1])
    )
    assert send(forged, ALERTMANAGER, told)[0] == 401
    revoke_token(token=source.token, by=administrator)
    status, answer = send(source, ALERTMANAGER, told)
    assert (status, answer["code"]) == (401, "token_revoked")
    assert not Outage.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["revoked", "renewed", "deactivated"])
def test_what_is_on_its_way_while_the_token_is_taken_back_opens_nothing(
    source: AlertSource, administrator: User, how: str
) -> None:
    with transaction.atomic():
        lock_cooperation(source.cooperation_id)
        call = Beside(lambda: send(source, ALERTMANAGER, body("alertmanager_firing"))[0])
        wait_until(lambda: Beside(waiting_for_locks).value(), "the call")
        if how == "revoked":
            revoke_token(token=source.token, by=administrator)
        elif how == "renewed":
            later = timezone.now() + dt.timedelta(days=9)
            renew_source(source=AlertSource.objects.get(pk=source.pk), expires_at=later, by=administrator)
        else:
            Cooperation.objects.filter(pk=source.cooperation_id).update(deactivated_at=timezone.now())
    assert call.value() == 401
    assert not Outage.objects.exists()


def test_nobody_is_asked_in_a_cooperation_that_is_deactivated(kuma: AlertSource, administrator: User) -> None:
    send(kuma, KUMA, body("uptime_kuma_down"))
    Cooperation.objects.filter(pk=kuma.cooperation_id).update(deactivated_at=timezone.now())
    assert ask_about_open(timezone.now() + dt.timedelta(hours=99)) == 0
    assert not Notice.objects.filter(kind="outage-still-on").exists()


def test_a_token_that_sends_alarms_reads_nothing(source: AlertSource) -> None:
    response = Client().get("/api/v1/outages/", headers={"Authorization": f"Bearer {bearer(source.token)}"})
    assert response.status_code == 403
