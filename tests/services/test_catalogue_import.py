"""The catalogue, and who uses it, from a file: looked at, applied in one go, undone while untouched."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from municipalities.models import Cooperation, Member, Municipality, Upload
from services.actions import import_rows
from services.models import Application, LifecycleMove, Subscription
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests import uploading
from tests.factories.services import ApplicationFactory, TaskFactory

PAGE, USES = "/north/services/several/import/", "/north/subscriptions/import/"
SignIn = Callable[[User], Client]


def lines(*rows: str) -> bytes:
    return "\n".join(rows).encode()


def outcomes(shown: object) -> list[str]:
    return [finding.outcome for finding in uploading.findings(shown)]


def test_new_and_changed_applications_are_saved_in_one_go_and_undone(
    erp: Application, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    file = lines(
        "Code;Name;Purpose;Owner;Lifecycle;Confidentiality;Unit price;Charging",
        f"erp;{erp.name};Money <b>and</b> more;Torsby;in use;internal;;base",
        "records;Records;Keeps what is decided;1737;i bruk;sekretess;12,50;till pris",
    )
    shown = uploading.upload(client, PAGE, file.replace(b"sekretess", b"3").replace(b"till pris", b"priced"))
    assert [finding.errors for finding in uploading.findings(shown)] == [[], []]
    assert outcomes(shown) == ["changed", "new"]
    assert not Application.objects.filter(code="records").exists()
    applied = uploading.apply(client, shown)
    assert uploading.is_applied(applied)
    records, changed = Application.objects.get(code="records"), Application.objects.get(code="erp")
    assert (records.owner, records.lifecycle, records.confidentiality) == (torsby, "in_use", 3)
    assert (str(records.unit_price), records.charging) == ("12.50", "priced")
    assert (changed.purpose, changed.owner) == ("Money <b>and</b> more", torsby)
    assert b"<b>and" not in client.get("/north/services/erp/").content
    assert Entry.objects.filter(subject_type="services.application", verb="add").count() == 1
    uploading.undo(client, applied)
    assert not Application.objects.filter(code="records").exists()
    erp_before = erp.purpose
    changed.refresh_from_db()
    assert (changed.purpose, changed.owner) == (erp_before, None)
    assert Upload.objects.get().state == Upload.State.UNDONE


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("new;New;What for;;;;;", "There is nothing in this cell"),
        ("x y;New;What for;;in use;;;base", "code"),
        ("several;New;What for;;in use;;;base", "The portal uses this word itself"),
        (";New;What for;;in use;;;base", "a new application needs a code"),
        ("new;Erp;What for;;in use;;;base", "There is an application of this name already"),
        ("new;New;;;in use;;;base", "blank"),
        ("new;New;What for;Atlantis;in use;;;base", "There is no “Atlantis” here"),
        ("new;New;What for;;dreaming;;;base", "There is no “dreaming” here"),
        ("erp;Erp;What for;;retired;;;base", "Is moved on the page of the application"),
        ("new;New;What for;;in use;;-5;base", "A price is not negative"),
        ("new;New;What for;;in use;;;priced", "Say the price"),
        ("new;New;What for;;in use;9;;base", "There is no “9” here"),
        (f"new;{'n' * 200};What for;;in use;;;base", "150"),
    ],
)
def test_a_wrong_row_says_what_is_wrong_with_it_and_nothing_is_saved(
    row: str, said: str, erp: Application, administrator: User, sign_in: SignIn
) -> None:
    Application.objects.update(name="Erp")
    client = sign_in(administrator)
    header = "code;name;purpose;owner;lifecycle;confidentiality;unit_price;charging"
    shown = uploading.upload(client, PAGE, lines(header, row))
    [finding] = uploading.findings(shown)
    assert finding.outcome == "wrong"
    assert said in " ".join(finding.errors)
    uploading.apply(client, shown)
    assert [*Application.objects.values_list("code", flat=True)] == ["erp"]


def test_what_a_file_does_not_name_stays(erp: Application, administrator: User, sign_in: SignIn) -> None:
    Application.objects.update(vendor="Fjord", review_on="2030-01-31")
    client = sign_in(administrator)
    shown = uploading.upload(client, PAGE, lines("name;vendor", f"{erp.name};Skerry"))
    uploading.apply(client, shown)
    row = Application.objects.get()
    assert (row.vendor, str(row.review_on), row.purpose) == ("Skerry", "2030-01-31", erp.purpose)


def test_the_same_line_twice_is_refused(administrator: User, north: Cooperation, sign_in: SignIn) -> None:
    file = lines("code;name;purpose", "a;A;One", "a;B;Two", "c;A;Three")
    shown = uploading.upload(sign_in(administrator), PAGE, file)
    assert outcomes(shown) == ["new", "wrong", "wrong"]


def test_what_something_was_added_to_is_not_undone(
    administrator: User, north: Cooperation, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    applied = uploading.apply(client, uploading.upload(client, PAGE, lines("code;name;purpose", "a;A;One")))
    TaskFactory(cooperation=north, application=Application.objects.get(code="a"))
    uploading.undo(client, applied)
    assert Application.objects.filter(code="a").exists()
    assert Upload.objects.get().state == Upload.State.APPLIED


def test_an_application_changed_since_is_not_undone(
    erp: Application, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    file = lines("code;name;vendor", f"erp;{erp.name};Skerry")
    applied = uploading.apply(client, uploading.upload(client, PAGE, file))
    assert client.post("/north/services/erp/move/", {"lifecycle": "phasing_out"}).status_code == 302
    assert LifecycleMove.objects.count() == 1
    uploading.undo(client, applied)
    assert Application.objects.get().vendor == "Skerry"


def test_another_cooperation_and_a_reader_import_nothing(
    outside: Cooperation, north: Cooperation, stranger: User, finance: User, sign_in: SignIn
) -> None:
    file = lines("code;name;purpose", "a;A;One")
    for user, status in ((stranger, 404), (finance, 403)):
        assert uploading.take(sign_in(user), PAGE, file).status_code == status
    assert not Application.objects.filter(code="a").exists()


def test_who_uses_what_is_saved_and_undone(
    erp: Application, torsby: Municipality, hagfors: Municipality, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    other = ApplicationFactory(cooperation=erp.cooperation, code="maps", name="Maps")
    before = {*Subscription.objects.values_list("pk", "users", "valid_until")}
    file = lines(
        "application;municipality;valid_from;Last day;users;Accounting code",
        "maps;1737;2026-01-01;;40;4711",
        "Maps;Hagfors;2026-02-01;2026-12-31;1 200;",
    )
    shown = uploading.upload(client, USES, file)
    assert outcomes(shown) == ["new", "new"]
    applied = uploading.apply(client, shown)
    assert uploading.is_applied(applied)
    rows = {row.municipality: row for row in Subscription.objects.filter(application=other)}
    assert (rows[torsby].users, rows[torsby].valid_until) == (40, None)
    assert (rows[torsby].accounting_code, rows[hagfors].accounting_code) == ("4711", "")
    assert (rows[hagfors].users, str(rows[hagfors].valid_until)) == (1200, "2027-01-01")
    again = lines("application;municipality;valid_from;Last day;users", "maps;1737;2026-01-01;2026-06-30;41")
    second = uploading.apply(client, uploading.upload(client, USES, again))
    rows[torsby].refresh_from_db()
    assert (rows[torsby].users, str(rows[torsby].valid_until)) == (41, "2026-07-01")
    uploading.undo(client, second)
    rows[torsby].refresh_from_db()
    assert (rows[torsby].users, rows[torsby].valid_until) == (40, None)
    uploading.undo(client, applied)
    assert {*Subscription.objects.values_list("pk", "users", "valid_until")} == before


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("maps;Atlantis;2026-01-01;;;", "There is no “Atlantis” here"),
        ("nothing;Torsby;2026-01-01;;;", "There is no “nothing” here"),
        (";Torsby;2026-01-01;;;", "nothing in this cell"),
        ("maps;Torsby;;;;", "nothing in this cell"),
        ("maps;Torsby;9999-01-01;;;", "is not a date"),
        ("maps;Torsby;2026-02-01;2026-01-01;;", "it cannot end before it begins"),
        ("maps;Torsby;2026-01-01;;-4;", "not negative"),
        ("maps;Torsby;2026-01-01;;99999999999;", "At most"),
        ("maps;Torsby;2026-05-01;;;", "already uses it in part of that time"),
        ("maps;Torsby;2026-01-01;;;47-11", "Torsby writes its accounting codes otherwise. Write it as 9999"),
        (f"maps;Torsby;2026-01-01;;;{'4' * 41}", "at most 40 characters"),
    ],
)
def test_a_wrong_use_says_what_is_wrong_with_it(
    row: str, said: str, north: Cooperation, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    ApplicationFactory(cooperation=north, code="maps", name="Maps")
    Member.objects.filter(municipality=torsby).update(accounting_pattern="9999")
    header = "application;municipality;valid_from;valid_until;users;accounting_code"
    first = "maps;Torsby;2026-05-02;;;" if "already" in said else ""
    shown = uploading.upload(sign_in(administrator), USES, lines(header, row, *filter(None, [first])))
    found = uploading.findings(shown)[0]
    assert found.outcome == "wrong"
    assert said in " ".join(found.errors)
    assert not Subscription.objects.filter(application__code="maps").exists()


def test_looking_at_many_rows_asks_no_more(north: Cooperation, administrator: User, sign_in: SignIn) -> None:
    client = sign_in(administrator)
    asked = []
    for many in (2, 20):
        file = lines("code;name;purpose", *(f"a{n};A{n};One" for n in range(many)))
        with CaptureQueriesContext(connection) as queries:
            uploading.upload(client, PAGE, file)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def queries_of_two_and_twenty(take: Callable[[int], object]) -> list[int]:
    asked = []
    for many in (2, 20):
        with CaptureQueriesContext(connection) as queries:
            take(many)
        asked.append(len(queries))
    return asked


def test_applying_and_undoing_ask_the_same_for_two_rows_and_twenty(
    north: Cooperation, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    shown: dict[int, object] = {}

    def look(page: str, header: str, row: str) -> None:
        for many in (2, 20):
            rows = (row.format(f"{many}-{place}") for place in range(many))
            shown[many] = uploading.upload(client, page, lines(header, *rows))

    def apply(many: int) -> None:
        shown[many] = uploading.apply(client, shown[many])
        assert uploading.is_applied(shown[many])

    look(PAGE, "code;name;purpose", "a{0};A{0};One")
    few, many = queries_of_two_and_twenty(apply)
    assert many <= few
    added = dict(shown)
    look(USES, "application;municipality;valid_from", "a{0};Torsby;2026-02-01")
    few, many = queries_of_two_and_twenty(apply)
    assert many <= few
    first = dict(shown)
    look(USES, "application;municipality;valid_from;users", "a{0};Torsby;2026-02-01;7")
    few, many = queries_of_two_and_twenty(apply)
    assert many <= few
    assert Subscription.objects.filter(users=7).count() == 22
    few, many = queries_of_two_and_twenty(lambda many: uploading.undo(client, shown[many]))
    assert many <= few
    for each in first.values():
        uploading.undo(client, each)
    few, many = queries_of_two_and_twenty(lambda many: uploading.undo(client, added[many]))
    assert many <= few
    assert [*Application.objects.values_list("code", flat=True)] == ["erp"]


def test_many_rows_are_written_as_few_are_and_announced_once(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    """So many are copied into their table, where empty cells, days and decimals are text."""
    client = sign_in(administrator)
    header = "code;name;purpose;vendor;unit_price;charging;delivery_days;review_on;confidentiality"
    rows = (f"a{n};A{n};One;;{n},50;priced;{n % 9};2027-01-31;" for n in range(520))
    apps = uploading.apply(client, uploading.upload(client, PAGE, lines(header, *rows)))
    row = Application.objects.get(code="a519")
    assert (row.vendor, str(row.unit_price), row.delivery_days) == ("", "519.50", 6)
    assert (str(row.review_on), row.confidentiality, row.lifecycle) == ("2027-01-31", None, "in_use")
    Job.objects.all().delete()
    header = "application;municipality;valid_from;valid_until;users"
    rows = (f"a{n};Torsby;2026-0{1 + n % 6}-01;;{n}" for n in range(520))
    uses = uploading.apply(client, uploading.upload(client, USES, lines(header, *rows)))
    told = Job.objects.filter(kind="facts-changed").values_list("touches_from", "touches_until")
    assert [*told] == [(dt.date(2026, 1, 1), None)]
    Job.objects.all().delete()
    rows = (f"a{n};Torsby;2026-0{1 + n % 6}-01;2026-0{8 + n % 2}-01;{n}" for n in range(520))
    ended = uploading.apply(client, uploading.upload(client, USES, lines(header, *rows)))
    assert [*told.all()] == [(dt.date(2026, 8, 1), None)]
    last = Subscription.objects.get(application=row)
    assert (last.valid_from, last.valid_until, last.users) == (
        dt.date(2026, 4, 1),
        dt.date(2026, 9, 1),
        519,
    )
    entries = Entry.objects.filter(subject_type="services.subscription", verb="change")
    assert entries.get(subject_id=str(last.pk)).changes == {"valid_until": ["", "2026-09-01"]}
    for each in (ended, uses, apps):
        uploading.undo(client, each)
    assert [*Application.objects.values_list("code", flat=True)] == ["erp"]


def test_what_somebody_changes_while_a_file_waits_is_looked_at_again_and_what_is_removed_is_said(
    erp: Application, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    shown = uploading.upload(client, PAGE, lines("code;name;vendor", f"erp;{erp.name};Skerry"))
    stale = [each.row for each in uploading.compared(shown)]
    Application.objects.filter(pk=erp.pk).update(purpose="Theirs")
    import_rows(cooperation=erp.cooperation, rows=stale, by=administrator)
    erp.refresh_from_db()
    assert (erp.vendor, erp.purpose) == ("Skerry", "Theirs")
    again = uploading.compared(
        uploading.upload(client, PAGE, lines("code;name;vendor", f"erp;{erp.name};Mine"))
    )
    Application.objects.filter(pk=erp.pk).update(vendor="Theirs")
    with pytest.raises(ValidationError, match="Theirs"):
        import_rows(cooperation=erp.cooperation, rows=[each.row for each in again], by=administrator)
    Subscription.objects.all().delete()
    Application.objects.all().delete()
    with pytest.raises(ValidationError, match="removed"):
        import_rows(cooperation=erp.cooperation, rows=stale, by=administrator)


def test_what_is_possible_in_a_cell_is_told_in_the_readers_language(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    """Words of every language are read, and those of one are told."""
    file = lines("code;name;purpose;charging;lifecycle", "a;A;One;;")
    shown = uploading.upload(sign_in(administrator), PAGE, file)
    told = {
        language: " ".join(shown.context["upload"].findings.get(language=language).errors)
        for language in ("en", "sv")
    }
    for value, label in [*Application.Charging.choices, *Application.Lifecycle.choices]:
        for language, said in told.items():
            with override(language):
                mine = f"{label}”"
            with override("sv" if language == "en" else "en"):
                other = f"{label}”"
            assert mine in said, (value, said)
            assert other == mine or other not in said, (value, said)
