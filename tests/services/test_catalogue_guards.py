"""What the database refuses of the catalogue, whoever writes, and however many at once."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from municipalities.models import Cooperation
from services.actions import save_purpose
from services.models import Application, Calendar, DataProtection, LifecycleMove, Purpose, Task
from sharedict.accounts.models import User
from tests.factories.services import (
    ApplicationFactory,
    CalendarFactory,
    ClosedDayFactory,
    DataProtectionFactory,
    DocumentFactory,
    LifecycleMoveFactory,
    PurposeFactory,
    TaskFactory,
)
from tests.workers import Beside, wait_until, waiting_for_locks

pytestmark = pytest.mark.django_db
Make = Callable[[Cooperation], Any]


@transaction.atomic
def write(sql: str, values: Sequence[object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(sql: str, *values: object, name: str = "") -> None:
    with pytest.raises(IntegrityError, match=name):
        write(sql, values)


@pytest.mark.django_db(transaction=True)
def test_of_two_purposes_that_move_under_each_other_at_once_one_stays(
    north: Cooperation, administrator: User
) -> None:
    one, other = PurposeFactory(cooperation=north), PurposeFactory(cooperation=north)

    def move(what: Purpose, under: Purpose) -> None:
        row = Purpose.objects.get(pk=what.pk)
        row.parent = Purpose.objects.get(pk=under.pk)
        save_purpose(purpose=row, by=administrator)

    with transaction.atomic():
        move(one, other)
        moving = Beside(lambda: move(other, one))
        wait_until(lambda: Beside(waiting_for_locks).value(), "the other one")
    with pytest.raises(ValidationError, match="part of itself"):
        moving.value()
    assert Purpose.objects.get(pk=other.pk).parent is None


def test_no_purpose_is_part_of_itself_by_way_of_others(north: Cooperation) -> None:
    top = PurposeFactory(cooperation=north)
    below = PurposeFactory(cooperation=north, parent=PurposeFactory(cooperation=north, parent=top))
    for parent in (top.pk, below.pk):
        sql = "UPDATE services_purpose SET parent_id = %s WHERE id = %s"
        refused(sql, parent, top.pk, name="part of itself")


@pytest.mark.parametrize(
    "hours",
    [
        *("8-16", "25:00-26:00", "16:00-08:00", "08:00-08:00", "08:00-12:00, 11:00-13:00", "always"),
        *("08:00-09:00,10:00-11:00", "08:00-09:00\n", " ", "24:00-24:30", "08:00-09:00, 09:00-10:00"),
    ],
)
def test_hours_that_cannot_be_read_are_not_kept(north: Cooperation, hours: str) -> None:
    calendar = CalendarFactory(cooperation=north)
    for column in ("monday", "holiday"):
        sql = f"UPDATE services_calendar SET {column} = %s WHERE id = %s"  # noqa: S608
        refused(sql, hours, calendar.pk, name=f"services_calendar_{column}")


@pytest.mark.parametrize("hours", ["", "00:00-24:00", "01:00-02:00, 03:00-04:00, 05:00-06:00, 07:00-24:00"])
def test_hours_that_forms_write_are_kept(north: Cooperation, hours: str) -> None:
    assert CalendarFactory(cooperation=north, holiday=hours).pk


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//example.se", " https://x.se"])
def test_a_document_stands_on_the_web(north: Cooperation, url: str) -> None:
    row = DocumentFactory(application=ApplicationFactory(cooperation=north), url="HTTPS://x.se/manual")
    sql = "UPDATE services_document SET url = %s WHERE id = %s"
    refused(sql, url, row.pk, name="services_document_of_the_web")


def test_a_step_in_a_life_stays_as_it_was_taken(north: Cooperation) -> None:
    step = LifecycleMoveFactory(application=ApplicationFactory(cooperation=north))
    for column, value in (("reason", "other"), ("moved_at", dt.datetime(2020, 1, 1, tzinfo=dt.UTC))):
        sql = f"UPDATE services_lifecyclemove SET {column} = %s WHERE id = %s"  # noqa: S608
        refused(sql, value, step.pk, name="stays as it is")


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (Application, ["lifecycle", "charging", "confidentiality", "integrity", "availability"]),
        (LifecycleMove, ["from_stage", "to_stage"]),
        (Calendar, ["country"]),
        (DataProtection, ["role"]),
        (Task, ["done_by"]),
    ],
)
def test_the_database_knows_the_same_words_as_the_forms(model: Any, names: list[str]) -> None:
    """A choice that is added needs a migration: else the form offers what cannot be saved."""
    for name in names:
        rule = f"{model._meta.db_table}_{name}_known"
        with connection.cursor() as cursor:
            asked = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s"
            cursor.execute(asked, [rule])
            [[said]] = cursor.fetchall()
        field = model._meta.get_field(name)
        known = {*re.findall(r"'([^']*)'|\b(\d+)\b", said)}
        assert {one or other for one, other in known} - {""} == {str(value) for value, _ in field.choices}


@pytest.mark.parametrize(
    ("column", "value"), [("lifecycle", "lost"), ("charging", "free"), ("confidentiality", 5)]
)
def test_a_stage_or_level_that_nobody_knows_is_not_kept(
    north: Cooperation, column: str, value: object
) -> None:
    row = ApplicationFactory(cooperation=north)
    sql = f"UPDATE services_application SET {column} = %s WHERE id = %s"  # noqa: S608
    refused(sql, value, row.pk, name=f"services_application_{column}_known")


def of_application(factory: Any) -> Make:
    return lambda cooperation: factory(application=ApplicationFactory(cooperation=cooperation))


@pytest.mark.parametrize(
    ("make", "column", "target"),
    [
        (lambda cooperation: ApplicationFactory(cooperation=cooperation), "serves_id", PurposeFactory),
        (lambda cooperation: ApplicationFactory(cooperation=cooperation), "runs_id", CalendarFactory),
        (lambda cooperation: ApplicationFactory(cooperation=cooperation), "measured_id", CalendarFactory),
        (lambda cooperation: ApplicationFactory(cooperation=cooperation), "supported_id", CalendarFactory),
        (lambda cooperation: PurposeFactory(cooperation=cooperation), "parent_id", PurposeFactory),
        (
            lambda cooperation: ClosedDayFactory(calendar=CalendarFactory(cooperation=cooperation)),
            *("calendar_id", CalendarFactory),
        ),
        (of_application(DocumentFactory), "application_id", ApplicationFactory),
        (of_application(TaskFactory), "application_id", ApplicationFactory),
        (of_application(DataProtectionFactory), "application_id", ApplicationFactory),
    ],
)
def test_nothing_in_the_catalogue_refers_to_another_cooperation(
    north: Cooperation, outside: Cooperation, make: Make, column: str, target: Any
) -> None:
    row, theirs = make(north), target(cooperation=outside)
    sql = f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s"  # noqa: S608
    refused(sql, theirs.pk, row.pk, name=f"{column}_here")
    assert type(row)._default_manager.get(pk=row.pk).cooperation_id == north.pk


def test_what_refers_to_nothing_or_its_own_is_kept(north: Cooperation) -> None:
    purpose, calendar = PurposeFactory(cooperation=north), CalendarFactory(cooperation=north)
    ApplicationFactory(cooperation=north, serves=purpose, runs=calendar)
    assert (Purpose.objects.count(), Calendar.objects.count()) == (1, 1)
    assert Application.objects.filter(serves=None, runs=None).exists()
