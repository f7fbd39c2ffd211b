"""Registers of other countries from CSV, and municipalities that were merged into others."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from municipalities.actions import save_row
from municipalities.models import Cooperation, Member, Municipality
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests import uploading
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import MemberFactory, MunicipalityFactory
from tests.factories.services import InstallationFactory
from tests.uploading import is_applied, upload

PAGE = "/cooperations/register/"
HEADER = "country;code;name;county;successor;merged_on\n"
MERGED = (
    "NO;1534;Haram;Møre og Romsdal;NO1507;2020-01-01\n"
    "NO;1507;Ålesund;Møre og Romsdal;;\n"
    "SE;1737;Torsby;Värmlands län;;\n"
)

CIRCLE = (
    "NO;1507;Ålesund;;NO1534;2020-01-01\nNO;1534;Haram;;NO1523;2020-01-01\nNO;1523;Ørskog;;NO1507;2020-01-01"
)


@pytest.fixture
def operator(north: Cooperation, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))


def sent(client: Client, rows: str, header: str = HEADER) -> Any:
    return upload(client, PAGE, (header + rows).encode())


def apply(client: Client, rows: str) -> Any:
    return uploading.apply(client, sent(client, rows))


def test_a_register_is_added_with_what_was_merged_into_what(operator: Client) -> None:
    Municipality.objects.filter(code="1737").update(name="Torsbyn")
    answer = sent(operator, MERGED)
    assert answer.context["counts"] == {"same": 0, "new": 2, "changed": 1, "wrong": 0}
    assert not Municipality.objects.filter(country="NO").exists()
    assert is_applied(apply(operator, MERGED))
    haram = Municipality.objects.get(country="NO", code="1534")
    assert (str(haram.successor), haram.merged_on) == ("Ålesund", dt.date(2020, 1, 1))
    assert Municipality.objects.get(code="1737").county == "Värmlands län"
    assert Entry.objects.filter(subject_type="municipalities.municipality").count() == 4
    assert sent(operator, MERGED).context["counts"]["same"] == 3


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("no;15x7;Ålesund;;;", "official code"),
        ("NOR;1507;Ålesund;;;", "country"),
        ("NO;1507;;;;", "name"),
        ("NO;1507;Å\u202elesund;;;", "turns"),
        ("NO;1507;" + "x" * 101 + ";;;", "at most 100 characters"),
        ("NO;1507;Ålesund;;NO1507;2020-01-01", "not merged into itself"),
        ("NO;1507;Ålesund;;NO9999;2020-01-01", "No municipality has the key “NO9999”"),
        ("NO;1507;Ålesund;;SE1737;", "Say both"),
        ("NO;1507;Ålesund;;;2020-01-01", "Say both"),
        ("NO;1507;Ålesund;;SE1737;2036-13-99", "is not a date"),
        ("NO;1507;Ålesund;;;\nNO;1507;Ålesund;;;", "has the same municipality"),
        ("NO;1507;Ålesund;;SE1737;2020-01-01", "one of its own country"),
        (
            CIRCLE,
            "merged into itself, by way of NO1534",
        ),
        (
            "NO;1507;Ålesund;;NO1523;2020-01-01\nNO;1523;Ørskog;;NO1534;2019-12-31\nNO;1534;Haram;;;",
            "NO1523 was merged itself, on 31 December 2019: name what was there then.",
        ),
        (
            "NO;1507;Ålesund;;NO1523;2020-01-01\nNO;1523;Ørskog;;NO1534;2019-12-31\nNO;1534;Haram;;;",
            "NO1507 was merged into it later, on 1 January 2020",
        ),
    ],
)
def test_a_wrong_row_is_named_and_nothing_saved(operator: Client, row: str, said: str) -> None:
    answer = sent(operator, row + "\n")
    assert not answer.context["may_apply"]
    assert said in answer.content.decode()
    assert not Municipality.objects.filter(country="NO").exists()


def test_a_merged_member_says_so_wherever_it_is_chosen_or_listed(
    operator: Client, north: Cooperation, torsby: Municipality, hagfors: Municipality,
    administrator: User, sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    client = sign_in(administrator)
    assert "Merged into" not in client.get("/north/members/").content.decode()
    Municipality.objects.filter(pk=torsby.pk).update(successor=hagfors, merged_on=dt.date(2027, 1, 1))
    assert "Hagfors on 1 January 2027" in client.get("/north/members/").content.decode()
    form = client.get("/north/members/new/").content.decode()
    assert "Torsby (SE1737), merged into Hagfors on 1 January 2027" in form
    rows = client.get("/api/v1/municipalities/?cooperation=north").json()["results"]
    found = {row["key"]: (row["successor"], row["merged_on"]) for row in rows}
    assert found == {"SE1737": ("SE1783", "2027-01-01"), "SE1783": (None, None)}
    members = client.get("/api/v1/members/?cooperation=north").json()["results"]
    told = {row["municipality"]: (row["successor"], row["merged_on"]) for row in members}
    assert told == found
    lists = b"".join(client.get("/north/members/?format=csv")).decode()
    assert "Hagfors on 1 January 2027" in lists
    Member.objects.filter(municipality=torsby).delete()
    chosen = client.get("/north/set-up/members/").content.decode()
    assert "SE1737, merged into Hagfors on 1 January 2027" in chosen


def test_a_successor_has_a_date_and_is_another(db: None) -> None:
    place = MunicipalityFactory()
    other = MunicipalityFactory()
    for wrong in ({"successor": other}, {"merged_on": dt.date(2020, 1, 1)},
                  {"successor": place, "merged_on": dt.date(2020, 1, 1)}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Municipality.objects.filter(pk=place.pk).update(**wrong)


@pytest.mark.parametrize("reverse", [False, True])
def test_undoing_removes_what_was_merged_before_what_it_was_merged_into(
    operator: Client, reverse: bool
) -> None:
    rows = [
        "SE;1001;First;X;SE1002;2020-01-01",
        "SE;1002;Second;X;SE1003;2021-01-01",
        "SE;1003;Third;X;;",
        "SE;1737;Torsbyn;V;SE1003;2022-01-01",
    ]
    columns = ("country", "code", "name", "county", "successor__code", "merged_on")
    before = [*Municipality.objects.values_list(*columns)]
    done = apply(operator, "\n".join(rows[::-1] if reverse else rows) + "\n")
    assert Municipality.objects.get(code="1737").name == "Torsbyn"
    assert operator.get(f"{uploading.address_of(done)}undo/").status_code == 200
    undone = uploading.undo(operator, done)
    assert undone.context["upload"].said == "4 rows are as before."
    assert [*Municipality.objects.values_list(*columns)] == before


def test_what_something_refers_to_by_now_is_not_removed(operator: Client, north: Cooperation) -> None:
    done = apply(operator, "NO;1001;First;X;;\n")
    MemberFactory(cooperation=north, municipality=Municipality.objects.get(code="1001"))
    undone = uploading.undo(operator, done)
    assert undone.context["upload"].said == "Nothing is undone: something refers to its rows."
    assert Municipality.objects.filter(code="1001").exists()


def test_what_a_cooperation_has_chosen_by_now_is_not_removed(operator: Client, north: Cooperation) -> None:
    done = apply(operator, "NO;1001;First;X;;\n")
    place = Municipality.objects.get(code="1001")
    row = InstallationFactory(application__cooperation=north, site__cooperation=north)
    row.administered_by.set([place])
    undone = uploading.undo(operator, done)
    assert undone.context["upload"].said == "Nothing is undone: something refers to its rows."
    assert [*row.administered_by.all()] == [place]


def test_a_file_that_merges_two_into_each_other_is_wrong(operator: Client) -> None:
    shown = sent(operator, "NO;1001;First;X;NO1002;2020-01-01\nNO;1002;Second;X;NO1001;2021-01-01\n")
    assert shown.context["counts"] == {"same": 0, "new": 0, "changed": 0, "wrong": 2}
    assert "It would be merged into itself, by way of NO1002." in shown.content.decode()


def merged(place: Municipality, into: Municipality, year: int) -> Municipality:
    place.successor, place.merged_on = into, dt.date(year, 1, 1)
    return save_row(row=place, by=None)


def test_nothing_is_merged_into_itself_by_way_of_others_nor_abroad(db: None) -> None:
    one, other, third = (MunicipalityFactory() for _ in range(3))
    merged(one, other, 2020)
    merged(other, third, 2020)
    for place, into, year in ((third, one, 2020), (third, MunicipalityFactory(country="NO"), 2021)):
        with pytest.raises(ValidationError) as caught:
            merged(place, into, year)
        assert [*caught.value.message_dict] == ["successor"]
    with pytest.raises(ValidationError, match="was merged into it later"):
        merged(other, third, 2019)
    with pytest.raises(ValidationError, match="was merged itself"):
        merged(MunicipalityFactory(), one, 2021)
    assert not Municipality.objects.get(pk=third.pk).successor


def test_a_file_may_turn_a_merger_around_and_be_undone(operator: Client) -> None:
    rows = "NO;1534;Haram;;{};{}\nNO;1507;Ålesund;;{};{}\n"
    assert is_applied(apply(operator, rows.format("NO1507", "2020-01-01", "", "") + "NO;1523;Ørskog;;;\n"))
    later = apply(operator, rows.format("NO1523", "2018-01-01", "NO1534", "2017-01-01"))
    assert is_applied(later)
    told = (
        Municipality.objects.exclude(successor=None).order_by("code").values_list("code", "successor__code")
    )
    assert [*told] == [("1507", "1534"), ("1534", "1523")]
    uploading.undo(operator, later)
    assert [*told.all()] == [("1534", "1507")]
