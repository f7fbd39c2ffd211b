"""What a finance officer reads: the statement and why each share is what it is."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import CostType, Term
from billing.models import Cost, Period, Share
from billing.reports import calendar_of, head_of, statement_of
from municipalities.models import Cooperation, Municipality
from sharedict.accounts.models import User
from sharedict.common.figures import minor
from sharedict.jobs.actions import announce_change
from sharedict.jobs.models import Job
from tests.factories.billing import CostFactory, compute
from tests.factories.municipalities import MemberFactory, MunicipalityFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PAGE = "/north/costs/2026-10/SE1737/"


def test_the_page_shows_every_figure_of_the_statement(
    october: Period, north: Cooperation, finance: User, sign_in: SignIn
) -> None:
    text = sign_in(finance).get(PAGE).content.decode()
    found = head_of(finance, october, "SE1737")
    assert found is not None
    statement = statement_of(found, october, calendar_of(north))
    lines = text[text.index("sd-lines") : text.index("sd-costs")]
    for line in statement.lines:
        assert minor(line.this_minor) in lines
        assert minor(line.before_minor) in lines
        assert minor(line.year_minor) in lines
    costs = text[text.index("sd-costs") :]
    for row in statement.shares:
        assert f"/north/costs/2026-10/SE1737/{row.reference}/" in costs
        assert minor(row.share_minor) in costs
        assert minor(row.cost_minor) in costs
    assert costs.count(minor(statement.total_minor)) >= 1
    assert "Preliminary" in text


@pytest.mark.parametrize("page", ["/north/costs/{month}/", "/north/costs/{month}/SE1737/"])
def test_the_first_month_is_compared_with_nothing_and_says_so(
    october: Period, north: Cooperation, finance: User, sign_in: SignIn, page: str
) -> None:
    """No 0.00 stands for a month that never was, and no change since then."""
    client, first = sign_in(finance), min(calendar_of(north).runs)
    said = "There was no month before to compare with."
    for month, is_first in [(first, True), (first.plus(1), False)]:
        text = client.get(page.format(month=month)).content.decode()
        assert (said in text) == is_first
        assert ('data-label="Month before"' in text) != is_first


def test_every_amount_leads_to_costs_that_are_on_the_page(
    october: Period, finance: User, sign_in: SignIn
) -> None:
    text = sign_in(finance).get(PAGE).content.decode()
    anchors = set(re.findall(r'href="#(costs\.[^"]+)"', text))
    assert anchors == {"costs.erp.licence", "costs.erp.support", "costs..licence"}
    assert all(f'id="{anchor}"' in text for anchor in anchors)


def test_a_cost_without_a_supplier_has_the_same_dash_everywhere(
    north: Cooperation, costs: list[Cost], finance: User, sign_in: SignIn
) -> None:
    Cost.objects.of(north).update(supplier="", invoice_number="")
    compute(north)
    client, cost = sign_in(finance), costs[0]
    statement = client.get(PAGE).content.decode()
    assert 'data-label="Supplier" data-nothing>—</td>' in statement
    why = client.get(re.findall(rf'href="({PAGE}C[0-9]+/)"', statement)[0]).content.decode()
    register = client.get("/north/costs/register/").content.decode()
    for text in (why, client.get(f"/north/costs/register/{cost.pk}/").content.decode()):
        assert re.search(r"<dt>Supplier</dt>\s*<dd>—</dd>", text)
    assert re.search(r'data-label="Supplier"[^>]*>\s*—', register)
    assert "\N{EN DASH}</" not in statement + why + register


def test_text_of_others_is_escaped(october: Period, finance: User, sign_in: SignIn) -> None:
    text = sign_in(finance).get(PAGE).content.decode()
    assert "Licences, &quot;large&quot; 🏢" in text


def test_the_page_takes_the_same_few_queries_whatever_its_size(
    october: Period, costs: list[Cost], north: Cooperation, finance: User, sign_in: SignIn
) -> None:
    client, counts = sign_in(finance), []
    for extra in (0, 20):
        Cost.objects.bulk_create(
            Cost(
                cooperation=north,
                reference=f"C2{number:07d}",
                application=costs[0].application,
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
            assert client.get(PAGE).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_while_a_change_waits_the_page_says_so_and_polls(
    october: Period, north: Cooperation, finance: User, sign_in: SignIn, do_jobs: Callable[[], int]
) -> None:
    client = sign_in(finance)
    announce_change(cooperation_id=north.pk, touches=(october.first_day, None))
    text = client.get(PAGE).content.decode()
    poll_url = "/north/costs/2026-10/progress/?for=SE1737"
    assert "Being recomputed" in text
    assert f'hx-get="{poll_url}"' in text
    assert client.get(poll_url).status_code == 200
    do_jobs()
    ended = client.get(poll_url)
    assert ended.status_code == 286
    assert PAGE in ended.content.decode()
    assert "Being recomputed" not in client.get(PAGE).content.decode()


def test_a_change_to_another_month_leaves_the_stamp_alone(
    october: Period, north: Cooperation, finance: User, sign_in: SignIn
) -> None:
    announce_change(cooperation_id=north.pk, touches=(october.month.plus(1).first, None))
    assert "Being recomputed" not in sign_in(finance).get(PAGE).content.decode()


def test_a_failed_recomputing_is_said(
    october: Period, north: Cooperation, finance: User, sign_in: SignIn
) -> None:
    job = announce_change(cooperation_id=north.pk, touches=(october.first_day, None))
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, finished_at=job.created_at)
    assert "could not be recomputed" in sign_in(finance).get(PAGE).content.decode()


def test_progress_for_nonsense_leads_to_the_month(october: Period, finance: User, sign_in: SignIn) -> None:
    text = sign_in(finance).get("/north/costs/2026-10/progress/?for=//evil").content.decode()
    assert "evil" not in text
    assert 'href="/north/costs/2026-10/"' in text


@pytest.mark.parametrize(
    "path",
    [
        "2026-13/SE1737/",
        "2026-00/SE1737/",
        "2026-11/SE1737/",
        "1899-12/SE1737/",
        "2026-10/SE2281/",
        "2026-10/SE9999/",
        "2026-10/se1737/",
        "2026-10/SE1737/C00000001/",
        "2026-10/SE1737/nonsense/",
        "2026-10/SE1737/statement.pdf",
        "2026-10/SE2281/statement.csv",
        "2026-13/SE1737/statement.xlsx",
        "99999999999999999999/shares.csv",
        "1/shares.csv",
    ],
)
def test_what_does_not_exist_is_not_found(
    october: Period, outside: Cooperation, finance: User, sign_in: SignIn, path: str
) -> None:
    assert sign_in(finance).get(f"/north/costs/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "",
        "SE1737/",
        "SE1737/statement.csv",
        "SE1737/statement.xlsx",
        "SE1737/C00000002/",
        "month.csv",
        "progress/",
    ],
)
def test_another_cooperation_s_month_is_not_found(
    october: Period, stranger: User, sign_in: SignIn, path: str
) -> None:
    assert sign_in(stranger).get(f"/north/costs/2026-10/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "C00000002/", "statement.csv", "statement.xlsx"])
def test_others_statements_are_hidden_where_shares_are_not_open(
    north: Cooperation, october: Period, finance: User, auditor: User, sign_in: SignIn, path: str
) -> None:
    assert sign_in(finance).get(f"/north/costs/2026-10/SE1783/{path}").status_code == 200
    north.shares_are_open = False
    north.save()
    client = sign_in(finance)
    assert client.get(f"/north/costs/2026-10/SE1783/{path}").status_code == 404
    assert client.get(f"/north/costs/2026-10/SE1737/{path}").status_code == 200
    assert sign_in(auditor).get(f"/north/costs/2026-10/SE1783/{path}").status_code == 200


def test_a_member_that_used_nothing_is_told_so(
    october: Period, north: Cooperation, auditor: User, finance: User, sign_in: SignIn
) -> None:
    idle = MunicipalityFactory(code="1766", name="Sunne")
    MemberFactory(cooperation=north, municipality=idle)
    assert "Nothing to pay" in sign_in(auditor).get("/north/costs/2026-10/SE1766/").content.decode()
    assert sign_in(auditor).get("/north/costs/2026-10/SE1766/C00000002/").status_code == 404
    north.shares_are_open = False
    north.save()
    assert sign_in(finance).get("/north/costs/2026-10/SE1766/").status_code == 404


def test_why_tells_the_whole_way_to_the_share(october: Period, finance: User, sign_in: SignIn) -> None:
    text = sign_in(finance).get("/north/costs/2026-10/SE1737/C00000003/").content.decode()
    assert "Why 18.00" in text
    assert "@support" in text
    assert "Board 2019-12-01, paragraph 1" in text
    assert "12,000" in text
    assert "20,000" in text
    assert "Statistics Sweden" in text
    assert "31 December 2025" in text
    assert "Hagfors" in text
    assert october.current_run is not None
    assert october.current_run.fingerprint in text


def test_why_says_who_pays_what_is_for_no_application(
    north: Cooperation, october: Period, finance: User, sign_in: SignIn
) -> None:
    CostFactory(
        cooperation=north,
        cost_type=CostType.objects.get(cooperation=north, code="licence"),
        reference="C00000109",
        starts_on=october.first_day,
        ends_on=dt.date(2026, 11, 1),
    )
    Term.objects.filter(cooperation=north).update(payers=Term.Payers.SUBSCRIBERS)
    compute(north)
    client = sign_in(finance)
    whole = client.get("/north/costs/2026-10/SE1737/C00000109/").content.decode()
    assert "among all members, as it is for the cooperation as a whole." in whole
    assert "those who use the application" not in whole
    used = client.get("/north/costs/2026-10/SE1737/C00000002/").content.decode()
    assert "among those who use the application." in used


def test_why_spreads_a_cost_of_two_months_by_days(october: Period, finance: User, sign_in: SignIn) -> None:
    text = sign_in(finance).get("/north/costs/2026-10/SE1737/C00000004/").content.decode()
    assert "31 of its 61 days" in text
    assert "61.00 \N{MULTIPLICATION SIGN} 30 / 61" in text
    assert "31.00" in text


def test_why_keeps_others_figures_to_itself_where_shares_are_not_open(
    north: Cooperation, october: Period, finance: User, sign_in: SignIn
) -> None:
    north.shares_are_open = False
    north.save()
    text = sign_in(finance).get("/north/costs/2026-10/SE1737/C00000003/").content.decode()
    assert "18.00" in text
    assert "Hagfors" not in text
    assert "8,000" not in text


def test_shares_in_why_are_the_rows_and_add_up(
    october: Period, torsby: Municipality, finance: User, sign_in: SignIn
) -> None:
    text = sign_in(finance).get("/north/costs/2026-10/SE1737/C00000002/").content.decode()
    payers = text[text.index("All who pay this cost") : text.index("What it was computed from")]
    for share in Share.objects.filter(run=october.current_run, line__reference="C00000002"):
        assert f"{share.amount}" in payers
    assert payers.count("120.01") == 2


def test_anonymous_visitors_are_asked_to_sign_in(october: Period) -> None:
    for path in (PAGE, f"{PAGE}statement.csv", f"{PAGE}C00000002/", "/north/overview/", "/north/reports/"):
        response = Client().get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/")


def test_the_page_names_what_the_municipality_was_merged_into(
    october: Period, finance: User, sign_in: SignIn, torsby: Municipality, hagfors: Municipality
) -> None:
    said = "Torsby was merged into Hagfors on 1 January 2027."
    address = f"/north/costs/2026-10/{torsby.key}/"
    assert said not in sign_in(finance).get(address).content.decode()
    Municipality.objects.filter(pk=torsby.pk).update(successor=hagfors, merged_on=dt.date(2027, 1, 1))
    assert said in sign_in(finance).get(address).content.decode()


def test_the_page_reads_in_swedish(october: Period, finance: User, sign_in: SignIn) -> None:
    client = sign_in(finance)
    client.cookies["django_language"] = "sv"
    text = client.get(PAGE).content.decode()
    assert "oktober 2026" in text
