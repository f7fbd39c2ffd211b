"""The months, and the two people and two steps that close one."""

import csv
import datetime as dt
import html
import io
import re
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import CostType, Term
from billing.actions import decide_late, recompute, save_cost
from billing.models import Cost, Period, Run, RunLine
from billing.reports import left_at_closing
from billing.snapshots import decisions_of, late_states
from municipalities.models import Cooperation, Driver, Municipality, Reading, Role
from sharedict.accounts.models import User
from sharedict.common.figures import minor, money
from sharedict.jobs.actions import run_all
from tests import cast
from tests.billing.books import month, post, take
from tests.budgets import MOMENT
from tests.factories.billing import CostFactory, close, compute
from tests.factories.municipalities import MemberFactory, MunicipalityFactory
from tests.factories.services import ApplicationFactory
from tests.tampering import as_somebody_who_may

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def test_the_list_shows_each_month_with_what_each_carries(
    october: Period, finance: User, sign_in: SignIn
) -> None:
    text = sign_in(finance).get("/north/costs/").content.decode()
    for total in october.current_run.totals.select_related("municipality"):
        assert f'href="/north/costs/2026-10/{total.municipality.key}/">{total.amount}' in text
    assert "September 2026" in text
    assert "181.01" in text


@pytest.mark.parametrize(("today", "is_said"), [(dt.date(2026, 9, 30), True), (dt.date(2026, 10, 1), False)])
def test_closing_a_month_that_is_not_over_says_what_follows(
    september: Period,
    administrator: User,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    today: dt.date,
    is_said: bool,
) -> None:
    monkeypatch.setattr("billing.views.corrected.timezone.localdate", lambda: today)
    client, said = sign_in(administrator), "The month is not over: costs that come later for it become"
    for path in ("", "propose/", "close/"):
        text = client.get(f"/north/costs/2026-09/{path}").content.decode()
        assert (said in text) == is_said


def test_the_list_comes_as_files(october: Period, finance: User, sign_in: SignIn) -> None:
    client = sign_in(finance)
    rows = list(csv.reader(io.StringIO(client.get("/north/costs/?format=csv").content.decode("utf-8-sig"))))
    assert rows[0] == ["Month", "State", "Costs in all", "Unallocated", "Torsby", "Hagfors"]
    assert rows[2][:5] == ["2026-09", "Preliminary", "130.00", "0.00", "65.00"]
    book = openpyxl.load_workbook(io.BytesIO(client.get("/north/costs/?format=xlsx").content))
    assert book.active["C3"].value == 130


def test_more_municipalities_than_columns_leaves_the_columns_out(
    north: Cooperation, october: Period, finance: User, sign_in: SignIn
) -> None:
    for _ in range(8):
        MemberFactory(cooperation=north)
    compute(north)
    text = sign_in(finance).get("/north/costs/").content.decode()
    assert "Torsby" not in text
    assert "October 2026" in text


def test_a_cooperation_without_costs_is_told_what_to_do(
    north: Cooperation, administrator: User, finance: User, sign_in: SignIn
) -> None:
    adds = ("/north/costs/register/new/", "/north/set-up/cost/")
    for path, wanted in (("costs/", adds[0]), ("reports/", adds[0]), ("overview/", adds[1])):
        assert wanted in sign_in(administrator).get(f"/north/{path}").content.decode()
        text = sign_in(finance).get(f"/north/{path}").content.decode()
        assert not [address for address in adds if address in text]
        assert "sd-empty" in text


def test_who_sees_their_own_shares_alone_is_told_so(
    north: Cooperation,
    september: Period,
    torsby: Municipality,
    hagfors: Municipality,
    auditor: User,
    finance: User,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    close(september, proposer=administrator, closer=second_administrator)
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    path, said = "/north/costs/2026-09/", "Your own municipality's. The others' are not open to you."
    every = html.unescape(sign_in(auditor).get(path).content.decode())
    assert re.search(r"<dt>Statements</dt>\s*<dd>2</dd>", every)
    assert said not in every
    client = sign_in(finance)
    own = html.unescape(client.get(path).content.decode())
    assert re.search(r'<dt>Your statement</dt>\s*<dd><a href="/north/costs/2026-09/SE1737/">Torsby</a>', own)
    assert said in own
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}month.xlsx").content))
    assert ("Shares", said) in {row[:2] for row in book.worksheets[0].iter_rows(values_only=True)}
    Role.objects.create(cooperation=north, user=finance, kind=Role.Kind.FINANCE, municipality=hagfors)
    both = html.unescape(client.get(path).content.decode())
    assert re.search(r"<dt>Your statements</dt>\s*<dd>2</dd>", both)
    assert "pays most" not in both


def test_a_month_says_why_a_cost_is_unallocated_and_what_to_do(
    north: Cooperation, october: Period, administrator: User, finance: User, sign_in: SignIn
) -> None:
    Term.objects.filter(cooperation=north, cost_type=None).delete()
    compute(north)
    text = sign_in(administrator).get("/north/costs/2026-10/").content.decode()
    assert "No term says how such a cost is divided." in text
    assert "/north/costs/2026-10/divide/" in text
    assert "2 costs are unallocated" in text
    assert "/north/costs/2026-10/propose/" not in text
    asked = sign_in(administrator).get("/north/costs/2026-10/propose/").content.decode()
    assert '2 costs are unallocated. <a href="/north/costs/2026-10/#unallocated">' in asked
    assert "btn-primary" not in asked
    assert "/divide/" not in sign_in(finance).get("/north/costs/2026-10/").content.decode()


def test_a_key_that_has_no_version_is_named(
    north: Cooperation, october: Period, administrator: User, sign_in: SignIn
) -> None:
    Term.objects.filter(cooperation=north, cost_type=None).delete()
    compute(north)
    line = RunLine.objects.filter(run__period=october).exclude(reason="").first()
    assert line
    with as_somebody_who_may():
        RunLine.objects.filter(pk=line.pk).update(reason="no_key_version", detail="even")
    text = sign_in(administrator).get("/north/costs/2026-10/").content.decode()
    found = text[text.index("The key has no version in force") :]
    assert "Evenly" in found[:200]


def test_a_reason_without_words_of_its_own_is_told_all_the_same(
    north: Cooperation, october: Period, administrator: User, sign_in: SignIn
) -> None:
    """As of a run that a later release computed."""
    Term.objects.filter(cooperation=north, cost_type=None).delete()
    compute(north)
    line = RunLine.objects.filter(run__period=october).exclude(reason="").first()
    assert line
    with as_somebody_who_may():
        RunLine.objects.filter(pk=line.pk).update(reason="riddle")
    client, said = sign_in(administrator), "The reason is “riddle”."
    assert said in client.get("/north/costs/2026-10/").content.decode()
    assert said in client.get(f"/north/costs/register/{line.cost_id}/").content.decode()
    book = openpyxl.load_workbook(io.BytesIO(client.get("/north/costs/2026-10/month.xlsx").content))
    assert said in {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}


def test_a_month_lists_who_carries_what(october: Period, finance: User, sign_in: SignIn) -> None:
    text = sign_in(finance).get("/north/costs/2026-10/").content.decode()
    table = text[text.index('id="totals"') :]
    totals = list(october.current_run.totals.all())
    assert all(minor(int(total.amount * 100)) in table for total in totals)
    assert "181.01" in table
    assert "130.00" in table
    assert october.current_run.fingerprint in table
    percents = re.findall(r'data-label="Percent">([^<]*)<', table)
    assert all(re.fullmatch(r"\d+\.\d\d\xa0%", percent) for percent in percents if percent)
    assert len(percents) == 2


@pytest.mark.parametrize("path", ["costs/", "costs/2026-10/", "overview/", "reports/"])
def test_pages_take_the_same_few_queries_whatever_their_size(
    north: Cooperation, costs: list[Cost], finance: User, sign_in: SignIn, path: str
) -> None:
    client, counts = sign_in(finance), []
    for extra in (0, 6):
        for _ in range(extra):
            MemberFactory(cooperation=north)
        Cost.objects.bulk_create(
            Cost(
                cooperation=north,
                reference=f"C2{number:07d}",
                cost_type=costs[0].cost_type,
                amount=number + 1,
                currency="SEK",
                starts_on=costs[1].starts_on,
                ends_on=costs[1].ends_on,
                description="Another",
            )
            for number in range(extra)
        )
        compute(north)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/north/{path}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 18 + MOMENT


def test_one_proposes_and_another_closes(
    october: Period,
    north: Cooperation,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    first, second = sign_in(administrator), sign_in(second_administrator)
    assert first.get("/north/costs/2026-09/propose/").status_code == 200
    response = take(first, "/north/costs/2026-09/propose/")
    assert (response.status_code, response["Location"]) == (302, "/north/costs/2026-09/")
    text = first.get("/north/costs/2026-09/").content.decode()
    waits = "You have proposed it: another administrator closes it, "
    assert f"{waits}{second_administrator}." in text
    assert "/north/costs/2026-09/close/" not in text
    asked = first.get("/north/costs/2026-09/close/").content.decode()
    assert "September 2026 is not yours to close" in asked
    assert f"{waits}{second_administrator}." in asked
    assert "btn-danger" not in asked
    assert "btn-primary" not in asked
    again = [client.get("/north/costs/2026-09/propose/").content.decode() for client in (first, second)]
    assert f"{waits}{second_administrator}." in again[0]
    assert f"Proposed by {administrator} on " in again[1]
    assert [
        said for said in again if "September 2026: proposed</h1>" not in said or "btn-primary" in said
    ] == []
    run = Period.objects.get(first_day=dt.date(2026, 9, 1)).current_run
    assert run is not None
    closes = f">Close September 2026 with {money(run.total, 'SEK')}</button>"
    assert closes in second.get("/north/costs/2026-09/close/").content.decode()
    assert take(first, "/north/costs/2026-09/close/").status_code == 409
    assert "/north/costs/2026-09/close/" in second.get("/north/costs/2026-09/").content.decode()
    assert take(second, "/north/costs/2026-09/close/").status_code == 302
    closed = Period.objects.get(cooperation=north, first_day="2026-09-01")
    assert closed.is_closed
    text = second.get("/north/costs/2026-09/SE1737/").content.decode()
    assert "Statement 1, issued" in text


def test_a_month_cannot_close_before_the_one_before_it(
    october: Period, administrator: User, sign_in: SignIn
) -> None:
    response = take(sign_in(administrator), "/north/costs/2026-10/propose/")
    assert response.status_code == 409
    assert "Close September 2026 first: months close in their order." in response.content.decode()


def test_a_proposal_is_taken_back_until_the_month_is_closed(
    october: Period,
    north: Cooperation,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    first, second = sign_in(administrator), sign_in(second_administrator)
    assert "/north/costs/2026-09/reopen/" not in first.get("/north/costs/2026-09/").content.decode()
    asked = first.get("/north/costs/2026-09/reopen/").content.decode()
    assert "Nobody proposes to close the month: it is open." in asked
    assert "btn-primary" not in asked
    take(first, "/north/costs/2026-09/propose/")
    for client in (first, second):
        assert "/north/costs/2026-09/reopen/" in client.get("/north/costs/2026-09/").content.decode()
    assert second.get("/north/costs/2026-09/reopen/").status_code == 200
    assert second.post("/north/costs/2026-09/reopen/").status_code == 302
    september = Period.objects.get(cooperation=north, first_day="2026-09-01")
    assert (september.state, september.proposed_by, september.proposed_at) == ("open", None, None)
    close(september, proposer=administrator, closer=second_administrator)
    response = first.post("/north/costs/2026-09/reopen/")
    assert response.status_code == 409
    assert "what changes now is corrected in the next open month" in response.content.decode()


@pytest.mark.parametrize("step", ["propose", "reopen", "close"])
def test_only_administrators_take_the_steps(
    october: Period, finance: User, auditor: User, stranger: User, sign_in: SignIn, step: str
) -> None:
    path = f"/north/costs/2026-09/{step}/"
    assert sign_in(finance).post(path).status_code == 403
    assert sign_in(auditor).get(path).status_code == 403
    assert sign_in(stranger).post(path).status_code == 404


def test_nothing_is_proposed_closed_or_taken_back_of_a_closed_month(
    september: Period, shut: Callable[[dt.date], Period], administrator: User, sign_in: SignIn
) -> None:
    """As from a page that was open before, or by going back."""
    shut(september.first_day)
    client = sign_in(administrator)
    for step in ("propose", "close", "reopen"):
        address = f"/north/costs/2026-09/{step}/"
        asked = client.get(address).content.decode()
        assert "The month is closed: what changes now is corrected in the next open month." in asked
        assert '<button type="submit" class="btn btn-primary"' not in asked
        done = client.post(address, follow=True).content.decode()
        assert "is proposed" not in done
        assert "is open again" not in done


@pytest.fixture
def late(
    north: Cooperation,
    september: Period,
    costs: list[Cost],
    administrator: User,
    second_administrator: User,
) -> Cost:
    """The licence of September, 100.00 when it was closed and 160.00 now: 30.00 more for each."""
    close(september, proposer=administrator, closer=second_administrator)
    Cost.objects.filter(pk=costs[0].pk).update(amount=160)
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    costs[0].refresh_from_db()
    return costs[0]


def test_a_closed_month_keeps_its_figures_and_says_where_it_is_corrected(
    late: Cost, finance: User, sign_in: SignIn
) -> None:
    text = sign_in(finance).get("/north/costs/2026-09/").content.decode()
    assert "Later changes of this month" in text
    assert "Corrected in October 2026: 1 cost, +60.00\xa0SEK." in text
    assert "130.00" in text
    assert "190.00" not in text


def test_a_month_shows_the_corrections_it_charges_by_cost_and_by_municipality(
    north: Cooperation, late: Cost, administrator: User, sign_in: SignIn
) -> None:
    text = sign_in(administrator).get("/north/costs/2026-10/").content.decode()
    totals, section = text[text.index('id="totals"') :].split('id="corrections"')
    assert f"/north/costs/late/2026-09/{late.reference}/" in section
    assert "+60.00" in section
    assert totals.count('data-label="Of it corrections">+30.00') == 2
    assert 'data-label="Of it corrections">+60.00' in totals


def test_closing_says_what_it_charges_and_what_it_leaves(
    north: Cooperation, late: Cost, administrator: User, second_administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    working = client.get("/north/costs/2026-10/propose/").content.decode()
    assert "the shares of this month are being recomputed" in working
    assert "btn-primary" not in working
    run_all()
    text = client.get("/north/costs/2026-10/propose/").content.decode()
    assert re.search("btn-primary[^>]*>Propose [0-9,.]+\xa0SEK for October 2026</button>", text)
    assert "1 correction of earlier months is charged: +60.00\xa0SEK." in text
    [state] = late_states(north)
    decide_late(cooperation=north, states=[state], verdict="leave", reason="Agreed", by=administrator)
    run_all()
    text = client.get("/north/costs/2026-10/propose/").content.decode()
    assert "1 late change was left uncharged: +60.00\xa0SEK." in text
    assert "is charged" not in text
    take(client, "/north/costs/2026-10/propose/")
    text = sign_in(second_administrator).get("/north/costs/2026-10/close/").content.decode()
    assert "1 late change was left uncharged: +60.00\xa0SEK." in text


def test_a_closed_month_says_who_took_which_step_and_what_was_left_then(
    north: Cooperation, late: Cost, administrator: User, second_administrator: User, sign_in: SignIn
) -> None:
    def decide(verdict: str, reason: str) -> None:
        decide_late(
            cooperation=north, states=late_states(north), verdict=verdict, reason=reason, by=administrator
        )
        run_all()

    decide("charge", "At first")
    decide("leave", "Agreed by the board")
    october = Period.objects.get(cooperation=north, first_day=dt.date(2026, 10, 1))
    close(october, proposer=administrator, closer=second_administrator)
    decide("charge", "After all")
    text = sign_in(administrator).get("/north/costs/2026-10/").content.decode()
    assert re.search(r"Proposed by administrator on \d+ \w+ \d+\. Closed by second on \d+ \w+ \d+\.", text)
    left = text[text.index('id="left-then"') :]
    assert f"/north/costs/late/2026-09/{late.reference}/" in left
    assert "Agreed by the board" in left
    assert "At first" not in left
    assert "After all" not in left
    september = sign_in(administrator).get("/north/costs/2026-09/").content.decode()
    assert 'id="left-then"' not in september


def test_what_a_later_month_charged_was_left_in_it_no_longer(
    north: Cooperation, late: Cost, administrator: User, second_administrator: User
) -> None:
    def close_month(month: int) -> Period:
        period = Period.objects.get(cooperation=north, first_day=dt.date(2026, month, 1))
        return close(period, proposer=administrator, closer=second_administrator)

    decide_late(
        cooperation=north, states=late_states(north), verdict="leave", reason="Agreed", by=administrator
    )
    run_all()
    Cost.objects.filter(pk=late.pk).update(amount=180)
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    run_all()
    assert left_at_closing(close_month(10), decisions_of(north)) == []


def test_empty_months_close_along_and_say_so(
    north: Cooperation, costs: list[Cost], administrator: User, sign_in: SignIn
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(first_month=dt.date(2026, 6, 1))
    north.refresh_from_db()
    compute(north)
    client, said = (
        sign_in(administrator),
        "June 2026 to August 2026 have no costs, and close together with it.",
    )
    assert said in client.get("/north/costs/2026-09/").content.decode()
    assert said in client.get("/north/costs/2026-09/propose/").content.decode()
    october = client.get("/north/costs/2026-10/").content.decode()
    assert "Close this month first:" in october
    assert said not in october
    assert take(client, "/north/costs/2026-09/propose/").status_code == 302


def test_a_sum_has_one_name_on_page_list_and_file(
    north: Cooperation, october: Period, administrator: User, sign_in: SignIn
) -> None:
    CostFactory(
        cooperation=north,
        application=ApplicationFactory(cooperation=north),
        amount=Decimal("78.50"),
        starts_on=october.first_day,
        ends_on=dt.date(2026, 11, 1),
    )
    compute(north)
    client = sign_in(administrator)
    opening = client.get("/north/costs/2026-10/").context["opening"]
    facts = {each["label"]: each["value"] for each in opening["facts"]}
    listed = client.get("/north/costs/").content.decode()
    found = re.search(r'data-label="Costs in all">([^<]+)<', listed)
    assert found is not None
    assert facts["Costs in all"] == f"{found[1]}\xa0SEK"
    assert facts["Unallocated"] == "78.50\xa0SEK"
    assert opening["value"] != found[1]
    book = client.get("/north/costs/2026-10/month.xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    named = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    assert money(Decimal(str(named["Costs in all"])), "SEK") == facts["Costs in all"]


def test_a_month_that_is_open_has_issued_no_statement(
    october: Period, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    for page in ("/north/costs/2026-10/", "/north/overview/"):
        facts = {each["label"]: each for each in client.get(page).context["opening"]["facts"]}
        assert facts["Statements"]["value"] == "none issued yet"
        assert facts["Statements"]["note"] == "2 municipalities get one"


def test_the_largest_change_is_small_inside_a_sentence(
    north: Cooperation, october: Period, administrator: User, sign_in: SignIn
) -> None:
    CostFactory(
        cooperation=north,
        cost_type=CostType.objects.get(cooperation=north, code="licence"),
        amount=Decimal("7800.50"),
        starts_on=october.first_day,
        ends_on=dt.date(2026, 11, 1),
    )
    compute(north)
    page = sign_in(administrator).get("/north/costs/2026-10/").context
    assert page["changes"]["summary"].startswith("The largest change is the cooperation as a whole: ")
    assert page["opening"]["sentences"][1]["text"] == page["changes"]["summary"]


def test_nobody_is_asked_to_close_a_month_without_costs(
    north: Cooperation, costs: list[Cost], administrator: User, sign_in: SignIn
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(first_month=dt.date(2026, 6, 1))
    north.refresh_from_db()
    compute(north)
    withdrawn = Cost.objects.filter(reference__in=["C00000002", "C00000003"])
    withdrawn.update(withdrawn_on=dt.date(2026, 10, 1))
    Cost.objects.filter(reference="C00000004").update(ends_on=dt.date(2026, 10, 1))
    compute(north)
    with time_machine.travel(dt.datetime(2026, 12, 2, 12, tzinfo=dt.UTC), tick=False):
        text = sign_in(administrator).get("/north/overview/").content.decode()
    assert "September 2026 is over, and still open</" in text.replace("\n", "")
    assert "June 2026 is over" not in text


def test_notices_are_sentences_with_names(
    north: Cooperation,
    september: Period,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    MemberFactory(
        cooperation=north,
        municipality=MunicipalityFactory(code="1766", name="Sunne"),
        valid_until=dt.date(2026, 9, 1),
    )
    with as_somebody_who_may():
        Run.objects.filter(pk=september.current_run_id).update(
            notices=[
                {
                    "code": "stale_reading",
                    "about": "population",
                    "places": ["SE1737", "SE1783"],
                    "dates": ["2023-12-31"],
                },
                {"code": "left", "about": "erp", "places": ["SE1766"], "dates": []},
                {"code": "no_fixed_part", "about": "even", "places": ["SE1737"], "dates": []},
            ]
        )
    client = sign_in(administrator)
    for path in ("", "propose/"):
        text = html.unescape(client.get(f"/north/costs/2026-09/{path}").content.decode())
        assert "Population of Torsby and Hagfors is from 31 December 2023: more than a year before" in text
        assert (
            "Sunne left after 31 August 2026 and still subscribes to ERP: it pays for no later month." in text
        )
        assert "divides and has no fixed part in it: it pays nothing of that part." in text
    assert "3 things to look at before it closes" in client.get("/north/overview/").content.decode()
    close(september, proposer=administrator, closer=second_administrator)
    text = html.unescape(client.get("/north/costs/2026-09/").content.decode())
    assert "Noted when it was closed" in text
    assert "Look at this before it closes" not in text
    assert "Sunne left after 31 August 2026 and still subscribes to ERP: it pays for no later month." in text


def test_a_month_that_failed_says_why(
    north: Cooperation, september: Period, administrator: User, sign_in: SignIn
) -> None:
    Period.objects.filter(pk=september.pk).update(failure="The key even is broken.")
    client = sign_in(administrator)
    text = client.get("/north/costs/2026-09/").content.decode()
    assert "This month could not be computed" in text
    assert "The key even is broken." in text
    assert "/north/costs/2026-09/propose/" not in text
    asked = client.get("/north/costs/2026-09/propose/").content.decode()
    assert "September 2026 could not be computed: The key even is broken." in asked
    assert "btn-primary" not in asked
    assert (
        "September 2026 could not be computed: The key even is broken."
        in client.get("/north/overview/").content.decode()
    )


def test_what_waits_stands_in_the_way_and_on_the_overview(
    north: Cooperation,
    late: Cost,
    second_administrator: User,
    administrator: User,
    population: Driver,
    torsby: Municipality,
    do_jobs: Callable[[], int],
    sign_in: SignIn,
) -> None:
    """October is closed too; then Torsby's population of that year is corrected."""
    october = Period.objects.get(cooperation=north, first_day=dt.date(2026, 10, 1))
    close(october, proposer=administrator, closer=second_administrator)
    client = sign_in(administrator)
    do_jobs()
    assert "/north/costs/2026-11/propose/" in client.get("/north/costs/2026-11/").content.decode()
    Reading.objects.filter(driver=population, municipality=torsby, reference_on=dt.date(2025, 12, 31)).update(
        value=8000
    )
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    text = client.get("/north/costs/2026-11/").content.decode()
    assert "1 late change of closed months waits for a decision" in text
    assert "/north/costs/2026-11/propose/" not in text
    assert (
        "1 late change of closed months waits to be charged or left"
        in client.get("/north/overview/").content.decode()
    )


def test_a_month_without_costs_does_not_exist(october: Period, administrator: User, sign_in: SignIn) -> None:
    for path in ("", "propose/", "close/", "progress/", "month.csv", "month.xlsx"):
        assert sign_in(administrator).get(f"/north/costs/2026-12/{path}").status_code == 404
    assert sign_in(administrator).get("/north/costs/2026-10/month.pdf").status_code == 404


@pytest.mark.parametrize("step", ["propose", "close"])
def test_a_month_is_proposed_and_closed_as_it_was_looked_at(
    october: Period,
    north: Cooperation,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
    step: str,
) -> None:
    """A second tab, opened before the month was computed again, decides on nothing."""
    first, second = sign_in(administrator), sign_in(second_administrator)
    reader, url = (first, "propose") if step == "propose" else (second, "close")
    if step == "close":
        take(first, "/north/costs/2026-09/propose/")
    url = f"/north/costs/2026-09/{url}/"
    page = reader.get(url).content.decode()
    assert "The month comes to" in page
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    cost = Cost.objects.get(reference="C00000001")
    cost.amount += 1
    save_cost(cost=cost, by=administrator)
    run_all()
    if step == "close":
        take(first, "/north/costs/2026-09/propose/")
    for sent in (seen[1], "", "0", "x", "9" * 30):
        response = reader.post(url, {"seen": sent})
        assert response.status_code == 409
        assert "has been computed again since you looked at it" in response.content.decode()
    assert not Period.objects.get(cooperation=north, first_day="2026-09-01").is_closed
    assert take(reader, url).status_code == 302


def test_a_month_is_closed_however_many_runs_there_have_been(
    october: Period, north: Cooperation, administrator: User, second_administrator: User, sign_in: SignIn
) -> None:
    with as_somebody_who_may(), connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE billing_run_id_seq RESTART WITH 2147483000")
    Cost.objects.filter(reference="C00000001").update(amount=200)
    compute(north)
    take(sign_in(administrator), "/north/costs/2026-09/propose/")
    take(sign_in(second_administrator), "/north/costs/2026-09/close/")
    september = Period.objects.get(cooperation=north, first_day="2026-09-01")
    assert (september.is_closed, september.current_run_id) == (True, 2147483000)


def test_of_two_who_propose_or_close_one_did_it_and_the_other_learns_so(
    north: Cooperation, administrator: User, second_administrator: User, sign_in: SignIn
) -> None:
    third = cast.person("third", north, Role.Kind.ADMINISTRATOR)
    january = dt.date(2026, 1, 1)
    post(north, "100.00", january, dt.date(2026, 2, 1))
    clients = [sign_in(user) for user in (administrator, second_administrator, third)]

    def both(step: str, *who: Client) -> list[HttpResponse]:
        """Both have the question in front of them before either answers it."""
        url = f"/north/costs/2026-01/{step}/"
        shown = [client.get(url).context for client in who]
        asked = [{"seen": context["seen"], "left": context["left"]} for context in shown]
        return [client.post(url, sent) for client, sent in zip(who, asked, strict=True)]

    first, second = both("propose", *clients[:2])
    assert (first.status_code, second.status_code) == (302, 409)
    assert "Somebody else has proposed the month" in second.content.decode()
    first, second = both("close", *clients[1:])
    assert (first.status_code, second.status_code) == (302, 409)
    assert "what changes now is corrected in the next open month" in second.content.decode()
    assert month(north, january).closed_by == second_administrator


def test_no_month_is_proposed_while_a_closed_one_could_not_be_held_against_today(
    north: Cooperation, administrator: User, shut: Callable[[dt.date], Period], sign_in: SignIn
) -> None:
    january, february = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
    post(north, "100.00", january, february)
    post(north, "100.00", february, dt.date(2026, 3, 1))
    shut(january)
    Period.objects.filter(cooperation=north, first_day=january).update(failure="a key is broken")
    administrator.refresh_from_db()
    asked = sign_in(administrator).get("/north/costs/2026-02/propose/")
    assert asked.context["confirm_label"] == ""
    assert "January 2026 could not be computed: a key is broken" in asked.content.decode()
