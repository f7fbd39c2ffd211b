"""Corrections of closed months on the statement, in its files and over the API, and why they are made."""

import csv
import datetime as dt
import html
import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import translation

from billing.actions import recompute
from billing.models import Cost, Period, RunTotal
from municipalities.models import Cooperation, Driver, Municipality, Reading
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change
from tests.factories.billing import CostFactory, close, compute

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PAGE = "/north/costs/2026-10/SE1737/"
WHY = f"{PAGE}C00000001/2026-09/"
SEPTEMBER, OCTOBER = dt.date(2026, 9, 1), dt.date(2026, 10, 1)


@pytest.fixture
def corrected(
    north: Cooperation,
    september: Period,
    costs: list[Cost],
    administrator: User,
    second_administrator: User,
) -> Period:
    """October, which charges each 30.00 more for the licence of September: 160.00 instead of 100.00."""
    close(september, proposer=administrator, closer=second_administrator)
    Cost.objects.filter(pk=costs[0].pk).update(amount=160)
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    return Period.objects.get(cooperation=north, first_day=OCTOBER)


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def total(period: Period) -> Decimal:
    return RunTotal.objects.get(run=period.current_run_id, municipality__code="1737").amount


def test_the_statement_has_the_correction_beside_the_month(
    corrected: Period, finance: User, sign_in: SignIn
) -> None:
    text = text_of(sign_in(finance), PAGE)
    section = text[text.index('id="corrections"') : text.index('id="costs"')]
    assert WHY in section
    assert "September 2026" in section
    assert "statement 1" in section
    assert "+30.00" in section
    own = total(corrected) - 30
    said = f"{own} of October 2026 itself, and +30.00 corrections of earlier months."
    assert f"<strong>In all:</strong> +{said}" in text
    lines = text[text.index('class="sd-table sd-lines"') : text.index('id="corrections"')]
    foot = lines[lines.index("<tfoot>") :]
    assert foot.index(f">{own}<") < foot.index(">30.00<") < foot.index(f">{total(corrected)}<")
    behind = text[text.index('id="costs"') :]
    assert "C00000001" not in behind
    assert f">{own}<" in behind


def test_the_month_has_its_corrections_beside_the_applications(
    corrected: Period, finance: User, sign_in: SignIn
) -> None:
    chart = sign_in(finance).get("/north/costs/2026-10/").context["changes"]["chart"]
    levels = dict(zip(chart["categories"], chart["series"][0]["values"], strict=True))
    assert levels.pop("Corrections of earlier months") == "60.00"
    start, *changes, end = (Decimal(level) for level in levels.values())
    assert start + sum(changes) == end - 60


def test_a_closed_month_is_never_being_recomputed(corrected: Period, finance: User, sign_in: SignIn) -> None:
    announce_change(cooperation_id=corrected.cooperation_id, touches=(SEPTEMBER, None))
    client, said = sign_in(finance), "are being recomputed"
    assert said not in text_of(client, "/north/costs/2026-09/")
    assert said not in text_of(client, "/north/costs/2026-09/SE1737/")
    assert said in text_of(client, "/north/costs/2026-10/")


def test_screen_files_and_api_come_to_the_same_total(
    corrected: Period, finance: User, sign_in: SignIn
) -> None:
    client = sign_in(finance)
    streamed: Any = client.get(f"{PAGE}statement.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(streamed).decode("utf-8-sig"))))
    late = [row for row in rows if row["corrects_month"]]
    assert [(row["reference"], row["corrects_month"], row["share"]) for row in late] == [
        ("C00000001", "2026-09", "30.00")
    ]
    assert sum(Decimal(row["share"]) for row in rows) == total(corrected)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{PAGE}statement.xlsx").content))
    facts = {row[0].value: row[1].value for row in book["Summary"].iter_rows(min_row=2)}
    assert Decimal(str(facts["Of it: corrections of earlier months"])) == 30
    assert Decimal(str(facts["Total"])).quantize(Decimal("0.01")) == total(corrected)
    lines = [row for row in book["Lines"].iter_rows(min_row=2, values_only=True) if row[8]]
    assert [(row[4], row[8], row[9], row[10]) for row in lines] == [
        (30, "2026-09", "statement 1", "C00000001")
    ]
    assert "statement 1" in client.get(PAGE).content.decode()
    [first, last] = list(book["Corrections"].iter_rows(min_row=2, values_only=True))
    assert first[:2] == ("C00000001", "2026-09")
    assert first[4:7] == (50, 80, 30)
    assert (first[7], first[13]) == (100, 160)
    assert last[6] == 30
    row = RunTotal.objects.get(run=corrected.current_run_id, municipality__code="1737")
    whole = client.get(f"/api/v1/statements/{row.pk}/").json()
    assert (whole["amount"], whole["amount_of_corrections"]) == (str(total(corrected)), "30.00")
    month = openpyxl.load_workbook(io.BytesIO(client.get("/north/costs/2026-10/month.xlsx").content))
    assert [row[5] for row in month["Corrections"].iter_rows(min_row=2, values_only=True)] == [60, 60]
    places = {row[0]: row for row in month["Municipalities"].iter_rows(values_only=True)}
    assert (places["SE1737"][7], places["Total"][7]) == (30, 60)


def test_why_a_correction_tells_before_and_after(corrected: Period, finance: User, sign_in: SignIn) -> None:
    text = text_of(sign_in(finance), WHY)
    assert "Why a correction of +30.00\xa0SEK?" in text
    assert '<p class="sd-figure">+30.00 <span class="sd-unit">SEK</span>' in text
    assert "<strong>Charged 50.00\xa0SEK, should be 80.00\xa0SEK.</strong>" in text
    assert "The difference is charged in October 2026." in text
    assert "The cost itself has changed since September 2026 was closed." in text
    compared = text[text.index('id="compared"') : text.index('id="before"')]
    assert "100.00\xa0SEK</td>" in compared
    assert "160.00\xa0SEK</td>" in compared
    before = text[text.index('id="before"') : text.index('id="after"')]
    assert "100.00\xa0SEK" in before
    assert "160.00" not in before
    assert text.count("The exact share</h3>") == 2


def test_what_was_charged_is_told_as_done_in_swedish(
    corrected: Period, finance: User, sign_in: SignIn
) -> None:
    with translation.override("sv"):  # the request leaves its language behind
        answer = sign_in(finance).get(WHY, headers={"Accept-Language": "sv"})
    text = html.unescape(answer.content.decode())
    assert "Debiterat i september 2026" in text
    assert "Debiteras i september 2026" not in text
    assert "Skillnaden debiteras i oktober 2026." in text


def test_why_a_correction_of_a_cost_that_was_not_there(
    north: Cooperation, corrected: Period, finance: User, sign_in: SignIn
) -> None:
    CostFactory(
        cooperation=north,
        cost_type=Cost.objects.get(reference="C00000001").cost_type,
        reference="C00000101",
        starts_on=SEPTEMBER,
        ends_on=OCTOBER,
    )
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    text = text_of(sign_in(finance), f"{PAGE}C00000101/2026-09/")
    assert "Why a correction of +50.00\xa0SEK?" in text
    assert "Torsby carried nothing of this cost when September 2026 was closed." in text
    assert "came to concern Torsby, after September 2026 was closed" in text
    assert text.count("The exact share</h3>") == 1


@pytest.mark.parametrize(
    "path", ["C00000001/2026-08/", "C00000002/2026-09/", "C99999999/2026-09/", "C00000001/2026-10/"]
)
def test_what_is_not_corrected_has_no_reasons(
    corrected: Period, finance: User, sign_in: SignIn, path: str
) -> None:
    assert sign_in(finance).get(f"{PAGE}{path}").status_code == 404


def test_others_reasons_stay_theirs(
    north: Cooperation, corrected: Period, finance: User, sign_in: SignIn
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    client = sign_in(finance)
    assert client.get(WHY.replace("SE1737", "SE1783")).status_code == 404
    assert "Hagfors" not in text_of(client, WHY)


def test_an_issued_statement_says_number_due_day_and_hash(
    north: Cooperation,
    corrected: Period,
    administrator: User,
    second_administrator: User,
    finance: User,
    sign_in: SignIn,
) -> None:
    close(corrected, proposer=administrator, closer=second_administrator)
    text = text_of(sign_in(finance), PAGE)
    assert "Statement 3, issued" in text
    assert "<dt>Due</dt>" in text
    assert "Hash of what was issued (SHA-256):" in text
    text = text_of(sign_in(finance), WHY)
    assert "Why a correction of +30.00\xa0SEK?" in text
    assert "/north/costs/late/2026-09/C00000001/" not in text


def test_corrections_of_earlier_agreement_years_stand_apart(
    north: Cooperation, corrected: Period, finance: User, sign_in: SignIn
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(year_starts_in=10)
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    text = text_of(sign_in(finance), PAGE)
    assert "Of earlier agreement years, before October 2026: no part of the year so far" in text
    assert "of its own months" in text


@pytest.fixture
def of_two_years(
    north: Cooperation,
    september: Period,
    costs: list[Cost],
    administrator: User,
    second_administrator: User,
) -> Period:
    """November, which charges Torsby 30.00 more for September, a year earlier, and 10.00 more for October.

    December is there beside it.
    """
    Cooperation.objects.filter(pk=north.pk).update(year_starts_in=10)
    for month in (SEPTEMBER, OCTOBER):
        compute(north)
        period = Period.objects.get(cooperation=north, first_day=month)
        close(period, proposer=administrator, closer=second_administrator)
    for month in (11, 12):
        CostFactory(
            cooperation=north,
            cost_type=costs[0].cost_type,
            starts_on=dt.date(2026, month, 1),
            ends_on=dt.date(2026, month, 1) + dt.timedelta(days=30),
        )
    Cost.objects.filter(pk=costs[0].pk).update(amount=160)
    Cost.objects.filter(pk=costs[1].pk).update(amount=Decimal("140.01"))
    compute(north)
    return Period.objects.get(cooperation=north, first_day=dt.date(2026, 11, 1))


def row_of(text: str, name: str) -> list[str]:
    """The cells of the row of ``name`` in the statement's sums."""
    lines = text[text.index('class="sd-table sd-lines"') :]
    foot = lines[lines.index("<tfoot>") : lines.index("</tfoot>")]
    [row] = [row for row in foot.split("<tr")[1:] if name in row]
    return [re.sub(r"<[^>]+>|\s", "", cell) for cell in re.findall(r"<td.*?</td>", row)]


def test_corrections_of_earlier_months_are_one_figure_everywhere(
    of_two_years: Period, finance: User, sign_in: SignIn
) -> None:
    client, page = sign_in(finance), "/north/costs/2026-11/SE1737/"
    text = text_of(client, page)
    assert "+40.00 corrections of earlier months." in text
    assert row_of(text, "Corrections of earlier months") == ["40.00", "0.00", "+40.00", "10.00"]
    assert row_of(text, "Of it: corrections of earlier agreement years") == ["30.00", "", "", ""]
    foot = text[text.rindex("<tfoot>", 0, text.index('id="costs"')) :]
    sums = re.findall(r'colspan="4">(.*?)</th>.*?>([^<>]+)</td>', foot[: foot.index("</tfoot>")])
    assert sums == [
        ("Of it: corrections of this agreement year", "+10.00"),
        ("Of it: corrections of earlier agreement years", "+30.00"),
        ("Corrections of earlier months", "+40.00"),
    ]
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{page}statement.xlsx").content))
    facts = {row[0]: row[1:] for row in book["Summary"].iter_rows(min_row=2, values_only=True)}
    assert facts["Of it: corrections of earlier months"][0] == 40
    assert facts["Of it: corrections of this agreement year"][0] == 10
    assert facts["Of it: corrections of earlier agreement years"][0] == 30
    assert facts["Corrections of earlier months"] == (40, 0, 40, 10)
    after = text_of(client, "/north/costs/2026-12/SE1737/")
    assert row_of(after, "Corrections of earlier months") == ["0.00", "40.00", "\u221240.00", "10.00"]
    assert "of its own months" in after


def test_a_cost_says_where_all_of_it_goes(
    north: Cooperation,
    corrected: Period,
    costs: list[Cost],
    administrator: User,
    sign_in: SignIn,
) -> None:
    text = text_of(sign_in(administrator), f"/north/costs/register/{costs[0].pk}/")
    section = text[text.index('id="months"') :]
    assert ", correction of September 2026" in section
    assert [part in section for part in (">100.00<", ">60.00<", ">160.00<")] == [True] * 3


def test_what_lies_before_the_first_month_is_not_shared(
    north: Cooperation, corrected: Period, administrator: User, sign_in: SignIn
) -> None:
    """30 of its 61 days lie in September, the first month; 31 in August."""
    cost = CostFactory(
        cooperation=north,
        cost_type=Cost.objects.get(reference="C00000001").cost_type,
        reference="C00000101",
        amount=Decimal("61.00"),
        starts_on=dt.date(2026, 8, 1),
        ends_on=OCTOBER,
    )
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    section = text_of(sign_in(administrator), f"/north/costs/register/{cost.pk}/")
    section = section[section.index('id="months"') :]
    assert "Before September 2026, the first month" in section
    assert "Not shared" in section
    assert [part in section for part in (">31.00<", ">30.00<", ">61.00<")] == [True] * 3


def test_a_late_reading_waits_on_the_page_of_its_cost(
    north: Cooperation,
    corrected: Period,
    population: Driver,
    torsby: Municipality,
    administrator: User,
    second_administrator: User,
    costs: list[Cost],
    sign_in: SignIn,
) -> None:
    close(corrected, proposer=administrator, closer=second_administrator)
    Reading.objects.filter(driver=population, municipality=torsby, reference_on=dt.date(2025, 12, 31)).update(
        value=8000
    )
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    section = text_of(sign_in(administrator), f"/north/costs/register/{costs[2].pk}/")
    section = section[section.index('id="months"') :]
    assert "Of October 2026, charged in no month" in section
    assert "Waits for a decision" in section
