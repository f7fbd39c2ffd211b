"""Where each role starts, and the files there are."""

import datetime as dt
import html
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext as translated

from agreements.models import Term
from billing.actions import propose_period
from billing.models import Cost, Period, RunLine, Share, Statement
from billing.reports import calendar_of, head_of, statement_of
from billing.views.overview import shown_months
from billing.views.pictures import months_by_municipality
from municipalities.models import Cooperation, Member, Municipality, Role
from services.models import Application, Subscription
from sharedict.accounts.models import User
from sharedict.common.figures import minor, money, signed_minor
from sharedict.jobs.actions import announce_change
from sharedict.jobs.models import Job
from sharedict.kernel.periods import Month
from sharedict.pictures.words import AIR, width
from sharedict.templatetags.charts import chart_table
from tests import cast
from tests.factories.agreements import KeyFactory, TermFactory, add_version
from tests.factories.billing import CostFactory, close, compute
from tests.factories.municipalities import MemberFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_october")]
SignIn = Callable[[User], Client]


def test_a_finance_officer_starts_with_this_months_amount(
    north: Cooperation, october: Period, finance: User, sign_in: SignIn
) -> None:
    text = sign_in(finance).get("/north/overview/").content.decode()
    head = head_of(finance, october, "SE1737")
    assert head is not None
    statement = statement_of(head, october, calendar_of(north))
    assert f'{minor(statement.total_minor)} <span class="sd-unit">SEK</span>' in text
    assert signed_minor(statement.change_minor, "SEK") in text
    assert "/north/costs/2026-10/SE1737/statement.csv" in text
    assert "Preliminary" in text
    assert "Needs you" not in text
    assert "Hagfors" in text


def test_the_statement_that_was_issued_last_is_a_click_away(
    north: Cooperation,
    september: Period,
    finance: User,
    auditor: User,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readers = [sign_in(finance), sign_in(auditor)]
    for client in readers:
        assert "Issued last" not in client.get("/north/overview/").content.decode()
    close(september, proposer=administrator, closer=second_administrator)
    own = Statement.objects.get(payer="SE1737")
    link = f'<a href="/north/costs/2026-09/SE1737/">Statement {own.number}: Torsby, September 2026</a>'
    others = '<a href="/north/costs/2026-09/SE1783/">Statement'
    for client in readers:
        text = client.get("/north/overview/").content.decode()
        assert link in text
        assert f"20 October 2026 · {money(own.total, 'SEK')}" in text
        assert (others in text) == (client is readers[1])
        assert client.get("/north/costs/2026-09/SE1737/").status_code == 200
    monkeypatch.setattr("billing.views.overview.MOST_NAMED", 1)
    text = readers[1].get("/north/overview/").content.decode()
    assert '<a href="/north/costs/2026-09/">September 2026, 2 statements</a>' in text


def test_others_are_not_in_the_picture_where_shares_are_not_open(
    north: Cooperation, october: Period, finance: User, sign_in: SignIn
) -> None:
    north.shares_are_open = False
    north.save()
    text = html.unescape(sign_in(finance).get("/north/overview/").content.decode())
    assert "Hagfors" not in text
    assert "in all. Your own municipality's. The others' are not open to you." in text


def test_an_administrator_starts_with_what_needs_them(
    north: Cooperation, october: Period, administrator: User, sign_in: SignIn
) -> None:
    Term.objects.filter(cooperation=north, cost_type=None).delete()
    compute(north)
    job = announce_change(cooperation_id=north.pk, touches=(october.first_day, None))
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED)
    text = sign_in(administrator).get("/north/overview/").content.decode()
    assert "1 job has failed" in text
    assert "October 2026: 2 costs are unallocated" in text
    assert "September 2026 is over, and still open" in text


def test_who_only_reads_is_offered_to_see_and_nothing_to_do(
    north: Cooperation,
    september: Period,
    october: Period,
    administrator: User,
    second_administrator: User,
    auditor: User,
    sign_in: SignIn,
) -> None:
    def offered(user: User) -> dict[str, str]:
        todo = sign_in(user).get("/north/overview/").context["todo"]
        return {each["status"]: each["label"] for each in todo}

    assert (offered(administrator)["To close"], offered(auditor)["To close"]) == ("Look and propose", "See")
    propose_period(period=september, by=administrator)
    assert offered(second_administrator)["Proposed"] == "Look and close"
    assert offered(administrator)["Proposed"] == "See"
    assert offered(auditor)["Proposed"] == "See"
    Term.objects.filter(cooperation=north, cost_type=None).delete()
    compute(north)
    assert (offered(administrator)["Unallocated"], offered(auditor)["Unallocated"]) == ("Allocate", "See")


def test_the_page_of_a_service_says_what_it_costs_and_what_of_it_is_the_readers_own(
    north: Cooperation,
    october: Period,
    finance: User,
    administrator: User,
    sign_in: SignIn,
) -> None:
    def fact(user: User) -> dict[str, str]:
        found: dict[str, str] = sign_in(user).get("/north/services/erp/").context["opening"]["facts"][0]
        return found

    run = october.current_run
    assert run is not None
    lines = RunLine.objects.filter(run=run, application_code="erp", concerns=None)
    shares = Share.objects.filter(run_id=run.pk, line__run_id=run.pk, line__application_code="erp")
    whole = sum(line.amount for line in lines)
    own = sum(share.amount for share in shares.filter(municipality__code="1737", line__concerns=None))
    assert 0 < own < whole
    for is_open in (True, False):
        Cooperation.objects.update(shares_are_open=is_open)
        assert fact(finance) == {
            "label": "Cost in October 2026",
            "value": money(whole, "SEK"),
            "note": f"of it Torsby {money(own)}",
            "url": "/north/costs/2026-10/SE1737/",
        }
    assert fact(administrator) == {
        "label": "Cost in October 2026",
        "value": money(whole, "SEK"),
        "url": "/north/costs/2026-10/",
    }


def test_what_changes_next_is_told_to_those_whom_it_concerns(
    north: Cooperation,
    october: Period,
    administrator: User,
    finance: User,
    sign_in: SignIn,
    torsby: Municipality,
    hagfors: Municipality,
) -> None:
    def ahead(user: User) -> list[tuple[str, str]]:
        rows = sign_in(user).get("/north/overview/").context["ahead"]["rows"]
        return [(each["day"], each["text"]) for each in rows]

    assert ahead(administrator) == []
    assert "What changes next" not in sign_in(administrator).get("/north/overview/").content.decode()
    new_year, february = dt.date(2027, 1, 1), dt.date(2027, 2, 1)
    study = ApplicationFactory(cooperation=north, code="study", name="Study")
    SubscriptionFactory(application=study, municipality=torsby, valid_until=new_year)
    SubscriptionFactory(application=study, municipality=torsby, valid_from=new_year, valid_until=february)
    Member.objects.filter(municipality=hagfors).update(valid_until=dt.date(2026, 12, 1))
    key = KeyFactory(cooperation=north, code="people", name="By people")
    add_version(key, {"kind": "even", "percent": 100}, valid_from=february)
    expected = [
        ("1 December 2026", "Hagfors is no member any more"),
        ("1 January 2027", "Torsby uses Study otherwise"),
        ("1 February 2027", "Torsby uses Study no longer"),
        ("1 February 2027", "Version 1 of the key By people"),
    ]
    assert ahead(administrator) == expected
    assert ahead(finance) == expected
    SubscriptionFactory(application=study, municipality=hagfors, valid_from=dt.date(2026, 11, 1))
    assert ahead(finance) == expected
    assert ahead(administrator)[0] == ("1 November 2026", "Hagfors uses Study")
    text = sign_in(administrator).get("/north/overview/").content.decode()
    assert "from 1 December 2026" in text


def test_the_day_that_comes_next_is_among_those_told_however_many_follow(
    north: Cooperation,
    october: Period,
    administrator: User,
    sign_in: SignIn,
    torsby: Municipality,
    hagfors: Municipality,
) -> None:
    later = dt.date(2027, 6, 1)
    for number in range(101):
        many = ApplicationFactory(cooperation=north, code=f"a{number}", name=f"Application {number}")
        for place in (torsby, hagfors):
            SubscriptionFactory(application=many, municipality=place, valid_from=later)
    soon = ApplicationFactory(cooperation=north, code="soon", name="Study")
    SubscriptionFactory(application=soon, municipality=torsby, valid_from=dt.date(2026, 11, 1))
    ahead = sign_in(administrator).get("/north/overview/").context["ahead"]
    assert ahead["rows"][0]["text"] == "Torsby uses Study"
    assert ahead["more"] == "more than 195 more in the next year"


def test_a_member_that_goes_on_does_not_become_one(
    north: Cooperation, october: Period, administrator: User, sign_in: SignIn, torsby: Municipality
) -> None:
    new_year = dt.date(2027, 1, 1)
    Member.objects.filter(municipality=torsby).update(valid_until=new_year)
    MemberFactory(cooperation=north, municipality=torsby, valid_from=new_year)
    key = KeyFactory(cooperation=north, code="people", name="By people")
    version = add_version(key, {"kind": "even", "percent": 100}, valid_from=dt.date(2020, 1, 1))
    version.valid_until = version.own_end = new_year
    version.save()
    rows = sign_in(administrator).get("/north/overview/").context["ahead"]["rows"]
    assert [each["text"] for each in rows] == ["The key By people says nothing any more"]


def test_overview_and_month_say_the_same_change_of_what_is_shared(
    north: Cooperation, october: Period, administrator: User, sign_in: SignIn
) -> None:
    application = ApplicationFactory(cooperation=north, code="study", name="Study")
    CostFactory(
        cooperation=north,
        application=application,
        cost_type=Cost.objects.get(reference="C00000002").cost_type,
        amount=Decimal("78000.50"),
        starts_on=october.first_day,
        ends_on=dt.date(2026, 11, 1),
    )
    compute(north)
    client = sign_in(administrator)
    opening = client.get("/north/overview/").context["opening"]
    page = client.get("/north/costs/2026-10/").context
    assert opening.pop("link")["url"] == "/north/costs/2026-10/#changes-title"
    assert opening == page["opening"]
    facts = {each["label"]: each["value"] for each in opening["facts"]}
    assert facts["Unallocated"] == "78,000.50\xa0SEK"
    change = signed_minor(page["whole"]["change_minor"], "SEK")
    assert opening["sentences"][0]["bold"].startswith(f"{change} (")
    assert change.lstrip("+") in page["changes"]["title"]
    assert opening["sentences"][1]["text"] == page["changes"]["summary"]
    assert opening["sentences"][1]["text"].startswith("The largest change is ")


def test_overview_and_month_have_the_same_columns_and_total(
    north: Cooperation, september: Period, october: Period, auditor: User, sign_in: SignIn
) -> None:
    client = sign_in(auditor)
    pages = [client.get(f"/north/{path}/") for path in ("overview", "costs/2026-10")]
    heads = []
    for page in pages:
        text = html.unescape(page.content.decode())
        table = text.split('id="totals"')[1].split("</table>")[0]
        heads.append(re.findall(r'data-label="([^"]+)"', table.split("<tfoot>")[0]))
        foot = table.split("<tfoot>")[1]
        assert minor(page.context["whole"]["this_minor"]) in foot
        assert signed_minor(page.context["whole"]["change_minor"]) in foot
    overview, month = ([*dict.fromkeys(each)] for each in heads)
    assert overview == ["SEK", "Percent", "Change"]
    assert [name for name in month if name in overview] == overview[1:]


def test_nothing_to_do_is_said(north: Cooperation, october: Period, auditor: User, sign_in: SignIn) -> None:
    Period.objects.filter(first_day=dt.date(2026, 9, 1)).update(first_day=dt.date(2026, 12, 1))
    assert "Nothing: every cost is allocated" in sign_in(auditor).get("/north/overview/").content.decode()


def test_what_those_who_left_still_stand_in_is_to_be_done(
    north: Cooperation,
    october: Period,
    administrator: User,
    finance: User,
    sign_in: SignIn,
    torsby: Municipality,
    hagfors: Municipality,
) -> None:
    key = KeyFactory(cooperation=north, code="people", name="By people")
    parts = {torsby: 60, hagfors: 40}
    add_version(key, {"kind": "fixed", "percent": 100, "fixed": parts})
    for name in "ABCDEFG":
        application = ApplicationFactory(cooperation=north, code=name.lower(), name=name)
        SubscriptionFactory(application=application, municipality=torsby)
    TermFactory(key=key, application=application, payers="named", named=[torsby, hagfors])
    url = "/north/overview/"
    assert "Forgotten" not in sign_in(administrator).get(url).content.decode()
    Member.objects.filter(municipality=torsby).update(valid_until=dt.date(2026, 10, 1))
    Member.objects.filter(municipality=hagfors).update(valid_until=dt.date(2027, 1, 1))
    text = sign_in(administrator).get(url).content.decode()
    assert "Torsby left after 30 September 2026 and still subscribes to A, B, C, D, E, 3 more." in text
    assert 'href="/north/subscriptions/?municipality=SE1737"' in text
    assert "Torsby left after 30 September 2026 and is still named as payer of G: all other costs." in text
    assert "By people: Torsby left after 30 September 2026 and still holds a fixed part." in text
    assert "By people: Hagfors leaves after 31 December 2026 and still holds a fixed part." in text
    assert 'href="/north/keys/people/"' in text
    assert "Forgotten" not in sign_in(finance).get(url).content.decode()


def test_files_of_ones_own_months_and_years(october: Period, finance: User, sign_in: SignIn) -> None:
    text = sign_in(finance).get("/north/reports/").content.decode()
    for path in (
        "2026-10/SE1737/statement.xlsx",
        "2026-09/SE1737/statement.csv",
        "2026-10/month.csv",
        "2026/shares.csv",
    ):
        assert re.search(rf'href="/north/costs/{re.escape(path)}[?"]', text)
    assert "SE1783" not in text


def test_files_speak_of_statements_to_those_who_have_some(
    october: Period, finance: User, administrator: User, sign_in: SignIn
) -> None:
    own, of_all = "A statement lists every share with its cost", "stands on the page of its month"
    text = sign_in(finance).get("/north/reports/").content.decode()
    assert (own in text, of_all in text) == (True, False)
    text = sign_in(administrator).get("/north/reports/").content.decode()
    assert (own in text, of_all in text) == (False, True)


def test_a_statement_does_not_repeat_its_heading(october: Period, finance: User, sign_in: SignIn) -> None:
    answer = sign_in(finance).get("/north/costs/2026-10/SE1737/")
    assert answer.context["title"] == "Torsby, October 2026"
    assert answer.context["opening"]["label"] == "To pay"
    text = answer.content.decode()
    assert "What changed since September 2026</h2>" in text
    said = answer.context["opening"]["sentences"][1]["text"]
    assert text.count(f"{said}</p>") == 1


def test_strangers_find_nothing(october: Period, stranger: User, sign_in: SignIn) -> None:
    for path in ("overview/", "reports/", "costs/"):
        assert sign_in(stranger).get(f"/north/{path}").status_code == 404


def test_the_twelve_months_up_to_now_are_shown() -> None:
    months = [Month(2026, 1).plus(count) for count in range(24)]
    assert shown_months(months, Month(2026, 6)) == months[:6]
    assert shown_months(months, Month(2027, 6)) == months[6:18]
    assert shown_months(months, Month(2025, 6)) == months[:12]
    assert shown_months([], Month(2025, 6)) == []


def minor_of(text: str) -> int:
    return int(text.replace(".", ""))


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("size", [1, 1_000, 100_000])
def test_the_table_of_months_has_totals_names_whom_it_sums_and_fits_beside_the_list(
    language: str, size: int
) -> None:
    """At 1024 px, where it stands in two thirds of the page, nothing of it is to be hidden sideways."""
    months = [Month(2026, 1), Month(2026, 2)]
    names = {f"SE{code}": f"Storfors {code}" for code in range(1000, 1020)}
    amounts = [{key: int(key[2:]) * size for key in names}, dict.fromkeys(names, size)]
    with translation.override(language):
        picture = months_by_municipality(months, names, amounts, "SEK", ["SE1003"])
        assert picture is not None
        chart = picture["chart"]
        total, first, second, *_, other = chart["series"]
        table = chart_table(chart)
        assert [total["name"], other["name"]] == [translated("Total"), translated("Other")]
    assert (first["name"], second["name"]) == ("Storfors 1003", "Storfors 1019")
    for place in (0, 1):
        values = [minor_of(one["values"][place]) for one in chart["series"]]
        assert values[0] == sum(values[1:]) == sum(amounts[place].values())
    assert [minor_of(each) for each in chart["totals"]] == [
        sum(map(minor_of, one["values"])) for one in chart["series"]
    ]
    named = {one["name"] for one in chart["series"]}
    assert all(name in named or name in chart["note"] for name in names.values())
    columns = zip(
        table["head"], *([text for _, text in row] for row in [*table["rows"], table["foot"]]), strict=True
    )
    assert sum(max(width(text) for text in column) / AIR * 15 / 13 + 16 for column in columns) < 624


def test_a_table_that_has_room_for_all_sums_nobody() -> None:
    picture = months_by_municipality([Month(2026, 1)], {"a": "A", "b": "B"}, [{"a": 10_000, "b": 500}], "SEK")
    assert picture is not None
    assert [one["name"] for one in picture["chart"]["series"]] == ["Total", "A", "B"]
    assert picture["chart"]["note"] == ""
    assert picture["chart"]["totals"] == [], "one month has no sum of months"


def test_the_address_of_a_cooperation_leads_to_what_comes_first(
    north: Cooperation, administrator: User, finance: User, stranger: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    response = client.get("/north/", follow=True)
    assert response.redirect_chain == [("/north/overview/", 302)]
    steps = {state.url: state.is_done for state in response.context["steps"]}
    assert steps == {
        "/north/set-up/cooperation/": True,
        "/north/set-up/members/": True,
        "/north/set-up/people/": False,
        "/north/set-up/application/": True,
        "/north/set-up/key/": True,
        "/north/set-up/term/": True,
        "/north/set-up/cost/": False,
        "/north/costs/": False,
    }
    assert "5 of 8 steps are done." in response.content.decode()
    assert 'href="/north/set-up/people/">Go on: People</a>' in response.content.decode()
    assert "As soon as the joint organisation has entered a cost" in (
        sign_in(finance).get("/north/", follow=True).content.decode()
    )
    assert sign_in(stranger).get("/north/").status_code == 404


def test_users_stand_beside_what_is_paid(
    north: Cooperation,
    october: Period,
    erp: Application,
    torsby: Municipality,
    finance: User,
    sign_in: SignIn,
) -> None:
    Subscription.objects.filter(application=erp, municipality=torsby).update(users=4321)
    assert '<td class="sd-num" data-label="Users">4,321</td>' in (
        sign_in(finance).get("/north/overview/").content.decode()
    )


def test_whoever_answers_for_a_municipality_is_told_whom_to_ask(
    north: Cooperation,
    outside: Cooperation,
    october: Period,
    erp: Application,
    hagfors: Municipality,
    finance: User,
    administrator: User,
    sign_in: SignIn,
) -> None:
    Application.objects.filter(pk=erp.pk).update(owner=hagfors)
    expert = cast.person("knows.erp", north, Role.Kind.COORDINATOR, hagfors)
    stranger = cast.person("elsewhere", outside, Role.Kind.ADMINISTRATOR)
    gone = cast.person("has.left", north, Role.Kind.ADMINISTRATOR)
    for person in (administrator, expert, stranger, gone):
        User.objects.filter(pk=person.pk).update(
            first_name=person.username.title(), email=f"{person.username}@x.example", is_active=person != gone
        )
    text = sign_in(finance).get("/north/overview/").content.decode()
    told = text[text.index("Whom to ask") :]
    assert '<a href="mailto:knows.erp@x.example">' in told
    assert "ERP" in told[: told.index("</ul>")]
    assert '<a href="mailto:administrator@x.example">' in told
    assert "elsewhere@" not in text
    assert "has.left@" not in text
    assert "Whom to ask" not in sign_in(administrator).get("/north/overview/").content.decode()


def test_an_applications_page_tells_each_cost_and_what_the_readers_own_pays_of_it(
    north: Cooperation, october: Period, finance: User, auditor: User, sign_in: SignIn
) -> None:
    text = sign_in(finance).get("/north/services/erp/").content.decode()
    told = text[text.index('id="its-costs"') :]
    lines = RunLine.objects.filter(run=october.current_run, application_code="erp")
    shares = Share.objects.filter(
        run=october.current_run, municipality__code="1737", line__application_code="erp"
    )
    assert shares.count() == lines.count() == 2
    assert '<a href="/north/keys/even/">Evenly</a>' in told
    for line in lines:
        assert f">{money(line.amount)}</td>" in told
        own = shares.get(line__number=line.number)
        assert f'href="/north/costs/2026-10/SE1737/{line.reference}/">{minor(own.amount_minor)}</a>' in told
    assert f">{minor(sum(int(line.amount * 100) for line in lines))}</td>" in told
    assert f">{minor(sum(share.amount_minor for share in shares))}</td>" in told
    of_nobody = sign_in(auditor).get("/north/services/erp/").content.decode()
    assert 'id="its-costs"' in of_nobody
    assert "/north/costs/2026-10/SE1737/C0" not in of_nobody


def test_an_application_without_costs_shows_none(
    north: Cooperation, october: Period, finance: User, sign_in: SignIn
) -> None:
    ApplicationFactory(cooperation=north, code="maps", name="Maps")
    assert 'id="its-costs"' not in sign_in(finance).get("/north/services/maps/").content.decode()
