"""An application moves from stage to stage, and it is kept who moved it."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from municipalities.actions import save_row
from services.actions import move_application
from services.models import Application, LifecycleMove
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests.factories.services import LifecycleMoveFactory
from tests.services.test_catalogue import filled_in, queries, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


def test_moving_says_who_uses_it_and_is_kept_with_who_and_why(
    administrator: User, erp: Application, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    text = words(client, "/north/services/erp/move/")
    assert "ERP is now: in use." in text
    assert "2 municipalities use it" in text
    response = client.post(
        "/north/services/erp/move/", {"lifecycle": "phasing_out", "reason": "Decision § 7"}
    )
    assert response.headers["Location"] == "/north/services/erp/"
    move = LifecycleMove.objects.get()
    assert (move.from_stage, move.to_stage, move.moved_by) == ("in_use", "phasing_out", administrator)
    text = words(client, "/north/services/erp/")
    assert "before that in use" in text
    assert "Decision § 7" in text
    assert Entry.objects.filter(subject_type="services.application", verb="change").count() == 1


def test_only_what_may_follow_is_offered_and_taken(
    administrator: User, erp: Application, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    offered = client.get("/north/services/erp/move/").context["form"].fields["lifecycle"].choices
    assert [stage for stage, _name in offered] == ["phasing_out", "pilot"]
    for stage in ("retired", "in_use", "no-such", ""):
        assert client.post("/north/services/erp/move/", {"lifecycle": stage}).status_code == 422
    erp.refresh_from_db()
    assert erp.lifecycle == "in_use"
    assert not LifecycleMove.objects.exists()


def test_the_form_of_an_application_does_not_move_it(
    administrator: User, erp: Application, sign_in: SignIn
) -> None:
    sign_in(administrator).post("/north/services/erp/change/", filled_in(lifecycle="retired"))
    erp.refresh_from_db()
    assert (erp.name, erp.lifecycle) == ("Helpdesk", "in_use")


def test_a_stage_that_may_not_follow_is_refused_wherever_it_is_saved(
    administrator: User, erp: Application
) -> None:
    erp.lifecycle = "retired"
    with pytest.raises(ValidationError) as refused:
        save_row(row=erp, by=administrator)
    assert refused.value.message_dict["lifecycle"] == ["After “in use” comes one of: phasing out, pilot."]


def test_moving_twice_moves_once_and_what_was_moved_meanwhile_counts(
    administrator: User, erp: Application
) -> None:
    stale = Application.objects.get(pk=erp.pk)
    for _ in range(2):
        move_application(application=erp, to="phasing_out", by=administrator, now=NOW)
    assert LifecycleMove.objects.count() == 1
    move_application(application=stale, to="retired", by=administrator, now=NOW)
    stale.refresh_from_db()
    assert stale.lifecycle == "retired"
    assert LifecycleMove.objects.count() == 2


def test_who_moves_what_somebody_else_has_moved_is_told_and_may_then_go_on(
    administrator: User, second_administrator: User, erp: Application, sign_in: SignIn
) -> None:
    """Both saw a pilot; to retire it then is another thing than to retire what is being phased out."""
    address, client = "/north/services/erp/move/", sign_in(administrator)
    Application.objects.filter(pk=erp.pk).update(lifecycle="pilot")
    seen = client.get(address).context["form"]["seen"].value()
    theirs = {"lifecycle": "phasing_out", "seen": seen}
    sign_in(second_administrator).post(address, theirs)
    told = client.post(address, {"lifecycle": "retired", "seen": seen})
    assert told.status_code == 422
    form = told.context["form"]
    assert form.errors["lifecycle"] == ["Somebody has moved it to “phasing out” meanwhile: choose once more."]
    assert [stage for stage, _name in form.fields["lifecycle"].choices] == ["retired", "in_use"]
    assert "is now: phasing out" in told.content.decode()
    assert LifecycleMove.objects.count() == 1
    assert client.post(address, theirs).status_code == 302, "where both move it there, it is there"
    assert LifecycleMove.objects.count() == 1
    again = {"lifecycle": "retired", "seen": form["seen"].value()}
    assert client.post(address, again).status_code == 302
    assert Application.objects.get(pk=erp.pk).lifecycle == "retired"


@pytest.mark.parametrize("seen", ["no-such", "\0", "in_use" * 50])
def test_a_stage_that_nobody_can_have_seen_is_refused(
    administrator: User, erp: Application, sign_in: SignIn, seen: str
) -> None:
    told = {"lifecycle": "pilot", "seen": seen}
    assert sign_in(administrator).post("/north/services/erp/move/", told).status_code == 422
    assert not LifecycleMove.objects.exists()


def test_what_is_wrong_with_the_reason_is_said_at_the_field(
    administrator: User, erp: Application, sign_in: SignIn
) -> None:
    for reason, said in (("a" * 301, "at most 300"), ("a\x00b", "Null characters"), ("\u202eb", "turns")):
        told = {"lifecycle": "pilot", "reason": reason}
        response = sign_in(administrator).post("/north/services/erp/move/", told)
        assert response.status_code == 422
        assert said in " ".join(response.context["form"].errors["reason"])
    erp.refresh_from_db()
    assert erp.lifecycle == "in_use"


def test_a_long_life_takes_no_more_queries(administrator: User, erp: Application, sign_in: SignIn) -> None:
    client = sign_in(administrator)
    LifecycleMoveFactory(application=erp, moved_by=administrator)
    client.get("/north/services/erp/")  # from here on the graph of what falls is kept
    one = queries(client, "/north/services/erp/")
    for _ in range(4):
        LifecycleMoveFactory(application=erp, moved_by=administrator)
    assert queries(client, "/north/services/erp/") == one
