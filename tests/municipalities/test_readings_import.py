"""Importing readings: a dry run that names every fault, then all rows or none."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from municipalities.models import Cooperation, Driver, Municipality, Reading
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from sharedict.jobs.registry import FACTS_CHANGED
from tests import uploading
from tests.factories.municipalities import DriverFactory, MemberFactory, MunicipalityFactory, ReadingFactory
from tests.uploading import apply, is_applied

SignIn = Callable[[User], Client]
HEADER = "code;reference_date;value;source\n"


@pytest.fixture
def users(north: Cooperation) -> Driver:
    driver: Driver = DriverFactory(cooperation=north, code="users", name="Users", unit="users")
    return driver


@pytest.fixture
def client(sign_in: SignIn, administrator: User) -> Client:
    return sign_in(administrator)


def upload(client: Client, driver: Driver, content: str | bytes, header: str = HEADER) -> Any:
    raw = content if isinstance(content, bytes) else (header + content).encode()
    return uploading.upload(client, f"/north/drivers/{driver.pk}/import/", raw)


def test_a_dry_run_tells_new_changed_and_same_and_saves_nothing(
    client: Client, users: Driver, torsby: Municipality, hagfors: Municipality
) -> None:
    same = ReadingFactory(
        driver=users, municipality=torsby, reference_on=dt.date(2026, 6, 30), value=810, source="Directory"
    )
    old = ReadingFactory(
        driver=users, municipality=hagfors, reference_on=dt.date(2026, 6, 30), value=700, source="Directory"
    )
    response = upload(
        client,
        users,
        "1737;2026-06-30;810,0;Directory\n"
        "se1783;2026-06-30;744.5;Directory\n"
        "SE1737;2026-07-31;1 811;Directory\n",
    )
    assert response.status_code == 200
    assert response.context["counts"] == {"same": 1, "new": 1, "changed": 1, "wrong": 0}
    assert "700 (Directory)" in response.content.decode()
    assert Reading.objects.filter(driver=users).count() == 2
    before = Job.objects.filter(kind=FACTS_CHANGED).count()
    response = apply(client, response)
    assert is_applied(response)
    assert f'href="/north/drivers/{users.pk}/"' in response.content.decode()
    old.refresh_from_db()
    same.refresh_from_db()
    assert (old.value, same.value) == (Decimal("744.5"), Decimal(810))
    assert Reading.objects.get(reference_on="2026-07-31").value == 1811
    assert Entry.objects.filter(subject_type="municipalities.reading").count() == 2
    assert Entry.objects.get(verb="change", subject_type="municipalities.reading").changes == {
        "value": ["700.0000", "744.5000"]
    }
    assert Job.objects.filter(kind=FACTS_CHANGED).count() == before + 1
    assert Job.objects.filter(touches_from="2026-06-30").exists()


def test_a_source_that_nobody_can_see_is_none(client: Client, users: Driver, torsby: Municipality) -> None:
    response = upload(client, users, "1737;2026-06-30;1;\u200b\n")
    assert response.context["findings"][0].errors == ["Say where the value comes from (source)."]


def test_every_fault_is_named_at_its_line_and_nothing_can_be_applied(
    client: Client, users: Driver, torsby: Municipality, sundsvall: Municipality
) -> None:
    response = upload(
        client,
        users,
        "1737;2026-06-30;1;Directory\n"
        "1737;2026-06-30;2;Directory\n"
        "2281;2026-06-30;1;Directory\n"
        "9999;2026-02-30;-1;\n"
        "1737;2026-06-29\n"
        "1737;2026-06-28;many;" + "x" * 301 + "\n",
    )
    assert not response.context["may_apply"]
    found = {finding.line: tuple(finding.errors) for finding in response.context["findings"]}
    assert found[2] == ()
    assert found[3] == ("Line 2 has the same municipality and date.",)
    assert found[4] == ("No member has the code “2281”. Possible: “Torsby”, “Hagfors”.",)
    assert found[5] == (
        "No member has the code “9999”. Possible: “Torsby”, “Hagfors”.",
        "“2026-02-30” is not a date like 2026-10-31.",
        "A reading is 0 or more.",
        "Say where the value comes from (source).",
    )
    assert found[6] == ("The row has 2 cells, the header has 4.",)
    assert len(found[7]) == 2
    assert response.context["counts"]["wrong"] == 5
    assert not is_applied(apply(client, response))
    assert not Reading.objects.filter(driver=users).exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"code\n1737\n", "missing: reference_date, value, source"),
        (HEADER.encode() + b'"1737;2026-06-30;1;x\n', "not valid CSV"),
        (HEADER.encode() + b"1737;2026-06-30;1;x\n" * 100_001, "More than 100000 rows"),
        (HEADER.encode() + b"x" * 9_500_000, "larger than 9 MB"),
        (b"PK\x03\x04", "workbook"),
        (HEADER.encode("utf-16"), "no rows below the header"),
        (HEADER.encode() + b"\x81\x8f;;;\n", "not text in UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_refused_at_its_field(
    client: Client, users: Driver, content: bytes, said: str
) -> None:
    response = upload(client, users, content)
    assert response.status_code == 422
    assert said in response.content.decode()


def test_no_file_is_said_too(client: Client, users: Driver) -> None:
    assert client.post(f"/north/drivers/{users.pk}/import/").status_code == 422


def test_windows_1252_is_read_with_a_notice(client: Client, users: Driver, torsby: Municipality) -> None:
    response = upload(client, users, (HEADER + "1737;2026-06-30;1;Räknat\n").encode("cp1252"))
    assert "Windows-1252" in response.content.decode()
    apply(client, response)
    assert Reading.objects.get(driver=users).source == "Räknat"


def test_what_is_there_already_needs_no_applying(client: Client, users: Driver, torsby: Municipality) -> None:
    ReadingFactory(driver=users, municipality=torsby, reference_on=dt.date(2026, 6, 30), value=1, source="x")
    response = upload(client, users, "1737;2026-06-30;1;x\n")
    assert b"there is nothing to save" in response.content
    assert not response.context["may_apply"]


def test_a_code_of_two_countries_must_name_its_country(
    client: Client, users: Driver, north: Cooperation, torsby: Municipality
) -> None:
    MemberFactory(
        cooperation=north, municipality=MunicipalityFactory(country="NO", code="1737", name="Namesake")
    )
    response = upload(client, users, "1737;2026-06-30;1;x\nNO1737;2026-06-30;1;x\n")
    assert not response.context["may_apply"]
    assert response.context["counts"] == {"same": 0, "new": 1, "changed": 0, "wrong": 1}


def test_where_something_has_changed_since_the_dry_run_it_is_shown_again(
    client: Client, users: Driver, torsby: Municipality
) -> None:
    shown = upload(client, users, "1737;2026-06-30;2;x\n")
    ReadingFactory(driver=users, municipality=torsby, reference_on=dt.date(2026, 6, 30), value=1, source="x")
    response = apply(client, shown)
    assert not is_applied(response)
    assert b"something has changed since" in response.content
    assert Reading.objects.get(driver=users).value == 1
    assert not is_applied(apply(client, shown))
    assert is_applied(apply(client, response))
    assert Reading.objects.get(driver=users).value == 2


def test_applying_twice_saves_once(client: Client, users: Driver, torsby: Municipality) -> None:
    shown = upload(client, users, "1737;2026-06-30;2;x\n")
    assert is_applied(apply(client, shown))
    assert b"is applied already" in apply(client, shown).content
    assert Reading.objects.filter(driver=users).count() == 1


def test_a_table_checked_for_one_driver_is_not_applied_to_another(
    client: Client, users: Driver, north: Cooperation, torsby: Municipality
) -> None:
    other = DriverFactory(cooperation=north, code="devices")
    shown = upload(client, users, "1737;2026-06-30;2;x\n")
    theirs = upload(client, other, "1737;2026-06-30;2;x\n1737;2026-07-31;2;x\n")
    mixed = {"step": "apply", "shown": shown.context["upload"].shown}
    assert not is_applied(uploading.followed(client, client.post(uploading.address_of(theirs), mixed)))
    assert not Reading.objects.filter(driver__in=[users, other]).exists()


def test_text_of_a_file_is_never_markup(client: Client, users: Driver, torsby: Municipality) -> None:
    page = upload(client, users, "<script>;2026-06-30;1;<b>\n1737;2026-06-30;1;<i>\n").content
    assert b"<script>;" not in page
    assert b"<i>" not in page


def test_thousands_of_rows_take_the_same_number_of_queries(
    client: Client, users: Driver, torsby: Municipality, django_assert_max_num_queries: Any
) -> None:
    day = dt.date(1971, 1, 1)
    rows = "".join(f"1737;{day + dt.timedelta(days=number)};{number};x\n" for number in range(3_000))
    taken = uploading.take(client, f"/north/drivers/{users.pk}/import/", (HEADER + rows).encode())
    looked = 17 + 9 * uploading.OTHER_LANGUAGES
    with django_assert_max_num_queries(looked + uploading.QUERIES_OF_HELPER):
        uploading.work()
    response = client.get(taken["Location"])
    assert response.context["counts"]["new"] == 3_000
    assert response.context["page"].paginator.num_pages == 30
    assert is_applied(apply(client, response))
    assert Reading.objects.filter(driver=users).count() == 3_000


@pytest.mark.parametrize("text", ["1737", "SE1737", "se1737", "torsby", "TORSBY ", "Torsby kommun"])
def test_a_municipality_is_found_by_code_key_or_name(
    client: Client, users: Driver, torsby: Municipality, text: str
) -> None:
    Municipality.objects.filter(pk=torsby.pk).update(official_name="Torsby kommun")
    for column in ("code", "Municipality", "Kommun", "Code"):
        response = upload(client, users, f"{text};2026-06-30;1;x\n", HEADER.replace("code", column))
        assert response.context["counts"]["new"] == 1
        assert response.context["findings"][0].what.startswith("Torsby")


def test_a_code_that_a_spreadsheet_took_for_a_number_is_found(
    client: Client, users: Driver, north: Cooperation
) -> None:
    MemberFactory(cooperation=north, municipality=MunicipalityFactory(code="0114", name="Upplands Väsby"))
    assert upload(client, users, "114;2026-06-30;1;x\n").context["counts"]["new"] == 1


def test_who_keeps_a_figure_tells_which_one_is_meant(
    client: Client, population: Driver, north: Cooperation, torsby: Municipality
) -> None:
    own = ReadingFactory(
        driver=population, cooperation=north, municipality=torsby, reference_on=dt.date(2025, 12, 31), value=5
    )
    header = HEADER.replace("source", "source;Kept by")
    line = "1737;2025-12-31;{};{};{}\n"

    def outcome(value: int, keeper: str, source: str = own.source) -> tuple[str, str]:
        content = line.format(value, source, keeper)
        [finding] = upload(client, population, content, header).context["findings"]
        return str(finding.outcome), " ".join(finding.errors)

    assert outcome(5, "own figure, replaced by the public one") == ("same", "")
    assert outcome(12000, "offentligt register") == ("same", "")
    assert outcome(12000, "") == ("same", "")
    assert "The public register says 12,000" in outcome(6, "own figure")[1]
    assert "The public register says 12,000" in outcome(5, "public register")[1]
    line = line.replace("2025", "2030")
    assert "has no figure of this day" in outcome(5, "public register")[1]
    assert outcome(5, "own figure") == ("new", "")
