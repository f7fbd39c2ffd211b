"""The register of costs and the steps of a cost, as an administrator meets them."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from agreements.models import CostType
from billing.actions import withdraw_cost
from billing.models import Cost, Period
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.common.figures import money
from sharedict.jobs.models import Job
from tests.billing.books import credit, post
from tests.budgets import MOMENT
from tests.factories.agreements import CostTypeFactory
from tests.factories.billing import CostFactory, compute
from tests.factories.services import ApplicationFactory, SubscriptionFactory
from tests.forms import typed as sent_of

REGISTER = "/north/costs/register/"
JANUARY, FEBRUARY, MARCH = (dt.date(2026, number, 1) for number in (1, 2, 3))


@pytest.fixture
def client(sign_in: Callable[[User], Client], administrator: User) -> Client:
    return sign_in(administrator)


@pytest.fixture
def typed(erp: Application, licence: CostType) -> dict[str, Any]:
    """What somebody types to add a cost."""
    return {
        "description": "Licences, January",
        "application": erp.pk,
        "cost_type": licence.pk,
        "supplier": "Fjord Software AB",
        "invoice_number": "2041",
        "amount": "1 250,50",
        "starts_on": "2026-01-01",
        "ends_on": "2026-01-31",
        "credits": "",
        "external_id": "",
    }


@pytest.fixture
def cost(north: Cooperation, erp: Application, licence: CostType) -> Cost:
    return CostFactory(
        cooperation=north, application=erp, cost_type=licence, description="Licences", supplier="Fjord"
    )


def page(cost: Cost, step: str = "") -> str:
    return f"{REGISTER}{cost.pk}/{step}"


def rows_of(client: Client, query: str = "") -> list[dict[str, str]]:
    """The register as its CSV file says it."""
    answer = client.get(f"{REGISTER}?format=csv{query}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_cost_is_added_and_recomputed(
    client: Client, typed: dict[str, Any], do_jobs: Callable[[], int]
) -> None:
    answer = client.post(f"{REGISTER}new/", typed)
    cost = Cost.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == page(cost)
    assert (cost.amount, cost.currency, cost.reference) == (Decimal("1250.50"), "SEK", "C00000001")
    shown = client.get(page(cost)).content.decode()
    assert "The shares are being recomputed" in shown
    assert f'hx-get="{page(cost)}"' in shown
    assert do_jobs() == 1
    assert Period.objects.get().current_run.total == Decimal("1250.50")
    done = client.get(page(cost), headers={"HX-Request": "true"})
    assert done.status_code == 286
    assert "1,250.50" in done.content.decode()
    assert 'href="/north/costs/2026-01/"' in done.content.decode()
    assert "hx-get" not in done.content.decode()


def test_days_are_typed_as_the_portal_shows_them(client: Client, typed: dict[str, Any]) -> None:
    in_words = {"starts_on": "1 januari 2026", "ends_on": "31 januari 2026"}
    answer = client.post(f"{REGISTER}new/", typed | in_words, headers={"accept-language": "sv"})
    assert answer.status_code == 302
    assert (Cost.objects.get().starts_on, Cost.objects.get().ends_on) == (JANUARY, FEBRUARY)


def test_polling_goes_on_while_a_job_is_not_done(client: Client, cost: Cost) -> None:
    Job.objects.create(
        kind="facts-changed",
        cooperation=cost.cooperation,
        touches_from=JANUARY,
        created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        run_after=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    answer = client.get(page(cost), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert b'hx-trigger="every 1s"' in answer.content
    assert b"<html" not in answer.content


def test_a_new_cost_begins_with_this_month(client: Client) -> None:
    answer = client.get(f"{REGISTER}new/")
    initial = answer.context["form"].initial
    assert initial["starts_on"].day == initial["ends_on"].day == 1
    assert initial["starts_on"] < initial["ends_on"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("amount", "1.005", "“1.005” can be read as 1.005 or 1,005.00"),
        ("amount", "0.005", "at most two decimals"),
        ("amount", "100000000000000000", "at most two decimals"),
        ("amount", "1" + "0" * 10_000, "at most two decimals"),
        ("amount", "1e17", "at most two decimals"),
        ("amount", "1e999999", "at most two decimals"),
        ("amount", "NaN", "at most two decimals"),
        ("amount", "Infinity", "at most two decimals"),
        ("amount", "🎉", "at most two decimals"),
        ("amount", "=1+1", "at most two decimals"),
        ("amount", "0", "A cost of 0 shares nothing"),
        ("amount", "", "This field is required"),
        ("ends_on", "2025-12-31", "It cannot end before it begins"),
        ("ends_on", "2025-12-30", "It cannot end before it begins"),
        ("ends_on", "2099-01-01", "ten years at most"),
        ("starts_on", "0026-01-01", "between the years 1900 and 2199"),
        ("starts_on", "2026-02-30", "Enter a valid date"),
        ("starts_on", "yesterday 🎉", "Enter a valid date"),
        ("description", "x" * 10_000, "at most 300 characters"),
        ("description", "", "This field is required"),
        ("description", "nul\x00", "Null characters are not allowed"),
        ("supplier", "🦐" * 200, "at most 150 characters"),
        ("invoice_number", "9" * 61, "at most 60 characters"),
        ("external_id", "9" * 101, "at most 100 characters"),
        ("cost_type", "", "This field is required"),
        ("cost_type", "999999", "Select a valid choice"),
        ("application", "' OR 1=1", "Select a valid choice"),
        ("credits", "C99999999", "There is no cost with this reference"),
        ("credits", "nul\x00", ""),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(
    client: Client, typed: dict[str, Any], field: str, value: str, message: str
) -> None:
    answer = client.post(f"{REGISTER}new/", typed | {field: value})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert message in " ".join(errors[field])
    assert not Cost.objects.exists()
    assert not Job.objects.exists()
    for name, kept in (typed | {field: value}).items():
        assert answer.context["form"][name].value() == str(kept)


@pytest.mark.parametrize(
    "text", ['"Quoted"', "Räksmörgås 🦐", "<script>alert(1)</script>", "=SUM(A1:A9)", "{{ 7|add:7 }}", "a\\b"]
)
def test_any_text_is_shown_as_it_is_typed(client: Client, typed: dict[str, Any], text: str) -> None:
    client.post(f"{REGISTER}new/", typed | {"description": text, "supplier": text})
    cost = Cost.objects.get()
    assert (cost.description, cost.supplier) == (text, text)
    for address in (REGISTER, page(cost)):
        assert "<script>alert" not in client.get(address).content.decode()
    assert rows_of(client)[0]["Supplier"] == (f"'{text}" if text.startswith("=") else text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1250.5", "1250.50"), ("1250,5", "1250.50"), ("1\u00a0250,50", "1250.50"), ("\u2212 7", "-7.00")],
)
def test_amounts_are_typed_with_comma_or_point(
    client: Client, typed: dict[str, Any], text: str, amount: str
) -> None:
    client.post(f"{REGISTER}new/", typed | {"amount": text})
    assert Cost.objects.get().amount == Decimal(amount)


def test_an_amount_is_shown_to_be_typed_again_in_the_readers_language(client: Client, cost: Cost) -> None:
    assert 'value="100.00"' in client.get(page(cost)).content.decode()
    swedish = client.get(page(cost), headers={"Accept-Language": "sv"}).content.decode()
    assert 'value="100,00"' in swedish


def test_a_cost_is_changed(
    client: Client, cost: Cost, typed: dict[str, Any], do_jobs: Callable[[], int]
) -> None:
    compute(cost.cooperation)
    answer = client.post(page(cost), typed | {"amount": "99,99"}, follow=True)
    assert answer.redirect_chain == [(page(cost), 302)]
    assert "The shares are being recomputed" in answer.content.decode()
    do_jobs()
    cost.refresh_from_db()
    assert (cost.amount, cost.description) == (Decimal("99.99"), "Licences, January")
    assert Period.objects.get().current_run.total == Decimal("99.99")


def test_a_cost_that_nothing_divides_says_why_on_its_page(client: Client, north: Cooperation) -> None:
    cost = CostFactory(cooperation=north, application=ApplicationFactory(cooperation=north))
    compute(north)
    shown = client.get(page(cost)).content.decode()
    assert "Unallocated" in shown
    assert "Nobody uses the application in this month." in shown
    assert rows_of(client)[0]["State"] == "unallocated"


def test_a_cost_opens_with_what_it_is_and_what_the_readers_own_carry(
    north: Cooperation, cost: Cost, finance: User, sign_in: Callable[[User], Client]
) -> None:
    compute(north)
    reader = sign_in(finance)
    opening = reader.get(page(cost)).context["opening"]
    assert (opening["value"], opening["unit"]) == (money(cost.amount), "SEK")
    assert opening["sentences"][0]["bold"].startswith("Shared in ")
    assert opening["sentences"][0]["text"].startswith("by the key ")
    own = reader.get(opening["link"]["url"]).context["opening"]
    assert f"Torsby {own['value']}\xa0SEK." in opening["sentences"][1]["text"]
    with translation.override("sv"):  # the request leaves its language behind
        swedish = reader.get(page(cost), headers={"Accept-Language": "sv"}).context["opening"]
    assert swedish["sentences"][0]["bold"].startswith("Fördelas i ")
    assert swedish["link"]["label"] == "Se varför"


def test_a_cost_is_withdrawn_after_one_question_and_restored(
    client: Client, cost: Cost, do_jobs: Callable[[], int]
) -> None:
    compute(cost.cooperation)
    question = client.get(page(cost, "withdraw/")).content.decode()
    assert "You can restore it later" in question
    assert "Open months are computed again without it, January 2026: 100.00\xa0SEK in all." in question
    assert ">Withdraw 100.00\xa0SEK</button>" in question
    assert not Cost.objects.get().is_withdrawn
    assert client.post(page(cost, "withdraw/")).status_code == 302
    do_jobs()
    assert Cost.objects.get().is_withdrawn
    assert Period.objects.get().current_run.total == 0
    shown = client.get(page(cost)).content.decode()
    assert f'href="{page(cost, "restore/")}"' in shown
    assert 'name="amount"' not in shown
    assert ">Restore 100.00\xa0SEK</button>" in client.get(page(cost, "restore/")).content.decode()
    assert client.post(page(cost, "restore/")).status_code == 302
    do_jobs()
    assert not Cost.objects.get().is_withdrawn
    assert Period.objects.get().current_run.total == 100


def test_a_credit_note_of_a_withdrawn_cost_is_not_offered_to_be_restored(
    north: Cooperation, administrator: User, sign_in: Callable[[User], Client]
) -> None:
    cost = post(north, "100.00", dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    refund = credit(cost)
    for row in (refund, cost):
        withdraw_cost(cost=Cost.objects.get(pk=row.pk), on=dt.date(2026, 1, 1), by=None)
    asked = sign_in(administrator).get(page(refund, "restore/"))
    text = asked.content.decode()
    assert "cannot be restored" in text
    assert "That cost is withdrawn already." in text
    assert f'href="{page(cost)}"' in text
    assert "btn-primary" not in text


def test_no_more_is_withdrawn_than_the_button_said(client: Client, cost: Cost) -> None:
    asked = {"seen": client.get(page(cost, "withdraw/")).context["seen"]}
    Cost.objects.update(amount=Decimal("99999.00"))
    again = client.post(page(cost, "withdraw/"), asked)
    assert "It was changed meanwhile: look at it once more." in again.content.decode()
    assert ">Withdraw 99,999.00\xa0SEK</button>" in again.content.decode()
    assert not Cost.objects.get().is_withdrawn
    client.post(page(cost, "withdraw/"), {"seen": again.context["seen"]})
    assert Cost.objects.get().is_withdrawn


def test_what_is_done_already_is_not_offered(client: Client, cost: Cost) -> None:
    for step, said in (
        ("restore/", "counts already"),
        ("withdraw/", ""),
        ("withdraw/", "is withdrawn already"),
    ):
        if said:
            assert said in client.get(page(cost, step)).content.decode()
            assert "confirm_label" not in client.get(page(cost, step)).context
        assert client.post(page(cost, step)).status_code == (409 if said else 302)


def test_a_withdrawn_cost_is_not_changed_behind_the_pages_back(
    client: Client, cost: Cost, typed: dict[str, Any]
) -> None:
    client.post(page(cost, "withdraw/"))
    answer = client.post(page(cost), typed)
    assert answer.status_code == 422
    assert "Nothing was saved: the cost has been withdrawn meanwhile." in answer.content.decode()
    assert Cost.objects.get().description == "Licences"
    assert "Nothing was saved" not in client.get(page(cost)).content.decode()


def test_a_credit_note_is_prepared_from_its_cost(client: Client, cost: Cost) -> None:
    offered = f"{REGISTER}new/?credits={cost.reference}"
    assert f'href="{offered}"' in client.get(page(cost)).content.decode()
    form = client.get(offered).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: getattr(value, "pk", value) for name, value in sent.items() if value is not None}
    assert sent["amount"] == "-100.00"
    assert client.post(f"{REGISTER}new/", sent).status_code == 302
    note = Cost.objects.get(credits=cost)
    assert (note.amount, note.application, note.supplier) == (-100, cost.application, "Fjord")
    asked = client.get(page(cost, "withdraw/")).content.decode()
    assert f'<a href="{page(note)}">' in asked
    assert "btn-danger" not in asked
    refused = client.post(page(cost, "withdraw/"))
    assert refused.status_code == 409
    assert "withdraw the credit note first" in refused.content.decode()


def test_a_cost_that_is_refunded_is_not_offered_to_be_withdrawn(client: Client, cost: Cost) -> None:
    offered, why = f'href="{page(cost, "withdraw/")}"', "withdraw what refunds it first"
    before = client.get(page(cost)).content.decode()
    assert offered in before
    assert why not in before
    note = CostFactory(
        cooperation=cost.cooperation,
        application=cost.application,
        cost_type=cost.cost_type,
        credits=cost,
        amount=-40,
    )
    refunded = client.get(page(cost)).content.decode()
    assert offered not in refunded
    assert why in refunded
    client.post(page(note, "withdraw/"))
    assert offered in client.get(page(cost)).content.decode()


@pytest.mark.parametrize("role", ["finance", "coordinator", "auditor"])
def test_who_only_reads_opens_a_cost_without_form_and_steps(
    role: str,
    request: pytest.FixtureRequest,
    sign_in: Callable[[User], Client],
    cost: Cost,
    typed: dict[str, Any],
) -> None:
    compute(cost.cooperation)
    note = CostFactory(
        cooperation=cost.cooperation,
        application=cost.application,
        cost_type=cost.cost_type,
        credits=cost,
        amount=-40,
    )
    reader = sign_in(request.getfixturevalue(role))
    assert f'<a href="{page(cost)}">' in reader.get(REGISTER).content.decode()
    text = reader.get(page(cost)).content.decode()
    for said in ("Fjord", "100.00\u00a0SEK", "1 January 2026 to 31 January 2026", "January 2026", str(note)):
        assert said in text
    main = text[text.index("<main") : text.index("</main>")]
    for offered in ("<form", "<button", "?credits=", "withdraw", "restore"):
        assert offered not in main
    refunding = reader.get(page(note)).content.decode()
    assert f'<a href="{page(cost)}">{cost}</a>' in refunding
    for step in ("", "withdraw/", "restore/"):
        assert reader.post(page(cost, step), typed).status_code == 403
    assert reader.get(page(cost, "withdraw/")).status_code == 403
    Cost.objects.filter(pk=note.pk).update(withdrawn_on=FEBRUARY)
    gone = reader.get(page(note)).content.decode()
    assert "1 February 2026" in gone
    assert "Restore" not in gone


def test_a_credit_note_that_does_not_fit_is_refused_at_its_field(
    client: Client, cost: Cost, typed: dict[str, Any]
) -> None:
    answer = client.post(f"{REGISTER}new/", typed | {"amount": "-100.01", "credits": cost.reference})
    assert answer.status_code == 422
    said = " ".join(answer.context["form"].errors["amount"])
    assert "more would be refunded for January 2026" in said
    assert "100.00\u00a0SEK is left to refund in that month, and 100.00\u00a0SEK in all" in said
    answer = client.post(
        f"{REGISTER}new/", typed | {"amount": "-1", "ends_on": "2026-02-01", "credits": cost.reference}
    )
    said = " ".join(answer.context["form"].errors["ends_on"])
    assert "from 1 January 2026, and 31 January 2026 is the last one" in said
    changed = client.get(page(CostFactory(cooperation=cost.cooperation, credits=cost, amount=-100)))
    assert f'value="{cost.reference}"' in changed.content.decode()


def test_an_external_id_that_is_taken_is_refused_at_its_field(
    client: Client, cost: Cost, typed: dict[str, Any]
) -> None:
    Cost.objects.update(external_id="ledger-7")
    answer = client.post(f"{REGISTER}new/", typed | {"external_id": "ledger-7"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["external_id"]


def test_other_cooperations_costs_do_not_exist(
    client: Client, outside: Cooperation, typed: dict[str, Any], north: Cooperation
) -> None:
    theirs = CostFactory(cooperation=outside, description="Secret", external_id="theirs")
    assert "Secret" not in client.get(REGISTER).content.decode()
    for step in ("", "withdraw/", "restore/"):
        assert client.get(page(theirs, step)).status_code == 404
        assert client.post(page(theirs, step), typed).status_code == 404
    assert (
        client.get(f"{REGISTER}new/?credits={theirs.reference}").context["form"].initial.get("credits")
        is None
    )
    for field, value in {
        "application": ApplicationFactory(cooperation=outside).pk,
        "cost_type": CostTypeFactory(cooperation=outside).pk,
        "credits": theirs.reference,
    }.items():
        answer = client.post(f"{REGISTER}new/", typed | {field: value})
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
    assert not Cost.objects.of(north).exists()
    theirs.refresh_from_db()
    assert not theirs.is_withdrawn


@pytest.mark.parametrize("who", ["coordinator", "finance", "auditor"])
def test_who_may_not_edit_reads_the_register_and_its_costs_alone(
    request: pytest.FixtureRequest, sign_in: Callable[[User], Client], cost: Cost, who: str
) -> None:
    client = sign_in(request.getfixturevalue(who))
    shown = client.get(REGISTER)
    assert shown.status_code == 200
    assert "Licences" in shown.content.decode()
    assert f"{REGISTER}new/" not in shown.content.decode()
    assert client.get(page(cost)).status_code == 200
    assert client.post(page(cost)).status_code == 403
    steps = (page(cost, "withdraw/"), page(cost, "restore/"))
    for address in (f"{REGISTER}new/", f"{REGISTER}import/", *steps):
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403


def test_pages_show_the_last_day_of_a_cost(client: Client, cost: Cost) -> None:
    shown = client.get(REGISTER).content.decode()
    assert "31 January 2026" in shown
    assert "1 February 2026" not in shown
    shown = client.get(page(cost)).content.decode()
    assert "The last day it covers." in shown
    assert 'value="2026-01-31"' in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("&q=fjord", {"Licences"}),
        ("&q=2041", {"Support"}),
        ("&q=ledger-7", {"Support"}),
        ("&q=%25", set()),
        ("&month=2026-02", {"Support", "Alone"}),
        ("&month=2026-03", {"Support"}),
        ("&month=2027-01", set()),
        ("&state=withdrawn", {"Gone"}),
        ("&state=valid", {"Licences", "Support", "Alone"}),
        ("&state=unallocated", {"Alone"}),
        ("&application={erp}", {"Licences", "Gone"}),
        ("&cost_type={licence}", {"Licences"}),
        ("&nonsense=1", {"Licences", "Support", "Alone", "Gone"}),
    ],
)
def test_the_register_is_narrowed(
    client: Client,
    cost: Cost,
    north: Cooperation,
    erp: Application,
    licence: CostType,
    query: str,
    expected: set[str],
) -> None:
    CostFactory(
        cooperation=north,
        description="Support",
        invoice_number="2041",
        external_id="ledger-7",
        starts_on=FEBRUARY,
        ends_on=dt.date(2026, 4, 1),
    )
    CostFactory(cooperation=north, description="Gone", application=erp, withdrawn_on=MARCH)
    CostFactory(
        cooperation=north,
        description="Alone",
        application=ApplicationFactory(cooperation=north),
        starts_on=FEBRUARY,
        ends_on=MARCH,
    )
    compute(north)
    found = rows_of(client, query.format(erp=erp.pk, licence=licence.pk))
    assert {row["Cost"] for row in found} == expected


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=x", "state=x", "application=x", "sort=nonsense", "page=x"]
)
def test_a_malformed_filter_is_no_error(client: Client, cost: Cost, query: str) -> None:
    assert client.get(f"{REGISTER}?{query}").status_code == 200


def test_files_hold_every_row_and_column(client: Client, north: Cooperation, licence: CostType) -> None:
    for number in range(51):
        CostFactory(
            cooperation=north, cost_type=licence, description=f"Cost {number}", external_id=f"x{number}"
        )
    rows = rows_of(client)
    assert len(rows) == 51
    assert rows[0] == {
        "Cost": "Cost 50",
        "Reference": rows[0]["Reference"],
        "Application": "",
        "Cost type": "Licence",
        "Supplier": "",
        "Invoice number": "",
        "External id": "x50",
        "Refunds": "",
        "Amount, SEK": "100.00",
        "Currency": "SEK",
        "From": "2026-01-01",
        "Last day": "2026-01-31",
        "State": "counts",
    }
    book = load_workbook(io.BytesIO(client.get(f"{REGISTER}?format=xlsx").content), read_only=True)
    cells = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(cells) == 52
    assert cells[1][cells[0].index("Amount, SEK")] == 100


def test_files_say_what_a_credit_note_refunds(
    client: Client, cost: Cost, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        CostFactory(
            cooperation=cost.cooperation,
            cost_type=cost.cost_type,
            application=cost.application,
            description=f"Back {number}",
            amount=Decimal(-1),
            credits=cost,
            starts_on=cost.starts_on,
            ends_on=cost.ends_on,
        )
    with django_assert_max_num_queries(12):
        rows = rows_of(client)
    found = {row["Cost"]: row["Refunds"] for row in rows}
    assert found.pop("Licences") == ""
    assert set(found.values()) == {cost.reference}


@pytest.mark.parametrize("count", [1, 60])
def test_the_register_takes_few_queries_whatever_its_size(
    client: Client, north: Cooperation, count: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        application = ApplicationFactory(cooperation=north)
        SubscriptionFactory(application=application)
        CostFactory(cooperation=north, application=application)
    with django_assert_max_num_queries(12):
        shown = client.get(REGISTER)
    assert shown.content.decode().count("<tr") == min(count, 50) + 1


@pytest.mark.parametrize("count", [1, 12])
def test_a_costs_page_takes_the_same_number_of_queries_for_any_number_of_months(
    client: Client, north: Cooperation, count: int, django_assert_max_num_queries: Any
) -> None:
    cost = CostFactory(cooperation=north, ends_on=dt.date(2026, 1, 1) + dt.timedelta(days=30 * count))
    compute(north)
    with django_assert_max_num_queries(16 + MOMENT):
        client.get(page(cost))


def test_an_empty_register_says_what_to_do(client: Client) -> None:
    shown = client.get(REGISTER).content.decode()
    assert "No costs yet" in shown
    assert "Add the first one" in shown
    assert f'href="{REGISTER}new/"' in shown
    assert f'href="{REGISTER}import/"' in shown


def test_two_tabs_of_a_cost_lose_nothing(client: Client, cost: Cost) -> None:
    first, second, third = (client.get(page(cost)) for _ in range(3))
    assert client.post(page(cost), sent_of(first, amount="120,00")).status_code == 302
    assert client.post(page(cost), sent_of(second, supplier="Fjord Software AB")).status_code == 302
    told = client.post(page(cost), sent_of(third, amount="130,00", description="Licences, all"))
    assert told.status_code == 422
    assert "120.00" in told.context["form"].errors["amount"][0]
    cost.refresh_from_db()
    assert (cost.amount, cost.supplier, cost.description) == (120, "Fjord Software AB", "Licences")
    assert client.post(page(cost), sent_of(told)).status_code == 302
    cost.refresh_from_db()
    assert (cost.amount, cost.supplier, cost.description) == (130, "Fjord Software AB", "Licences, all")


def test_days_from_two_tabs_are_checked_together(client: Client, cost: Cost) -> None:
    first, second = client.get(page(cost)), client.get(page(cost))
    later = sent_of(first, starts_on="2026-01-20")
    assert client.post(page(cost), later).status_code == 302
    refused = client.post(page(cost), sent_of(second, ends_on="2026-01-09"))
    assert refused.status_code == 422
    assert "It cannot end before it begins" in refused.content.decode()
