"""People read and type the last day of what ends; rows keep the first day after, which programs read."""

import datetime as dt
import re
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.test import Client, RequestFactory

from municipalities.models import Cooperation, Member, Municipality
from municipalities.portal import LastDayColumn, RowForm, RowTable
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.common.days import LastDayField, last_day
from sharedict.common.models import DayAfterField
from tests.architecture.tree import ROOT
from tests.forms import typed

SignIn = Callable[[User], Client]
ENDS = ("valid_until", "ends_on", "own_end")
LAST, AFTER = dt.date(2026, 12, 31), dt.date(2027, 1, 1)


@pytest.fixture
def member(north: Cooperation, torsby: Municipality) -> Member:
    return Member.objects.get(cooperation=north, municipality=torsby)


def test_the_day_typed_is_the_day_read_everywhere(
    member: Member, administrator: User, sign_in: SignIn
) -> None:
    client, url = sign_in(administrator), f"/north/members/{member.pk}/"
    client.post(f"{url}end/", {"valid_until": "2026-12-31"})
    member.refresh_from_db()
    assert member.valid_until == AFTER
    for page in ("/north/members/", "/north/change-log/"):
        shown = client.get(page).content.decode()
        assert "31 December 2026" in shown
        assert "1 January 2027" not in shown
    file = b"".join(client.get("/north/members/?format=csv").streaming_content)  # type: ignore[attr-defined]
    assert b"2026-12-31" in file
    assert b"2027-01-01" not in file
    for page in (url, f"{url}end/"):
        assert 'value="2026-12-31"' in client.get(page).content.decode()
    read = client.get(f"/api/v1/members/{member.pk}/", headers={"Accept": "application/json"}).json()
    assert read["valid_until"] == "2027-01-01"


def test_what_is_opened_and_saved_stays(member: Member, administrator: User, sign_in: SignIn) -> None:
    Member.objects.filter(pk=member.pk).update(valid_until=AFTER)
    client, url = sign_in(administrator), f"/north/members/{member.pk}/"
    for _time in range(2):
        assert client.post(url, typed(client.get(url))).status_code == 302
        member.refresh_from_db()
        assert member.valid_until == AFTER
    assert not Entry.objects.filter(subject="Torsby").exists()


def test_two_people_read_of_each_other_what_they_typed(
    member: Member, administrator: User, sign_in: SignIn
) -> None:
    client, url = sign_in(administrator), f"/north/members/{member.pk}/"
    mine = typed(client.get(url), valid_until="2027-06-30")
    Member.objects.filter(pk=member.pk).update(valid_until=AFTER)
    refused = client.post(url, mine)
    assert refused.status_code == 422
    [said] = refused.context["form"].errors["valid_until"]
    assert "31 December 2026" in said
    assert client.post(url, typed(refused)).status_code == 302
    member.refresh_from_db()
    assert member.valid_until == dt.date(2027, 7, 1)


def test_a_day_typed_is_the_day_before_what_is_kept() -> None:
    field = LastDayField(required=False)
    assert field.clean("2026-12-31") == AFTER
    assert field.prepare_value(AFTER) == LAST
    assert field.clean("") is None
    assert not field.has_changed(AFTER, "2026-12-31")
    assert field.has_changed(AFTER, "2027-01-01")
    assert last_day(dt.date.min) == dt.date.min


def _end_columns() -> Iterator[models.Field]:  # type: ignore[type-arg]
    for model in apps.get_models():
        yield from (field for field in model._meta.concrete_fields if field.name in ENDS)


def test_every_end_is_one_that_people_type_as_a_last_day() -> None:
    found = list(_end_columns())
    assert len(found) >= 9
    assert [str(field) for field in found if not isinstance(field, DayAfterField)] == []


def _subclasses(of: type) -> Iterator[type]:
    for each in of.__subclasses__():
        yield each
        yield from _subclasses(each)


def test_every_form_asks_for_the_last_day(rf: RequestFactory, administrator: User) -> None:
    rf.user = administrator  # type: ignore[attr-defined]
    asked = {
        f"{form.__name__}.{name}": field
        for form in _subclasses(RowForm)
        for name, field in getattr(form, "base_fields", {}).items()
        if name in ENDS
    }
    for model_admin in admin.site._registry.values():
        model = model_admin.model
        for field in model._meta.concrete_fields:
            if field.name in ENDS and field.editable:
                request = rf.get("/")
                asked[str(field)] = model_admin.formfield_for_dbfield(field, request)  # type: ignore[assignment]
    assert len(asked) > 9
    assert [name for name, field in asked.items() if not isinstance(field, LastDayField)] == []


def test_every_list_shows_the_last_day() -> None:
    shown = {
        f"{table.__name__}.{name}": column
        for table in _subclasses(RowTable)
        for name, column in table.base_columns.items()  # type: ignore[attr-defined]
        if name in ENDS
    }
    assert len(shown) > 5
    assert [name for name, column in shown.items() if not isinstance(column, LastDayColumn)] == []


def test_under_system_no_list_and_nothing_that_is_only_read_shows_the_first_day_after(
    rf: RequestFactory, administrator: User
) -> None:
    request = rf.get("/")
    request.user = administrator
    administrator.is_superuser = True
    shown = []
    for model_admin in admin.site._registry.values():
        shown += [f"{model_admin}: {name}" for name in model_admin.list_display if name in ENDS]
        for each in [model_admin, *model_admin.get_inline_instances(request)]:
            if not each.has_change_permission(request):
                fields = flatten_fieldsets(each.get_fieldsets(request))
                shown += [f"{each}: {name}" for name in fields if name in ENDS]
    assert shown == []


def test_no_page_writes_the_first_day_after() -> None:
    pages = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")}
    assert len(pages) > 50
    written = re.compile(r"{{[^}]*\.(" + "|".join(ENDS) + r")\b")
    assert [name for name, text in pages.items() if written.search(text)] == []
