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
from municipalities.models import Cooperation, Driver, Municipality, Reading, Upload, UploadFinding
from municipalities.portal import take_step
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.common import bulk
from sharedict.jobs.models import Job
from sharedict.jobs.tasks import tidy
from tests import uploading
from tests.factories.municipalities import DriverFactory, ReadingFactory, UploadFactory
from tests.uploading import address_of, apply, findings, is_applied, undo

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
    # what the second one wrote has been written back, and that is a change of its rows too
    assert values(users) == [Decimal(810), Decimal("744.5")]


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
    assert "value = Antal konton" in dict(shown.context["facts"])["Columns"]
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


def test_what_is_said_of_an_upload_is_in_the_language_of_who_uploaded_it(
    client: Client, users: Driver, administrator: User
) -> None:
    swede = Client(headers={"Accept-Language": "sv"})
    swede.force_login(administrator)
    shown = upload(swede, users, "9999;2026-06-30;1;x\n")
    [finding] = findings(shown)
    assert finding.errors == ["Ingen medlem har koden ”9999”. Möjliga: ”Torsby”, ”Hagfors”."]
    assert client.get(address_of(shown)).context["findings"][0].errors == finding.errors


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
