"""Where applications run, from a file: looked at, applied in one go, undone while untouched."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipalities.models import Cooperation, Municipality, Site, Upload
from services.models import Application, Installation
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests import uploading
from tests.factories.municipalities import SiteFactory
from tests.factories.services import ApplicationFactory, InstallationFactory
from tests.services.test_catalogue_import import lines, outcomes

PAGE = "/north/installations/import/"
HEADER = "application;site;purpose;valid_from;valid_until;databases;version"
SignIn = Callable[[User], Client]


@pytest.fixture
def centre(north: Cooperation) -> Site:
    made: Site = SiteFactory(cooperation=north, name="Torsby centre", valid_from=dt.date(2020, 1, 1))
    return made


def as_stored() -> set[tuple[object, ...]]:
    names = ("pk", "site", "purpose", "databases", "version", "valid_from", "valid_until")
    return {*Installation.objects.values_list(*names)}


def test_where_applications_run_is_saved_and_undone(
    erp: Application, centre: Site, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    kept = InstallationFactory(application=erp, site=centre, valid_from=dt.date(2021, 1, 1))
    kept.administered_by.set([torsby])
    SiteFactory(cooperation=erp.cooperation, name="Hagfors hall")
    before = as_stored()
    file = lines(
        "Applikation;Driftställe;Syfte;Från;Sista dag;Databaser;Version;Administreras från",
        "erp;torsby CENTRE;primär;2021-01-01;;en databas för varje kommun;5.2;Hagfors",
        f"{erp.name};Hagfors hall;spegel;2026-02-01;2026-12-31;en gemensam databas;;",
    )
    reader = Client(headers={"Accept-Language": "sv"})
    reader.force_login(administrator)
    shown = uploading.upload(reader, PAGE, file)
    assert [finding.errors for finding in uploading.findings(shown)] == [[], []]
    assert outcomes(shown) == ["changed", "new"]
    assert as_stored() == before
    applied = uploading.apply(client, shown)
    assert uploading.is_applied(applied)
    kept.refresh_from_db()
    assert (kept.databases, kept.version, [*kept.administered_by.all()]) == ("separate", "5.2", [torsby])
    added = Installation.objects.exclude(pk=kept.pk).get()
    assert (added.site.name, added.purpose, added.valid_until) == (
        "Hagfors hall",
        "mirror",
        dt.date(2027, 1, 1),
    )
    entries = Entry.objects.filter(subject_type="services.installation").order_by("pk")
    assert sorted(entries.values_list("verb", flat=True)) == ["add", "change"]
    assert "Installations" in client.get("/north/imports/").content.decode()
    uploading.undo(client, applied)
    assert Upload.objects.get().state == Upload.State.UNDONE
    assert as_stored() == before
    assert [*kept.administered_by.all()] == [torsby]


def test_one_that_was_changed_since_is_not_undone(
    erp: Application, centre: Site, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    file = lines("application;site;purpose;valid_from", "erp;Torsby centre;primary;2026-01-01")
    applied = uploading.apply(client, uploading.upload(client, PAGE, file))
    row = Installation.objects.get()
    chosen = {"application": erp.pk, "site": centre.pk, "purpose": "primary", "databases": "common"}
    told = {**chosen, "valid_from": "2026-01-01", "administered_by": [torsby.pk]}
    assert client.post(f"/north/installations/{row.pk}/", told).status_code == 302
    uploading.undo(client, applied)
    assert [*Installation.objects.get().administered_by.all()] == [torsby]
    assert Upload.objects.get().state == Upload.State.APPLIED


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("erp;Atlantis;primary;2026-01-01;;common;", "There is no “Atlantis” here"),
        ("nothing;Torsby centre;primary;2026-01-01;;common;", "There is no “nothing” here"),
        ("erp;Their hall;primary;2026-01-01;;common;", "There is no “Their hall” here"),
        ("erp;;primary;2026-01-01;;common;", "nothing in this cell"),
        ("erp;Torsby centre;;2026-01-01;;common;", "nothing in this cell"),
        ("erp;Torsby centre;spare;2026-01-01;;common;", "There is no “spare” here"),
        ("erp;Torsby centre;primary;;;common;", "nothing in this cell"),
        ("erp;Torsby centre;primary;9999-01-01;;common;", "is not a date"),
        ("erp;Torsby centre;primary;2026-02-01;2026-01-01;common;", "it cannot end before it begins"),
        ("erp;Torsby centre;primary;2026-02-01;soon;common;", "is not a date"),
        ("erp;Torsby centre;primary;2026-02-01;;shared;", "There is no “shared” here"),
        ("erp;Torsby centre;primary;2019-12-31;;common;", "Torsby centre is there from 1 January 2020 on"),
        (f"erp;Torsby centre;primary;2026-02-01;;common;{'v' * 61}", "at most 60 characters"),
        ("erp;Torsby centre;mirror;2026-05-01;;common;", "already installed there for that purpose"),
    ],
)
def test_a_wrong_row_says_what_is_wrong_with_it(
    row: str, said: str, erp: Application, centre: Site, outside: Cooperation, administrator: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    SiteFactory(cooperation=outside, name="Their hall")
    InstallationFactory(application=erp, site=centre, purpose="mirror", valid_from=dt.date(2026, 1, 1))
    client = sign_in(administrator)
    shown = uploading.upload(client, PAGE, lines(HEADER, row))
    [found] = uploading.findings(shown)
    assert found.outcome == "wrong"
    assert said in " ".join(found.errors)
    uploading.apply(client, shown)
    assert Installation.objects.count() == 1


def test_two_lines_of_one_file_stand_in_each_others_way(
    erp: Application, centre: Site, administrator: User, sign_in: SignIn
) -> None:
    header, row = "application;site;purpose;valid_from;valid_until", "erp;Torsby centre;primary"
    first, later = f"{row};2026-01-01", f"{row};2026-03-01;"
    client = sign_in(administrator)
    same = uploading.upload(client, PAGE, lines(header, f"{first};", f"{first};"))
    assert outcomes(same) == ["new", "wrong"]
    both = uploading.upload(client, PAGE, lines(header, f"{first};", later))
    assert outcomes(both) == ["wrong", "wrong"]
    after = uploading.upload(client, PAGE, lines(header, f"{first};2026-03-01", later))
    assert outcomes(after) == ["new", "new"]
    mirrored = later.replace("primary", "mirror")
    beside = uploading.upload(client, PAGE, lines(header, f"{first};", mirrored))
    assert outcomes(beside) == ["wrong", "wrong"]
    assert "a mirror takes over from another site" in " ".join(uploading.findings(beside)[0].errors)
    turned = uploading.upload(client, PAGE, lines(header, f"{first};2026-03-01", mirrored))
    assert outcomes(turned) == ["new", "new"]


def test_two_sites_change_places(
    erp: Application, centre: Site, administrator: User, sign_in: SignIn
) -> None:
    """What ran at one and was mirrored at the other turns round from a day on, in one file."""
    hall = SiteFactory(cooperation=centre.cooperation, name="Hall", valid_from=dt.date(2020, 1, 1))
    for site, purpose in ((centre, "primary"), (hall, "mirror")):
        InstallationFactory(application=erp, site=site, purpose=purpose, valid_from=dt.date(2026, 1, 1))
    file = lines(
        "application;site;purpose;valid_from;valid_until",
        "erp;Torsby centre;mirror;2026-04-01;",
        "erp;Hall;primary;2026-04-01;",
        "erp;Torsby centre;primary;2026-01-01;2026-04-01",
        "erp;Hall;mirror;2026-01-01;2026-04-01",
    )
    client = sign_in(administrator)
    applied = uploading.apply(client, uploading.upload(client, PAGE, file))
    assert uploading.is_applied(applied)
    assert Installation.objects.count() == 4
    uploading.undo(client, applied)
    assert {(row.site, row.purpose, row.valid_until) for row in Installation.objects.all()} == {
        (centre, "primary", None),
        (hall, "mirror", None),
    }


def test_another_cooperation_and_a_reader_import_none(
    erp: Application, centre: Site, stranger: User, finance: User, sign_in: SignIn
) -> None:
    file = lines("application;site;purpose;valid_from", "erp;Torsby centre;primary;2026-01-01")
    for user, status in ((stranger, 404), (finance, 403)):
        assert uploading.take(sign_in(user), PAGE, file).status_code == status
    assert not Installation.objects.exists()


def test_looking_at_many_asks_no_more(
    north: Cooperation, centre: Site, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    for number in range(20):
        row = ApplicationFactory(cooperation=north, code=f"a{number}")
        InstallationFactory(application=row, site=centre, valid_from=dt.date(2021, 1, 1))
    asked = []
    for many in (2, 20):
        rows = (f"a{number};Torsby centre;primary;2021-01-01;;common;{many}" for number in range(many))
        with CaptureQueriesContext(connection) as queries:
            uploading.upload(client, PAGE, lines(HEADER, *rows))
        asked.append(len(queries))
    assert asked[0] == asked[1]
