"""The service catalogue and the page of an application."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipalities.models import Cooperation, Municipality
from services.models import Application
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests.factories.agreements import CostTypeFactory, TermFactory, even_key
from tests.factories.municipalities import MemberFactory, SiteFactory
from tests.factories.services import ApplicationFactory, InstallationFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
ODD = "\"Ärende\" & 'bygg' <b>🏗️</b>"


def filled_in(**values: str) -> dict[str, str]:
    return {
        "name": "Helpdesk",
        "code": "helpdesk",
        "purpose": "One queue for everybody",
        "owner": "",
        "vendor": "",
        "serves": "",
        "competence_centre": "",
        "confidentiality": "1",
        "integrity": "",
        "availability": "",
        "charging": "base",
        "unit_price": "",
        "priced_per": "",
        "included": "",
        "not_included": "",
        "delivery_days": "",
        "runs": "",
        "measured": "",
        "supported": "",
        "lifecycle": "in_use",
        "review_on": "",
    } | values


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def words(client: Client, url: str) -> str:
    """The text of a page as one line."""
    html = client.get(url).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_catalogue_tells_who_uses_it_and_where_it_runs(
    coordinator: User, erp: Application, sign_in: SignIn
) -> None:
    erp.subscriptions.update(users=40)
    InstallationFactory(application=erp, site=SiteFactory(cooperation=erp.cooperation, name="Torsby centre"))
    assert "ERP To be shared in use — — 2 80 Torsby centre internal, 1-?-?" in words(
        sign_in(coordinator), "/north/services/"
    )


def test_only_subscriptions_and_sites_of_today_count(
    coordinator: User, erp: Application, sign_in: SignIn
) -> None:
    erp.subscriptions.update(valid_until=dt.date(2021, 1, 1))
    InstallationFactory(application=erp, valid_until=dt.date(2021, 1, 1))
    assert "ERP To be shared in use — — 0 — internal, 1-?-?" in words(
        sign_in(coordinator), "/north/services/"
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lifecycle=retired", {"Archive"}),
        ("confidentiality=3", {"Archive"}),
        ("q=shared", {"ERP"}),
        ("owner=SE1737", {"Archive"}),
        ("owner=%00", {"ERP", "Archive"}),
        ("q=%00", {"ERP", "Archive"}),
        ("owner=99999999999999999999", {"ERP", "Archive"}),
    ],
)
def test_the_catalogue_is_filtered(
    north: Cooperation,
    coordinator: User,
    sign_in: SignIn,
    torsby: Municipality,
    query: str,
    expected: set[str],
) -> None:
    ApplicationFactory(
        cooperation=north,
        code="archive",
        name="Archive",
        purpose="Keeps",
        lifecycle="retired",
        confidentiality=3,
        owner=torsby,
    )
    page = sign_in(coordinator).get(f"/north/services/?{query}").content.decode()
    shown = {name for name in ("ERP", "Archive") if f">{name}</a>" in page}
    assert shown == expected


def test_the_owner_to_filter_by_is_one_of_the_cooperation(
    coordinator: User, sundsvall: Municipality, sign_in: SignIn
) -> None:
    page = sign_in(coordinator).get(f"/north/services/?owner={sundsvall.key}").content.decode()
    assert "Select a valid choice" in page
    assert "Sundsvall" not in page


def test_the_catalogue_takes_the_same_queries_for_any_number_of_rows(
    north: Cooperation, coordinator: User, sign_in: SignIn, torsby: Municipality
) -> None:
    client = sign_in(coordinator)
    one = queries(client, "/north/services/")
    for _ in range(4):
        application = ApplicationFactory(cooperation=north, owner=torsby)
        SubscriptionFactory(application=application, municipality=torsby)
        InstallationFactory(application=application)
    assert queries(client, "/north/services/") == one


def test_the_catalogue_can_be_had_as_a_file(coordinator: User, erp: Application, sign_in: SignIn) -> None:
    Application.objects.filter(pk=erp.pk).update(name="=1+1", purpose=ODD)
    response = sign_in(coordinator).get("/north/services/?format=csv")
    lines = b"".join(response).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    assert lines[0].startswith("Application,Purpose,Lifecycle,In the tree,Owner,Municipalities")
    assert lines[1].startswith('\'=1+1,"""Ärende""')
    assert "in use" in lines[1]


def test_digits_stand_in_groups_on_pages_and_plain_in_files(
    coordinator: User, erp: Application, sign_in: SignIn
) -> None:
    erp.subscriptions.update(users=1250)
    client = sign_in(coordinator)
    for path, shown in (
        ("services/", ">2,500<"),
        ("services/erp/", ">1,250<"),
        ("subscriptions/", ">1,250<"),
    ):
        assert shown in re.sub(r"\s*([<>])\s*", r"\1", client.get(f"/north/{path}").content.decode())
    response = client.get("/north/services/?format=csv")
    assert ",2500," in b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def test_the_page_of_an_application_shows_use_sites_and_terms(
    north: Cooperation, coordinator: User, erp: Application, sign_in: SignIn, torsby: Municipality
) -> None:
    erp.subscriptions.exclude(municipality=torsby).delete()
    for name, purpose in (("Torsby centre", "primary"), ("Mirror site", "mirror")):
        InstallationFactory(application=erp, site=SiteFactory(cooperation=north, name=name), purpose=purpose)
    text = words(sign_in(coordinator), "/north/services/erp/")
    assert "Used by 1 of 2 members" in text
    assert f"{erp.name} runs at Torsby centre, and can be taken over by Mirror site." in text
    assert "Not used by: Hagfors" in text
    assert "All other costs Evenly those who use the application Cooperation agreement" in text


def test_who_uses_it_is_compared_by_bars_where_users_differ(
    coordinator: User, north: Cooperation, sign_in: SignIn
) -> None:
    application = ApplicationFactory(cooperation=north, code="plan")
    address, client = "/north/services/plan/", sign_in(coordinator)
    for users in (40, 40):
        place = MemberFactory(cooperation=north).municipality
        SubscriptionFactory(application=application, municipality=place, users=users)
    assert b"sd-bar-cell" not in client.get(address).content
    place = MemberFactory(cooperation=north).municipality
    SubscriptionFactory(application=application, municipality=place, users=80)
    assert client.get(address).content.count(b'class="sd-bar-cell"') == 3


def test_a_reader_is_offered_no_change(coordinator: User, erp: Application, sign_in: SignIn) -> None:
    client = sign_in(coordinator)
    for url in ("/north/services/", "/north/services/erp/"):
        page = client.get(url).content.decode()
        assert "/change/" not in page
        assert "/services/new/" not in page


def test_the_page_of_an_application_takes_the_same_queries_for_any_number_of_rows(
    north: Cooperation, administrator: User, sign_in: SignIn, sundsvall: Municipality, torsby: Municipality
) -> None:
    client, key = sign_in(administrator), even_key(cooperation=north)
    application = ApplicationFactory(cooperation=north, code="helpdesk", owner=torsby)
    SubscriptionFactory(application=application, municipality=torsby)
    InstallationFactory(application=application).administered_by.set([torsby])
    TermFactory(application=application, key=key)
    one = queries(client, "/north/services/helpdesk/")
    for _ in range(4):
        place = MemberFactory(cooperation=north).municipality
        SubscriptionFactory(application=application, municipality=place)
        InstallationFactory(application=application).administered_by.set([torsby, place])
        TermFactory(application=application, key=key, cost_type=CostTypeFactory(cooperation=north))
    assert queries(client, "/north/services/helpdesk/") == one


def test_an_application_is_added_and_logged(
    north: Cooperation, administrator: User, sign_in: SignIn, torsby: Municipality
) -> None:
    data = filled_in(name=ODD, owner=str(torsby.pk))
    response = sign_in(administrator).post("/north/services/new/", data)
    assert response.headers["Location"] == "/north/services/helpdesk/"
    added = Application.objects.get(cooperation=north, code="helpdesk")
    assert (added.name, added.owner) == (ODD, torsby)
    assert Entry.objects.filter(subject_id=str(added.pk), verb="add", user=administrator).exists()
    page = sign_in(administrator).get("/north/services/helpdesk/").content.decode()
    assert "&lt;b&gt;🏗️" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("code", "erp", "There is already an application with this code."),
        ("code", "new", "The portal uses this word itself: choose another code."),
        ("code", "two words", "Enter a valid"),
        ("name", "", "This field is required."),
        ("name", "å" * 10_000, "at most 150 characters"),
        ("name", "a\x00b", "Null characters are not allowed."),
        ("purpose", "🏗️" * 5_000, "at most 300 characters"),
        ("runs", "never", "Select a valid choice"),
        ("owner", "99999999999999999999", "Select a valid choice"),
        ("review_on", "2026-02-30", "Enter a valid date."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_saved(
    north: Cooperation, administrator: User, sign_in: SignIn, field: str, value: str, said: str
) -> None:
    response = sign_in(administrator).post("/north/services/new/", filled_in(**{field: value}))
    assert response.status_code == 422
    assert any(said in error for error in response.context["form"].errors[field])
    assert Application.objects.filter(cooperation=north).count() == 1


def test_the_owner_is_a_municipality_of_the_cooperation(
    administrator: User, sundsvall: Municipality, sign_in: SignIn
) -> None:
    response = sign_in(administrator).post("/north/services/new/", filled_in(owner=str(sundsvall.pk)))
    assert "Select a valid choice" in response.context["form"].errors["owner"][0]


def test_an_application_changes_but_keeps_its_code(
    administrator: User, erp: Application, sign_in: SignIn
) -> None:
    data = filled_in(code="other", name="Economy")
    response = sign_in(administrator).post("/north/services/erp/change/", data)
    assert response.headers["Location"] == "/north/services/erp/"
    erp.refresh_from_db()
    assert (erp.code, erp.name) == ("erp", "Economy")


PAGES = [
    "/north/services/new/",
    "/north/services/erp/change/",
    "/north/services/erp/move/",
    "/north/installations/new/",
    "/north/subscriptions/new/",
]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("name", ["coordinator", "finance", "auditor"])
def test_only_administrators_edit(
    request: pytest.FixtureRequest, erp: Application, sign_in: SignIn, name: str, url: str, method: str
) -> None:
    client = sign_in(request.getfixturevalue(name))
    assert getattr(client, method)(url).status_code == 403


@pytest.mark.parametrize(
    "url",
    [*PAGES, "/north/services/", "/north/services/erp/", "/north/installations/", "/north/subscriptions/"],
)
def test_another_cooperation_is_not_there(
    north: Cooperation, stranger: User, sign_in: SignIn, url: str
) -> None:
    assert sign_in(stranger).get(url).status_code == 404


def test_an_application_of_another_cooperation_is_not_there(
    administrator: User, outside: Cooperation, sign_in: SignIn
) -> None:
    ApplicationFactory(cooperation=outside, code="secret")
    client = sign_in(administrator)
    for url in ("", "change/", "move/"):
        assert client.get(f"/north/services/secret/{url}").status_code == 404


def test_a_name_that_would_turn_the_amount_behind_it_is_refused(
    administrator: User, north: Cooperation, sign_in: SignIn
) -> None:
    sent = filled_in(name="Helpdesk\u202e")
    answer = sign_in(administrator).post("/north/services/new/", sent)
    assert answer.status_code == 422
    assert "turns the direction of writing" in answer.context["form"].errors["name"][0]
