"""Costs from a file: a dry run that says every error by row, then all of it or nothing."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from agreements.models import CostType
from billing.models import Cost, Period
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.audit.models import Entry, PersonalValue
from sharedict.common.figures import signed
from sharedict.jobs.models import Job
from sharedict.jobs.registry import FACTS_CHANGED
from tests import uploading
from tests.factories.billing import CostFactory, compute
from tests.factories.services import ApplicationFactory
from tests.tampering import as_somebody_who_may
from tests.uploading import apply, is_applied

PAGE = "/north/costs/register/import/"
HEADER = "external_id;application;cost_type;supplier;invoice_number;description;amount;starts_on;ends_on"
ROW = "L-1;erp;licence;Fjord;2041;Licences;1 250,50;2026-01-01;2026-02-01"


@pytest.fixture
def client(sign_in: Callable[[User], Client], administrator: User, erp: Application) -> Client:
    return sign_in(administrator)


def upload(client: Client, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Any:
    return uploading.upload(client, PAGE, "\r\n".join([header, *rows]).encode(encoding), "costs.csv")


def counts(shown: Any) -> dict[str, int]:
    return {name: number for name, number in shown.context["counts"].items() if number}


def errors(shown: Any) -> dict[int, list[str]]:
    return {finding.line: list(finding.errors) for finding in shown.context["findings"] if finding.errors}


def test_a_file_is_shown_first_and_then_applied_in_one_go(
    client: Client, do_jobs: Callable[[], int], administrator: User
) -> None:
    shown = upload(client, ROW, "L-2;;licence;;;Insurance;-100;2026-01-01;2027-01-01")
    assert (shown.status_code, counts(shown)) == (200, {"new": 2})
    assert not Cost.objects.exists()
    done = apply(client, shown)
    assert is_applied(done)
    assert 'href="/north/costs/register/"' in done.content.decode()
    costs = Cost.objects.order_by("reference")
    assert list(costs.values_list("reference", "external_id", "application__code", "amount", "currency")) == [
        ("C00000001", "L-1", "erp", Decimal("1250.50"), "SEK"),
        ("C00000002", "L-2", None, Decimal("-100.00"), "SEK"),
    ]
    assert (
        list(Entry.objects.filter(subject_type="billing.cost").values_list("verb", "user"))
        == [("add", administrator.pk)] * 2
    )
    assert Job.objects.filter(kind=FACTS_CHANGED).count() == 1
    do_jobs()
    assert Period.objects.count() == 12


def test_the_same_file_twice_changes_nothing(client: Client) -> None:
    apply(client, upload(client, ROW))
    again = upload(client, ROW)
    assert counts(again) == {"same": 1}
    assert "there is nothing to save" in again.content.decode()
    assert Cost.objects.count() == 1


def test_what_has_changed_is_changed_and_only_that(client: Client, do_jobs: Callable[[], int]) -> None:
    apply(client, upload(client, ROW, ROW.replace("L-1", "L-2")))
    do_jobs()
    with as_somebody_who_may():
        PersonalValue.objects.all().delete()
        Entry.objects.all().delete()
    shown = upload(client, ROW.replace("1 250,50", "1000"), ROW.replace("L-1", "L-2"))
    assert counts(shown) == {"changed": 1, "same": 1}
    assert "1,250.50 SEK" in shown.content.decode().replace("\u00a0", " ")
    apply(client, shown)
    assert Cost.objects.get(external_id="L-1").amount == 1000
    assert Entry.objects.get(subject_type="billing.cost").changes == {"amount": ["1250.50", "1000.00"]}
    do_jobs()
    assert Period.objects.get().current_run.total == Decimal("2250.50")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (0, "", "must not be empty"),
        (0, "x" * 101, "at most 100 characters"),
        (1, "nowhere", "There is no “nowhere” here"),
        (2, "", "There is nothing in this cell: write a code or a name. Possible: “Licence”."),
        (2, "nothing", "There is no “nothing” here. Possible: “Licence”."),
        (3, "x" * 10_000, "at most 150 characters"),
        (4, "9" * 61, "at most 60 characters"),
        (5, "", "This field cannot be blank"),
        (5, "\u200b", "Nothing of this text can be seen"),
        (5, "🦐" * 301, "at most 300 characters"),
        (6, "1,005", "At most 2 decimals"),
        (6, "100000000000000000", "At most 16 digits"),
        (6, "NaN", "is not a number"),
        (6, "=1+1", "is not a number"),
        (6, "", "A number is missing"),
        (6, "0,00", "a cost of 0 shares nothing"),
        (7, "2026-02-01", "it cannot end before it begins"),
        (7, "2026-02-30", "is not a date"),
        (7, "1/2/2026", "is not a date"),
        (7, "0026-01-01", "is not a date"),
        (8, "2025-12-31", "it cannot end before it begins"),
        (8, "2099-01-01", "ten years at most"),
    ],
)
def test_a_wrong_cell_is_said_by_row_and_nothing_is_saved(
    client: Client, column: int, value: str, message: str
) -> None:
    cells = ROW.replace("L-1", "L-2").split(";")
    cells[column] = value
    shown = upload(client, ROW, ";".join(cells))
    assert not shown.context["may_apply"]
    assert counts(shown) == {"new": 1, "wrong": 1}
    assert list(errors(shown)) == [3]
    assert message in " ".join(errors(shown)[3])
    assert not is_applied(apply(client, shown))
    assert not Cost.objects.exists()


def test_every_error_of_every_row_is_said(client: Client) -> None:
    shown = upload(client, "L-1;nowhere;nothing;;;;x;y;z", "L-2;erp", "L-3;erp;licence;;;a;1;2026-01-01;b")
    assert counts(shown) == {"wrong": 3}
    assert [len(errors(shown)[line]) for line in (2, 3, 4)] == [6, 1, 1]


def test_an_external_id_stands_once_in_a_file(client: Client) -> None:
    shown = upload(client, ROW, ROW)
    assert errors(shown) == {3: ["External id (external_id): line 2 has the same."]}


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("external_id", "missing: application"),
        (HEADER + ";amount", "twice: amount"),
        ("", "must name the columns"),
    ],
)
def test_a_wrong_header_is_said(client: Client, header: str, message: str) -> None:
    shown = upload(client, ROW, header=header)
    assert shown.status_code == 422
    assert message in " ".join(shown.context["form"].errors["file"])


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"PK\x03\x04rest", HEADER.encode(), HEADER.encode() + b'\n"never closed']
)
def test_what_is_no_table_is_refused(client: Client, content: bytes) -> None:
    shown = client.post(PAGE, {"file": SimpleUploadedFile("costs.csv", content)})
    assert shown.status_code == 422
    assert shown.context["form"].errors["file"]


def test_columns_may_come_in_any_order_separator_and_encoding(client: Client) -> None:
    names, cells = HEADER.split(";"), ROW.replace("Licences", "Räkor").split(";")
    cells[6] = "1250.50"
    shown = upload(
        client, ",".join(reversed(cells)), header=",".join(reversed(names)).upper(), encoding="cp1252"
    )
    assert counts(shown) == {"new": 1}
    apply(client, shown)
    assert Cost.objects.values_list("description", "amount").get() == ("Räkor", Decimal("1250.50"))


def test_text_is_kept_as_it_is_in_the_file(client: Client) -> None:
    row = 'L-1;erp;licence;"=SUM(A1)";2041;"Räkor 🦐; ""fresh""";1;2026-01-01;2026-02-01'
    apply(client, upload(client, row))
    assert Cost.objects.values_list("supplier", "description").get() == ("=SUM(A1)", 'Räkor 🦐; "fresh"')


def test_cells_that_only_read_alike_are_not_the_same(client: Client) -> None:
    apply(client, upload(client, ROW.replace(";Fjord;2041;", ";2041;;")))
    assert counts(upload(client, ROW.replace(";Fjord;2041;", ";;2041;"))) == {"changed": 1}


def test_a_withdrawn_cost_is_not_changed(client: Client, north: Cooperation) -> None:
    apply(client, upload(client, ROW))
    Cost.objects.update(withdrawn_on=dt.date(2026, 2, 1))
    assert "Restore it first" in " ".join(errors(upload(client, ROW.replace("Fjord", "Fjell")))[2])
    shown = upload(client, ROW)
    assert counts(shown) == {"same": 1}
    assert "L-1: C00000001 is withdrawn here and counts no longer" in shown.content.decode()


def test_a_credited_cost_keeps_what_its_credit_note_repeats(client: Client) -> None:
    apply(client, upload(client, ROW))
    cost = Cost.objects.get()
    note = CostFactory(
        cooperation=cost.cooperation, credits=cost, amount=-cost.amount, external_id="N-1",
        application=cost.application, cost_type=cost.cost_type,
    )  # fmt: skip
    assert counts(upload(client, ROW.replace("Fjord", "Fjell"))) == {"changed": 1}
    for row in (ROW.replace("1 250,50", "1"), ROW.replace("L-1", "N-1").replace("1 250,50", "-1")):
        assert "change it on its own page" in " ".join(errors(upload(client, row))[2])
    note.refresh_from_db()
    assert note.amount == Decimal("-1250.50")


def test_a_cost_that_ends_before_costs_are_shared_is_refused_with_the_month_named(
    client: Client, north: Cooperation
) -> None:
    early = ROW.replace("2026-01-01;2026-02-01", "2025-01-01;2026-01-01")
    reaches_back = ROW.replace("L-1", "L-2").replace("2026-01-01", "2016-02-01")
    last_day_in = early.replace("L-1", "L-3").replace(";2026-01-01", ";2026-01-02")
    shown = upload(client, early, reaches_back, last_day_in)
    assert counts(shown) == {"new": 2, "wrong": 1}
    said = "Costs are shared from January 2026 on, and this one ends before: check the dates."
    assert errors(shown) == {2: [f"Service until (ends_on): {said}"]}


def test_a_cost_that_was_there_before_the_first_month_moved_is_left_as_it_is(
    client: Client, north: Cooperation
) -> None:
    apply(client, upload(client, ROW))
    Cooperation.objects.filter(pk=north.pk).update(first_month=dt.date(2026, 2, 1))
    assert counts(upload(client, ROW)) == {"same": 1}
    assert "from February 2026 on" in " ".join(errors(upload(client, ROW.replace("Fjord", "Fjell")))[2])


def test_what_was_applied_is_not_applied_again(client: Client) -> None:
    shown = upload(client, ROW)
    apply(client, shown)
    again = apply(client, shown)
    assert "This import is applied already" in again.content.decode()
    assert Cost.objects.count() == 1


def test_what_has_changed_since_the_dry_run_is_looked_at_again_and_nothing_is_saved(client: Client) -> None:
    shown, other = upload(client, ROW), upload(client, ROW)
    apply(client, other)
    again = apply(client, shown)
    assert not is_applied(again)
    assert counts(again) == {"same": 1}
    assert "something has changed since" in again.content.decode()
    assert Cost.objects.count() == 1


def test_the_button_says_how_many_rows_and_how_much_they_add(client: Client) -> None:
    shown = upload(client, ROW, ROW.replace("L-1", "L-2").replace("2041", "2042"))
    rows = shown.context["counts"]
    assert rows["new"] == 2
    assert shown.context["upload"].label == f"Save 2 rows, {signed(Decimal('2501.00'), 'SEK')}"
    assert is_applied(apply(client, shown))
    again = upload(client, ROW.replace("Fjord", "Fjell"))
    assert again.context["upload"].label == "Save 1 row, 0.00\xa0SEK"


def test_what_another_administrator_uploaded_is_theirs_to_apply_too_and_once(
    client: Client, sign_in: Callable[[User], Client], second_administrator: User
) -> None:
    shown = upload(client, ROW)
    other = sign_in(second_administrator)
    for sent in ("", "x", shown.context["upload"].shown + "x"):
        answer = other.post(uploading.address_of(shown), {"step": "apply", "shown": sent})
        assert not is_applied(uploading.followed(other, answer))
    assert not Cost.objects.exists()
    assert is_applied(apply(other, shown))
    assert Entry.objects.filter(subject_type="billing.cost").get().user == second_administrator


def test_other_cooperations_codes_and_ids_are_unknown(
    client: Client, outside: Cooperation, north: Cooperation
) -> None:
    ApplicationFactory(cooperation=outside, code="theirs")
    CostFactory(cooperation=outside, external_id="L-1", description="Secret")
    shown = upload(client, ROW, ROW.replace("L-1;erp", "L-2;theirs"))
    assert counts(shown) == {"new": 1, "wrong": 1}
    assert "Secret" not in shown.content.decode()
    apply(client, upload(client, ROW))
    assert Cost.objects.of(north).count() == Cost.objects.of(outside).count() == 1


@pytest.mark.parametrize("rows", [1, 200])
def test_a_file_of_any_size_takes_the_same_few_queries(
    client: Client, rows: int, django_assert_max_num_queries: Any
) -> None:
    new = [ROW.replace("L-1", f"L-{number}") for number in range(rows)]
    taken = uploading.take(client, PAGE, "\r\n".join([HEADER, *new]).encode())
    looked = 14 + 4 * uploading.OTHER_LANGUAGES
    with django_assert_max_num_queries(looked + uploading.QUERIES_OF_HELPER):
        uploading.work()
    shown = client.get(taken["Location"])
    ordered = uploading.step(shown, "apply")
    client.post(uploading.address_of(shown), ordered)
    with django_assert_max_num_queries(33 + uploading.QUERIES_OF_HELPER):
        uploading.work()
    changed = upload(client, *[row.replace("Fjord", "Fjell") for row in new])
    assert counts(changed) == {"changed": rows}
    client.post(uploading.address_of(changed), uploading.step(changed, "apply"))
    with django_assert_max_num_queries(33 + uploading.QUERIES_OF_HELPER):
        uploading.work()
    assert set(Cost.objects.values_list("supplier", flat=True)) == {"Fjell"}


def test_months_are_computed_after_an_import_as_after_typing(
    client: Client, north: Cooperation, licence: CostType, do_jobs: Callable[[], int]
) -> None:
    apply(client, upload(client, *[ROW.replace("L-1", f"L-{number}") for number in range(3)]))
    do_jobs()
    imported = Period.objects.get().current_run
    assert compute(north)[0].current_run == imported
    assert imported.total == Decimal("3751.50")
    assert sum(imported.totals.values_list("amount", flat=True)) == imported.total


def test_the_dry_run_keeps_the_order_of_the_file_and_uses_words(client: Client, erp: Application) -> None:
    whole = ROW.replace("L-1;erp", "L-2;")
    wrong = ROW.replace("L-1;erp", "L-3;nowhere")
    shown = upload(client, ROW, whole, wrong, ROW.replace("L-1", "L-4"))
    assert [finding.line for finding in shown.context["findings"]] == [2, 3, 4, 5]
    assert shown.context["findings"][0].after.startswith(f"{erp.name} | Licence | Fjord")
    assert shown.context["findings"][1].after.startswith("The cooperation as a whole | ")
    assert errors(shown) == {4: ["Application (application): There is no “nowhere” here. Possible: “ERP”."]}
    done = apply(client, upload(client, ROW, whole))
    assert "2 rows saved." in done.content.decode()


def test_errors_name_columns_in_swedish_and_as_the_file_does(erp: Application, administrator: User) -> None:
    content = "\r\n".join([HEADER, ROW.replace("erp", "nowhere").replace("1 250,50", "0")]).encode()
    with translation.override("sv"):  # the request leaves its language behind
        client = Client(headers={"Accept-Language": "sv"})
        client.force_login(administrator)
        shown = uploading.upload(client, PAGE, content)
    [application, amount] = errors(shown)[2]
    assert application.startswith("Applikation (application): ")
    assert amount.startswith("Belopp exklusive moms (amount): ")


COMMON = "Verifikat;System;Kategori;Leverantörsnamn;Fakturanr;Text;Nettobelopp;Startdatum;Till och med"


def test_common_words_for_columns_need_no_choice(client: Client, erp: Application) -> None:
    row = "V-1;erp;licence;Fjord AB;F-1;Licences;100,00;2026-10-01;2026-10-31"
    assert apply(client, upload(client, row, header=COMMON)).status_code == 200
    cost = Cost.objects.get(external_id="V-1")
    assert (cost.invoice_number, cost.supplier, cost.amount) == ("F-1", "Fjord AB", Decimal(100))
    assert (cost.starts_on, cost.ends_on) == (dt.date(2026, 10, 1), dt.date(2026, 11, 1))


def test_one_column_of_the_file_serves_several_of_ours(client: Client, erp: Application) -> None:
    content = "Faktura;Vad;Slag;Kr;Dag\nF-7;erp;licence;100,00;2026-10-05\n"
    taken = uploading.take(client, PAGE, content.encode())
    chosen = {
        "external_id": "Faktura", "invoice_number": "Faktura", "application": "Vad", "description": "Vad",
        "cost_type": "Slag", "amount": "Kr", "starts_on": "Dag", "ends_on:last": "Dag",
    }  # fmt: skip
    refused = client.post(taken["Location"], chosen | {"supplier": "Kr"})
    assert (refused.status_code, "chosen twice" in refused.content.decode()) == (422, True)
    shown = uploading.followed(client, client.post(taken["Location"], chosen))
    assert shown.context["counts"]["new"] == 1
    again = client.get(taken["Location"]).context["form"]
    assert {name: again[name].value() for name in chosen} == chosen
    apply(client, shown)
    cost = Cost.objects.get(external_id="F-7")
    assert (cost.invoice_number, cost.application, cost.description) == ("F-7", erp, "erp")
    assert (cost.starts_on, cost.ends_on) == (dt.date(2026, 10, 5), dt.date(2026, 10, 6))
