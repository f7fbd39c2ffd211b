"""The same invoice twice is told before it is saved, and saved where it is meant."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from agreements.models import CostType
from billing.actions import save_cost, withdraw_cost
from billing.models import Cost
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from tests import uploading
from tests.factories.agreements import CostTypeFactory
from tests.factories.billing import CostFactory
from tests.factories.municipalities import TokenFactory, bearer
from tests.forms import typed as sent_of
from tests.uploading import apply, is_applied
from tests.workers import Beside

REGISTER = "/north/costs/register/"
HEADER = "external_id;application;cost_type;supplier;invoice_number;description;amount;starts_on;ends_on"
ROW = "{};;licence;{};{};{};250,00;2026-01-01;2026-02-01"
JANUARY = "1 January 2026 to 31 January 2026"
NEW = ("L-1", "Fjord", "2041", "Licences, again")


@pytest.fixture
def client(sign_in: Callable[[User], Client], administrator: User) -> Client:
    return sign_in(administrator)


@pytest.fixture
def stored(north: Cooperation, licence: CostType) -> Cost:
    found: Cost = CostFactory(
        cooperation=north,
        reference="C00000001",
        cost_type=licence,
        supplier="Fjord",
        invoice_number="2041",
        description="Licences",
    )
    return found


@pytest.fixture
def another(licence: CostType) -> dict[str, Any]:
    """The invoice once more, as somebody types it who reads it otherwise."""
    return {
        "description": "Licences of the year",
        "cost_type": licence.pk,
        "supplier": "FJORD",
        "invoice_number": "2041",
        "amount": "250,00",
        "starts_on": "2026-01-01",
        "ends_on": "2026-02-28",
    }


def told(answer: Any) -> list[str]:
    return [warning.replace("\xa0", " ") for warning in answer.context["effect"].warnings]


def again(answer: Any) -> dict[str, str]:
    shown: str = answer.context["effect"].mark
    assert f'<input type="hidden" name="told" value="{shown}">' in answer.content.decode()
    return {"told": shown}


def upload(client: Client, *rows: tuple[str, ...]) -> Any:
    content = "\r\n".join([HEADER, *(ROW.format(*row) for row in rows)]).encode()
    return uploading.upload(client, f"{REGISTER}import/", content)


def notes(shown: Any) -> dict[int, str]:
    found = {finding.line: finding.note for finding in shown.context["findings"]}
    return {line: note.replace("\xa0", " ") for line, note in sorted(found.items()) if note}


def test_the_form_asks_before_it_saves_an_invoice_twice(
    client: Client, stored: Cost, another: dict[str, Any]
) -> None:
    asked = client.post(f"{REGISTER}new/", another)
    assert asked.status_code == 200
    assert told(asked) == [
        f"C00000001 has the same supplier and invoice number: Licences, 100.00 SEK, {JANUARY}.",
        "Save it only if it is another one.",
    ]
    assert Cost.objects.count() == 1
    assert client.post(f"{REGISTER}new/", another | again(asked)).status_code == 302
    assert Cost.objects.count() == 2


@pytest.mark.parametrize(
    ("supplier", "number"),
    [
        ("A\u030am\u00e5l  Stra\u00dfe AB", "A 20\u201141"),
        ("\u00e5m\u00e5l\u00a0STRASSE AB ", "a\u00a020-41"),
    ],
)
def test_an_invoice_is_the_same_however_it_is_written(
    client: Client, stored: Cost, another: dict[str, Any], supplier: str, number: str
) -> None:
    """Capitals, spaces, dashes, and letters of one sign or two."""
    stored.supplier, stored.invoice_number = "\u00c5m\u00e5l Strasse AB", "A 20-41"
    stored.save()
    asked = client.post(f"{REGISTER}new/", another | {"supplier": supplier, "invoice_number": number})
    assert asked.status_code == 200
    assert "C00000001" in asked.content.decode()
    assert Cost.objects.count() == 1


def test_what_was_confirmed_of_one_is_not_confirmed_of_another(
    client: Client, stored: Cost, another: dict[str, Any]
) -> None:
    asked = client.post(f"{REGISTER}new/", another)
    CostFactory(cooperation=stored.cooperation, supplier="Fjord", invoice_number="2041")
    told_more = client.post(f"{REGISTER}new/", another | again(asked))
    assert (told_more.status_code, len(told(told_more))) == (200, 3)


@pytest.mark.parametrize("number", ["", "2041"])
def test_going_back_and_saving_again_asks_whether_it_is_meant(
    client: Client, north: Cooperation, another: dict[str, Any], number: str
) -> None:
    sent = another | {"invoice_number": number}
    assert client.post(f"{REGISTER}new/", sent).status_code == 302
    asked = client.post(f"{REGISTER}new/", sent)
    assert asked.status_code == 200
    assert [warning.partition(":")[0] for warning in told(asked)] == [
        "C00000001 is the same in everything",
        "Save it only if it is another one.",
    ]
    assert Cost.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_button_that_is_pressed_twice_makes_one_cost(
    sign_in: Callable[[User], Client], administrator: User, another: dict[str, Any]
) -> None:
    clients, start = [sign_in(administrator) for _ in range(2)], threading.Barrier(2, timeout=30)
    clients[0].get(f"{REGISTER}new/")

    def press(client: Client) -> int:
        start.wait()
        return client.post(f"{REGISTER}new/", another).status_code

    both = [Beside(lambda client=client: press(client)) for client in clients]
    assert sorted(one.value() for one in both) == [200, 302]
    assert Cost.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"supplier": "Svea"}, {"invoice_number": "2042"}, {"invoice_number": ""}, {"invoice_number": "20_1"}],
)
def test_another_invoice_is_saved_at_once(
    client: Client, stored: Cost, another: dict[str, Any], changes: dict[str, str]
) -> None:
    assert client.post(f"{REGISTER}new/", another | changes).status_code == 302


def test_what_counts_nowhere_or_elsewhere_is_not_the_same(
    client: Client, stored: Cost, outside: Cooperation, another: dict[str, Any], administrator: User
) -> None:
    withdraw_cost(cost=stored, on=stored.starts_on, by=administrator)
    CostFactory(cooperation=outside, supplier="Fjord", invoice_number="2041")
    assert client.post(f"{REGISTER}new/", another).status_code == 302


def test_a_credit_note_is_not_what_it_refunds(client: Client, stored: Cost) -> None:
    offered = client.get(f"{REGISTER}new/?credits={stored.reference}")
    sent = sent_of(offered, invoice_number="2041") | {"cost_type": stored.cost_type_id, "application": ""}
    assert client.post(f"{REGISTER}new/", sent).status_code == 302
    asked = client.post(f"{REGISTER}new/", sent)
    assert "more would be refunded" in asked.content.decode()


def test_a_change_asks_only_where_it_makes_them_the_same(
    client: Client, stored: Cost, another: dict[str, Any]
) -> None:
    asked = client.post(f"{REGISTER}new/", another)
    client.post(f"{REGISTER}new/", another | again(asked))
    address = f"{REGISTER}{stored.pk}/"
    assert client.post(address, sent_of(client.get(address), description="Mended")).status_code == 302
    other = CostFactory(cooperation=stored.cooperation, cost_type=stored.cost_type, supplier="Fjord")
    address = f"{REGISTER}{other.pk}/"
    asked = client.post(address, sent_of(client.get(address), invoice_number="2041"))
    assert (asked.status_code, len(told(asked))) == (200, 3)
    assert client.post(address, sent_of(asked) | again(asked)).status_code == 302


def test_restoring_what_was_added_anew_tells_it(
    client: Client, stored: Cost, another: dict[str, Any], administrator: User
) -> None:
    withdraw_cost(cost=stored, on=stored.starts_on, by=administrator)
    client.post(f"{REGISTER}new/", another)
    address = f"{REGISTER}{stored.pk}/restore/"
    asked = client.get(address)
    assert "has the same supplier and invoice number" in told(asked)[0]
    assert client.post(address, again(asked)).status_code == 302


def test_the_dry_run_of_an_import_says_it_and_saves_all_the_same(
    client: Client, stored: Cost, erp: Application
) -> None:
    shown = upload(
        client, NEW, ("L-2", "Svea", "7", "A"), ("L-3", "svea", "7", "B"), ("L-4", "Svea", "", "A")
    )
    assert notes(shown) == {
        2: f"C00000001 has the same supplier and invoice number: Licences, 100.00 SEK, {JANUARY}.",
        3: f"Line 4 has the same supplier and invoice number: B, 250.00 SEK, {JANUARY}.",
        4: f"Line 3 has the same supplier and invoice number: A, 250.00 SEK, {JANUARY}.",
    }
    assert shown.context["counts"]["new"] == 4
    assert is_applied(apply(client, shown))
    assert Cost.objects.count() == 5
    unchanged = upload(client, NEW)
    assert notes(unchanged) == {}


def test_an_import_says_what_is_wholly_equal(client: Client, north: Cooperation) -> None:
    row = ("L-1", "Fjord", "", "Licences")
    apply(client, upload(client, row))
    assert "C00000001 is the same in everything" in notes(upload(client, ("L-2", *row[1:])))[2]
    changed = upload(client, ("L-1", "Fjord", "2041", "Licences"))
    assert notes(changed) == {}


def test_an_import_is_shown_again_where_the_invoice_came_meanwhile(
    client: Client, north: Cooperation, licence: CostType, another: dict[str, Any]
) -> None:
    shown = upload(client, NEW)
    client.post(f"{REGISTER}new/", another)
    refused = apply(client, shown)
    assert not is_applied(refused)
    assert "same supplier and invoice number" in notes(refused)[2]
    assert is_applied(apply(client, refused))


def test_the_api_warns_and_saves_all_the_same(stored: Cost, licence: CostType) -> None:
    cache.clear()
    token = TokenFactory(cooperation=stored.cooperation, scopes=["read", "costs:write"])
    client, headers = Client(), {"Authorization": f"Bearer {bearer(token)}"}
    body = {
        "external_id": "L-1",
        "cost_type": "licence",
        "supplier": "Fjord",
        "invoice_number": "2041",
        "description": "Licences, again",
        "amount": "250.00",
        "starts_on": "2026-01-01",
        "ends_on": "2026-02-01",
    }

    def post(path: str, **values: str) -> tuple[int, list[dict[str, str]]]:
        answer = client.post(
            f"/api/v1/costs/{path}", body | values, content_type="application/json", headers=headers
        )
        return answer.status_code, answer.json()["warnings"]

    asked = post("?dry_run=true")
    assert not Cost.objects.filter(external_id="L-1").exists()
    added = post("")
    assert (asked[0], added[0]) == (200, 201)
    assert asked[1] == added[1]
    assert [(one["code"], one["reference"]) for one in added[1]] == [("same_invoice", "C00000001")]
    assert "Licences, 100.00" in added[1][0]["message"]
    assert [one["code"] for one in post("", external_id="L-2")[1]] == ["same_cost", "same_invoice"]
    assert post("", external_id="L-3", invoice_number="8") == (201, [])
    cost = Cost.objects.get(external_id="L-1")
    withdrawn = client.post(
        f"/api/v1/costs/{cost.pk}/withdraw/", {}, content_type="application/json", headers=headers
    )
    assert withdrawn.json()["warnings"] == []


@pytest.mark.parametrize("others", [1, 5])
def test_it_takes_the_same_queries_for_any_number(
    client: Client,
    stored: Cost,
    another: dict[str, Any],
    administrator: User,
    others: int,
    django_assert_max_num_queries: Any,
) -> None:
    kind = CostTypeFactory(cooperation=stored.cooperation)
    for number in range(others):
        CostFactory(
            cooperation=stored.cooperation,
            cost_type=kind,
            supplier="Fjord",
            invoice_number="2041",
            description=f"Part {number}",
        )
    save_cost(cost=Cost.objects.get(pk=stored.pk), by=administrator)
    with django_assert_max_num_queries(56):
        assert client.post(f"{REGISTER}new/", another).status_code == 200
