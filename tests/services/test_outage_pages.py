"""Outages on the pages: reported at night, followed, corrected, ended; the status page and its feed."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from municipalities.models import Cooperation, Municipality, Role
from services.models import AlertSource, Application, Outage, PriorityTable, StatusFeed
from sharedict.accounts.models import User
from tests.factories.municipalities import SiteFactory
from tests.factories.services import (
    AlertFactory,
    AlertSourceFactory,
    ApplicationFactory,
    OutageEffectFactory,
    OutageFactory,
    OutageUpdateFactory,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
ATOM = "{http://www.w3.org/2005/Atom}"


def typed(at: dt.datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def report(erp: Application, **more: Any) -> dict[str, Any]:
    told = {"title": "Nobody gets in", "starts_at": typed(timezone.now()), "urgency": "1", "extent": "full"}
    return {**told, "seen_by": "users", "applications": [erp.pk], **more}


def test_reporting_at_night_takes_one_form_and_tells_at_once_whom_it_hits(
    coordinator: User, sign_in: SignIn, erp: Application
) -> None:
    client = sign_in(coordinator)
    assert "Report an outage" in client.get("/north/outages/").content.decode()
    form = client.get("/north/outages/new/")
    assert form.context["form"]["starts_at"].initial
    answer = client.post("/north/outages/new/", report(erp), follow=True)
    page = answer.content.decode()
    outage = Outage.objects.get()
    assert answer.redirect_chain == [(f"/north/outages/{outage.pk}/", 302)]
    assert (outage.priority, outage.effect) == (1, 1)
    assert "Down for Hagfors and Torsby." in page
    assert "Of your own: ERP." in page
    assert "critical" in page


def test_what_is_not_there_is_not_asked_for(
    coordinator: User, sign_in: SignIn, erp: Application, north: Cooperation
) -> None:
    client = sign_in(coordinator)

    def asked(page: str) -> list[str]:
        text = client.get(f"/north/outages/{page}/").content.decode()
        return [name for name in Outage.LOST if f'id="div_id_{name}"' in text]

    assert asked("new") == asked("plan") == ["applications"]
    SiteFactory(cooperation=north, name="Torsby centre")
    assert asked("new") == ["applications", "sites"]
    assert client.post("/north/outages/new/", report(erp)).status_code == 302
    assert asked(f"{Outage.objects.get().pk}/change") == ["applications", "sites"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"applications": []}, "applications"),
        ({"title": ""}, "title"),
        ({"starts_at": typed(timezone.now() + dt.timedelta(hours=3))}, "starts_at"),
        ({"starts_at": "2026-03-29T02:30"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59"}, "starts_at"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"urgency": "9"}, "urgency"),
        ({"applications": ["999999999"]}, "applications"),
        ({"sites": ["x"]}, "sites"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    coordinator: User, sign_in: SignIn, erp: Application, more: dict[str, Any], field: str
) -> None:
    answer = sign_in(coordinator).post("/north/outages/new/", report(erp, **more))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Outage.objects.exists()


@pytest.mark.parametrize("minutes", [0, 60])
def test_what_is_down_in_the_hour_that_comes_twice_is_reported_changed_and_ended(
    coordinator: User, sign_in: SignIn, erp: Application, minutes: int
) -> None:
    now = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    with time_machine.travel(now, tick=False):
        client = sign_in(coordinator)
        shown = client.get("/north/outages/new/").context["form"]["starts_at"].value()
        told = report(erp, starts_at=f"{shown:%Y-%m-%dT%H:%M}")
        assert client.post("/north/outages/new/", told).status_code == 302
    outage = Outage.objects.get()
    assert outage.starts_at == now
    with time_machine.travel(now + dt.timedelta(hours=5), tick=False):
        client = sign_in(coordinator)
        changed = {**told, "effect": "1", "cause": "The night"}
        assert client.post(f"/north/outages/{outage.pk}/change/", changed).status_code == 302
        end = {"ends_at": told["starts_at"]}
        assert client.post(f"/north/outages/{outage.pk}/end/", end).status_code == 302
    outage.refresh_from_db()
    assert (outage.starts_at, outage.ends_at, outage.cause) == (now, now, "The night")


def test_planned_work_is_announced_ahead(administrator: User, sign_in: SignIn, erp: Application) -> None:
    client, now = sign_in(administrator), timezone.now()
    begins, ends = now + dt.timedelta(days=2), now + dt.timedelta(days=2, hours=3)
    told = {"title": "New switches", "urgency": "3", "extent": "full", "applications": [erp.pk]}
    late = client.post("/north/outages/plan/", {**told, "starts_at": typed(ends), "ends_at": typed(begins)})
    assert list(late.context["form"].errors) == ["ends_at"]
    client.post("/north/outages/plan/", {**told, "starts_at": typed(begins), "ends_at": typed(ends)})
    outage = Outage.objects.get()
    assert (outage.is_planned, outage.next_update_at) == (True, None)
    assert outage.title in client.get("/north/outages/status/").content.decode()


@pytest.fixture
def outage(north: Cooperation, erp: Application, torsby: Municipality) -> Outage:
    """Since an hour ago ERP is down for Torsby."""
    start = timezone.now().replace(second=7, microsecond=0) - dt.timedelta(hours=1)
    outage: Outage = OutageFactory(cooperation=north, starts_at=start, announced_at=start)
    outage.applications.add(erp)
    OutageEffectFactory(outage=outage, application=erp, municipality=torsby)
    return outage


def test_telling_and_ending(coordinator: User, sign_in: SignIn, outage: Outage) -> None:
    client, page = sign_in(coordinator), f"/north/outages/{outage.pk}/"
    told = client.post(f"{page}update/", {"text": "<b>Soon</b>\nwe hope"}, follow=True).content.decode()
    assert "&lt;b&gt;Soon&lt;/b&gt;<br>we hope" in told
    early = client.post(f"{page}end/", {"ends_at": "2020-01-01T00:00"})
    assert (early.status_code, list(early.context["form"].errors)) == (422, ["ends_at"])
    ahead = client.post(f"{page}end/", {"ends_at": typed(timezone.now() + dt.timedelta(hours=2))})
    assert list(ahead.context["form"].errors) == ["ends_at"]
    client.post(f"{page}end/", {"ends_at": typed(timezone.now()), "text": "A fuse."})
    outage.refresh_from_db()
    assert outage.ends_at is not None
    assert outage.updates.count() == 2


def test_ending_in_the_minute_it_began_is_no_end_before_its_start(
    coordinator: User, sign_in: SignIn, outage: Outage
) -> None:
    answer = sign_in(coordinator).post(
        f"/north/outages/{outage.pk}/end/", {"ends_at": typed(outage.starts_at)}
    )
    outage.refresh_from_db()
    assert (answer.status_code, outage.ends_at) == (302, outage.starts_at)


def test_late_is_visible(coordinator: User, sign_in: SignIn, outage: Outage) -> None:
    Outage.objects.update(next_update_at=timezone.now() - dt.timedelta(minutes=30))
    client = sign_in(coordinator)
    assert "update late" in client.get("/north/outages/").content.decode()
    assert "late by" in client.get(f"/north/outages/{outage.pk}/").content.decode()


def test_correcting_needs_a_reason(
    coordinator: User, sign_in: SignIn, outage: Outage, torsby: Municipality
) -> None:
    client, step = sign_in(coordinator), f"/north/outages/{outage.pk}/correct/"
    told = {"application": "erp", "municipality": torsby.pk, "state": "up"}
    refused = client.post(step, told)
    assert list(refused.context["form"].errors) == ["reason"]
    page = client.post(step, {**told, "reason": "They had paper."}, follow=True).content.decode()
    assert "Corrected from “down”: They had paper." in page


def test_changing_asks_who_follows_up(
    administrator: User, sign_in: SignIn, outage: Outage, erp: Application, stranger: User
) -> None:
    client, step = sign_in(administrator), f"/north/outages/{outage.pk}/change/"
    form = client.get(step).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    sent |= {"starts_at": typed(outage.starts_at), "applications": [erp.pk], "follow_up": "Buy another"}
    for name in ("sites", "links", "suppliers"):
        sent.pop(name, None)
    refused = client.post(step, sent)
    assert refused.status_code == 422
    sent |= {"follow_up_on": "2026-12-24"}
    foreign = client.post(step, {**sent, "follow_up_owner": stranger.pk})
    assert list(foreign.context["form"].errors) == ["follow_up_owner"]
    done = client.post(step, {**sent, "follow_up_owner": administrator.pk, "cause": "A digger"})
    outage_now = Outage.objects.get()
    assert (done.status_code, outage_now.cause) == (302, "A digger")
    assert outage_now.starts_at == outage.starts_at  # its seconds are kept


def test_who_has_left_and_what_is_retired_stay_in_an_outage_that_is_changed(
    administrator: User, coordinator: User, sign_in: SignIn, outage: Outage, erp: Application
) -> None:
    other = ApplicationFactory(cooperation=erp.cooperation)
    outage.applications.set([erp, other])
    Outage.objects.filter(pk=outage.pk).update(
        follow_up="Buy another", follow_up_on=dt.date(2026, 12, 24), follow_up_owner=coordinator
    )
    Role.objects.filter(user=coordinator).delete()
    Application.objects.filter(pk=erp.pk).update(lifecycle=Application.Lifecycle.RETIRED)
    client, step = sign_in(administrator), f"/north/outages/{outage.pk}/change/"
    form = client.get(step).context["form"]
    offered = {str(value) for value, _label in form.fields["follow_up_owner"].choices}
    assert offered == {"", str(administrator.pk), str(coordinator.pk)}
    sent = {
        **report(erp, starts_at=typed(outage.starts_at), effect="1", was=form["was"].value()),
        **{"applications": [str(choice.data["value"]) for choice in form["applications"]]},
        **{"follow_up": "Buy another", "follow_up_on": "2026-12-24", "follow_up_owner": coordinator.pk},
    }
    assert client.post(step, {**sent, "cause": "A digger"}).status_code == 302
    outage.refresh_from_db()
    assert (outage.cause, outage.follow_up_owner) == ("A digger", coordinator)
    assert {*outage.applications.all()} == {erp, other}
    assert erp.name not in client.get("/north/outages/new/").content.decode()


def test_the_overview_and_the_applications_page_tell_what_is_down(
    coordinator: User, finance: User, stranger: User, sign_in: SignIn, erp: Application, torsby: Municipality
) -> None:
    north, now, hour = erp.cooperation, timezone.now(), dt.timedelta(hours=1)
    other = ApplicationFactory(cooperation=north, code="other", name="Another")
    spans = {
        "<b>Fire</b>": {"starts_at": now - hour},
        "Part of the fire": {"starts_at": now - hour},
        "It was dark": {"starts_at": now - 3 * hour, "ends_at": now - hour},
        "A new switch": {"starts_at": now + hour, "ends_at": now + 2 * hour, "is_planned": True},
    }
    rows = {title: OutageFactory(cooperation=north, title=title, **span) for title, span in spans.items()}
    Outage.objects.filter(title="Part of the fire").update(merged_into=rows["<b>Fire</b>"])
    for row in rows.values():
        OutageEffectFactory(outage=row, application=erp, municipality=torsby, state="down", derived="down")
    effect = {"outage": rows["<b>Fire</b>"], "application": other, "municipality": torsby}
    OutageEffectFactory(**effect, state="up", derived="up")
    for reader in (coordinator, finance):
        client = sign_in(reader)
        overview = client.get("/north/overview/")
        assert [(each["outage"].title, each["names"]) for each in overview.context["down_now"]] == [
            ("<b>Fire</b>", "ERP")
        ]
        assert "&lt;b&gt;Fire&lt;/b&gt;</a>: ERP" in overview.content.decode()
        answer = client.get("/north/services/erp/")
        assert [risk.text for risk in answer.context["risks"] if "/outages/" in risk.url] == ["<b>Fire</b>"]
        page = answer.content.decode()
        assert "2 outages in twelve months" in page
        told = [
            title for title in ("&lt;b&gt;Fire", "Part of", "It was dark", "A new switch") if title in page
        ]
        assert told == ["&lt;b&gt;Fire", "It was dark", "A new switch"]
        assert "Fire" not in client.get("/north/services/other/").content.decode()
    assert "Fire" not in sign_in(stranger).get("/outside/overview/").content.decode()


def test_the_overview_shows_a_few_of_many_outages_and_how_many_there_are(
    coordinator: User, sign_in: SignIn, north: Cooperation
) -> None:
    client, hour = sign_in(coordinator), dt.timedelta(hours=1)
    for number in range(51):
        priority = 1 if number == 50 else 3
        OutageFactory(
            cooperation=north, title=f"No {number}", starts_at=timezone.now() - hour, priority=priority
        )
        if number == 6:
            assert "Down now: 7<" in client.get("/north/overview/").content.decode()
    page = client.get("/north/overview/")
    assert "Down now: 50+<" in page.content.decode()
    assert page.context["down_now"][0]["outage"].title == "No 50"
    assert len(page.context["down_now"]) == 5


def test_merging_leads_from_one_to_the_other(
    coordinator: User, sign_in: SignIn, outage: Outage, north: Cooperation, outside: Cooperation
) -> None:
    other = OutageFactory(cooperation=north, starts_at=outage.starts_at, title="The same")
    foreign = OutageFactory(cooperation=outside, starts_at=outage.starts_at, title="Elsewhere")
    client, step = sign_in(coordinator), f"/north/outages/{other.pk}/merge/"
    assert "Elsewhere" not in client.get(step).content.decode()
    assert client.post(step, {"into": foreign.pk}).status_code == 422
    page = client.post(step, {"into": outage.pk}, follow=True).content.decode()
    assert "The same" in page
    assert f'href="/north/outages/{outage.pk}/"' in client.get(f"/north/outages/{other.pk}/").content.decode()
    assert client.get(f"/north/outages/{other.pk}/end/").status_code == 404


def test_who_is_not_on_call_reads_and_reports_nothing(
    finance: User, stranger: User, sign_in: SignIn, outage: Outage
) -> None:
    client = sign_in(finance)
    assert "Report an outage" not in client.get("/north/outages/").content.decode()
    assert client.post(f"/north/outages/{outage.pk}/update/", {"text": "x"}).status_code == 403
    assert sign_in(stranger).get(f"/north/outages/{outage.pk}/").status_code == 404


@pytest.mark.parametrize("path", ["/north/outages/", "/north/outages/?format=csv", "/north/outages/status/"])
def test_lists_ask_no_more_for_more_rows(
    administrator: User, sign_in: SignIn, outage: Outage, north: Cooperation, path: str
) -> None:
    client = sign_in(administrator)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
            b"".join(answer.streaming_content if answer.streaming else [answer.content])
        return len(captured)

    asked()
    few = asked()
    for _number in range(5):
        more = OutageFactory(cooperation=north, starts_at=outage.starts_at)
        OutageEffectFactory(outage=more)
        OutageUpdateFactory(outage=more)
    OutageUpdateFactory(outage=outage)
    assert asked() <= few


def test_the_list_is_narrowed_by_state_and_application(
    administrator: User, sign_in: SignIn, outage: Outage, north: Cooperation
) -> None:
    OutageFactory(cooperation=north, title="Long ago", ends_at=dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC))
    client = sign_in(administrator)
    for query, seen in (
        ("state=on", ["Nobody gets in"]),
        ("state=over", ["Long ago"]),
        ("state=same", []),
        ("state=ahead", []),
        ("application=erp", ["Nobody gets in"]),
    ):
        rows = client.get(f"/north/outages/?{query}").context["table"].rows
        assert [row.record.title for row in rows] == seen, query


def test_priorities_are_the_cooperations_own(administrator: User, sign_in: SignIn) -> None:
    client = sign_in(administrator)
    form = client.get("/north/outages/priorities/").context["form"]
    sent = {name: form[name].value() for name in form.fields}
    client.post("/north/outages/priorities/", {**sent, "p_3_3": "3", "minutes_1": "45"})
    table = PriorityTable.objects.get().table()
    assert (table.of(3, 3), table.minutes_until_update(1)) == (3, 45)
    refused = client.post("/north/outages/priorities/", {**sent, "p_1_1": "4"})
    assert refused.status_code == 422
    assert "milder" in refused.content.decode()


def test_a_monitoring_system_gets_a_token_that_is_shown_once(
    administrator: User, sign_in: SignIn, erp: Application
) -> None:
    client = sign_in(administrator)
    form = client.get("/north/monitoring/new/").context["form"]
    sent = {"name": "Prometheus", "kind": "alertmanager", "ask_after_hours": "8"}
    sent["expires_on"] = f"{form['expires_on'].value()}"
    page = client.post("/north/monitoring/new/", sent)
    source = AlertSource.objects.get()
    assert source.token.prefix in page.content.decode()
    assert "/api/v1/alerts/alertmanager/" in page.content.decode()
    assert page["Cache-Control"]
    assert client.post("/north/monitoring/new/", sent).status_code == 422
    told = {"label": "service", "value": "care", "application": erp.pk}
    assert client.post(f"/north/watched/new/{source.pk}/", {**told, "application": ""}).status_code == 422
    client.post(f"/north/watched/new/{source.pk}/", told)
    assert "care" in client.get(f"/north/monitoring/{source.pk}/").content.decode()
    assert client.post(f"/north/watched/new/{source.pk}/", told).status_code == 422
    old = source.token
    client.post(f"/north/monitoring/{source.pk}/token/", {"expires_on": sent["expires_on"]})
    source.refresh_from_db()
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert source.token.pk != old.pk
    client.post(f"/north/monitoring/{source.pk}/revoke/")
    assert "revoked" in client.get("/north/monitoring/").content.decode()


def test_the_feed_is_a_persons_own_and_ends_with_their_role(
    coordinator: User, sign_in: SignIn, outage: Outage, outside: Cooperation
) -> None:
    OutageUpdateFactory(outage=outage, text="Soon \x0b again")
    OutageFactory(cooperation=outside, title="Elsewhere")
    AlertFactory(source=AlertSourceFactory(cooperation=outage.cooperation))
    client, reader = sign_in(coordinator), Client()

    def opened() -> str:
        secret = client.post("/north/outages/status/feed/").context["secret"]
        return "/north/outages/status/feed/" + secret.rstrip("/").rpartition("/")[2] + "/"

    address = opened()
    answer = reader.get(address)
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)  # noqa: S314  # made here
    titles = [each.text for each in feed.iterfind(f"{ATOM}entry/{ATOM}title")]
    assert "Nobody gets in" in titles
    assert "Elsewhere" not in titles
    assert "Soon" in answer.content.decode()
    for wrong in (
        "/north/outages/status/feed/x/",
        address.replace("north", "outside"),
        address.replace("north", "no"),
    ):
        assert reader.get(wrong).status_code == 404
    another = opened()
    assert [reader.get(each).status_code for each in (address, another)] == [404, 200]
    Role.objects.filter(user=coordinator).delete()
    assert reader.get(another).status_code == 404
    assert StatusFeed.objects.filter(revoked_at=None).count() == 1


def test_a_feed_is_revoked(coordinator: User, sign_in: SignIn, north: Cooperation) -> None:
    client = sign_in(coordinator)
    secret = client.post("/north/outages/status/feed/").context["secret"].rstrip("/").rpartition("/")[2]
    client.post("/north/outages/status/feed/", {"revoke": "1"})
    assert Client().get(f"/north/outages/status/feed/{secret}/").status_code == 404
