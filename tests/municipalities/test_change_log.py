"""The change log says who changed what in words, to those who may know."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from municipalities.actions import save_row
from municipalities.models import Cooperation, Link, Member, Municipality, Reading, Site
from municipalities.reports import changes_in_words
from sharedict.accounts.models import User
from sharedict.audit.actions import record
from sharedict.audit.models import Entry
from sharedict.common.sight import of_cooperation, seeing
from tests.factories.municipalities import LONG_AGO, MunicipalityFactory, ReadingFactory, SiteFactory

SignIn = Callable[[User], Client]


@pytest.fixture
def link(north: Cooperation, administrator: User, torsby: Municipality) -> Link:
    row = Link(
        cooperation=north,
        name="Line",
        kind="broadband",
        site=SiteFactory(cooperation=north, name="Torsby room"),
        outside="Teracom",
        valid_from=LONG_AGO,
    )
    save_row(row=row, by=administrator)
    row.kind, row.routed_by, row.mbps = "vpn", torsby, 100
    return save_row(row=row, by=administrator)


def words(entry: Entry) -> dict[str, str]:
    return {change.label: change.in_words() for change in changes_in_words([entry])[entry.pk]}


def test_columns_choices_and_rows_are_called_by_their_names(link: Link) -> None:
    entry = Entry.objects.get(verb="change", subject="Line")
    assert words(entry) == {
        "kind": "broadband → switched VPN",
        "answers for routing": "Torsby",
        "Mbit/s": "100",
    }


def test_what_is_taken_away_leaves_a_dash(link: Link, administrator: User) -> None:
    link.mbps = None
    save_row(row=link, by=administrator)
    assert words(Entry.objects.latest("id")) == {"Mbit/s": "100 → —"}


def test_what_was_imported_is_called_by_its_name(north: Cooperation, administrator: User) -> None:
    entry = Entry(pk=1, subject_type="municipalities.upload", changes={"kind": ["", "costs"]})
    gone = Entry(pk=2, subject_type="municipalities.upload", changes={"kind": ["", "stamps"]})
    with override("sv"):
        told = changes_in_words([entry, gone])
    assert [told[pk][0].after for pk in (1, 2)] == ["Kostnader", "stamps"]


def test_an_entry_about_what_is_no_more_is_still_read(north: Cooperation, administrator: User) -> None:
    entry = record(verb="change", subject=north, by=administrator, at=timezone.now())
    entry.subject_type, entry.changes = (
        "gone.model",
        {"some_column": ["1", "2"], "odd": "text", "none": [None, "x"]},
    )
    assert words(entry) == {"some column": "1 → 2", "odd": "text", "none": "x"}
    entry.subject_type, entry.changes = (
        "municipalities.member",
        {"municipality": ["999999", "x"], "gone": ["", "1"]},
    )
    assert words(entry) == {"municipality": "999999 → x", "gone": "1"}


def test_administrators_and_auditors_read_it_and_nobody_else(
    sign_in: SignIn, administrator: User, auditor: User, finance: User, stranger: User, link: Link
) -> None:
    for person, status in ((administrator, 200), (auditor, 200), (finance, 403), (stranger, 404)):
        assert sign_in(person).get("/north/change-log/").status_code == status


def entries(north: Cooperation, moments: list[dt.datetime]) -> None:
    """One for each moment, named by its place among them."""
    Entry.objects.bulk_create(
        Entry(cooperation=north, at=at, actor="token", verb="change", subject_type="billing.cost",
              subject_id=str(place), subject=f"Row {place};", changes={})
        for place, at in enumerate(moments)
    )  # fmt: skip


def followed(client: Client, query: str) -> list[list[str]]:
    """The rows of each page, from the first to the last."""
    pages, address = [], f"/north/change-log/?{query}"
    while address and len(pages) < 9:
        html = client.get(address).content.decode()
        pages.append(re.findall(r"Row \d+;", html))
        found = re.search(r'href="([^"]+)" rel="next"', html)
        address = f"/north/change-log/{unescape(found[1])}" if found else ""
    return pages


@pytest.mark.parametrize("sort", ["", "sort=at", "sort=-at", "kind=billing.cost", "what=row"])
def test_pages_follow_on_each_other_though_many_are_of_one_moment(
    sign_in: SignIn, auditor: User, north: Cooperation, sort: str
) -> None:
    now = timezone.now()
    entries(north, [now - dt.timedelta(seconds=number // 40) for number in range(130)])
    pages = followed(sign_in(auditor), sort)
    assert [len(page) for page in pages] == [50, 50, 30]
    rows = [f"Row {place};" for place in range(130)]
    order = sorted(range(130), key=lambda place: (-(place // 40), place))
    oldest_first = [rows[place] for place in order]
    assert [row for page in pages for row in page] == (
        oldest_first if sort == "sort=at" else oldest_first[::-1]
    )


def test_what_is_written_meanwhile_moves_no_row_to_another_page(
    sign_in: SignIn, auditor: User, north: Cooperation
) -> None:
    client, now = sign_in(auditor), timezone.now()
    entries(north, [now - dt.timedelta(minutes=number) for number in range(60)])
    first = client.get("/north/change-log/").content.decode()
    entries(north, [now + dt.timedelta(minutes=1)] * 20)
    found = re.search(r'href="([^"]+)" rel="next"', first)
    assert found
    second = client.get(f"/north/change-log/{unescape(found[1])}").content.decode()
    assert re.findall(r"Row \d+;", second) == [f"Row {place};" for place in range(50, 60)]
    assert "To the beginning" in second
    assert "To the beginning" not in first


@pytest.mark.parametrize("after", ["x", "1", "1.", "9" * 17 + ".1", "-1.1", "1.1.1", "٣.1"])
def test_a_place_that_nobody_gave_breaks_nothing(
    sign_in: SignIn, auditor: User, north: Cooperation, after: str
) -> None:
    entries(north, [timezone.now()])
    page = sign_in(auditor).get("/north/change-log/", {"after": after})
    assert (page.status_code, "Row 0;" in page.content.decode()) == (200, True)


def test_no_entry_is_counted(sign_in: SignIn, auditor: User, north: Cooperation) -> None:
    entries(north, [timezone.now()] * 60)
    with CaptureQueriesContext(connection) as asked:
        assert sign_in(auditor).get("/north/change-log/").status_code == 200
    assert not [query for query in asked if "COUNT(" in query["sql"] and "audit_entry" in query["sql"]]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_are_can_be_asked_for(
    sign_in: SignIn, auditor: User, north: Cooperation, day: str
) -> None:
    for name in ("since", "until"):
        assert sign_in(auditor).get(f"/north/change-log/?{name}={day}").status_code == 200


def test_it_is_narrowed_by_who_what_kind_and_date(sign_in: SignIn, auditor: User, link: Link) -> None:
    client = sign_in(auditor)
    today = timezone.localdate()
    yesterday = today - dt.timedelta(days=1)

    def rows(query: str) -> int:
        page = client.get(f"/north/change-log/?{query}").content.decode()
        return page.count("<tr ") if "Nothing fits the filter" not in page else 0

    assert rows("") == rows("who=administrator") == rows("kind=municipalities.link") == 2
    assert rows("what=line") == rows(f"since={today}&until={today}") == 2
    assert rows("who=nobody") == rows(f"until={yesterday}") == 0
    assert rows("since=yesterday") == 2


def test_the_file_holds_before_and_after(sign_in: SignIn, auditor: User, link: Link) -> None:
    response = sign_in(auditor).get("/north/change-log/?format=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "kind: broadband → switched VPN" in text
    assert sign_in(auditor).get("/north/change-log/?format=xlsx").content.startswith(b"PK")


def test_the_file_holds_them_for_every_change_whatever_page_is_asked_for(
    sign_in: SignIn, auditor: User, north: Cooperation
) -> None:
    for number in range(60):
        changes = {"name": ["", f"Name {number}"]}
        record(
            verb="change",
            subject=north,
            by=None,
            at=timezone.now(),
            cooperation_id=north.pk,
            changes=changes,
        )
    for query in ("", "&page=2", "&per_page=5"):
        response = sign_in(auditor).get(f"/north/change-log/?format=csv{query}")
        text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        assert text.count("name: Name ") == 60


def test_rows_that_are_referred_to_are_read_together(
    north: Cooperation, administrator: User, django_assert_num_queries: Callable[[int], object]
) -> None:
    for number in range(5):
        save_row(
            row=Member(
                cooperation=north, municipality=MunicipalityFactory(name=f"M{number}"), valid_from=LONG_AGO
            ),
            by=administrator,
        )
    entries = list(Entry.objects.filter(subject_type="municipalities.member"))
    with django_assert_num_queries(2):  # type: ignore[attr-defined]
        found = changes_in_words(entries)
    assert {change.after for changes in found.values() for change in changes} >= {f"M{n}" for n in range(5)}
    assert Site.objects.count() == 0


@pytest.mark.parametrize(
    ("language", "said"), [("en", "1 → 11,404.125"), ("sv", "1 → 11\u00a0404,125")], ids=["en", "sv"]
)
def test_numbers_are_written_as_the_reader_writes_them(db: None, language: str, said: str) -> None:
    """250.125 is another number in Swedish: whoever types what the log says must mean the same."""
    reading = Reading.objects.get(pk=ReadingFactory().pk)
    reading.value = Decimal("11404.125")
    save_row(row=reading, by=None)
    with override(language):
        assert [*words(Entry.objects.get()).values()] == [said]


def test_a_negative_number_has_the_minus_of_all_pages(north: Cooperation) -> None:
    entry = record(verb="change", subject=ReadingFactory(), by=None, at=timezone.now())
    entry.changes = {"value": ["-1250.5", "1250.5"]}
    assert [*words(entry).values()] == ["\u22121,250.5 → 1,250.5"]


def test_a_number_that_is_none_is_said_as_it_was_logged(north: Cooperation) -> None:
    entry = record(verb="change", subject=ReadingFactory(), by=None, at=timezone.now())
    entry.changes = {"value": ["", "many"]}
    assert [*words(entry).values()] == ["many"]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "1,250.50 → 1,300.00"), ("sv", "1\u00a0250,50 → 1\u00a0300,00")]
)
def test_amounts_have_two_decimals_as_everywhere(north: Cooperation, language: str, said: str) -> None:
    entry = record(verb="change", subject=north, by=None, at=timezone.now())
    entry.subject_type, entry.changes = "billing.cost", {"amount": ["1250.5", "1300"]}
    with override(language):
        assert [*words(entry).values()] == [said]


def test_columns_stand_in_the_order_of_the_model(north: Cooperation) -> None:
    entry = record(verb="add", subject=north, by=None, at=timezone.now())
    entry.subject_type = "billing.cost"
    entry.changes = {
        name: [None, "x"] for name in ("gone", "ends_on", "supplier", "currency", "starts_on", "description")
    }
    found = [change.label for change in changes_in_words([entry])[entry.pk]]
    assert found == ["supplier", "description", "currency", "service from", "last day", "gone"]


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("2026-10", "October 2026"),
        ("2026-09 C00000233", "September 2026, C00000233"),
        ("2026-13", "2026-13"),
        ("C00000233 Licences 2026-10", "C00000233 Licences 2026-10"),
    ],
)
def test_months_are_named_on_the_page_and_sort_in_the_file(
    north: Cooperation, sign_in: SignIn, auditor: User, subject: str, said: str
) -> None:
    names = {"subject_type": "billing.latedecision", "subject_id": "1", "subject": subject}
    Entry.objects.create(cooperation=north, at=timezone.now(), actor="token", verb="decide", **names)
    client = sign_in(auditor)
    assert f">{said}</td>" in client.get("/north/change-log/").content.decode()
    file = client.get("/north/change-log/?format=csv")
    text = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert f",{subject}," in text.replace(";", ",")


def test_entries_are_found_by_names_in_whatever_case_and_by_no_part_of_a_pattern(
    north: Cooperation, outside: Cooperation, stranger: User, administrator: User
) -> None:
    """Names come before entries: those of other cooperations are none, and ``%`` is a letter."""
    subject = Site(pk=7777, name="A site")
    for cooperation, by in [(north, administrator), (outside, stranger), (north, None)]:
        record(verb="add", subject=subject, by=by, at=timezone.now(), cooperation_id=cooperation.pk)
    rows = Entry.objects.filter(cooperation=north, subject_id="7777").for_listing()

    def found(text: str) -> int:
        return rows.by_somebody_called(text, north).count()

    assert [found(text) for text in ("ADMINISTRATOR", "minist", "stranger", "%", "nobody")] == [1, 1, 0, 0, 0]
    program = rows.exclude(actor="").get().actor
    assert found(program) == 1


def test_entries_are_found_by_what_they_are_about_as_their_reader_sees_it(
    north: Cooperation, outside: Cooperation, administrator: User, stranger: User
) -> None:
    """By any part in whatever case, by one or two letters where a word begins; ``%`` is a letter."""
    at = timezone.now()
    subject = Site(pk=7777, name="Åmål, IT 100 % here")
    for cooperation in (north, outside):
        record(verb="add", subject=subject, by=None, at=at, cooperation_id=cooperation.pk)
    record(verb="add", subject=administrator, by=None, at=at, cooperation_id=north.pk)
    rows = Entry.objects.filter(cooperation=north).for_listing()

    def found(text: str) -> list[str]:
        return [entry.subject_type for entry in rows.about(text, north).order_by("subject_type")]

    site, person = "municipalities.site", "accounts.user"
    assert [found(text) for text in ("åmål", "mål, it", "IT", "å", "% h", "00 %")] == [[site]] * 6
    assert [found(text) for text in ("ål", "%h", "_mål", "nothing", str(outside))] == [[]] * 5
    assert found(rows.get(subject_type=person).what[2:]) == [person]


def test_what_many_entries_say_is_found_without_their_keys(
    north: Cooperation, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way they are looked for, they are the same."""
    for number in range(4):
        subject = Site(pk=7770 + number, name=f"Tower {number}")
        record(verb="add", subject=subject, by=None, at=timezone.now(), cooperation_id=north.pk)
    rows = Entry.objects.filter(cooperation=north).for_listing()
    for name, value in [("OFTEN", 99), ("SOME", 3), ("OFTEN", 2)]:
        monkeypatch.setattr(f"sharedict.audit.models.{name}", value)
        assert rows.about("tower", north).count() == 4


def test_nobody_finds_what_another_cooperation_s_log_tells(north: Cooperation, outside: Cooperation) -> None:
    """The database's own function asks who looks, though it reads as the owner."""
    record(
        verb="add", subject=Site(pk=1, name="Secret"), by=None, at=timezone.now(), cooperation_id=outside.pk
    )
    asked = "SELECT count(*) FROM audit_entries_about(%s, '%%secret%%', '%%secret%%', 9)"

    def found(cooperation: Cooperation) -> int:
        with seeing(of_cooperation(cooperation.pk)), connection.cursor() as cursor:
            cursor.execute(asked, [outside.pk])
            return int(cursor.fetchone()[0])

    assert [found(north), found(outside)] == [0, 1]
