"""Costs from files with names, words of the lists and what spreadsheets put above: see ``data/README.md``."""

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils.translation import override

from agreements.models import CostType
from billing.imports import COST_COLUMNS
from billing.models import Cost
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.common.uploads import read_table
from tests import uploading
from tests.factories.agreements import CostTypeFactory
from tests.factories.billing import CostFactory
from tests.factories.services import ApplicationFactory

DATA = Path(__file__).parent / "data"
PAGE = "/north/costs/register/import/"
SWEDISH = "Externt id;Applikation;Kostnadsslag;Leverantör;Fakturanummer;Kostnad;Belopp;Från;Sista dag"


@pytest.fixture
def client(sign_in: Callable[[User], Client], administrator: User, erp: Application) -> Client:
    Cooperation.objects.filter(slug="north").update(first_month=dt.date(2025, 1, 1))
    return sign_in(administrator)


def upload(client: Client, content: bytes | str) -> Any:
    raw = content if isinstance(content, bytes) else content.encode()
    return uploading.upload(client, PAGE, raw, "costs")


def outcomes(shown: Any) -> list[str]:
    return [str(finding.outcome) for finding in uploading.compared(shown)]


def errors(shown: Any) -> str:
    return " ".join(" ".join(finding.errors) for finding in uploading.compared(shown))


def test_a_line_that_names_the_separator_is_no_header(client: Client) -> None:
    shown = upload(client, (DATA / "sep_line.csv").read_bytes())
    [finding] = uploading.compared(shown)
    assert (finding.outcome, finding.line, finding.row.amount) == ("new", 3, Decimal("100.00"))
    assert finding.row.ends_on == dt.date(2025, 2, 1)


def test_a_list_that_release_0_1_exported_is_the_same(client: Client, licence: CostType) -> None:
    erp = Application.objects.get(code="erp")
    Application.objects.filter(pk=erp.pk).update(name="ERP")
    CostType.objects.filter(pk=licence.pk).update(name="Licences")
    CostFactory(
        cooperation=erp.cooperation, application=erp, cost_type=licence, reference="C00000001",
        external_id="base", description="base", amount=300, currency="SEK",
        starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2025, 4, 1),
    )  # fmt: skip
    shown = upload(client, (DATA / "costs_as_listed.csv").read_bytes())
    assert outcomes(shown) == ["same"]
    assert "“Until” is read as the day after the last." in shown.context["notices"]


@pytest.mark.parametrize(
    ("day", "chosen"),
    [("2026-11-30", {"ends_on:last": "Till"}), ("2026-12-01", {"ends_on": "Till"}), ("2026-11-15", {})],
)
def test_no_last_day_is_proposed_as_the_day_after(client: Client, day: str, chosen: dict[str, str]) -> None:
    content = f"Rad;Slag;Belopp;Från;Till\nA-1;Licenser;1,50;2026-11-01;{day}\n".encode()
    address = uploading.take(client, PAGE, content)["Location"]
    proposed = {
        name: client.get(address).context["form"][name].initial for name in ("ends_on:last", "ends_on")
    }
    assert {name: heading for name, heading in proposed.items() if heading} == chosen


def test_what_was_chosen_of_two_is_proposed_alone_again(client: Client) -> None:
    content = b"Rad;Slag;Belopp;Fr\xc3\xa5n;Till\nA-1;Licenser;1,50;2026-11-01;2026-12-01\n"
    address = uploading.take(client, PAGE, content)["Location"]
    client.post(address, {"external_id": "Rad", "ends_on:last": "Till"})
    form = client.get(address).context["form"]
    assert (form["ends_on:last"].initial, form["ends_on"].initial) == ("Till", "")


def test_swedish_words_names_and_last_days_make_the_same_cost_as_the_words_of_the_api(
    client: Client, erp: Application, licence: CostType
) -> None:
    line = f"A-1;{erp.name.upper()};{licence.name.lower()};Fjord;7;Licenser;1 250,50;2026-01-01;2026-01-31"
    [finding] = uploading.compared(upload(client, f"Kostnader 2026\r\n\r\n{SWEDISH}\r\n{line}\r\n"))
    cost = finding.row
    assert (finding.outcome, finding.line) == ("new", 4)
    assert (cost.application, cost.cost_type, cost.amount) == (erp, licence, Decimal("1250.50"))
    assert (cost.starts_on, cost.ends_on) == (dt.date(2026, 1, 1), dt.date(2026, 2, 1))


def test_a_workbook_with_real_days_and_numbers_is_exact_to_the_last_unit(
    client: Client, licence: CostType
) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["Costs of the year"])
    sheet.append(SWEDISH.split(";"))
    for number in range(1, 101):
        month = [dt.date(2026, 1, 1), dt.date(2026, 1, 31)]
        sheet.append([f"A-{number}", "erp", "licence", "Fjord", number, "Licenser", number / 100, *month])
    sheet.append([None] * 6 + ["=SUM(G3:G102)"])
    buffer = io.BytesIO()
    book.save(buffer)
    shown = upload(client, buffer.getvalue())
    costs = [finding.row for finding in uploading.compared(shown) if finding.outcome == "new"]
    assert [cost.amount for cost in costs] == [Decimal(number) / 100 for number in range(1, 101)]
    assert {(cost.starts_on, cost.ends_on) for cost in costs} == {(dt.date(2026, 1, 1), dt.date(2026, 2, 1))}
    assert [finding.line for finding in uploading.compared(shown) if finding.outcome == "wrong"] == [103]
    assert "amount: its formula has no stored value" in errors(shown)


def test_a_name_of_several_is_refused_with_their_codes(client: Client, erp: Application) -> None:
    Application.objects.update(name="Ekonomi")
    ApplicationFactory(cooperation=erp.cooperation, code="erp-2", name="EKONOMI")
    CostTypeFactory(cooperation=erp.cooperation, code="licence-2", name="Licence")
    CostTypeFactory(cooperation=erp.cooperation, code="licence-3", name="licence")
    row = "A-1;{};{};Fjord;7;Licenser;1;2026-01-01;2026-01-31"
    shown = upload(client, f"{SWEDISH}\n{row.format('Ekonomi', 'LICENCE-3')}\n")
    assert "write one of the codes erp, erp-2" in errors(shown)
    assert outcomes(upload(client, f"{SWEDISH}\n{row.format('erp', 'licence-3')}\n")) == ["new"]


@pytest.mark.parametrize(
    ("header", "cell", "said"),
    [
        ("Valuta", "EUR", "Currency (currency): costs are in SEK here."),
        ("currency", "sek", ""),
        ("Återbetalar", "C00000001", "what a credit note refunds is said on its own page"),
        ("State", "counts", ""),
    ],
)
def test_what_a_list_tells_besides_is_held_against_what_is_here(
    client: Client, licence: CostType, header: str, cell: str, said: str
) -> None:
    row = f"A-1;erp;licence;Fjord;7;Licenser;1;2026-01-01;2026-01-31;{cell}"
    shown = upload(client, f"{SWEDISH};{header}\n{row}\n")
    assert said in errors(shown)
    assert outcomes(shown) == ["wrong" if said else "new"]


def test_an_amount_in_another_currency_is_refused_by_its_heading(client: Client, licence: CostType) -> None:
    header = SWEDISH.replace("Belopp", "Belopp, EUR")
    shown = upload(client, f"{header}\nA-1;erp;licence;Fjord;7;Licenser;1;2026-01-01;2026-01-31\n")
    assert "costs are in SEK here" in errors(shown)


def test_a_reference_keeps_the_external_id_and_is_of_no_other_cost(
    client: Client, licence: CostType, erp: Application
) -> None:
    known = {"cooperation": erp.cooperation, "application": erp, "cost_type": licence, "amount": 1}
    first = CostFactory(**known, reference="C00000001", external_id="A-1", description="x")
    CostFactory(**known, reference="C00000002", external_id="", description="y")
    header = "Referens;" + SWEDISH
    rows = ["C00000001;;erp;licence;;;x 2;1;2026-01-01;2026-01-31",
            "c00000002;;erp;licence;;;y;1;2026-01-01;2026-01-31"]  # fmt: skip
    shown = upload(client, "\n".join([header, *rows]))
    assert outcomes(shown) == ["changed", "same"]
    assert uploading.is_applied(uploading.apply(client, shown))
    first.refresh_from_db()
    assert (first.external_id, first.description) == ("A-1", "x 2")
    wrong = upload(client, "\n".join([header, rows[0].replace(";;erp", ";A-2;erp", 1), rows[1], rows[1]]))
    assert outcomes(wrong) == ["wrong", "same", "wrong"]
    assert "C00000001 has another external id here" in errors(wrong)
    assert "Reference (reference): line 3 has the same" in errors(wrong)
    assert Cost.objects.count() == 2


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_example_beside_the_form_is_one_that_is_read_as_it_says(
    administrator: User, north: Cooperation, sign_in: Callable[[User], Client], language: str
) -> None:
    client = sign_in(administrator)
    page = client.get("/north/costs/register/import/", headers={"accept-language": language})
    assert "2026-11-01" not in page.content.decode()
    with override(language):
        content = ";".join(page.context["columns"].written) + "\n" + page.context["example"] + "\n"
    [row] = read_table(content.encode(), COST_COLUMNS).rows
    assert (row.values["starts_on"], row.values["ends_on"]) == ("2026-10-01", "2026-11-01")
