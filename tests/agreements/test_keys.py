"""Keys and their versions in the portal."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from agreements.actions import describe
from agreements.models import Key, KeyVersion, Term
from municipalities.models import Cooperation, Driver, Municipality
from municipalities.reports import changes_in_words
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests.factories.agreements import KeyFactory, add_version, by, driver_key, even, even_key
from tests.factories.municipalities import DriverFactory, MemberFactory, ReadingFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
NEW_VERSION = "/north/keys/even/new-version/"
EVEN = ("100", "even", "", "")


def filled_in(*components: tuple[str, str, Any, str], **values: str) -> dict[str, Any]:
    """A version from October 2026 with ``components``: percent, kind, driver, rule."""
    rows = {
        f"components-{index}-{name}": value
        for index, row in enumerate(components)
        for name, value in zip(("percent", "kind", "driver", "rule"), row, strict=True)
    }
    return {
        "valid_from": "2026-10-01",
        "decided_on": "2026-09-01",
        "decision": "Joint board 2026-09-01, § 12",
        "when_zero": "error",
        "base_amount": "0",
        "floor_percent": "",
        "cap_percent": "",
        "components-TOTAL_FORMS": str(len(components)),
        "components-INITIAL_FORMS": "0",
        **rows,
        **values,
    }


def words(html: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.decode()).replace("\xa0", " ").split())


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_the_list_says_what_is_in_force_in_words(
    north: Cooperation, coordinator: User, population: Driver, sign_in: SignIn
) -> None:
    key = KeyFactory(cooperation=north, code="mixed", name="Mixed")
    add_version(key, even(30), by(population, 70), base_amount=Decimal(100), decision="Board, § 7")
    text = words(sign_in(coordinator).get("/north/keys/").content)
    assert "Mixed 30 % evenly 70 % by Population, on 1 January of the year" in text
    assert "Everybody first pays 100.00 SEK, once of each whole cost. 1 January 2020 Board, § 7" in text


def test_the_list_leads_administrators_to_a_new_version(
    even_key: Key, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    assert f'href="{NEW_VERSION}"' in client.get("/north/keys/").content.decode()


def test_a_key_without_a_version_today_is_shown_as_such(
    north: Cooperation, coordinator: User, sign_in: SignIn
) -> None:
    key = KeyFactory(cooperation=north, code="tickets", name="By tickets")
    add_version(key, even(), valid_from=dt.date(2199, 1, 1))
    client = sign_in(coordinator)
    assert "By tickets nothing" in words(client.get("/north/keys/").content)
    text = words(client.get("/north/keys/tickets/").content)
    assert "No version holds today" in text
    assert "coming 100 % evenly" in text


def test_the_page_of_a_key_shows_readings_percentages_and_history(
    north: Cooperation, coordinator: User, population: Driver, sign_in: SignIn
) -> None:
    key = KeyFactory(cooperation=north, code="mixed")
    add_version(key, even(), valid_until=dt.date(2024, 1, 1))
    add_version(key, even(30), by(population, 70), valid_from=dt.date(2024, 1, 1))
    text = words(sign_in(coordinator).get("/north/keys/mixed/").content)
    assert "Version 2, since 1 January 2024" in text
    assert "Torsby 1 12,000 " in text
    assert " 57 570.00 Hagfors 1 8,000 " in text
    assert " 43 430.00 Sources of the readings: Population: Statistics Sweden" in text
    assert text.index("in force 30 % evenly") < text.rindex("100 % evenly")


@pytest.mark.parametrize(
    ("language", "label", "bold", "before"),
    [
        ("en", "Torsby pays of a cost of ", "Version 2, since 1 January 2024:", "Before that: 100 % evenly."),
        ("sv", "Torsby betalar av en kostnad i ", "Version 2, sedan 1 januari 2024:", "Dessförinnan: "),
    ],
)
def test_a_key_opens_with_what_the_readers_own_pays_and_since_when(
    north: Cooperation,
    coordinator: User,
    population: Driver,
    sign_in: SignIn,
    language: str,
    label: str,
    bold: str,
    before: str,
) -> None:
    key = KeyFactory(cooperation=north, code="mixed")
    add_version(key, even(), valid_until=dt.date(2024, 1, 1))
    add_version(key, even(30), by(population, 70), valid_from=dt.date(2024, 1, 1))
    with translation.override(language):  # the request leaves its language behind
        answer = sign_in(coordinator).get("/north/keys/mixed/", headers={"Accept-Language": language})
    opening = answer.context["opening"]
    assert opening["label"].startswith(label)
    assert (opening["value"].replace(",", "."), opening["unit"]) == ("57.00", "%")
    assert opening["sentences"][0]["bold"] == bold
    assert opening["sentences"][1]["text"].replace("\xa0", " ").startswith(before)


def test_a_key_opens_with_who_pays_most_for_those_of_no_municipality(
    north: Cooperation, administrator: User, population: Driver, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    add_version(KeyFactory(cooperation=north, code="alike"), even())
    add_version(KeyFactory(cooperation=north, code="people"), by(population))
    driver_key(DriverFactory(cooperation=north, name="Devices"), cooperation=north, code="devices")
    opened = {name: client.get(f"/north/keys/{name}/").context["opening"] for name in ("alike", "people")}
    assert opened["alike"]["label"].startswith("Each member pays ")
    assert opened["people"]["label"].startswith("Torsby pays most ")
    assert client.get("/north/keys/devices/").context["opening"]["value"] == "nothing"


def test_the_opening_of_a_key_names_the_amount_the_equals_and_no_version_across_a_gap(
    north: Cooperation,
    administrator: User,
    torsby: Municipality,
    hagfors: Municipality,
    population: Driver,
    sign_in: SignIn,
) -> None:
    client = sign_in(administrator)
    base, gap = KeyFactory(cooperation=north, code="base"), KeyFactory(cooperation=north, code="gap")
    add_version(base, by(population), base_amount=Decimal("100.00"))
    asked = client.get("/north/keys/base/?amount=800").context["opening"]["label"]
    assert asked.startswith("Torsby pays most of 800.00\xa0SEK in ")
    add_version(gap, even(), valid_until=dt.date(2022, 1, 1))
    add_version(gap, even(), valid_from=dt.date(2024, 1, 1))
    assert len(client.get("/north/keys/gap/").context["opening"]["sentences"]) == 1
    third = MemberFactory(cooperation=north).municipality
    fixed = {torsby: 40, hagfors: 40, third: 20}
    add_version(KeyFactory(cooperation=north, code="tied"), {"kind": "fixed", "percent": 100, "fixed": fixed})
    label = client.get("/north/keys/tied/").context["opening"]["label"]
    assert label.startswith("2 members each pay most of a cost of ")


def test_the_page_of_a_key_says_that_a_reading_is_missing(
    north: Cooperation, coordinator: User, sign_in: SignIn
) -> None:
    driver_key(DriverFactory(cooperation=north, name="Devices"), cooperation=north, code="devices")
    text = words(sign_in(coordinator).get("/north/keys/devices/").content)
    assert "A payer has no reading of the driver for the reference date. Enter the reading." in text
    assert "Hagfors no reading \u2013" in text


def test_the_page_of_a_key_divides_the_amount_asked_for(
    north: Cooperation, coordinator: User, population: Driver, sign_in: SignIn
) -> None:
    key = KeyFactory(cooperation=north, code="mixed")
    add_version(key, even(30), by(population, 70), base_amount=Decimal(10), floor_percent=45)
    client = sign_in(coordinator)
    text = words(client.get("/north/keys/mixed/?amount=200,50").content)
    assert "Percent by the key Base amount Percent of the cost Of 200.50 SEK, about" in text
    assert " 43 10.00 45 90.23 " in text
    assert "The floor or the cap has moved the percentages" in text
    text = words(client.get("/north/keys/mixed/?amount=0.01").content)
    assert "it is divided in proportion to them" in text


@pytest.mark.parametrize("amount", ["0", "-1", "1.001", "9" * 40, "a lot", "\u0000"])
def test_an_amount_that_cannot_be_divided_is_explained_and_1000_shown(
    even_key: Key, coordinator: User, sign_in: SignIn, amount: str
) -> None:
    response = sign_in(coordinator).get("/north/keys/even/", {"amount": amount})
    assert response.status_code == 200
    assert response.context["example"].errors["amount"]
    assert "Of 1,000.00 SEK, about" in words(response.content)


def test_days_count_on_the_page_of_a_key_as_its_terms_say_or_as_asked(
    north: Cooperation, default_term: Term, coordinator: User, sign_in: SignIn
) -> None:
    client, url = sign_in(coordinator), "/north/keys/even/"
    assert 'name="counted"' not in client.get(url).content.decode()
    with time_machine.travel(dt.datetime(2026, 6, 20, 12, tzinfo=dt.UTC), tick=False):
        MemberFactory(cooperation=north, valid_from=dt.date(2026, 6, 16))
        assert 'name="counted"' in client.get(url).content.decode()
        assert not client.get(url).context["outcome"].is_by_days
        assert client.get(f"{url}?counted=days").context["outcome"].is_by_days
        Term.objects.filter(pk=default_term.pk).update(by_days=True)
        assert client.get(url).context["outcome"].is_by_days
        assert not client.get(f"{url}?counted=month").context["outcome"].is_by_days
        text = words(client.get(url).content)
    assert "What it comes to in June 2026, if every member pays" in text
    assert "Each member's percentage is weighed by its days." in text.replace("&#x27;", "'")


def test_readings_to_look_at_are_told_on_the_page_of_a_key(
    north: Cooperation, coordinator: User, sign_in: SignIn, torsby: Municipality, hagfors: Municipality
) -> None:
    driver = DriverFactory(cooperation=north, code="devices", name="Devices")
    for place, day in ((torsby, dt.date(2019, 5, 1)), (hagfors, dt.date(2019, 6, 1))):
        ReadingFactory(driver=driver, municipality=place, reference_on=day)
    driver_key(driver, cooperation=north, code="devices")
    text = words(sign_in(coordinator).get("/north/keys/devices/").content)
    assert "Devices is not of one day: the readings are from 1 May 2019 and 1 June 2019, the older of" in text
    assert "Devices of Torsby and Hagfors is from 1 May 2019 and 1 June 2019: more than a year" in text


def test_fixed_parts_are_shown_by_name(
    north: Cooperation,
    coordinator: User,
    sign_in: SignIn,
    torsby: Municipality,
    hagfors: Municipality,
    sundsvall: Municipality,
) -> None:
    key = KeyFactory(cooperation=north, code="fixed")
    fixed = {torsby: "33.333333", hagfors: "66.666667"}
    add_version(key, {"kind": "fixed", "percent": Decimal(100), "fixed": fixed})
    text = words(sign_in(coordinator).get("/north/keys/fixed/").content)
    assert "100 % in fixed parts: Torsby 33.333333 %, Hagfors 66.666667 %" in text
    assert "Hagfors 66.6667 66.666667 666.67" in text
    assert "has no fixed part" not in text
    MemberFactory(cooperation=north, municipality=sundsvall)
    said = "Sundsvall uses what the key “Fixed” divides and has no fixed part in it"
    assert said in words(sign_in(coordinator).get("/north/keys/fixed/").content)


def test_a_fixed_part_of_a_stranger_is_said_with_what_to_do(
    north: Cooperation, administrator: User, sign_in: SignIn, torsby: Municipality, sundsvall: Municipality
) -> None:
    key = KeyFactory(cooperation=north, code="fixed")
    add_version(key, {"kind": "fixed", "percent": Decimal(100), "fixed": {torsby: 60, sundsvall: 40}})
    text = words(sign_in(administrator).get("/north/keys/fixed/").content)
    assert "Somebody who holds a fixed part of the key does not pay. No member: Sundsvall." in text
    assert "Adopt a version whose fixed parts add up to 100 among those who pay" in text


def test_the_list_takes_the_same_queries_for_any_number_of_rows(
    north: Cooperation, coordinator: User, population: Driver, sign_in: SignIn, torsby: Municipality
) -> None:
    client = sign_in(coordinator)
    fixed = {"kind": "fixed", "percent": Decimal(20), "fixed": {torsby: 100}}

    def another() -> None:
        key = KeyFactory(cooperation=north)
        add_version(key, even(30), by(population, 50), fixed)

    another()
    few = queries(client, "/north/keys/")
    for _ in range(5):
        another()
    assert queries(client, "/north/keys/") == few


def test_the_page_of_a_key_takes_the_same_queries_for_any_number_of_versions_and_members(
    north: Cooperation, coordinator: User, population_key: Key, population: Driver, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    one = queries(client, "/north/keys/population/")
    population_key.versions.update(valid_until=dt.date(2026, 1, 1))
    for year in range(2026, 2031):
        MemberFactory(cooperation=north)
        last = dt.date(year + 1, 1, 1)
        add_version(population_key, by(population), valid_from=dt.date(year, 1, 1), valid_until=last)
    assert queries(client, "/north/keys/population/") == one


def test_a_key_is_added_and_its_first_version_asked_for(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    response = client.post("/north/keys/new/", {"code": "tickets", "name": "By tickets"})
    assert response.headers["Location"] == "/north/keys/tickets/new-version/"
    assert client.get("/north/keys/tickets/new-version/").status_code == 200
    assert Key.objects.get(cooperation=north, code="tickets").name == "By tickets"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("even", "There is already a key with this code."),
        ("new", "The portal uses this word itself: choose another code."),
        ("", "This field is required."),
        ("a" * 41, "at most 40 characters"),
    ],
)
def test_a_code_that_cannot_be_is_refused(
    administrator: User, north: Cooperation, sign_in: SignIn, code: str, said: str
) -> None:
    response = sign_in(administrator).post("/north/keys/new/", {"code": code, "name": "Another"})
    assert response.status_code == 422
    assert said in response.context["form"].errors["code"][0]
    assert not Key.objects.filter(name="Another").exists()


def test_a_new_version_ends_the_one_before_it(
    even_key: Key, administrator: User, population: Driver, sign_in: SignIn
) -> None:
    data = filled_in(
        ("30", "even", "", ""),
        ("", "driver", "", ""),
        ("70", "driver", population.pk, "year_start"),
        base_amount="100.50",
        floor_percent="5",
        cap_percent="60",
        when_zero="even",
    )
    response = sign_in(administrator).post(NEW_VERSION, data)
    assert response.headers["Location"] == "/north/keys/even/"
    first, second = even_key.versions.order_by("number")
    assert first.valid_until == second.valid_from == dt.date(2026, 10, 1)
    assert second.decision == "Joint board 2026-09-01, § 12"
    assert (second.base_amount, second.floor_percent, second.cap_percent) == (Decimal("100.50"), 5, 60)
    assert second.when_zero == KeyVersion.WhenZero.EVEN
    assert list(second.components.values_list("percent", "kind", "driver", "rule")) == [
        (30, "even", None, ""),
        (70, "driver", population.pk, "year_start"),
    ]
    assert Job.objects.filter(touches_from=dt.date(2026, 10, 1)).exists()


def test_a_version_in_fixed_parts_keeps_each_percentage(
    even_key: Key, administrator: User, sign_in: SignIn
) -> None:
    data = filled_in(("100", "fixed", "", ""), part_SE1737="66.666667", part_SE1783="33.333333")
    sign_in(administrator).post(NEW_VERSION, data)
    component = even_key.versions.get(number=2).components.get()
    assert {part.municipality.name: part.percent for part in component.fixed_parts.all()} == {
        "Torsby": Decimal("66.666667"),
        "Hagfors": Decimal("33.333333"),
    }


def test_the_form_is_filled_in_from_the_version_before(
    north: Cooperation, administrator: User, population: Driver, sign_in: SignIn, torsby: Municipality
) -> None:
    key = KeyFactory(cooperation=north, code="mixed")
    fixed = {"kind": "fixed", "percent": Decimal("29.5"), "fixed": {torsby: 100}}
    add_version(key, by(population, 70), even(0) | {"percent": Decimal("0.5")}, fixed, cap_percent=60)
    context = sign_in(administrator).get("/north/keys/mixed/new-version/").context
    names = ("percent", "kind", "driver", "rule")
    assert [tuple(row[name].value() for name in names) for row in context["rows"].initial_forms] == [
        ("70", "driver", population.pk, "year_start"),
        ("0.5", "even", None, ""),
        ("29.5", "fixed", None, ""),
    ]
    assert len(context["rows"].extra_forms) == 2
    assert context["fixed"]["part_SE1737"].value() == "100"
    assert context["form"]["cap_percent"].value() == "60"


def test_what_the_form_is_filled_in_with_is_read_as_it_is_shown(
    north: Cooperation, administrator: User, sign_in: SignIn, torsby: Municipality, hagfors: Municipality
) -> None:
    """33.333 is 33,333 in Swedish; with its point it would be thirty-three thousand."""
    key = KeyFactory(cooperation=north, code="mixed")
    parts = {torsby: Decimal("12.345"), hagfors: Decimal("87.655")}
    fixed = {"kind": "fixed", "percent": Decimal("66.667"), "fixed": parts}
    old = add_version(key, even(0) | {"percent": Decimal("33.333")}, fixed, floor_percent=Decimal("1.125"))
    client, url = sign_in(administrator), "/north/keys/mixed/new-version/"
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "sv"
    context = client.get(url).context
    shown = [
        (form, name) for form in (*context["rows"], context["fixed"], context["form"]) for name in form.fields
    ]
    sent = {
        form.add_prefix(name): "" if (value := form[name].value()) is None else value for form, name in shown
    }
    assert [sent[f"components-{row}-percent"] for row in (0, 1)] == ["33,333", "66,667"]
    sent |= {"components-TOTAL_FORMS": 4, "components-INITIAL_FORMS": 2, "decision": "§ 1"}
    sent |= {"decided_on": "2026-09-01"}
    wrong = client.post(url, sent | {"components-0-percent": "33,332"}).context["rows"].non_form_errors()
    assert "99,999" in wrong[0]
    assert client.post(url, sent).status_code == 302
    new = key.versions.latest("number")
    assert new.floor_percent == old.floor_percent
    assert describe(new) == describe(old)


@pytest.mark.parametrize(
    ("components", "said"),
    [
        ([("99.99", "even", "", "")], "The percentages add up to 99.99: make it exactly 100."),
        ([("99.999999", "even", "", "")], "The percentages add up to 99.999999: make it exactly 100."),
        ([("60", "even", "", ""), ("40.01", "even", "", "")], "The percentages add up to 100.01"),
        ([("", "", "", "")], "The percentages add up to 0: make it exactly 100."),
        ([("100", "fixed", "", "")], "The fixed parts add up to 99.99: make it exactly 100."),
        (
            [("50", "fixed", "", ""), ("50", "fixed", "", "")],
            "Write the parts that are fixed as one component.",
        ),
    ],
)
def test_percentages_that_are_not_100_are_explained_and_everything_typed_is_kept(
    even_key: Key,
    administrator: User,
    sign_in: SignIn,
    components: list[tuple[str, str, Any, str]],
    said: str,
) -> None:
    data = filled_in(*components, decision='§ 12 "quoted" 🏗️', part_SE1737="99.99")
    response = sign_in(administrator).post(NEW_VERSION, data)
    assert response.status_code == 422
    assert said in response.context["rows"].non_form_errors()[0]
    page = response.content.decode()
    assert page.count(said) == 1
    assert 'value="§ 12 &quot;quoted&quot; 🏗️"' in page
    assert 'name="part_SE1737" value="99.99"' in page
    for percent, *_ in components:
        assert not percent or f'value="{percent}"' in page
    assert even_key.versions.get().valid_until is None


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"valid_from": "2019-06-01"}, "valid_from", "Start later than the version that begins"),
        ({"valid_from": "2020-01-01"}, "valid_from", "Start later than the version that begins"),
        ({"valid_from": "tomorrow"}, "valid_from", "Enter a valid date."),
        ({"decision": ""}, "decision", "This field is required."),
        ({"decision": "x" * 10_000}, "decision", "at most 300 characters"),
        ({"decided_on": ""}, "decided_on", "This field is required."),
        ({"base_amount": "1.005"}, "base_amount", "1.005 or 1,005.00"),
        ({"base_amount": "1" + "0" * 17}, "base_amount", "at most two decimals and 16 digits"),
        ({"base_amount": "-1"}, "base_amount", "A base amount is 0 or more."),
        ({"base_amount": "NaN"}, "base_amount", "like 1250.50"),
        ({"floor_percent": "60", "cap_percent": "50"}, "cap_percent", "the floor not above the cap"),
        ({"cap_percent": "101"}, "cap_percent", "percentages from 0 to 100"),
        ({"when_zero": "never"}, "when_zero", "Select a valid choice"),
    ],
)
def test_what_is_wrong_with_a_version_is_said_at_the_field_and_nothing_is_saved(
    even_key: Key, administrator: User, sign_in: SignIn, values: dict[str, str], field: str, said: str
) -> None:
    response = sign_in(administrator).post(NEW_VERSION, filled_in(EVEN, **values))
    assert response.status_code == 422
    assert any(said in error for error in response.context["form"].errors[field])
    assert even_key.versions.get().valid_until is None


@pytest.mark.parametrize(
    ("component", "field", "said"),
    [
        (("100", "", "", ""), "kind", "Say how this part is divided."),
        (("100", "driver", "", "year_start"), "driver", "Name the driver."),
        (("100", "by-magic", "", ""), "kind", "Select a valid choice"),
        (("0", "even", "", ""), "percent", "A percentage is above 0 and at most 100."),
        (("-5", "even", "", ""), "percent", "A percentage is above 0 and at most 100."),
        (("100.1", "even", "", ""), "percent", "less than or equal to 100"),
        (("33.3333333", "even", "", ""), "percent", "no more than 6 decimal places"),
        (("100", "driver", "99999999999999999999", "year_start"), "driver", "Select a valid choice"),
    ],
)
def test_what_is_wrong_with_a_component_is_said_in_its_row(
    even_key: Key,
    administrator: User,
    sign_in: SignIn,
    component: tuple[str, str, Any, str],
    field: str,
    said: str,
) -> None:
    response = sign_in(administrator).post(NEW_VERSION, filled_in(component))
    assert response.status_code == 422
    assert said in response.context["rows"].forms[0].errors[field][0]
    assert even_key.versions.count() == 1


def test_a_driver_needs_its_reference_date_and_stands_only_where_it_divides(
    even_key: Key, administrator: User, population: Driver, sign_in: SignIn
) -> None:
    rows = [("50", "driver", population.pk, ""), ("50", "even", population.pk, "")]
    response = sign_in(administrator).post(NEW_VERSION, filled_in(*rows))
    first, second = response.context["rows"].forms
    assert first.errors["rule"] == ["Say when it is read."]
    assert second.errors["driver"] == ["Leave the driver empty, or divide by it."]


def test_drivers_of_others_and_retired_ones_are_no_choice(
    even_key: Key, administrator: User, outside: Cooperation, sign_in: SignIn
) -> None:
    theirs = DriverFactory(cooperation=outside)
    retired = DriverFactory(cooperation=even_key.cooperation, retired_on=dt.date(2021, 1, 1))
    for driver in (theirs, retired):
        data = filled_in(("100", "driver", driver.pk, "year_start"))
        response = sign_in(administrator).post(NEW_VERSION, data)
        assert "Select a valid choice" in response.context["rows"].forms[0].errors["driver"][0]
    assert even_key.versions.count() == 1


@pytest.mark.parametrize("total", ["", "x", "-1", "100000"])
def test_a_mangled_form_is_refused_in_words(
    even_key: Key, administrator: User, sign_in: SignIn, total: str
) -> None:
    data = filled_in(EVEN) | {"components-TOTAL_FORMS": total}
    response = sign_in(administrator).post(NEW_VERSION, data)
    assert response.status_code == 422
    assert response.context["rows"].non_form_errors()
    assert even_key.versions.count() == 1


def test_a_fixed_part_of_somebody_who_is_no_member_is_not_taken(
    even_key: Key, administrator: User, sign_in: SignIn, sundsvall: Municipality
) -> None:
    data = filled_in(("100", "fixed", "", ""), part_SE1737="50", part_SE2281="50")
    response = sign_in(administrator).post(NEW_VERSION, data)
    assert "The fixed parts add up to 50" in response.context["rows"].non_form_errors()[0]


def test_two_who_adopt_a_version_at_once_get_one_version_and_one_explanation(
    even_key: Key, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    assert client.post(NEW_VERSION, filled_in(EVEN)).status_code == 302
    again = client.post(NEW_VERSION, filled_in(EVEN))
    assert "Start later than the version" in again.context["form"].errors["valid_from"][0]
    assert even_key.versions.count() == 2


def test_the_change_log_says_all_that_was_adopted(
    sign_in: SignIn, administrator: User, even_key: Key
) -> None:
    """Read by whoever asks years later who decided on a floor, and what it was."""
    fixed = {"part_SE1737": "70", "part_SE1783": "30"}
    rules = {"base_amount": "500", "floor_percent": "10", "cap_percent": "90.5"}
    rows = filled_in(("40", "even", "", ""), ("60", "fixed", "", ""), **fixed, **rules)
    assert sign_in(administrator).post(NEW_VERSION, rows).status_code == 302
    entry = Entry.objects.get(verb="adopt")
    told = {change.label: change.in_words() for change in changes_in_words([entry])[entry.pk]}
    assert told == {
        "key": "Evenly",
        "version": "2",
        "valid from": "1 October 2026",
        "decision": "Joint board 2026-09-01, § 12",
        "decided": "1 September 2026",
        "if a driver totals zero": "leave unallocated until the reading is mended",
        "base amount": "500.00",
        "floor, %": "10",
        "cap, %": "90.5",
        "components": "40 % evenly; 60 % in fixed parts (Torsby 70 %, Hagfors 30 %)",
    }


@pytest.mark.parametrize("name", ["coordinator", "finance", "auditor"])
@pytest.mark.parametrize("url", ["/north/keys/new/", NEW_VERSION])
def test_only_administrators_adopt(
    request: pytest.FixtureRequest, even_key: Key, sign_in: SignIn, name: str, url: str
) -> None:
    client = sign_in(request.getfixturevalue(name))
    assert client.get(url).status_code == 403
    assert client.post(url, filled_in(EVEN)).status_code == 403
    assert even_key.versions.count() == 1


@pytest.mark.parametrize("url", ["/north/keys/", "/north/keys/even/", "/north/keys/new/", NEW_VERSION])
def test_keys_of_another_cooperation_are_not_there(
    even_key: Key, stranger: User, sign_in: SignIn, url: str
) -> None:
    assert sign_in(stranger).get(url).status_code == 404
    assert sign_in(stranger).post(url, filled_in(EVEN)).status_code in (404, 405)


def test_a_key_of_another_cooperation_is_not_in_mine(
    administrator: User, outside: Cooperation, sign_in: SignIn
) -> None:
    even_key(cooperation=outside, code="secret")
    client = sign_in(administrator)
    assert client.get("/north/keys/secret/").status_code == 404
    assert client.post("/north/keys/secret/new-version/", filled_in(EVEN)).status_code == 404
