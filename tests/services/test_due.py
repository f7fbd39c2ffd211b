"""Who does what, data protection, and the list of what is due and missing."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from municipalities.models import Cooperation, Municipality
from services.models import Application, DataProtection, Task
from sharedict.accounts.models import User
from tests.factories.services import (
    ApplicationFactory,
    DataProtectionFactory,
    DocumentFactory,
    SubscriptionFactory,
    TaskFactory,
)
from tests.services.test_catalogue import queries, words
from tests.services.test_several import asking, saving

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
NOON = dt.datetime(2026, 7, 7, 10, tzinfo=dt.UTC)


def shown(client: Client, part: str) -> list[tuple[str, str]]:
    """What the list names: what is due with its application, or the municipality with what is missing."""
    rows = client.get("/north/due/").context[part]
    names = ("what", "application") if part == "due" else ("municipality", "missing")
    return [(str(row[names[0]]), str(row[names[1]])) for row in rows]


def test_reviews_are_listed_the_oldest_first_and_go_when_they_are_moved(
    north: Cooperation, erp: Application, administrator: User, torsby: Municipality, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    Application.objects.filter(pk=erp.pk).update(review_on=dt.date(2026, 8, 1))
    DocumentFactory(application=erp, title="Manual", review_on=dt.date(2026, 7, 1))
    DocumentFactory(application=erp, title="In a year", review_on=dt.date(2027, 7, 1))
    DataProtectionFactory(application=erp, municipality=torsby, review_on=dt.date(2026, 10, 5))
    gone = ApplicationFactory(cooperation=north, lifecycle="retired", review_on=dt.date(2020, 1, 1))
    DocumentFactory(application=gone, review_on=dt.date(2020, 1, 1))
    with time_machine.travel(NOON, tick=False):
        assert shown(client, "due") == [
            ("Manual", "ERP"),
            ("Yearly review", "ERP"),
            ("Data protection, Torsby", "ERP"),
        ]
        text = words(client, "/north/due/")
        assert "To be reviewed within 90 days 3 1 of them is late." in text
        for row in client.get("/north/due/").context["due"]:
            assert client.get(row["url"]).status_code == 200
        erp.documents.filter(title="Manual").update(review_on=dt.date(2027, 1, 1))
        assert "Manual" not in {what for what, _application in shown(client, "due")}


def test_what_is_missing_of_data_protection_leads_to_a_form_that_is_filled_in(
    erp: Application, administrator: User, torsby: Municipality, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    assert shown(client, "gaps") == [
        ("Hagfors", "everything: nobody has told of them"),
        ("Torsby", "everything: nobody has told of them"),
    ]
    url = client.get("/north/due/").context["gaps"][1]["url"]
    form = client.get(url).context["form"]
    assert (form["application"].value(), form["municipality"].value()) == (erp.pk, torsby.pk)
    told = {"application": erp.pk, "municipality": torsby.pk, "role": "controller", "agreement": "DPA 7"}
    assert client.post(url, told).status_code == 302
    assert shown(client, "gaps")[1] == (
        "Torsby",
        "the day it was signed, the sub-processors and a day to review it",
    )
    whole = {"signed_on": "2026-01-01", "sub_processors": "none", "review_on": "2099-01-01"}
    row = DataProtection.objects.get()
    assert client.post(f"/north/due/data-protection/{row.pk}/", told | whole).status_code == 302
    assert [place for place, _missing in shown(client, "gaps")] == ["Hagfors"]


def test_it_is_told_once_of_each_municipality_and_board(
    erp: Application, administrator: User, torsby: Municipality, sundsvall: Municipality, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    DataProtectionFactory(application=erp, municipality=torsby)
    told = {"application": erp.pk, "municipality": torsby.pk, "role": "controller"}
    again = client.post("/north/due/data-protection/new/", told)
    assert again.status_code == 422
    assert "already told of them" in str(again.context["form"].errors)
    assert client.post("/north/due/data-protection/new/", told | {"board": "School"}).status_code == 302
    strange = client.post("/north/due/data-protection/new/", told | {"municipality": sundsvall.pk})
    assert "Select a valid choice" in strange.context["form"].errors["municipality"][0]


def test_it_is_told_of_several_on_the_same_terms_at_once(
    erp: Application, administrator: User, torsby: Municipality, sundsvall: Municipality, sign_in: SignIn
) -> None:
    client, page = sign_in(administrator), "/north/due/data-protection/new/"
    hagfors = Municipality.objects.get(name="Hagfors")
    told = {
        "application": erp.pk,
        "municipality": torsby.pk,
        "role": "controller",
        "agreement": "DPA 7",
        "signed_on": "2026-01-01",
        "sub_processors": "none",
        "review_on": "2099-01-01",
    }
    strange = client.post(page, told | {"also": [sundsvall.pk]})
    assert "Select a valid choice" in strange.context["form"].errors["also"][0]
    assert client.post(page, told | {"also": [torsby.pk, hagfors.pk]}).status_code == 302
    rows = DataProtection.objects.values_list("municipality__name", "agreement", "review_on")
    assert {*rows} == {(name, "DPA 7", dt.date(2099, 1, 1)) for name in ("Torsby", "Hagfors")}
    assert shown(client, "gaps") == []
    again = client.post(page, told | {"board": "School", "also": [torsby.pk, hagfors.pk]})
    assert again.status_code == 422
    [said] = again.context["form"].errors["also"]
    assert "Already told of Hagfors, Torsby" in said
    assert DataProtection.objects.count() == 2, "nothing is half done"


def test_several_are_reviewed_at_once(
    erp: Application, administrator: User, torsby: Municipality, sign_in: SignIn
) -> None:
    rows = [DataProtectionFactory(application=erp, municipality=torsby, board=name) for name in ("A", "B")]
    client, page = sign_in(administrator), "/north/due/data-protection/several/"
    looked_at = client.post(page, asking(rows, review_on="2098-01-01"))
    assert not DataProtection.objects.filter(review_on=dt.date(2098, 1, 1)).exists()
    assert client.post(page, saving(looked_at)).headers["Location"] == "/north/due/data-protection/?"
    assert DataProtection.objects.filter(review_on=dt.date(2098, 1, 1)).count() == 2


def test_a_reader_is_led_to_the_application_and_offered_no_form(
    erp: Application, coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    assert {row["url"] for row in client.get("/north/due/").context["gaps"]} == {"/north/services/erp/"}


def test_tasks_and_protection_stand_on_the_page_of_the_application(
    erp: Application, administrator: User, torsby: Municipality, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    assert "Who does what" not in client.get("/north/services/erp/").content.decode().split("<main")[1]
    told = {
        "application": erp.pk,
        "what": "Restoring the database",
        "done_by": "supplier",
        "note": "At night",
    }
    response = client.post("/north/due/tasks/new/?application=erp", told)
    assert response.headers["Location"] == "/north/services/erp/"
    DataProtectionFactory(application=erp, municipality=torsby, agreement="")
    text = words(client, "/north/services/erp/")
    assert "Restoring the database At night the supplier" in text
    assert "missing Data protection Hagfors and Torsby" in text
    assert "controller" in text
    again = client.post("/north/due/tasks/new/", told)
    assert "already said" in str(again.context["form"].errors)
    client.post(f"/north/due/tasks/{Task.objects.get().pk}/delete/")
    assert not Task.objects.exists()


@pytest.mark.parametrize("page", ["due", "due/tasks", "due/data-protection"])
def test_a_list_takes_the_same_queries_for_any_number(
    north: Cooperation, administrator: User, torsby: Municipality, sign_in: SignIn, page: str
) -> None:
    client = sign_in(administrator)

    def more() -> None:
        application = ApplicationFactory(cooperation=north, review_on=dt.date(2026, 1, 1))
        SubscriptionFactory(application=application, municipality=torsby)
        TaskFactory(application=application)
        DocumentFactory(application=application, review_on=dt.date(2026, 1, 1))
        DataProtectionFactory(application=application, municipality=torsby, review_on=dt.date(2026, 1, 1))

    more()
    one = queries(client, f"/north/{page}/")
    for _ in range(4):
        more()
    assert queries(client, f"/north/{page}/") == one


def test_the_page_of_an_application_says_the_same_of_data_protection_as_what_is_due(
    north: Cooperation, erp: Application, administrator: User, coordinator: User, sign_in: SignIn
) -> None:
    """Whoever uses it and is not told of is missing there too, and nothing is of what is not in use."""
    client, page = sign_in(administrator), "/north/services/erp/"
    missing = shown(client, "gaps")
    assert {said for _place, said in missing} == {"everything: nobody has told of them"}
    text = words(client, page)
    places = [place for place, _said in missing]
    assert f"missing Data protection {places[0]}" in text
    for place in places:
        assert f"{place} — — everything: nobody has told of them" in text
    risks = client.get(page).context["risks"]
    [note] = [str(risk.note) for risk in risks if str(risk.text) == "Data protection"]
    assert [place in note for place in places] == [True] * len(places)
    add = "/north/due/data-protection/new/?application=erp&amp;municipality="
    assert client.get(page).content.decode().count(add) == len(places)
    assert add not in sign_in(coordinator).get(page).content.decode()
    DataProtectionFactory(
        application=erp, municipality=SubscriptionFactory(application=erp).municipality, agreement=""
    )
    Application.objects.filter(pk=erp.pk).update(lifecycle="retired")
    assert shown(client, "gaps") == []
    assert "missing Data protection" not in words(client, page)


def test_what_is_due_and_missing_is_a_file_too(
    erp: Application, administrator: User, sign_in: SignIn
) -> None:
    today = timezone.localdate()
    Application.objects.filter(pk=erp.pk).update(review_on=today - dt.timedelta(days=1))
    client = sign_in(administrator)
    answer = client.get("/north/due/?format=csv")
    header, *rows = b"".join(answer).decode("utf-8-sig").splitlines()
    assert header == "What,Application,Code,Municipality,Due,Missing"
    assert rows[0] == f"Yearly review,{erp.name},erp,,{today - dt.timedelta(days=1)},"
    assert rows[1].startswith(f'"Data protection, Hagfors",{erp.name},erp,Hagfors,,')
    assert len(rows) == 3
    assert client.get("/north/due/?format=xlsx").content[:2] == b"PK"


def test_the_overview_counts_what_is_due_for_those_who_may_mend_it(
    erp: Application, administrator: User, auditor: User, finance: User, sign_in: SignIn
) -> None:
    today, others = timezone.localdate(), ApplicationFactory(cooperation=erp.cooperation, lifecycle="idea")
    Application.objects.update(review_on=today)
    DocumentFactory(application=erp, review_on=today + dt.timedelta(days=90))
    DocumentFactory(application=erp, review_on=today + dt.timedelta(days=91))
    DocumentFactory(application=others, review_on=today)

    def told(user: User) -> list[str]:
        todo = sign_in(user).get("/north/overview/").context["todo"] or []
        return [each["text"] for each in todo if each["url"] == "/north/due/"]

    assert told(administrator) == ["2 reviews are late or due within 90 days"]
    assert told(auditor) == []
    assert told(finance) == []
