"""Absences are pushed by the system that knows them: once for each external id, at the field where wrong."""

import datetime as dt
from typing import Any

import pytest

from municipalities.models import Absence, Colleague, Cooperation
from sharedict.audit.models import Entry
from tests.api.conftest import Caller
from tests.factories.municipalities import ColleagueFactory, TokenFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(north: Cooperation) -> Colleague:
    return ColleagueFactory(cooperation=north, name="Anna Alm")


@pytest.fixture
def pusher(north: Cooperation) -> Caller:
    return Caller(TokenFactory(cooperation=north, scopes=["read", "absences:write"]))


def body(anna: Colleague, **changes: Any) -> dict[str, Any]:
    said = {"external_id": "hr-1", "colleague": anna.pk, "valid_from": "2026-07-06"}
    return {**said, "valid_until": "2026-07-13", **changes}


def test_the_same_twice_gives_one_row_and_something_else_a_conflict(pusher: Caller, anna: Colleague) -> None:
    status, first = pusher.post("absences/", body(anna))
    assert status == 201
    assert (first["colleague_name"], first["valid_until"]) == ("Anna Alm", "2026-07-13")
    assert pusher.post("absences/", body(anna)) == (200, first)
    status, said = pusher.post("absences/", body(anna, valid_until="2026-07-14"))
    assert status == 409
    assert said["fields"]["external_id"][0]["code"] == "external_id_taken"
    assert Absence.objects.count() == 1
    assert Entry.objects.filter(subject_type="municipalities.absence").count() == 1


def test_it_lasts_until_further_notice_and_is_ended(pusher: Caller, anna: Colleague) -> None:
    status, row = pusher.post("absences/", body(anna, valid_until=None))
    assert (status, row["valid_until"]) == (201, None)
    status, row = pusher.patch(f"absences/{row['id']}/", {"valid_until": "2026-08-01"})
    assert (status, row["valid_until"]) == (200, "2026-08-01")
    assert Absence.objects.get().valid_until == dt.date(2026, 8, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colleague": 10**9}, "colleague"),
        ({"colleague": True}, "colleague"),
        ({"colleague": "x"}, "colleague"),
        ({"colleague": 10**30}, "colleague"),
        ({"valid_from": "2026-13-01"}, "valid_from"),
        ({"valid_until": "2026-07-06"}, "valid_until"),
        ({"external_id": ""}, "external_id"),
        ({"reason": "ill"}, "reason"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    pusher: Caller, anna: Colleague, changes: dict[str, Any], field: str
) -> None:
    status, said = pusher.post("absences/", body(anna, **changes))
    assert (status, [*said["fields"]]) == (400, [field])
    assert not Absence.objects.exists()


def test_who_is_away_already_is_not_away_twice(pusher: Caller, anna: Colleague) -> None:
    pusher.post("absences/", body(anna))
    status, said = pusher.post("absences/", body(anna, external_id="hr-2", valid_from="2026-07-12"))
    assert status == 400
    assert [*said["fields"]] == ["valid_from"]


def test_nobody_of_another_cooperation_and_nobody_forgotten_is_named(pusher: Caller, anna: Colleague) -> None:
    theirs = ColleagueFactory()
    gone = ColleagueFactory(cooperation=anna.cooperation, name="", forgotten_at="2026-01-01T00:00:00Z")
    for colleague in (theirs, gone):
        status, said = pusher.post("absences/", body(colleague))
        assert (status, [*said["fields"]]) == (400, ["colleague"])


def test_a_token_without_the_scope_writes_none(north: Cooperation, anna: Colleague) -> None:
    reader = Caller(TokenFactory(cooperation=north, scopes=["read", "costs:write"]))
    assert reader.post("absences/", body(anna))[0] == 403
