"""The tree of purposes, what the catalogue tells beside it, and documents."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from municipalities.models import Cooperation, Municipality
from services.actions import TREE, ship_purposes
from services.models import Application, Document, Purpose
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests.factories.services import ApplicationFactory, DocumentFactory, PurposeFactory
from tests.services.test_catalogue import filled_in, queries, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def test_the_shipped_tree_is_added_once_and_leaves_what_is_there(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    PurposeFactory(cooperation=north, code="1", name="Our own word")
    client = sign_in(administrator)
    assert "stay as they are" in words(client, "/north/purposes/shipped/")
    for _ in range(2):
        assert client.post("/north/purposes/shipped/").headers["Location"] == "/north/purposes/"
    rows = {row.code: row for row in Purpose.objects.of(north)}
    assert rows.keys() == {code for code, _name in TREE}
    assert rows["1"].name == "Our own word"
    assert rows["1-1"].parent == rows["1"]
    assert Entry.objects.filter(subject_type="services.purpose", verb="add").count() == len(TREE) - 1


def test_the_tree_of_another_cooperation_is_its_own(
    north: Cooperation, outside: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    ship_purposes(cooperation=outside, by=administrator)
    assert "No purposes yet" in words(sign_in(administrator), "/north/purposes/")


def test_every_shipped_purpose_is_part_of_one_that_stands_before_it() -> None:
    seen = {""}
    for code, _name in TREE:
        assert code.rpartition("-")[0] in seen
        seen.add(code)


def test_a_purpose_is_no_part_of_itself(north: Cooperation, administrator: User, sign_in: SignIn) -> None:
    top = PurposeFactory(cooperation=north, code="top")
    below = PurposeFactory(
        cooperation=north, code="below", parent=PurposeFactory(cooperation=north, parent=top)
    )
    client = sign_in(administrator)
    for parent in (top, below):
        response = client.post(f"/north/purposes/{top.pk}/", {"name": "Top", "parent": parent.pk})
        assert response.status_code == 422
        assert "part of itself" in response.context["form"].errors["parent"][0]


def test_a_purpose_that_something_serves_stays(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    purpose = PurposeFactory(cooperation=north)
    ApplicationFactory(cooperation=north, serves=purpose)
    assert sign_in(administrator).post(f"/north/purposes/{purpose.pk}/delete/").status_code == 409
    assert Purpose.objects.filter(pk=purpose.pk).exists()


def test_the_list_of_purposes_takes_the_same_queries_for_any_number(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    client, top = sign_in(administrator), PurposeFactory(cooperation=north)
    PurposeFactory(cooperation=north, parent=top)
    one = queries(client, "/north/purposes/")
    for _ in range(4):
        ApplicationFactory(cooperation=north, serves=PurposeFactory(cooperation=north, parent=top))
    assert queries(client, "/north/purposes/") == one


def test_what_an_application_tells_stands_on_its_page(
    north: Cooperation, administrator: User, torsby: Municipality, sign_in: SignIn
) -> None:
    purpose = PurposeFactory(cooperation=north, name="Helping")
    client = sign_in(administrator)
    told = filled_in(
        serves=str(purpose.pk),
        competence_centre=str(torsby.pk),
        confidentiality="3",
        integrity="4",
        availability="0",
        charging="priced",
        unit_price="1 250,50",
        priced_per="user and month",
        included="Telephone and mail",
        not_included="Visits",
        delivery_days="5",
    )
    assert client.post("/north/services/new/", told).status_code == 302
    row = Application.objects.get(code="helpdesk")
    assert (row.serves, row.information_class, row.unit_price) == (purpose, 4, Decimal("1250.50"))
    text = words(client, "/north/services/helpdesk/")
    for said in (
        "Purpose Helping",
        "Torsby keeps the competence centre.",
        "secret, 3-4-0",
        "1,250.50 SEK for each user and month",
        "Included Telephone and mail",
        "Not included Visits",
        "5 working days",
    ):
        assert said in text
    assert "Helping" in words(client, f"/north/services/?serves={purpose.code}")
    assert "Helpdesk" not in words(
        client, f"/north/services/?serves={PurposeFactory(cooperation=north).code}"
    )


@pytest.fixture
def tree(north: Cooperation) -> dict[str, Purpose]:
    """A school with teaching in it and reading in that; and care, named so that it sorts in between."""
    school = PurposeFactory(cooperation=north, code="b", name="School")
    teaching = PurposeFactory(cooperation=north, code="d", name="Teaching", parent=school)
    reading = PurposeFactory(cooperation=north, code="a", name="Reading", parent=teaching)
    care = PurposeFactory(cooperation=north, code="c", name="Care")
    return {row.code: row for row in (school, teaching, reading, care)}


def test_a_purpose_finds_what_serves_a_part_of_it(
    north: Cooperation, administrator: User, sign_in: SignIn, tree: dict[str, Purpose]
) -> None:
    for code in "ac":
        ApplicationFactory(cooperation=north, code=f"app-{code}", name=f"App {code}", serves=tree[code])
    client = sign_in(administrator)
    found = words(client, "/north/services/?serves=b")
    assert "App a" in found
    assert "App c" not in found
    assert "App a" not in words(client, "/north/services/?serves=c")


def test_the_tree_is_chosen_from_and_shown_as_one(
    north: Cooperation, administrator: User, sign_in: SignIn, tree: dict[str, Purpose]
) -> None:
    ApplicationFactory(cooperation=north, code="app", serves=tree["a"])
    client = sign_in(administrator)
    offered = [
        "School",
        "School / Teaching",
        "School / Teaching / Reading",
        "Care",
    ]
    for page, name in (("services/new", "serves"), ("purposes/new", "parent")):
        form = client.get(f"/north/{page}/").context["form"]
        assert [label for value, label in form.fields[name].choices if value] == offered
    narrowing = client.get("/north/services/").context["filter"].form.fields["serves"].choices
    assert [label for value, label in narrowing if value] == offered
    assert "Purpose School / Teaching / Reading" in words(client, "/north/services/app/")
    assert "Reading School / Teaching" in words(client, "/north/purposes/")


@pytest.mark.parametrize(
    ("field", "values", "said"),
    [
        ("unit_price", {"charging": "priced"}, "Say the price"),
        ("unit_price", {"unit_price": "-1"}, "not negative"),
        ("integrity", {"integrity": "5"}, "Select a valid choice"),
        ("delivery_days", {"delivery_days": "99999999999"}, "32767"),
        ("included", {"included": "a" * 2001}, "2000"),
    ],
)
def test_what_the_catalogue_cannot_tell_is_said_at_the_field(
    erp: Application, administrator: User, sign_in: SignIn, field: str, values: dict[str, str], said: str
) -> None:
    response = sign_in(administrator).post("/north/services/new/", filled_in(**values))
    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])


def test_the_purpose_is_one_of_the_cooperation(
    outside: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    theirs = PurposeFactory(cooperation=outside)
    response = sign_in(administrator).post("/north/services/new/", filled_in(serves=str(theirs.pk)))
    assert "Select a valid choice" in response.context["form"].errors["serves"][0]


def test_a_document_is_named_on_the_page_and_only_web_addresses_are_taken(
    erp: Application, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    told = {"application": str(erp.pk), "title": "Manual", "review_on": ""}
    for url in ("javascript:alert(1)", "ftp://a.example/m", "manual"):
        assert client.post("/north/due/documents/new/", told | {"url": url}).status_code == 422
    response = client.post("/north/due/documents/new/?application=erp", told | {"url": "https://a.example/m"})
    assert response.headers["Location"] == "/north/services/erp/"
    assert 'href="https://a.example/m"' in client.get("/north/services/erp/").content.decode()
    row = Document.objects.get()
    again = client.post("/north/due/documents/new/", told | {"url": "https://a.example/m"})
    assert "already a document" in again.context["form"].errors["title"][0]
    client.post(f"/north/due/documents/{row.pk}/delete/")
    assert not Document.objects.exists()


def test_the_list_of_documents_takes_the_same_queries_for_any_number(
    erp: Application, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    DocumentFactory(application=erp)
    one = queries(client, "/north/due/documents/")
    for _ in range(4):
        DocumentFactory(application=ApplicationFactory(cooperation=erp.cooperation))
    assert queries(client, "/north/due/documents/") == one
