"""What is shared, where and on what terms: read by the cooperation it belongs to, by nobody else."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from municipalities.models import Cooperation, Driver, Municipality
from services.actions import ship_calendars
from services.models import Application
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change
from tests.api.conftest import Caller
from tests.factories.agreements import KeyFactory, TermFactory, add_version, by, even
from tests.factories.municipalities import (
    LONG_AGO,
    AbsenceFactory,
    ColleagueFactory,
    DriverFactory,
    LinkFactory,
    SiteFactory,
    SupplierFactory,
)
from tests.factories.services import (
    CalendarFactory,
    ClosedDayFactory,
    CompetenceFactory,
    DataProtectionFactory,
    DependencyFactory,
    DocumentFactory,
    InstallationFactory,
    LifecycleMoveFactory,
    OnCallFactory,
    PurposeFactory,
    TaskFactory,
    VariantFactory,
)

pytestmark = pytest.mark.django_db

OWNED = [
    "cooperations",
    "members",
    "sites",
    "links",
    "drivers",
    "jobs",
    "suppliers",
    "dependencies",
    "colleagues",
    "absences",
    "competences",
    "on-call",
    "applications",
    "installations",
    "purposes",
    "tasks",
    "data-protection",
    "calendars",
    "closed-days",
    "lifecycle-moves",
    "documents",
    "variants",
    "subscriptions",
    "agreements",
    "cost-types",
    "keys",
    "terms",
]


@pytest.fixture
def furnished(north: Cooperation, erp: Any) -> Cooperation:
    """``north`` with something in every list."""
    site = SiteFactory(cooperation=north, name="Operations centre")
    LinkFactory(site=site, name="Broadband", supplier=SupplierFactory(cooperation=north))
    InstallationFactory(application=erp, site=site)
    DependencyFactory(application=erp)
    PurposeFactory(cooperation=north, parent=PurposeFactory(cooperation=north))
    DocumentFactory(application=erp)
    VariantFactory(application=erp)
    TaskFactory(application=erp)
    DataProtectionFactory(application=erp)
    ClosedDayFactory(calendar__cooperation=north)
    LifecycleMoveFactory(application=erp)
    colleague = ColleagueFactory(cooperation=north)
    AbsenceFactory(colleague=colleague)
    CompetenceFactory(application=erp, colleague=colleague)
    OnCallFactory(application=erp, colleague=colleague)
    DriverFactory(cooperation=north, code="users")
    announce_change(cooperation_id=north.pk, touches=(LONG_AGO, None))
    return north


@pytest.mark.parametrize("name", OWNED)
def test_a_row_is_read_by_its_own_cooperation_only(
    caller: Caller, foreigner: Caller, furnished: Cooperation, name: str
) -> None:
    status, page = (
        caller.get(f"{name}/", cooperation="north") if name != "cooperations" else caller.get("cooperations/")
    )
    assert status == 200
    assert page["results"]
    for row in page["results"]:
        path = f"{name}/{row.get('id') or row['slug']}/"
        assert caller.get(path) == (200, row)
        assert foreigner.get(path)[0] == 404


@pytest.mark.parametrize("name", OWNED)
def test_nobody_reads_it_without_signing_in(furnished: Cooperation, name: str) -> None:
    assert Caller().get(f"{name}/")[0] == 401


@pytest.mark.parametrize("name", [name for name in OWNED if name != "cooperations"])
def test_naming_another_cooperation_is_like_naming_none(
    foreigner: Caller, furnished: Cooperation, name: str
) -> None:
    assert foreigner.get(f"{name}/", cooperation="north") == foreigner.get(f"{name}/", cooperation="none")
    assert foreigner.get(f"{name}/", cooperation="north")[0] == 404


def test_the_register_of_municipalities_is_common(foreigner: Caller, torsby: Municipality) -> None:
    status, found = foreigner.get("municipalities/SE1737/")
    assert (status, found["name"]) == (200, "Torsby")
    assert [row["key"] for row in foreigner.get("municipalities/", name="tors")[1]["results"]] == ["SE1737"]
    assert foreigner.get("municipalities/SE0000/")[0] == 404
    assert foreigner.get("municipalities/Torsby/")[0] == 404


def test_municipalities_are_narrowed_to_a_cooperation(
    caller: Caller, north: Cooperation, sundsvall: Municipality
) -> None:
    found = caller.get("municipalities/", cooperation="north")[1]["results"]
    assert [row["key"] for row in found] == ["SE1737", "SE1783"]


def test_what_holds_is_asked_for_by_day(caller: Caller, north: Cooperation, torsby: Municipality) -> None:
    assert len(caller.get("members/", as_of="2026-01-01")[1]["results"]) == 2
    assert caller.get("members/", as_of="2019-12-31")[1]["results"] == []


def test_a_key_holds_its_versions_and_they_their_components(
    caller: Caller, north: Cooperation, population: Driver, torsby: Municipality, hagfors: Municipality
) -> None:
    key = KeyFactory(cooperation=north, code="mixed", name="Mixed")
    fixed = {"kind": "fixed", "percent": Decimal(20), "fixed": {torsby: "60", hagfors: "40"}}
    add_version(key, even(30), by(population, 50), fixed)
    [found] = caller.get("keys/", code="mixed")[1]["results"]
    [version] = found["versions"]
    assert (version["number"], version["decision"]) == (1, "Board 2019-12-01, paragraph 1")
    assert [(part["kind"], part["percent"], part["driver"]) for part in version["components"]] == [
        ("even", "30.000000", None),
        ("driver", "50.000000", "population"),
        ("fixed", "20.000000", None),
    ]
    assert version["components"][2]["fixed_parts"] == [
        {"municipality": "SE1737", "percent": "60.000000"},
        {"municipality": "SE1783", "percent": "40.000000"},
    ]


def test_a_term_names_what_it_is_about(
    caller: Caller, north: Cooperation, erp: Any, even_key: Any, torsby: Municipality
) -> None:
    TermFactory(key=even_key, application=erp, payers="named", named=[torsby])
    [term] = caller.get("terms/", application="erp")[1]["results"]
    assert (term["key"], term["cost_type"], term["payers"], term["named"]) == (
        "even",
        None,
        "named",
        ["SE1737"],
    )


def test_public_drivers_are_everybodys(caller: Caller, foreigner: Caller, population: Driver) -> None:
    for somebody in (caller, foreigner):
        assert somebody.get(f"drivers/{population.pk}/")[1]["cooperation"] is None


def test_a_person_reads_all_cooperations_they_belong_to(
    person: Callable[[User], Caller], coordinator: User, north: Cooperation, outside: Cooperation
) -> None:
    caller = person(coordinator)
    assert [row["slug"] for row in caller.get("cooperations/")[1]["results"]] == ["north"]
    assert {row["cooperation"] for row in caller.get("applications/")[1]["results"]} == {"north"}


WORDS = [(None, None), (0, "open"), (1, "internal"), (2, "confidential"), (3, "secret"), (4, "secret")]


@pytest.mark.parametrize(("level", "word"), WORDS)
def test_programs_of_release_0_1_go_on_reading_one_word(
    north: Cooperation, caller: Caller, level: int | None, word: str | None
) -> None:
    Application.objects.filter(cooperation=north).update(confidentiality=level)
    [row] = caller.get("applications/")[1]["results"]
    assert row["information_class"] == word
    for asked in ("open", "internal", "confidential", "secret"):
        found = caller.get("applications/", information_class=asked)[1]["results"]
        assert bool(found) == (asked == word)
    assert caller.get("applications/", information_class="4")[0] == 400


def test_programs_of_release_0_1_go_on_reading_the_hours_in_a_word(
    north: Cooperation, erp: Application, administrator: User, caller: Caller
) -> None:
    shipped = ship_calendars(cooperation=north, by=administrator)
    own = CalendarFactory(cooperation=north, name="Own", monday="09:00-12:00")
    for word, calendar in (*shipped.items(), (None, own), (None, None)):
        Application.objects.filter(pk=erp.pk).update(runs=calendar)
        assert caller.get(f"applications/{erp.pk}/")[1]["hours"] == word
        assert [row["hours"] for row in caller.get("applications/")[1]["results"]] == [word]
