"""Several rows of a list are changed at once: chosen, looked at row by row, saved together or not at all."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipalities.models import Cooperation, Municipality
from municipalities.portal import MOST_ROWS, Preview
from services.models import Application, Dependency, Installation, Subscription
from sharedict.accounts.models import User
from sharedict.audit.actions import column_values
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests.budgets import MOMENT
from tests.factories.municipalities import LinkFactory, SiteFactory
from tests.factories.services import (
    ApplicationFactory,
    DependencyFactory,
    InstallationFactory,
    SubscriptionFactory,
)

SignIn = Callable[[User], Client]
ALL = "/north/services/several/"


@pytest.fixture
def client(sign_in: SignIn, administrator: User) -> Client:
    return sign_in(administrator)


@pytest.fixture
def apps(north: Cooperation) -> list[Application]:
    return [
        ApplicationFactory(
            cooperation=north, code=f"app-{name}", name=f"App {name}", lifecycle="idea", vendor="Old AB"
        )
        for name in "abc"
    ]


def keys(rows: Any) -> list[str]:
    return [str(row.pk) for row in rows]


def asking(rows: Any, **sets: Any) -> dict[str, Any]:
    """What the first page sends of the chosen rows and the ticked fields."""
    return {
        "step": "look",
        "row": keys(rows),
        "set": [*sets],
        **{f"to-{name}": value for name, value in sets.items()},
    }


def saving(answer: Any, **more: Any) -> dict[str, Any]:
    """What the page that shows what changes sends then: the rows that can be changed, as they were shown."""
    plan = [each for each in answer.context["plan"] if each.is_moving]
    sent: dict[str, Any] = {"step": "save", "row": keys(each.row for each in plan)}
    sent["seen"] = [f"{each.row.pk}:{each.seen}" for each in plan]
    for name, value in answer.context["sent"]:
        sent.setdefault(name, []).append(value)
    if answer.context["effect"].mark:
        sent["told"] = answer.context["effect"].mark
    return sent | more


def changes(answer: Any) -> dict[str, list[tuple[str, str, str]]]:
    return {str(each.row): each.changes for each in answer.context["plan"]}


def faults(answer: Any) -> dict[str, str]:
    return {
        str(each.row): " ".join(fault for _at, fault in each.faults)
        for each in answer.context["plan"]
        if each.faults
    }


def test_what_changes_is_shown_row_by_row_and_saved_only_then(
    client: Client, apps: list[Application]
) -> None:
    apps[1].confidentiality = 3
    apps[1].save()
    answer = client.post(ALL, asking(apps, confidentiality="3", vendor=""))
    assert changes(answer) == {
        "App a": [("Vendor", "Old AB", "—"), ("Confidentiality", "internal", "secret")],
        "App b": [("Vendor", "Old AB", "—")],
        "App c": [("Vendor", "Old AB", "—"), ("Confidentiality", "internal", "secret")],
    }
    assert {*Application.objects.filter(pk__in=keys(apps)).values_list("vendor", flat=True)} == {"Old AB"}
    done = client.post(ALL, saving(answer))
    assert (done.status_code, done["Location"]) == (302, "/north/services/?")
    found = Application.objects.filter(pk__in=keys(apps)).values_list("confidentiality", "vendor", "purpose")
    assert {row[:2] for row in found} == {(3, "")}
    entries = Entry.objects.filter(subject_type="services.application", verb="change")
    assert sorted(len(entry.changes) for entry in entries) == [1, 2, 2]


def test_what_is_not_ticked_stays_whatever_its_field_says(client: Client, apps: list[Application]) -> None:
    sent = asking(apps[:1], vendor="New AB") | {"to-confidentiality": "4", "to-review_on": "nonsense"}
    answer = client.post(ALL, sent)
    assert changes(answer) == {"App a": [("Vendor", "Old AB", "New AB")]}
    client.post(ALL, saving(answer))
    apps[0].refresh_from_db()
    assert (apps[0].vendor, apps[0].confidentiality) == ("New AB", 1)


def test_all_rows_of_the_view_are_those_that_its_filter_finds(
    client: Client, apps: list[Application], north: Cooperation
) -> None:
    address = f"{ALL}?lifecycle=idea"
    page = client.get(address)
    assert page.context["row_count"] == 3
    answer = client.post(address, asking([], vendor="New AB") | {"all": "1"})
    assert [*changes(answer)] == ["App a", "App b", "App c"]
    assert client.post(address, saving(answer))["Location"] == "/north/services/?lifecycle=idea"
    assert Application.objects.of(north).filter(vendor="New AB").count() == 3


def test_a_row_that_is_unticked_in_what_is_shown_stays(client: Client, apps: list[Application]) -> None:
    answer = client.post(ALL, asking(apps, vendor="New AB"))
    client.post(ALL, saving(answer, row=keys(apps[:1])))
    assert Application.objects.filter(vendor="New AB").count() == 1


def test_a_row_that_cannot_be_changed_says_why_and_the_others_can(
    client: Client, north: Cooperation, torsby: Municipality, hagfors: Municipality
) -> None:
    [first, second] = Subscription.objects.filter(application__cooperation=north).order_by(
        "municipality__code"
    )
    Subscription.objects.filter(pk=first.pk).update(valid_from=dt.date(2026, 6, 1))
    address = "/north/subscriptions/several/"
    answer = client.post(address, asking([first, second], valid_until="2026-05-31"))
    assert [*faults(answer).values()] == ["It cannot end before it begins."]
    assert answer.context["wrong"] == 1
    assert client.post(address, saving(answer)).status_code == 302
    assert [
        row.valid_until for row in Subscription.objects.filter(pk__in=[first.pk, second.pk]).order_by("pk")
    ].count(None) == 1


def test_none_is_saved_where_one_is_refused_on_the_way(client: Client, north: Cooperation) -> None:
    """Each alone could begin then; both together would overlap."""
    app = ApplicationFactory(cooperation=north)
    site = SiteFactory(cooperation=north)
    spans = [(dt.date(2021, 1, 1), dt.date(2022, 1, 1)), (dt.date(2023, 1, 1), dt.date(2024, 1, 1))]
    rows = [
        InstallationFactory(application=app, site=site, valid_from=start, valid_until=end)
        for start, end in spans
    ]
    address = "/north/installations/several/"
    answer = client.post(address, asking(rows, valid_from="2021-06-01", valid_until="2021-08-31"))
    sent = saving(answer, row=keys(rows), seen=[])
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert len(faults(refused)) == 1
    assert [
        *Installation.objects.filter(pk__in=keys(rows)).order_by("pk").values_list("valid_from", flat=True)
    ] == [start for start, _end in spans]


def test_what_somebody_else_changed_meanwhile_is_told_and_not_overwritten(
    client: Client, apps: list[Application]
) -> None:
    answer = client.post(ALL, asking(apps, vendor="New AB"))
    Application.objects.filter(pk=apps[1].pk).update(vendor="Theirs AB")
    again = client.post(ALL, saving(answer))
    assert (again.status_code, faults(again)) == (
        422,
        {"App b": "It was changed meanwhile: look at it once more."},
    )
    assert not Application.objects.filter(vendor="New AB").exists()
    client.post(ALL, saving(again))
    assert Application.objects.get(pk=apps[1].pk).vendor == "Theirs AB"
    assert Application.objects.filter(vendor="New AB").count() == 2


def test_a_row_that_is_gone_meanwhile_is_told(client: Client, apps: list[Application]) -> None:
    answer = client.post(ALL, asking(apps, vendor="New AB"))
    sent = saving(answer)
    apps[2].delete()
    again = client.post(ALL, sent)
    assert "1 of the rows is not there any more." in again.content.decode()
    assert not Application.objects.filter(vendor="New AB").exists()


def test_what_shares_depend_on_is_told_before_and_recomputed_after(
    client: Client, north: Cooperation
) -> None:
    rows = [*Subscription.objects.filter(application__cooperation=north)]
    Job.objects.all().delete()
    address = "/north/subscriptions/several/"
    answer = client.post(address, asking(rows, valid_from="2046-01-01"))
    assert "2046-01-01 is 1" in " ".join(answer.context["effect"].warnings)
    sent = saving(answer)
    unread = client.post(address, {name: value for name, value in sent.items() if name != "told"})
    assert (unread.status_code, Job.objects.count()) == (200, 0)
    assert client.post(address, sent).status_code == 302
    assert Job.objects.filter(cooperation=north, kind="facts-changed").exists()


def test_choices_of_many_rows_are_set_and_others_kept(
    client: Client, north: Cooperation, torsby: Municipality
) -> None:
    row = InstallationFactory(application__cooperation=north, site__cooperation=north)
    row.administered_by.add(torsby)
    link = LinkFactory(site__cooperation=north)
    needy = DependencyFactory(application=ApplicationFactory(cooperation=north), needs=[link])
    kept = client.post("/north/installations/several/", asking([row], version="7"))
    client.post("/north/installations/several/", saving(kept))
    row.refresh_from_db()
    assert (row.version, [*row.administered_by.all()]) == ("7", [torsby])
    emptied = client.post("/north/installations/several/", asking([row], administered_by=[]))
    assert changes(emptied) == {str(row): [("Administrable from", "Torsby", "—")]}
    shown = client.post("/north/dependencies/several/", asking([needy], purpose="Access"))
    assert client.post("/north/dependencies/several/", saving(shown)).status_code == 302
    found = Dependency.objects.get(pk=needy.pk)
    assert (found.purpose, [*found.links.all()]) == ("Access", [link])


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"row": []}, "Choose at least one row."),
        ({"row": ["x", "-1", "9" * 30, "\0"]}, "Choose at least one row."),
        ({"set": []}, "Tick at least one field that is to be set."),
        ({"set": ["code", "pk", "cooperation"]}, "Tick at least one field that is to be set."),
        ({"row": [str(number) for number in range(1, 500)]}, f"At most {MOST_ROWS} rows are changed at once"),
        ({"to-owner": "nonsense"}, "Select a valid choice"),
        ({"to-review_on": "2026-02-30", "set": ["review_on"]}, "Mend first what is to be set."),
    ],
)
def test_odd_input_is_said_and_nothing_changes(
    client: Client, apps: list[Application], sent: dict[str, Any], said: str
) -> None:
    answer = client.post(ALL, asking(apps, owner="") | sent)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_a_view_of_too_many_rows_is_not_changed_as_a_whole(client: Client, north: Cooperation) -> None:
    ApplicationFactory.create_batch(MOST_ROWS + 1, cooperation=north, lifecycle="idea")
    page = client.get(f"{ALL}?lifecycle=idea").content.decode()
    assert 'name="all"' not in page
    assert f"The view has {MOST_ROWS + 1} rows" in page
    answer = client.post(f"{ALL}?lifecycle=idea", asking([], vendor="New AB") | {"all": "1"})
    assert answer.status_code == 422


def test_all_rows_of_a_view_whose_filter_cannot_be_read_are_not_all_there_are(
    client: Client, apps: list[Application]
) -> None:
    address = f"{ALL}?lifecycle=no-such"
    page = client.get(address)
    assert (page.status_code, page.context["row_count"]) == (200, 0)
    assert "The filter of the list cannot be read" in page.content.decode()
    assert 'name="all"' not in page.content.decode()
    answer = client.post(address, asking([], vendor="New AB") | {"all": "1"})
    assert (answer.status_code, "plan" in answer.context) == (422, False)


def test_the_rows_of_others_cannot_be_chosen(
    client: Client, apps: list[Application], outside: Cooperation
) -> None:
    theirs = Application.objects.of(outside).first()
    answer = client.post(ALL, asking([apps[0], theirs], vendor="New AB"))
    assert [*changes(answer)] == ["App a"]
    client.post(ALL, {**saving(answer), "row": keys([theirs])})
    assert not Application.objects.of(outside).filter(vendor="New AB").exists()


def test_only_administrators_change_several(
    sign_in: SignIn, coordinator: User, stranger: User, apps: list[Application]
) -> None:
    reader = sign_in(coordinator)
    assert reader.get("/north/services/").context["several_url"] == ""
    assert reader.post(ALL, asking(apps, vendor="New AB")).status_code == 403
    assert sign_in(stranger).post(ALL, asking(apps, vendor="New AB")).status_code == 404


def test_choosing_again_keeps_what_was_chosen(client: Client, apps: list[Application]) -> None:
    page = client.post(ALL, asking(apps[:2], vendor="New AB") | {"step": "choose"}).content.decode()
    assert page.count('name="row"') == 4
    assert page.count('aria-label="App a" checked') == 1
    assert 'value="New AB"' in page


def test_the_page_asks_as_often_for_many_rows_and_a_row_costs_as_much_as_alone(
    client: Client, north: Cooperation
) -> None:
    asked, looked = [], []
    for number in (1, 6):
        rows = ApplicationFactory.create_batch(number, cooperation=north, lifecycle="idea")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{ALL}?lifecycle=idea")
        asked.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            client.post(ALL, asking(rows, vendor="New AB"))
        looked.append(len(queries))
    assert asked[0] == asked[1] <= 12 + MOMENT
    assert (looked[1] - looked[0]) / 5 <= 12


@pytest.mark.parametrize(
    "things", ["services", "subscriptions", "installations", "dependencies", "competences"]
)
def test_each_of_these_lists_leads_there(client: Client, north: Cooperation, things: str) -> None:
    InstallationFactory(application__cooperation=north, site__cooperation=north)
    SubscriptionFactory(application__cooperation=north)
    address = client.get(f"/north/{things}/?sort=x").context["several_url"]
    assert address == f"/north/{things}/several/?sort=x"
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("language", ["en", "sv"])
def test_what_is_not_set_is_as_it_was_whatever_it_is(
    client: Client, north: Cooperation, torsby: Municipality, language: str
) -> None:
    """Nothing, zero, a thousand, a last day: each goes through the form as a browser would send it."""
    day, app = (
        dt.date(2027, 1, 1),
        ApplicationFactory(cooperation=north, owner=torsby, review_on=dt.date(2026, 5, 9)),
    )
    link = LinkFactory(site__cooperation=north)
    rows: dict[str, tuple[Any, str, str]] = {
        "services": (app, "vendor", "New AB"),
        "subscriptions": (
            SubscriptionFactory(application=app, municipality=torsby, users=0, valid_until=day),
            "valid_from",
            "2026-02-01",
        ),
        "installations": (
            InstallationFactory(application=app, site__cooperation=north, valid_until=day),
            "version",
            "7",
        ),
        "dependencies": (
            DependencyFactory(application=app, needs=[link], at_least=0, valid_until=day),
            "purpose",
            "x",
        ),
    }
    other = ApplicationFactory(cooperation=north)
    big = SubscriptionFactory(application=other, municipality=torsby, users=1000)
    cases = [*rows.items(), ("subscriptions", (big, "valid_from", "2026-02-01"))]
    for things, (row, name, value) in cases:
        before = column_values(row)
        address = f"/north/{things}/several/"
        answer = client.post(address, asking([row], **{name: value}), headers={"Accept-Language": language})
        assert faults(answer) == {}
        done = client.post(address, saving(answer), headers={"Accept-Language": language})
        assert done.status_code == 302, things
        after = column_values(type(row)._default_manager.get(pk=row.pk))
        assert {key for key in after if after[key] != before[key]} == {name}, things


def test_of_many_rows_amounts_are_computed_where_somebody_asks(
    client: Client, north: Cooperation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("municipalities.portal.several.FEW_ROWS", 0)
    monkeypatch.setattr("municipalities.portal.effect_pages.preview_of", lambda *_: Preview("Who pays", ""))
    rows = [*Subscription.objects.filter(application__cooperation=north)]
    address = "/north/subscriptions/several/"
    answer = client.post(address, asking(rows, valid_until="2030-01-31"))
    assert (answer.context["preview"], answer.context["may_show"]) == (None, True)
    shown = client.post(address, saving(answer) | {"step": "", "show": "1"})
    assert shown.context["preview"] is not None
    assert not Subscription.objects.filter(valid_until__isnull=False).exists()
