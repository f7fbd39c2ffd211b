"""Who can help: what too few can run lists itself, and a stand-in is found."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipalities.actions import forget_colleague, save_row
from municipalities.models import Colleague, Cooperation, Municipality
from services.engine.staffing import Lack
from services.models import Application, Competence, OnCall
from services.reports import lacking_in, risks_of, skills_told, staff_of
from sharedict.accounts.models import User
from tests.audit.test_forgetting import found
from tests.factories.billing import CostFactory, compute
from tests.factories.municipalities import AbsenceFactory, ColleagueFactory, MunicipalityFactory
from tests.factories.services import ApplicationFactory, CompetenceFactory, OnCallFactory
from tests.workers import Beside, wait_until, waiting_for_locks

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
TODAY = dt.date(2026, 6, 1)


@pytest.fixture(autouse=True)
def on_the_first_of_june() -> Any:
    with time_machine.travel(dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def anna(north: Cooperation, torsby: Municipality) -> Colleague:
    return ColleagueFactory(cooperation=north, name="Anna Alm", municipality=torsby, phone="0560-1")


@pytest.fixture
def bo(north: Cooperation, hagfors: Municipality) -> Colleague:
    return ColleagueFactory(cooperation=north, name="Bo Berg", municipality=hagfors)


def lacks(cooperation: Cooperation) -> list[tuple[str, Lack, dt.date]]:
    risks = risks_of(staff_of(cooperation, TODAY))
    return [(risk.application.code, risk.lack, risk.days.first) for risk in risks]


def test_what_too_few_can_run_lists_itself(erp: Application, anna: Colleague, bo: Colleague) -> None:
    north = erp.cooperation
    assert lacks(north) == [("erp", Lack.NOBODY, TODAY)]
    CompetenceFactory(application=erp, colleague=anna, level="runs")
    CompetenceFactory(application=erp, colleague=bo, level="knows", valid_until=dt.date(2026, 7, 1))
    assert lacks(north) == [("erp", Lack.ONE, TODAY)]
    CompetenceFactory(application=erp, colleague=bo, level="runs", valid_from=dt.date(2026, 7, 1))
    assert lacks(north) == [("erp", Lack.ONE, TODAY)]
    AbsenceFactory(colleague=anna, valid_from=dt.date(2026, 6, 8), valid_until=dt.date(2026, 6, 15))
    assert lacks(north) == [("erp", Lack.AWAY, dt.date(2026, 6, 8)), ("erp", Lack.ONE, TODAY)]


def test_whoever_works_here_no_more_counts_no_more(erp: Application, anna: Colleague, bo: Colleague) -> None:
    for colleague in (anna, bo):
        CompetenceFactory(application=erp, colleague=colleague)
    assert lacks(erp.cooperation) == []
    Colleague.objects.filter(pk=bo.pk).update(valid_until=dt.date(2026, 6, 20))
    assert lacks(erp.cooperation) == [("erp", Lack.ONE, dt.date(2026, 6, 20))]
    forget_colleague(colleague=anna, by=None)
    assert lacks(erp.cooperation)[0] == ("erp", Lack.NOBODY, dt.date(2026, 6, 20))


@pytest.mark.parametrize("lifecycle", ["idea", "retired"])
def test_nobody_has_to_run_what_is_not_in_use(erp: Application, lifecycle: str) -> None:
    Application.objects.filter(pk=erp.pk).update(lifecycle=lifecycle)
    assert lacks(erp.cooperation) == []


def test_a_stand_in_is_found(
    erp: Application,
    anna: Colleague,
    bo: Colleague,
    administrator: User,
    coordinator: User,
    sign_in: SignIn,
) -> None:
    """From who can run it, over an absence and the risk that it is, to somebody else on call."""
    client = sign_in(administrator)
    for colleague, level in ((anna, "teaches"), (bo, "knows")):
        sent = {"application": erp.pk, "colleague": colleague.pk, "level": level}
        answer = client.post("/north/competences/new/", {**sent, "valid_from": "2026-01-01"})
        assert answer.status_code == 302
    away = {"colleague": anna.pk, "valid_from": "2026-07-06", "valid_until": "2026-07-19"}
    assert client.post("/north/absences/new/", away).status_code == 302
    page = sign_in(coordinator).get("/north/who-can-help/")
    [first, second] = page.context["risks"]
    assert (str(first["label"]), first["days"], first["able"]) == (
        "all who can are away",
        "6 July to 19 July",
        "Anna Alm",
    )
    assert str(second["label"]) == "only one can run it"
    address, _label = first["step"]
    assert address == "/north/who-can-help/stand-in/?application=erp&first=2026-07-06&after=2026-07-19"
    suggested = client.get(address)
    assert [each["colleague"] for each in suggested.context["found"]] == [bo]
    assert "Anna" not in str(suggested.context["found"])
    on_call = f"/north/on-call/new/?application=erp&amp;colleague={bo.pk}&amp;from=2026-07-06"
    assert on_call in suggested.content.decode()
    form = client.get(on_call.replace("&amp;", "&")).context["form"]
    assert (form["colleague"].value(), form["application"].value()) == (bo.pk, erp.pk)
    turn = {"application": erp.pk, "colleague": bo.pk, "valid_from": "2026-07-06"}
    assert client.post("/north/on-call/new/", {**turn, "valid_until": "2026-07-19"}).status_code == 302
    with time_machine.travel(dt.datetime(2026, 7, 7, 12, tzinfo=dt.UTC), tick=False):
        panel = sign_in(coordinator).get("/north/services/erp/").content.decode()
    assert "On call now: Bo Berg" in panel
    assert "all who can are away" in panel


def test_nobody_is_on_call_who_is_away_or_gone(
    erp: Application, anna: Colleague, bo: Colleague, administrator: User, sign_in: SignIn
) -> None:
    AbsenceFactory(colleague=anna, valid_from=dt.date(2026, 7, 6), valid_until=dt.date(2026, 7, 20))
    AbsenceFactory(colleague=anna, valid_from=dt.date(2026, 9, 1))
    Colleague.objects.filter(pk=bo.pk).update(valid_until=dt.date(2026, 7, 1))
    client = sign_in(administrator)
    for colleague, first, last, said in (
        (anna, "2026-07-01", "2026-07-06", "They are away from 6 July 2026 to 19 July 2026."),
        (anna, "2026-08-31", "", "They are away from 1 September 2026 until further notice."),
        (bo, "2026-06-29", "2026-07-01", "They do not work here on all of these days."),
    ):
        sent = {"colleague": colleague.pk, "valid_from": first, "valid_until": last}
        answer = client.post("/north/on-call/new/", sent)
        assert answer.status_code == 422
        assert answer.context["form"].errors["colleague"] == [said]
    assert not OnCall.objects.exists()


def test_a_turn_whose_colleague_falls_ill_is_told(
    erp: Application, anna: Colleague, coordinator: User, sign_in: SignIn
) -> None:
    OnCallFactory(application=erp, colleague=anna, valid_from=TODAY, valid_until=dt.date(2026, 6, 8))
    client = sign_in(coordinator)
    assert client.get("/north/who-can-help/").context["missing"] == []
    AbsenceFactory(colleague=anna, valid_from=dt.date(2026, 6, 3))
    [(turn, days)] = client.get("/north/who-can-help/").context["missing"]
    assert (turn.colleague, days) == (anna, "3 June to 7 June")


def test_one_is_on_call_for_each_thing_at_a_time(erp: Application, anna: Colleague, bo: Colleague) -> None:
    north = erp.cooperation
    for application in (erp, None):
        OnCallFactory(
            cooperation=north, application=application, colleague=anna, valid_from=dt.date(2026, 7, 1)
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            OnCallFactory(
                cooperation=north, application=application, colleague=bo, valid_from=dt.date(2026, 8, 1)
            )
        twice = OnCall(cooperation=north, application=application, colleague=bo, valid_from=TODAY)
        with pytest.raises(ValidationError, match="already on call"):
            save_row(row=twice, by=None)
    elsewhere = ApplicationFactory(code="other")
    OnCallFactory(cooperation=elsewhere.cooperation, application=None, colleague__name="Cilla")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_say_the_same_at_once_one_is_told(
    erp: Application, anna: Colleague, administrator: User, second_administrator: User, sign_in: SignIn
) -> None:
    sent = {"application": erp.pk, "colleague": anna.pk, "level": "runs", "valid_from": "2026-01-01"}
    mine, theirs = sign_in(administrator), sign_in(second_administrator)
    with transaction.atomic():
        assert mine.post("/north/competences/new/", sent).status_code == 302
        other = Beside(lambda: theirs.post("/north/competences/new/", {**sent, "level": "teaches"}))
        wait_until(lambda: Beside(waiting_for_locks).value(), "the second of the two")
    answer = other.value()
    assert answer.status_code == 422
    assert "already said how well they know it" in answer.content.decode()
    assert Competence.objects.get().level == "runs"


def test_the_matrix_says_who_knows_what_for_few_and_for_many(
    erp: Application, anna: Colleague, bo: Colleague, coordinator: User, sign_in: SignIn
) -> None:
    CompetenceFactory(application=erp, colleague=anna, level="teaches")
    CompetenceFactory(application=erp, colleague=bo, level="knows")
    AbsenceFactory(colleague=bo, valid_from=TODAY)
    client = sign_in(coordinator)
    page = client.get("/north/competences/matrix/")
    assert page.context["columns"] == [(anna, False), (bo, True)]
    [row] = page.context["rows"]
    assert [str(level[0]) for _colleague, level in row["cells"]] == ["can teach it", "knows it"]
    CompetenceFactory.create_batch(7, application=erp)
    page = client.get("/north/competences/matrix/")
    assert page.context["columns"] == []
    named = {
        str(words): [str(each) for each, _away in people]
        for words, people in page.context["rows"][0]["named"]
    }
    assert named["can teach it"] == ["Anna Alm"]
    assert named["knows it"] == ["Bo Berg"]
    assert len(named["can run it"]) == 7


@pytest.mark.parametrize(
    "query", ["", "?application=none&first=x", "?application=erp&first=2026-07-02&after=2026-07-01"]
)
def test_a_stand_in_is_asked_for_in_any_words_without_a_fault(
    erp: Application, coordinator: User, sign_in: SignIn, query: str
) -> None:
    page = sign_in(coordinator).get(f"/north/who-can-help/stand-in/{query}")
    assert page.status_code == 200
    assert page.context["found"] is None


@pytest.mark.parametrize(
    "address",
    [
        "who-can-help/",
        "competences/",
        "competences/matrix/",
        "on-call/",
        "services/erp/",
        "who-can-help/stand-in/?application=erp&first=2026-06-01&after=2026-06-10",
    ],
)
def test_the_pages_ask_as_often_for_many_as_for_few(
    erp: Application, coordinator: User, sign_in: SignIn, address: str
) -> None:
    client, asked = sign_in(coordinator), []
    for count in (2, 8):
        for place in MunicipalityFactory.create_batch(count):
            colleague = ColleagueFactory(cooperation=erp.cooperation, municipality=place)
            AbsenceFactory(colleague=colleague, valid_from=dt.date(2026, 8, 1))
            for application in (erp, ApplicationFactory(cooperation=erp.cooperation)):
                CompetenceFactory(application=application, colleague=colleague)
            OnCallFactory(application=application, colleague=colleague, valid_from=TODAY)
        client.get(f"/north/{address}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/north/{address}").status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_no_name_is_left_of_whoever_is_forgotten(
    erp: Application, anna: Colleague, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    sent = {"application": erp.pk, "colleague": anna.pk, "valid_from": "2026-01-01"}
    assert client.post("/north/competences/new/", {**sent, "level": "runs"}).status_code == 302
    assert client.post("/north/on-call/new/", sent).status_code == 302
    mistaken = {**sent, "valid_from": "2025-01-01", "valid_until": "2025-02-01", "level": "knows"}
    assert client.post("/north/competences/new/", mistaken).status_code == 302
    row = Competence.objects.get(level="knows")
    assert client.post(f"/north/competences/{row.pk}/delete/").status_code == 302
    assert {*found("Anna Alm")} == {"audit_personalvalue", "municipalities_colleague"}
    forget_colleague(colleague=anna, by=administrator)
    assert found("Anna Alm") == []
    assert Competence.objects.get().colleague_id == OnCall.objects.get().colleague_id == anna.pk
    assert "a colleague who was forgotten" in client.get("/north/competences/").content.decode()


def test_nobody_outside_the_cooperation_sees_a_name(
    erp: Application, outside: Cooperation, anna: Colleague, stranger: User, sign_in: SignIn
) -> None:
    CompetenceFactory(application=erp, colleague=anna)
    OnCallFactory(application=erp, colleague=anna)
    client = sign_in(stranger)
    for page in ("who-can-help/", "competences/", "competences/matrix/", "on-call/", "services/erp/"):
        assert client.get(f"/north/{page}").status_code == 404
        theirs = client.get(f"/outside/{page}")
        assert theirs.status_code == 200
        assert "Anna Alm" not in theirs.content.decode()


def test_the_overview_counts_what_the_list_of_risks_lists(
    erp: Application, anna: Colleague, bo: Colleague, administrator: User, coordinator: User, sign_in: SignIn
) -> None:
    north, client = erp.cooperation, sign_in(administrator)

    def counted() -> int:
        [skills] = Cooperation.objects.filter(pk=north.pk).values_list(skills_told(TODAY), flat=True)
        found = lacking_in(skills, TODAY)
        listed = {risk.application.pk for risk in risks_of(staff_of(north, TODAY))}
        assert found in (0, len(listed))
        return found

    assert counted() == 0  # nobody is entered yet: that is no news
    calls = [
        ApplicationFactory(cooperation=north, code=code, name=code, lifecycle=lifecycle)
        for code, lifecycle in (("maps", "in_use"), ("old", "retired"), ("new", "idea"))
    ]
    for colleague in (anna, bo):
        for application in (erp, *calls):
            CompetenceFactory(application=application, colleague=colleague, level="runs")
    assert counted() == 0
    Colleague.objects.filter(pk=bo.pk).update(valid_until=dt.date(2026, 8, 1))
    assert counted() == 2
    Colleague.objects.filter(pk=bo.pk).update(valid_until=None)
    days = {"valid_from": dt.date(2026, 7, 1), "valid_until": dt.date(2026, 7, 8)}
    for colleague in (anna, bo):
        AbsenceFactory(colleague=colleague, **days)
    assert counted() == 2
    Competence.objects.filter(colleague=bo, application=erp).update(level="knows")
    assert counted() == 2
    CostFactory(cooperation=north)
    compute(north)
    assert "2 applications have too few who can run them" in client.get("/north/overview/").content.decode()
    assert "too few" not in sign_in(coordinator).get("/north/overview/").content.decode()


def test_whoever_is_on_call_and_away_is_not_called(
    erp: Application, anna: Colleague, administrator: User, sign_in: SignIn
) -> None:
    OnCallFactory(application=erp, colleague=anna)
    client = sign_in(administrator)
    assert "On call now: Anna Alm, 0560-1" in client.get("/north/services/erp/").content.decode()
    AbsenceFactory(colleague=anna, valid_from=TODAY)
    page = client.get("/north/services/erp/").content.decode()
    assert "Anna Alm is on call now, and is not there." in page
    assert "On call now" not in page


@pytest.mark.parametrize("how", ["forgotten", "ill"])
def test_a_turn_of_whoever_is_not_there_ends_and_somebody_else_takes_over(
    erp: Application, anna: Colleague, bo: Colleague, administrator: User, sign_in: SignIn, how: str
) -> None:
    turn = OnCallFactory(application=erp, colleague=anna, valid_from=dt.date(2026, 5, 1), valid_until=None)
    away = AbsenceFactory(colleague=anna, valid_from=dt.date(2026, 5, 30), valid_until=None)
    known = CompetenceFactory(application=erp, colleague=anna, valid_from=dt.date(2026, 5, 1))
    if how == "forgotten":
        forget_colleague(colleague=anna, by=administrator)
    client = sign_in(administrator)
    for name, row in (("on-call", turn), ("competences", known), ("absences", away)):
        answer = client.post(f"/north/{name}/{row.pk}/end/", {"valid_until": "2026-06-03"})
        assert answer.status_code == 302, name
        row.refresh_from_db()
        assert row.valid_until == dt.date(2026, 6, 4)
        row.valid_until = None
        if how == "forgotten":
            with pytest.raises(ValidationError):
                save_row(row=row, by=administrator)
    relief = {"colleague": bo.pk, "application": erp.pk, "valid_from": "2026-06-04", "valid_until": ""}
    assert client.post("/north/on-call/new/", relief).status_code == 302
