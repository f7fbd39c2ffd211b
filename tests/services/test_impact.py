"""What falls if a part goes, on the pages and as the rows of one day say it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipalities.models import Cooperation, Municipality
from services.engine.impact import State
from services.models import Application, Dependency
from services.reports import graph_of, impact_of, people_stopped, points_of
from sharedict.accounts.models import User
from tests.factories.municipalities import LinkFactory, MunicipalityFactory, SiteFactory, SupplierFactory
from tests.factories.services import (
    ApplicationFactory,
    DependencyFactory,
    InstallationFactory,
    SubscriptionFactory,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
DAY = dt.date(2026, 6, 1)


@pytest.fixture
def care(north: Cooperation, torsby: Municipality) -> dict[str, Any]:
    """Care runs at Torsby, mirrored at a fourth site; a provider joins all; Torsby has the Internet."""
    sunne = MunicipalityFactory(name="Sunne")
    sites = {
        name: SiteFactory(cooperation=north, name=name, municipality=place)
        for name, place in (("Torsby centre", torsby), ("Sunne centre", sunne), ("Fourth site", None))
    }
    teracom = SupplierFactory(cooperation=north, name="Teracom AB")
    lines = {
        name: LinkFactory(site=site, name=f"Line {name}", outside="Teracom", supplier=teracom)
        for name, site in sites.items()
    }
    internet = LinkFactory(site=sites["Torsby centre"], name="Internet", kind="internet", outside="Telia")
    application = ApplicationFactory(cooperation=north, code="care", name="Care")
    InstallationFactory(application=application, site=sites["Torsby centre"], purpose="primary")
    InstallationFactory(application=application, site=sites["Fourth site"], purpose="mirror")
    InstallationFactory(application=application, site=sites["Sunne centre"], purpose="test")
    for place, users in ((torsby, 40), (sunne, 2)):
        SubscriptionFactory(application=application, municipality=place, users=users)
    return (
        {**sites, **lines, "internet": internet, "teracom": teracom, "care": application}
        | {f"line {name}": line for name, line in lines.items()}
        | sites
    )


def key(row: Any) -> str:
    return f"{row._meta.model_name}:{row.pk}"


def states(
    north: Cooperation, *lost: Any, day: dt.date = DAY, stay: bool = False
) -> dict[str, dict[str, str]]:
    names = [each if isinstance(each, str) else key(each) for each in lost]
    return {
        row.application.name: {str(use.municipality): use.state.name for use in row.uses}
        for row in impact_of(graph_of(north, day), names, stay=stay)
    }


def test_the_mirror_takes_over_also_for_who_sat_at_the_lost_site_and_goes_elsewhere(
    north: Cooperation, care: dict[str, Any]
) -> None:
    centre = care["Torsby centre"]
    assert states(north, centre)["Care"] == {"Torsby": "LESS", "Sunne": "LESS"}
    assert states(north, centre, stay=True)["Care"] == {"Torsby": "DOWN", "Sunne": "LESS"}


@pytest.mark.parametrize("stay", [False, True])
def test_who_is_only_cut_off_stays_where_they_are(
    north: Cooperation, care: dict[str, Any], stay: bool
) -> None:
    assert states(north, care["line Sunne centre"], stay=stay)["Care"]["Sunne"] == "DOWN"
    both = states(north, care["Torsby centre"], care["Fourth site"], stay=stay)
    assert both["Care"]["Torsby"] == "DOWN", "it runs nowhere any more"


def test_a_test_installation_takes_nothing_over(north: Cooperation, care: dict[str, Any]) -> None:
    lost = states(north, care["Torsby centre"], care["Fourth site"])
    assert lost["Care"] == {"Torsby": "DOWN", "Sunne": "DOWN"}


@pytest.mark.parametrize("lost", ["teracom", "line Sunne centre"])
def test_a_supplier_takes_its_links_and_a_link_whoever_is_behind_it(
    north: Cooperation, care: dict[str, Any], lost: str
) -> None:
    assert states(north, care[lost])["Care"]["Sunne"] == "DOWN"
    assert states(north, care[lost])["Care"]["Torsby"] == "UP"


def test_the_chain_says_why(north: Cooperation, care: dict[str, Any]) -> None:
    things = graph_of(north, DAY)
    row = impact_of(things, [key(care["teracom"])])[0]
    assert [things.names[step] for step in row.because] == ["Teracom AB", "Line Sunne centre"]
    assert {str(place): users for place, users in row.stopped.items()} == {"Sunne": 2}


def test_an_internet_connection_is_no_way_to_the_next_site(north: Cooperation, care: dict[str, Any]) -> None:
    LinkFactory(site=care["Sunne centre"], name="Own Internet", kind="internet", outside="Telia")
    assert states(north, "outside:Teracom")["Care"]["Sunne"] == "DOWN"


def test_what_an_application_needs_takes_it_along(north: Cooperation, care: dict[str, Any]) -> None:
    DependencyFactory(application=care["care"], needs=[care["internet"]])
    for lost in ("outside:Telia", care["internet"], care["Torsby centre"]):
        assert states(north, lost)["Care"]["Sunne"] == "DOWN"


def test_what_it_can_do_without_leaves_it_with_less(north: Cooperation, care: dict[str, Any]) -> None:
    DependencyFactory(application=care["care"], needs=[care["internet"]], at_least=0)
    assert set(states(north, care["internet"])["Care"].values()) == {"LESS"}


def test_what_begins_tomorrow_takes_nothing_over_today(north: Cooperation, care: dict[str, Any]) -> None:
    later = DAY + dt.timedelta(days=1)
    spare = SiteFactory(cooperation=north, name="Spare", valid_from=later)
    InstallationFactory(application=care["care"], site=spare, purpose="mirror", valid_from=later)
    LinkFactory(site=care["Sunne centre"], name="Second line", other_site=spare, outside="", valid_from=later)
    lost = [care["Torsby centre"], care["Fourth site"]]
    assert states(north, *lost)["Care"]["Sunne"] == "DOWN"
    assert states(north, *lost, day=later)["Care"]["Sunne"] == "LESS"


def test_of_what_has_ended_as_many_are_needed_as_are_left(north: Cooperation, care: dict[str, Any]) -> None:
    old = LinkFactory(site=care["Torsby centre"], name="Old line", valid_until=DAY)
    DependencyFactory(application=care["care"], needs=[care["internet"], old], at_least=2)
    assert set(states(north, care["internet"])["Care"].values()) == {"DOWN"}
    ended = DependencyFactory(application=care["care"], needs=[old])
    assert set(states(north)["Care"].values()) == {"UP"}, ended


def test_a_supplier_that_links_come_from_and_that_is_needed_too_falls_once(
    north: Cooperation, care: dict[str, Any]
) -> None:
    DependencyFactory(application=care["care"], needs=[care["teracom"]])
    things = graph_of(north, DAY)
    row = impact_of(things, [key(care["teracom"])])[0]
    assert {use.state for use in row.uses} == {State.DOWN}
    assert things.names[row.because[0]] == "Teracom AB"


def test_a_provider_whose_name_is_typed_otherwise_is_the_same(
    north: Cooperation, care: dict[str, Any]
) -> None:
    far = SiteFactory(cooperation=north, name="Far centre", municipality=MunicipalityFactory(name="Arvika"))
    LinkFactory(site=far, name="Line far", outside="  TERACOM ")
    SubscriptionFactory(application=care["care"], municipality=far.municipality)
    things = graph_of(north, DAY)
    assert [shown for _name, shown in things.losable()["outside"]] == ["Telia", "Teracom"]
    assert states(north, care["Torsby centre"])["Care"]["Arvika"] == "LESS", "it reaches the mirror"


def test_only_what_holds_that_day_counts(north: Cooperation, care: dict[str, Any]) -> None:
    DependencyFactory(application=care["care"], needs=[care["internet"]], valid_until=DAY)
    assert set(states(north, care["internet"])["Care"].values()) == {"UP"}
    before = DAY - dt.timedelta(days=1)
    assert set(states(north, care["internet"], day=before)["Care"].values()) == {"DOWN"}


def test_applications_that_need_each_other_stand_and_fall_together(
    north: Cooperation, care: dict[str, Any]
) -> None:
    other = ApplicationFactory(cooperation=north, name="Sign-in")
    DependencyFactory(application=care["care"], needs=[other])
    DependencyFactory(application=other, needs=[care["care"]])
    assert set(states(north, care["internet"])["Care"].values()) == {"UP"}
    assert set(states(north, other)["Care"].values()) == {"DOWN"}


def test_what_is_of_another_cooperation_is_neither_lost_nor_named(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    theirs = SiteFactory(name="Secret room")
    known = sign_in(coordinator).get("/north/impact/", {"lost": key(theirs)})
    unknown = sign_in(coordinator).get("/north/impact/", {"lost": "site:0"})
    assert "Secret room" not in known.content.decode()
    assert known.context["title"] == unknown.context["title"]


def test_nothing_of_another_cooperation_counts(north: Cooperation, care: dict[str, Any]) -> None:
    theirs = SiteFactory(municipality=MunicipalityFactory())
    things = graph_of(north, DAY)
    assert key(theirs) not in things.names
    assert [name for name, _uses in points_of(graph_of(theirs.cooperation, DAY))] == []


def test_an_outer_end_that_is_called_like_a_supplier_is_offered_once(
    north: Cooperation, care: dict[str, Any]
) -> None:
    SupplierFactory(cooperation=north, name="TERACOM")
    things = graph_of(north, DAY)
    kinds = things.losable()
    assert [shown for _name, shown in kinds["outside"]] == ["Telia"]
    assert [shown for _name, shown in kinds["supplier"]] == ["TERACOM", "Teracom AB"]
    lost = next(name for name, shown in kinds["supplier"] if shown == "TERACOM")
    assert states(north, lost)["Care"]["Sunne"] == "DOWN"


def test_who_uses_several_that_stop_is_one_person(
    north: Cooperation, care: dict[str, Any], torsby: Municipality, hagfors: Municipality
) -> None:
    assert people_stopped([(torsby, 40), (hagfors, 2), (torsby, 30), (hagfors, 5)]) == 45


def test_single_points_come_by_how_many_they_stop(north: Cooperation, care: dict[str, Any]) -> None:
    things = graph_of(north, DAY)
    found = [(things.names[name], sum(use.users or 0 for use in uses)) for name, uses in points_of(things)]
    assert found == [
        ("Line Sunne centre", 2),
        ("Teracom", 2),
        ("Teracom AB", 2),
    ]


def test_the_page_tells_what_stops_for_whom_and_why(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    page = sign_in(coordinator).get("/north/impact/", {"lost": [key(care["teracom"])]}).content.decode()
    assert "What falls if Teracom AB goes" in page
    assert "1 of 2" in page
    assert "At least 2 people lose a service." in page
    assert "Teracom AB → Line Sunne centre" in page
    assert f'value="{key(care["teracom"])}"' in page


def test_without_a_choice_the_page_lists_what_alone_stops_a_service(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    answer = client.get("/north/impact/")
    points = answer.context["points"]
    assert [point["name"] for point in points][:2] == ["Line Sunne centre", "Teracom"]
    assert "What falls if Line Sunne centre goes" in client.get(points[0]["url"]).content.decode()


def test_a_thousand_that_go_are_answered_and_the_first_named(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    for number in range(12):
        LinkFactory(site=care["Sunne centre"], name=f"Spare {number:02}")
    lost = [name for name, _shown in graph_of(north, DAY).losable()["link"]]
    client = sign_in(coordinator)
    answer = client.get("/north/impact/", {"lost": [*lost * 60, key(care["Fourth site"])]})
    assert answer.status_code == 200
    assert answer.context["title"].endswith("and 12 more go")
    assert client.get("/north/impact/", {"lost": lost * 100}).status_code == 400


@pytest.mark.parametrize(
    "lost", ["", "x", "site:0", "site:1e9", "use:1", "installation:1", "\x00", "site:" + "9" * 400, "→"]
)
def test_what_is_not_there_is_left_out(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn, lost: str
) -> None:
    answer = sign_in(coordinator).get("/north/impact/", {"lost": lost})
    assert answer.status_code == 200
    assert answer.context["table"] is None


def test_the_page_asks_whether_people_can_work_elsewhere(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    client, lost = sign_in(coordinator), key(care["Torsby centre"])
    answers = [client.get("/north/impact/", {"lost": lost} | more) for more in ({}, {"stay": "1"})]
    assert [answer.context["opening"]["value"] for answer in answers] == ["0 of 2", "1 of 2"]
    assert 'id="stay"' in answers[0].content.decode()


def test_an_empty_cooperation_says_what_to_add(
    north: Cooperation, coordinator: User, sign_in: SignIn
) -> None:
    page = sign_in(coordinator).get("/north/impact/").content.decode()
    assert "add sites and links first" in page


def test_many_municipalities_are_counted_and_no_column_each(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    for place in MunicipalityFactory.create_batch(6):
        SubscriptionFactory(application=care["care"], municipality=place)
    answer = sign_in(coordinator).get("/north/impact/", {"lost": key(care["Torsby centre"]), "stay": 1})
    row = answer.context["table"]["rows"][0]
    assert answer.context["table"]["places"] == []
    assert (row["down"], row["less"], row["of"]) == (1, 7, 8)


def test_the_page_takes_as_many_queries_for_many_as_for_few(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    client, asked = sign_in(coordinator), []
    client.get("/north/impact/")
    for count in (1, 5):
        for _ in range(count):
            site = SiteFactory(cooperation=north, municipality=MunicipalityFactory())
            link = LinkFactory(site=site, supplier=SupplierFactory(cooperation=north))
            application = ApplicationFactory(cooperation=north)
            InstallationFactory(application=application, site=site)
            SubscriptionFactory(application=application, municipality=site.municipality)
            DependencyFactory(application=application, needs=[link, care["care"], care["teracom"]])
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get("/north/impact/", {"lost": key(site)})
        asked.append(len(found))
    assert asked[0] == asked[1]


def test_the_page_shows_the_net_with_what_is_lost_and_who_takes_over(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    answer = client.get("/north/impact/", {"lost": key(care["Torsby centre"])})
    pictured = answer.context["pictured"]
    assert pictured["title"] == "1 site is lost; 2 links are lost"
    looks = {shape.look for shape in pictured["picture"].drawings[1].shapes}
    assert {"node-out", "rail-out", "rail-spare"} <= looks
    page = answer.content.decode()
    assert "Care: with less" in page
    assert "Show as table" in page
    assert client.get("/north/impact/").context["pictured"] is None


def test_nothing_takes_over_where_the_mirror_is_lost_too(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    lost = [key(care[name]) for name in ("Torsby centre", "Fourth site")]
    pictured = sign_in(coordinator).get("/north/impact/", {"lost": lost}).context["pictured"]
    assert "rail-spare" not in {shape.look for shape in pictured["picture"].drawings[1].shapes}


def test_the_same_comes_as_a_file_for_the_continuity_plan(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    client, lost = sign_in(coordinator), {"lost": key(care["teracom"])}
    page = client.get("/north/impact/", lost)
    assert "For the continuity plan" in page.content.decode()
    told = client.get("/north/impact/" + page.context["files"][0])
    lines = b"".join(told).decode().splitlines()
    assert "Care,Sunne,down,2,Teracom AB → Line Sunne centre" in lines
    assert "Care,Torsby,up,40," in lines
    assert "north-what-falls.csv" in told.headers["Content-Disposition"]
    assert client.get("/north/impact/" + page.context["files"][1]).content.startswith(b"PK")
    points = b"".join(client.get("/north/impact/", {"format": "csv"})).decode()
    assert "Line Sunne centre,link,2,1,Care" in points
    assert client.get("/north/impact/", {"format": "exe"}).status_code == 200


def test_the_page_of_an_application_says_what_it_falls_with(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    other = ApplicationFactory(cooperation=north, code="sign-in", name="Sign-in")
    DependencyFactory(application=care["care"], needs=[other, care["internet"]])
    page = sign_in(coordinator).get("/north/services/care/").content.decode()
    part = page.split('id="falls-with"')[1].split("</section>")[0]
    for name in ("Sign-in", "Internet", "Teracom AB", "Torsby centre", "Line Sunne centre"):
        assert f">{name}</a>" in part, name
    assert ">Care</a>" not in part
    assert f"lost=application%3A{other.pk}" in part
    assert 'id="falls-with"' not in sign_in(coordinator).get("/north/services/sign-in/").content.decode()


def test_lists_of_what_can_go_lead_to_what_falls(
    north: Cooperation, care: dict[str, Any], coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    ended = LinkFactory(site=care["Sunne centre"], name="Old", valid_until=dt.date(2020, 2, 1))
    network = client.get("/north/network/").content.decode()
    assert f"/north/impact/?lost=site%3A{care['Sunne centre'].pk}" in network
    assert f"/north/impact/?lost=link%3A{care['internet'].pk}" in network
    assert f"lost=link%3A{ended.pk}" not in network
    suppliers = client.get("/north/suppliers/").content.decode()
    assert f"/north/impact/?lost=supplier%3A{care['teracom'].pk}" in suppliers


def fields(application: Application, **values: Any) -> dict[str, Any]:
    return {"application": application.pk, "purpose": "signing in", "valid_from": "2026-01-01"} | values


def test_a_dependency_is_added_and_changed(
    north: Cooperation, care: dict[str, Any], administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    client.post("/north/dependencies/new/", fields(care["care"], links=[care["internet"].pk], at_least="0"))
    row = Dependency.objects.get()
    assert (row.at_least, list(row.links.all())) == (0, [care["internet"]])
    page = client.get("/north/dependencies/").content.decode()
    assert "signing in" in page
    assert "Internet" in page
    address = f"/north/dependencies/{row.pk}/"
    client.post(address, fields(care["care"], suppliers=[care["teracom"].pk], at_least=""))
    row.refresh_from_db()
    assert (row.at_least, list(row.suppliers.all()), row.links.count()) == (None, [care["teracom"]], 0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Name what it needs: an application, a link or a supplier."),
        ({"applications": ["care"]}, "An application does not need itself."),
        ({"links": ["internet"], "at_least": "2"}, "Only one is named."),
        ({"links": ["internet"], "at_least": "-1"}, ""),
        ({"links": ["internet"], "valid_until": "2025-01-01"}, "It cannot end before it begins."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    north: Cooperation,
    care: dict[str, Any],
    administrator: User,
    sign_in: SignIn,
    values: dict[str, Any],
    said: str,
) -> None:
    sent = {
        name: [care[each].pk for each in value] if isinstance(value, list) else value
        for name, value in values.items()
    }
    answer = sign_in(administrator).post("/north/dependencies/new/", fields(care["care"], **sent))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Dependency.objects.exists()
