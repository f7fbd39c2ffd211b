"""Who works with what is shared, and when they are away: entered, ended, and seen by members alone."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from municipalities.models import Absence, Colleague, Cooperation, Municipality
from sharedict.accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import AbsenceFactory, ColleagueFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
JULY, AUGUST = dt.date(2026, 7, 1), dt.date(2026, 8, 1)


def test_a_colleague_is_added_with_a_sign_in_and_ended(
    north: Cooperation, torsby: Municipality, coordinator: User, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    sent = {"name": "Berit Ås", "municipality": torsby.pk, "work": "Systems", "email": "berit@example.se"}
    client.post("/north/colleagues/new/", {**sent, "user": coordinator.pk, "valid_from": "2026-01-01"})
    row = Colleague.objects.get()
    assert (row.name, row.user, row.valid_until) == ("Berit Ås", coordinator, None)
    assert "Berit Ås" in client.get("/north/colleagues/").content.decode()
    client.post(f"/north/colleagues/{row.pk}/end/", {"valid_until": "2026-06-30"})
    row.refresh_from_db()
    assert row.valid_until == JULY


def test_only_a_sign_in_with_a_role_here_can_be_theirs_and_only_of_one_colleague(
    north: Cooperation, torsby: Municipality, coordinator: User, administrator: User, sign_in: SignIn
) -> None:
    client, address = sign_in(administrator), "/north/colleagues/new/"
    sent = {"name": "Berit", "municipality": torsby.pk, "valid_from": "2026-01-01"}
    assert client.post(address, {**sent, "user": UserFactory().pk}).status_code == 422
    ColleagueFactory(cooperation=north, user=coordinator)
    answer = client.post(address, {**sent, "user": coordinator.pk})
    assert answer.context["form"].errors["user"] == ["This sign-in is another colleague's."]
    assert Colleague.objects.count() == 1


def test_an_absence_without_an_end_lasts_until_further_notice(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    client, colleague = sign_in(administrator), ColleagueFactory(cooperation=north)
    client.post("/north/absences/new/", {"colleague": colleague.pk, "valid_from": "2026-07-01"})
    assert Absence.objects.get().valid_until is None
    assert "until further notice" in client.get("/north/absences/").content.decode()
    assert list(Absence.objects.as_of(dt.date(2030, 1, 1)))


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-07-10", "2026-07-12", "They are already away in part of that time."),
        ("2026-09-10", "2026-09-01", "It cannot end before it begins."),
        ("2026-07-32", "", "Enter a valid date."),
        ("", "2026-09-01", "This field is required."),
    ],
)
def test_what_is_wrong_with_an_absence_is_said_at_its_field(
    north: Cooperation, administrator: User, sign_in: SignIn, first: str, last: str, said: str
) -> None:
    colleague = ColleagueFactory(cooperation=north)
    AbsenceFactory(colleague=colleague, valid_from=JULY, valid_until=AUGUST)
    answer = sign_in(administrator).post(
        "/north/absences/new/", {"colleague": colleague.pk, "valid_from": first, "valid_until": last}
    )
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert [said] in [list(each) for name, each in errors.items() if name.startswith("valid_")]
    assert Absence.objects.count() == 1


def test_the_database_refuses_to_have_somebody_away_twice(north: Cooperation) -> None:
    colleague = ColleagueFactory(cooperation=north)
    AbsenceFactory(colleague=colleague, valid_from=JULY, valid_until=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        AbsenceFactory(colleague=colleague, valid_from=AUGUST, valid_until=None)
    AbsenceFactory(colleague=colleague, valid_from=dt.date(2026, 6, 1), valid_until=JULY)


def test_whoever_is_away_is_forgotten_and_not_removed(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    row, client = ColleagueFactory(cooperation=north), sign_in(administrator)
    AbsenceFactory(colleague=row)
    assert client.post(f"/north/colleagues/{row.pk}/delete/").status_code == 409
    assert client.post(f"/north/colleagues/{row.pk}/forget/").status_code == 302
    answer = client.get("/north/absences/")
    assert "a colleague who was forgotten" in answer.content.decode()
    assert client.post(f"/north/colleagues/{row.pk}/", {"name": "Berit"}).status_code == 422


def test_nobody_outside_the_cooperation_sees_a_name(
    north: Cooperation, stranger: User, coordinator: User, sign_in: SignIn
) -> None:
    row = ColleagueFactory(cooperation=north, name="Berit Ås")
    absence = AbsenceFactory(colleague=row)
    assert "Berit Ås" in sign_in(coordinator).get("/north/colleagues/").content.decode()
    assert "Berit Ås" in sign_in(coordinator).get("/north/absences/?format=csv").getvalue().decode()
    client = sign_in(stranger)
    for address in ("colleagues/", "absences/", f"colleagues/{row.pk}/", f"absences/{absence.pk}/"):
        assert client.get(f"/north/{address}").status_code == 404
        assert client.get(f"/outside/{address}").status_code in (200, 404)
        assert "Berit" not in client.get(f"/outside/{address}").content.decode()
