"""The page of an application: what it costs us, what is to be worked on, its clocks, and whom to ask."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from municipalities.models import Municipality
from services.models import Application
from sharedict.accounts.models import User
from tests.factories.municipalities import ColleagueFactory, SiteFactory
from tests.factories.services import (
    CalendarFactory,
    ClosedDayFactory,
    CompetenceFactory,
    DataProtectionFactory,
    InstallationFactory,
    OutageEffectFactory,
    OutageFactory,
)
from tests.services.test_catalogue import queries, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
NOON = dt.datetime(2026, 7, 7, 10, tzinfo=dt.UTC)  # a Tuesday, noon in Sweden


def told(client: Client) -> set[tuple[str, str]]:
    """The risks on the page: state and text of each."""
    risks = client.get("/north/services/erp/").context["risks"]
    return {(str(risk.state), str(risk.text)) for risk in risks}


def test_it_says_in_a_sentence_who_answers_for_it_and_supplies_it(
    coordinator: User, erp: Application, torsby: Municipality, hagfors: Municipality, sign_in: SignIn
) -> None:
    rows, client = Application.objects.filter(pk=erp.pk), sign_in(coordinator)
    rows.update(owner=torsby, competence_centre=torsby, vendor="Järnvall AB")
    assert (
        "To be shared. Torsby answers for it and keeps the competence centre. Järnvall AB supplies it."
        in words(client, "/north/services/erp/")
    )
    rows.update(competence_centre=hagfors)
    assert "Torsby answers for it. Hagfors keeps the competence centre." in words(
        client, "/north/services/erp/"
    )


def test_what_is_to_be_worked_on_is_gathered_and_goes_when_it_is_done(
    coordinator: User, erp: Application, sign_in: SignIn
) -> None:
    client, rows = sign_in(coordinator), Application.objects.filter(pk=erp.pk)
    rows.update(review_on=dt.date(2026, 1, 1))
    site = SiteFactory(cooperation=erp.cooperation, name="Torsby centre")
    InstallationFactory(application=erp, site=site)
    with time_machine.travel(NOON, tick=False):
        assert told(client) == {
            ("late", "Yearly review"),
            ("not told", "Information class"),
            ("nobody can run it", "Who can run it"),
            ("single point", "Torsby centre"),
            ("missing", "Data protection"),
        }
        for use in erp.subscriptions.all():
            DataProtectionFactory(application=erp, municipality=use.municipality)
        rows.update(review_on=dt.date(2026, 7, 7), integrity=1, availability=1)
        for _ in range(2):
            CompetenceFactory(
                application=erp, colleague=ColleagueFactory(cooperation=erp.cooperation, name="Anna")
            )
        other = SiteFactory(cooperation=erp.cooperation, name="Mirror")
        InstallationFactory(application=erp, site=other, purpose="mirror")
        assert told(client) == set()
        assert "Risks" not in words(client, "/north/services/erp/")
        assert "Whom to ask Anna can run it" in words(client, "/north/services/erp/")


def test_an_outage_that_goes_on_is_a_risk_and_one_of_last_year_is_history(
    coordinator: User, erp: Application, torsby: Municipality, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    for title, days in (("Long ago", 400), ("In spring", 90), ("Now", 0)):
        begins = NOON - dt.timedelta(days=days, hours=1)
        ends = None if title == "Now" else begins + dt.timedelta(hours=1)
        outage = OutageFactory(cooperation=erp.cooperation, title=title, starts_at=begins, ends_at=ends)
        OutageEffectFactory(outage=outage, application=erp, municipality=torsby)
    untouched = OutageFactory(cooperation=erp.cooperation, title="Elsewhere", starts_at=NOON)
    OutageEffectFactory(outage=untouched, application=erp, municipality=torsby, state="up", derived="up")
    with time_machine.travel(NOON, tick=False):
        page = words(client, "/north/services/erp/")
        assert "2 outages in twelve months" in page
        assert "In spring" in page
        assert "Long ago" not in page
        assert "Elsewhere" not in page
        assert "Now" in {text for _state, text in told(client)}
        assert "In spring" not in {text for _state, text in told(client)}


def test_the_clocks_say_what_is_open_now(coordinator: User, erp: Application, sign_in: SignIn) -> None:
    office = CalendarFactory(cooperation=erp.cooperation, name="Office")
    Application.objects.filter(pk=erp.pk).update(supported=office)
    client = sign_in(coordinator)
    for moment, said in (
        (NOON, "open now"),
        (NOON + dt.timedelta(hours=8), "closed now"),
        (dt.datetime(2026, 1, 6, 10, tzinfo=dt.UTC), "closed now"),
    ):
        with time_machine.travel(moment, tick=False):
            assert f"Support Office Monday to Friday 08:00-16:30; {said}" in words(
                client, "/north/services/erp/"
            )


def test_calendars_outages_and_people_take_the_same_queries_for_any_number(
    coordinator: User, erp: Application, torsby: Municipality, sign_in: SignIn
) -> None:
    client, cooperation = sign_in(coordinator), erp.cooperation

    def more() -> None:
        begins = dt.datetime.now(dt.UTC) - dt.timedelta(days=9)
        outage = OutageFactory(cooperation=cooperation, starts_at=begins)
        OutageEffectFactory(outage=outage, application=erp, municipality=torsby)
        calendar = CalendarFactory(cooperation=cooperation)
        for day in (1, 2, 3):
            ClosedDayFactory(calendar=calendar, day=dt.date(2026, 1, day))
        Application.objects.filter(pk=erp.pk).update(runs=calendar, measured=calendar, supported=calendar)

    more()
    one = queries(client, "/north/services/erp/")
    for _ in range(3):
        more()
    assert queries(client, "/north/services/erp/") == one
