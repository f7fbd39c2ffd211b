"""The pages of an upload: left and taken up, mapped, undone, discarded, and listed with who did what."""

import datetime as dt
import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from municipalities.actions import APPLY, UPLOAD
from municipalities.models import Cooperation, Driver, Municipality, Reading, Role, Upload, UploadFinding
from municipalities.portal import ShareEffect, import_kind, take_step
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.common import bulk
from sharedict.jobs.models import Job
from sharedict.jobs.tasks import tidy
from tests import uploading
from tests.factories.municipalities import DriverFactory, ReadingFactory, UploadFactory
from tests.uploading import address_of, apply, findings, followed, is_applied, undo

SignIn = Callable[[User], Client]
HEADER = "code;reference_date;value;source\n"
ROWS = "1737;2026-06-30;810;Directory\n1783;2026-06-30;744.5;Directory\n"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def users(north: Cooperation, torsby: Municipality, hagfors: Municipality) -> Driver:
    driver: Driver = DriverFactory(cooperation=north, code="users", name="Users", unit="users")
    return driver


@pytest.fixture
def client(sign_in: SignIn, administrator: User) -> Client:
    return sign_in(administrator)


def page(driver: Driver) -> str:
    return f"/north/drivers/{driver.pk}/import/"


def upload(client: Client, driver: Driver, rows: str = ROWS, header: str = HEADER) -> Any:
    return uploading.upload(client, page(driver), (header + rows).encode(), "readings.csv")


def values(driver: Driver) -> list[Decimal]:
    return list(
        Reading.objects.filter(driver=driver).order_by("municipality__code").values_list("value", flat=True)
    )


def test_a_dry_run_can_be_left_and_taken_up_by_another(
    client: Client, users: Driver, sign_in: SignIn, second_administrator: User
) -> None:
    address = address_of(upload(client, users))
    other = sign_in(second_administrator)
    shown = other.get(address)
    assert shown.context["counts"] == {"new": 2, "changed": 0, "same": 0, "wrong": 0}
    assert [finding.line for finding in findings(shown)] == [2, 3]
    done = apply(other, shown)
    assert values(users) == [Decimal(810), Decimal("744.5")]
    facts = dict(done.context["facts"])
    assert facts["State"] == "applied"
    assert str(second_administrator) in facts["Applied"]
    assert facts["SHA-256"] == hashlib.sha256((HEADER + ROWS).encode()).hexdigest()


def test_the_page_tells_how_far_the_job_is_and_is_drawn_anew_when_it_has_ended(
    client: Client, users: Driver
) -> None:
    address = uploading.take(client, page(users), (HEADER + ROWS).encode())["Location"]
    Job.objects.filter(kind=UPLOAD).update(state=Job.State.RUNNING, progress_done=15, progress_total=100)
    answer = client.get(address)
    assert "15&nbsp;%" in answer.content.decode()
    assert not answer.context["may_act"]
    polled = client.get(address, headers=HTMX)
    assert (polled.status_code, "15&nbsp;%" in polled.content.decode()) == (200, True)
    Job.objects.filter(kind=UPLOAD).update(state=Job.State.QUEUED)
    uploading.work()
    polled = client.get(address, headers=HTMX)
    assert (polled.status_code, polled["HX-Refresh"]) == (286, "true")
    assert client.get(address).context["may_apply"]


def test_two_clicks_are_one_and_so_are_two_jobs(client: Client, users: Driver, administrator: User) -> None:
    shown = upload(client, users)
    address, sent = address_of(shown), uploading.step(shown, "apply")
    client.post(address, sent)
    again = client.post(address, sent, follow=True)
    assert "Somebody has ordered this already: it is at work." in again.content.decode()
    assert Job.objects.filter(kind=UPLOAD, arguments__step=APPLY).count() == 1
    uploading.work()
    found = shown.context["upload"]
    for _ in range(2):
        take_step(pk=found.pk, step=APPLY, shown=found.shown, by=administrator, tell=lambda *_: None)
    assert Entry.objects.filter(subject_type="municipalities.reading").count() == 2


def test_a_job_that_failed_is_said_and_can_be_ordered_again(client: Client, users: Driver) -> None:
    shown = upload(client, users)
    client.post(address_of(shown), uploading.step(shown, "apply"))
    Job.objects.filter(kind=UPLOAD, arguments__step=APPLY).update(
        state=Job.State.FAILED, finished_at=timezone.now(), error="The disk is full."
    )
    failed = client.get(address_of(shown))
    assert "The disk is full." in failed.content.decode()
    assert is_applied(apply(client, failed))


def test_undoing_brings_back_what_stood_before(
    client: Client, users: Driver, north: Cooperation, torsby: Municipality
) -> None:
    ReadingFactory(
        driver=users,
        cooperation=north,
        municipality=torsby,
        reference_on=dt.date(2026, 6, 30),
        value=7,
        source="x",
    )
    done = apply(client, upload(client, users))
    assert values(users) == [Decimal(810), Decimal("744.5")]
    asked = client.get(f"{address_of(done)}undo/")
    assert "Undo the import of readings.csv?" in asked.content.decode()
    before = Job.objects.filter(touches_from="2026-06-30").count()
    undone = undo(client, done)
    assert undone.context["upload"].state == Upload.State.UNDONE
    assert "2 rows are as before." in undone.context["upload"].said
    assert Reading.objects.filter(driver=users).values_list("value", "source").get() == (7, "x")
    assert Job.objects.filter(touches_from="2026-06-30").count() == before
    logged = (
        Entry.objects.filter(subject_type="municipalities.reading")
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert list(logged) == ["change", "add", "delete", "change"]
    again = undo(client, done)
    assert "already" in again.content.decode()


def test_what_was_undone_is_applied_again_after_another_look(client: Client, users: Driver) -> None:
    """It is an import of its own, with the same file: the one that was undone stays as it was."""
    done = apply(client, upload(client, users))
    assert client.post(address_of(done), {"step": "again"}).headers["Location"] == address_of(done)
    assert Upload.objects.count() == 1, "what was not undone is not applied again"
    undone = undo(client, done)
    assert 'value="again"' in undone.content.decode()
    clicks = [client.post(address_of(undone), {"step": "again"}) for _ in range(2)]
    assert clicks[0].headers["Location"] == clicks[1].headers["Location"] != address_of(done)
    shown = followed(client, clicks[0])
    assert (shown.context["upload"].state, shown.context["counts"]["new"]) == (Upload.State.SHOWN, 2)
    assert values(users) == []
    assert is_applied(apply(client, shown))
    assert values(users) == [Decimal(810), Decimal("744.5")]
    old, new = Upload.objects.order_by("pk")
    assert (old.state, new.state) == (Upload.State.UNDONE, Upload.State.APPLIED)
    assert (old.sha256, old.columns, bytes(old.content)) == (new.sha256, new.columns, bytes(new.content))


def test_who_may_not_import_does_not_begin_again(
    client: Client, users: Driver, sign_in: SignIn, auditor: User
) -> None:
    undone = undo(client, apply(client, upload(client, users)))
    page = sign_in(auditor)
    assert 'value="again"' not in page.get(address_of(undone)).content.decode()
    assert page.post(address_of(undone), {"step": "again"}).status_code == 403
    assert Upload.objects.count() == 1


@pytest.mark.parametrize("change", ["value", "removed"])
def test_what_something_else_has_touched_since_is_not_undone(
    client: Client, users: Driver, change: str
) -> None:
    done = apply(client, upload(client, users))
    reading = Reading.objects.filter(driver=users).order_by("municipality__code")[0]
    if change == "removed":
        asked = client.get(f"/north/drivers/readings/{reading.pk}/delete/")
        told = {"told": asked.context["effect"].mark}
        client.post(f"/north/drivers/readings/{reading.pk}/delete/", told)
    else:
        typed = {
            "municipality": reading.municipality_id,
            "reference_on": "2026-06-30",
            "value": "9",
            "source": "x",
        }
        assert client.post(f"/north/drivers/readings/{reading.pk}/", typed).status_code == 302
    stored = values(users)
    said = client.get(f"{address_of(done)}undo/").content.decode()
    assert "something else has touched its rows" in said
    assert "was changed since" in said
    refused = undo(client, done)
    assert refused.context["upload"].state == Upload.State.APPLIED
    assert "Nothing is undone" in refused.context["upload"].said
    assert values(users) == stored


def test_a_later_import_of_the_same_rows_must_be_undone_first(client: Client, users: Driver) -> None:
    first = apply(client, upload(client, users))
    second = apply(client, upload(client, users, ROWS.replace("810", "811")))
    assert undo(client, first).context["upload"].state == Upload.State.APPLIED
    assert undo(client, second).context["upload"].state == Upload.State.UNDONE
    assert values(users) == [Decimal(810), Decimal("744.5")]
    assert undo(client, first).context["upload"].state == Upload.State.UNDONE
    assert values(users) == []


def test_undoing_does_what_was_asked_and_no_more(
    client: Client, users: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = apply(client, upload(client, users))
    address = f"{address_of(done)}undo/"
    seen = client.get(address).context["seen"]
    told = ShareEffect(warnings=("A month has been closed.",), mark="closed")
    with monkeypatch.context() as patched:
        patched.setattr(import_kind("readings"), "effect", lambda *_: told)
        refused = uploading.followed(client, client.post(address, {"seen": seen}))
        assert refused.context["upload"].state == Upload.State.APPLIED
        assert "it would do something else by now" in refused.context["upload"].said
        assert "A month has been closed." in client.get(address).content.decode()
    undone = uploading.followed(client, client.post(address, {"seen": seen}))
    assert undone.context["upload"].state == Upload.State.UNDONE


@pytest.mark.parametrize("how", ["role", "account"])
@pytest.mark.parametrize("step", ["apply", "undo"])
def test_nothing_is_done_for_whoever_may_no_more(
    client: Client, users: Driver, administrator: User, how: str, step: str
) -> None:
    shown = upload(client, users)
    if step == "undo":
        shown = apply(client, shown)
    before = values(users)
    address = address_of(shown)
    if step == "apply":
        client.post(address, uploading.step(shown, "apply"))
    else:
        client.post(f"{address}undo/", {"seen": client.get(f"{address}undo/").context["seen"]})
    if how == "role":
        Role.objects.filter(user=administrator).delete()
    else:
        User.objects.filter(pk=administrator.pk).update(is_active=False)
    uploading.work()
    assert values(users) == before
    found = Upload.objects.get(pk=shown.context["upload"].pk)
    assert (found.state, found.is_problem) == (shown.context["upload"].state, True)
    assert found.said == "Nothing is done: whoever ordered it may not change anything here any more."


@pytest.mark.parametrize(
    "header",
    [
        "Kommunkod;Datum;Antal;Källa\n",
        "Municipality code;Date;Count;Origin\n",
        "KOMMUN;Avläst;mängd;Enligt\n",
        "Medlem;Per;Siffra;Ursprung\n",
    ],
)
def test_common_words_for_columns_need_no_choice(client: Client, users: Driver, header: str) -> None:
    assert upload(client, users, header=header).context["counts"]["new"] == 2


def test_what_is_discarded_is_forgotten_and_cannot_be_applied(client: Client, users: Driver) -> None:
    shown = upload(client, users)
    answer = client.post(address_of(shown), {"step": "discard"})
    assert answer["Location"] == "/north/imports/"
    kept = Upload.objects.get()
    assert (kept.state, bytes(kept.content), kept.sha256 != "") == (Upload.State.DISCARDED, b"", True)
    assert not UploadFinding.objects.exists()
    assert not is_applied(apply(client, shown))
    assert client.get(f"{address_of(shown)}file/").status_code == 404
    assert client.get(address_of(shown)).status_code == 200
    assert not Reading.objects.filter(driver=users).exists()


def test_other_headings_are_chosen_once_and_remembered(client: Client, users: Driver) -> None:
    header = "Kommunkod;Datum;Antal konton;Anmärkning\n"
    taken = uploading.take(client, page(users), (header + ROWS).encode())
    assert taken["Location"].endswith("/columns/")
    asked = client.get(taken["Location"])
    assert list(asked.context["form"].fields) == [*HEADER.strip().split(";"), "kept_by"]
    wrong = client.post(taken["Location"], {"code": "Kommunkod", "value": "Kommunkod"})
    assert (wrong.status_code, "chosen twice" in wrong.content.decode()) == (422, True)
    chosen = {"code": "Kommunkod", "reference_date": "Datum", "value": "Antal konton", "source": "Anmärkning"}
    shown = uploading.followed(client, client.post(taken["Location"], chosen))
    assert shown.context["counts"]["new"] == 2
    assert "Antal konton: Value (value)" in dict(shown.context["facts"])["Columns"]
    again = upload(client, users, header=header)
    assert again.context["counts"]["new"] == 2
    changed = uploading.followed(
        client, client.post(again.context["actions"][0]["url"], chosen | {"source": ""})
    )
    assert changed.context["counts"] == {"new": 0, "changed": 0, "same": 0, "wrong": 2}
    assert "Say where the value comes from" in changed.content.decode()


def test_columns_that_were_chosen_elsewhere_are_not_taken(
    client: Client, users: Driver, outside: Cooperation, stranger: User
) -> None:
    header = "Kommunkod;Datum;Antal konton;Anmärkning\n"
    UploadFactory(
        cooperation=outside,
        kind="readings",
        headers=header.strip().split(";"),
        columns={
            "Kommunkod": "code",
            "Datum": "reference_date",
            "Antal konton": "value",
            "Anmärkning": "source",
        },
        uploaded_by=stranger,
    )
    assert uploading.take(client, page(users), (header + ROWS).encode())["Location"].endswith("/columns/")


def test_the_list_says_who_what_when_and_auditors_read_it(
    client: Client, users: Driver, sign_in: SignIn, auditor: User, finance: User, administrator: User
) -> None:
    done = apply(client, upload(client, users))
    reader = sign_in(auditor)
    listed = reader.get("/north/imports/").content.decode()
    assert f'href="{address_of(done)}"' in listed
    assert str(administrator) in listed
    shown = reader.get(address_of(done))
    assert [shown.context[name] for name in ("may_act", "may_apply", "actions")] == [False, False, []]
    for step in ("apply", "look", "discard"):
        assert reader.post(address_of(done), {"step": step}).status_code == 403
    file = reader.get(f"{address_of(done)}file/")
    assert file.content == (HEADER + ROWS).encode()
    assert file["Content-Disposition"] == 'attachment; filename="readings.csv"'
    assert sign_in(finance).get("/north/imports/").status_code == 403
    table = reader.get("/north/imports/?format=csv").getvalue().decode()
    assert hashlib.sha256((HEADER + ROWS).encode()).hexdigest() in table


def test_long_dry_runs_are_paged_and_narrowed_with_the_wrong_rows_first(
    client: Client, users: Driver
) -> None:
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=number) for number in range(250)]
    rows = "".join(f"1737;{day};1;x\n" for day in days) + "9999;2026-01-01;1;x\n"
    shown = upload(client, users, rows)
    assert [finding.line for finding in shown.context["findings"]][:2] == [252, 2]
    assert shown.context["page"].paginator.num_pages == 3
    last = client.get(f"{address_of(shown)}?outcome=new&page=3")
    assert [finding.line for finding in last.context["findings"]][-1] == 251
    [wrong] = client.get(f"{address_of(shown)}?outcome=wrong").context["findings"]
    assert wrong.line == 252
    for strange in ("?outcome=none", "?page=x", "?page=999", "?outcome=wrong&page=-1"):
        assert client.get(f"{address_of(shown)}{strange}").status_code == 200


def test_many_rows_go_the_way_of_few(client: Client, users: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "FEW", 0)
    done = apply(client, upload(client, users))
    assert values(users) == [Decimal(810), Decimal("744.5")]
    changed = apply(client, upload(client, users, ROWS.replace("810", "811")))
    assert values(users) == [Decimal(811), Decimal("744.5")]
    undo(client, changed)
    assert values(users) == [Decimal(810), Decimal("744.5")]
    assert Entry.objects.filter(subject_type="municipalities.reading").count() == 4
    assert len(done.context["upload"].entries) == 2


def test_each_reader_has_all_that_is_said_of_an_upload_in_their_language(
    client: Client, users: Driver, administrator: User
) -> None:
    swede = Client(headers={"Accept-Language": "sv"})
    swede.force_login(administrator)
    wrong = upload(swede, users, "9999;2026-06-30;1;x\n")
    for reader, said in (
        (swede, "Ingen medlem har koden ”9999”. Möjliga: ”Torsby”, ”Hagfors”."),
        (client, "No member has the code “9999”. Possible: “Torsby”, “Hagfors”."),
    ):
        [finding] = reader.get(address_of(wrong)).context["findings"]
        assert finding.errors == [said]
    shown = upload(swede, users)
    english = client.get(address_of(shown))
    assert "Save 2 rows" in english.content.decode()
    assert "Spara 2 rader" in swede.get(address_of(shown)).content.decode()
    assert "744.5 (Directory)" in english.content.decode()
    assert "744,5 (Directory)" in swede.get(address_of(shown)).content.decode()
    done = apply(client, english)
    assert "2 rows saved." in done.content.decode()
    assert "2 rader sparade." in swede.get(address_of(shown)).content.decode()
    undone = undo(swede, shown)
    assert "2 rader är som förut." in undone.content.decode()
    assert "2 rows are as before." in client.get(address_of(shown)).content.decode()
    again = undo(client, apply(client, upload(client, users, ROWS.replace("810", "811"))))
    assert "as before" in again.content.decode()


def test_what_stands_in_the_way_is_said_to_each_reader_in_their_language(
    client: Client, users: Driver, administrator: User
) -> None:
    swede = Client(headers={"Accept-Language": "sv"})
    swede.force_login(administrator)
    shown = upload(swede, users)
    first = apply(swede, upload(swede, users))
    refused = apply(client, client.get(address_of(shown)))
    assert "something has changed since" in refused.content.decode()
    assert "något har ändrats sedan dess" in swede.get(address_of(shown)).content.decode()
    apply(swede, upload(swede, users, ROWS.replace("810", "811")))
    undo(swede, first)
    assert "was changed since" in client.get(address_of(first)).context["words"]["said"]
    assert "har ändrats sedan" in swede.get(address_of(first)).context["words"]["said"]


def test_what_nobody_applied_for_a_month_is_discarded_by_night(client: Client, users: Driver) -> None:
    kept, old, done = (upload(client, users) for _ in range(3))
    apply(client, done)
    long_ago = timezone.now() - dt.timedelta(days=31)
    Upload.objects.exclude(pk=kept.context["upload"].pk).update(uploaded_at=long_ago)
    tidy()
    states = [Upload.objects.get(pk=shown.context["upload"].pk).state for shown in (kept, old, done)]
    assert states == ["shown", "discarded", "applied"]
    assert bytes(Upload.objects.get(state="discarded").content) == b""
    assert "sharedict" in dict(client.get(address_of(old)).context["facts"])["Discarded"]


def test_more_columns_than_anybody_could_choose_of_are_refused(client: Client, users: Driver) -> None:
    wide = ";".join(f"Column {number}" for number in range(10_000))
    for header in (wide, f"{HEADER.strip()};{wide}"):
        answer = uploading.take(client, page(users), f"{header}\n1;2\n".encode())
        assert (answer.status_code, "more than 200 columns" in answer.content.decode()) == (422, True)
    long = ";".join("x" * 300 + str(number) for number in range(9))
    assert uploading.take(client, page(users), f"{long}\n1;2\n".encode()).status_code == 422


def test_text_that_would_turn_what_stands_behind_it_is_refused(
    client: Client, users: Driver, north: Cooperation
) -> None:
    said = "turns the direction of writing"
    shown = upload(client, users, "1737;2026-06-30;1;Directory\u202e\n")
    assert (shown.context["counts"]["wrong"], said in shown.content.decode()) == (1, True)
    costs = (
        "external_id;application;cost_type;supplier;invoice_number;description;amount;starts_on;ends_on\n"
        "A-1;;licence;S\u202e;1;D;10,00;2026-03-01;2026-04-01\n"
    )
    shown = uploading.upload(client, "/north/costs/register/import/", costs.encode())
    assert (shown.context["counts"]["wrong"], said in shown.content.decode()) == (1, True)


def test_one_that_nobody_has_looked_at_yet_has_no_figures_and_says_what_is_done(
    client: Client, users: Driver
) -> None:
    address = uploading.take(client, page(users), (HEADER + ROWS).encode())["Location"]
    listed = client.get("/north/imports/").content.decode()
    assert "being looked at" in listed
    assert '<td data-label="New" class="sd-num">0' not in listed
    table = client.get("/north/imports/?format=csv").getvalue().decode()
    assert "readings.csv,Readings,being looked at,,,,," in table.replace("file.csv", "readings.csv")
    assert dict(client.get(address).context["facts"])["State"] == "being looked at"
    uploading.work()
    table = client.get("/north/imports/?format=csv").getvalue().decode()
    assert 'Readings,"looked at, not applied",2,0,0,0,' in table


def test_a_chosen_column_of_last_days_is_named_so_among_the_facts(client: Client, north: Cooperation) -> None:
    header = "Rad;Slag;Belopp;Start;Slut"
    chosen = {"external_id": "Rad", "cost_type": "Slag", "amount": "Belopp", "starts_on": "Start"}
    content = f"{header}\nA-1;licence;1,50;2026-03-01;2026-03-31\n".encode()
    taken = uploading.take(client, "/north/costs/register/import/", content)
    said_of = {"ends_on:last": "Slut: Last day", "ends_on": "Slut: The day after the last (ends_on)"}
    for name, said in said_of.items():
        shown = uploading.followed(client, client.post(taken["Location"], chosen | {name: "Slut"}))
        assert said in dict(shown.context["facts"])["Columns"]


def test_what_its_driver_was_removed_of_is_said_and_nothing_fails(client: Client, users: Driver) -> None:
    shown, other = upload(client, users), upload(client, users)
    Driver.objects.filter(pk=users.pk).delete()
    said = "Its driver has been removed: there is nothing to import readings of."
    refused = apply(client, shown)
    looked = uploading.followed(client, client.post(address_of(other), uploading.step(other, "look")))
    for answer in (refused, looked):
        assert answer.context["upload"].state == Upload.State.UNREAD
        assert said in answer.content.decode()
    assert not Job.objects.filter(kind=UPLOAD).exclude(state=Job.State.DONE).exists()
    assert "Discarded" in client.post(address_of(shown), {"step": "discard"}, follow=True).content.decode()


@pytest.mark.parametrize("what", ["changed", "removed"])
def test_what_somebody_changes_while_it_is_applied_is_not_written_over(
    client: Client, users: Driver, north: Cooperation, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    apply(client, upload(client, users))
    shown = upload(client, users, ROWS.replace("810", "811"))
    kind = import_kind("readings")
    write = kind.apply

    def beside(*told: Any) -> None:
        """Once the rows have been compared, and before they are written."""
        row = Reading.objects.filter(driver=users, value=810)
        row.update(value=5) if what == "changed" else row.delete()
        write(*told)

    with monkeypatch.context() as patched:
        patched.setattr(kind, "apply", beside)
        refused = apply(client, shown)
    assert not is_applied(refused)
    assert refused.context["upload"].is_problem
    # both stand in one transaction here, so that what was done beside is undone too
    assert values(users) == [Decimal(810), Decimal("744.5")]
