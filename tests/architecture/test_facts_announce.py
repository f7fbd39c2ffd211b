"""What a month's shares depend on is declared once: whatever ``gather`` reads announces its changes.

A table that it reads and that announces nothing would leave months that can never be proposed again; a row
that announces and is never read would recompute months for nothing.
"""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, Key
from billing.engine.facts import fingerprint
from billing.models import Cost, Period, Run
from billing.snapshots import gather
from municipalities.actions import moves_shares
from municipalities.models import Cooperation, Driver, Municipality
from tests.factories.agreements import (
    AgreementFactory,
    CostTypeFactory,
    KeyFactory,
    TermFactory,
    add_version,
    by,
    driver_key,
)
from tests.factories.billing import CostFactory, PeriodFactory
from tests.factories.municipalities import DriverFactory, ReadingFactory
from tests.factories.services import ApplicationFactory

pytestmark = pytest.mark.django_db

EXCEPTIONS = {
    Period: "the carry of the last closed month; closing a month announces those after it",
    Run: "as Period; a run is never changed once written",
}
READ = re.compile(r'\b(?:FROM|JOIN)\s+"?(\w+)"?', re.IGNORECASE)
SOME_DAY = dt.date(2026, 1, 5)


@pytest.fixture
def january(
    north: Cooperation, torsby: Municipality, hagfors: Municipality, population: Driver, population_key: Key
) -> Period:
    """A month in which every kind of fact is present."""
    agreement = Agreement.objects.get(cooperation=north)
    users = DriverFactory(cooperation=north, code="users")
    ReadingFactory(driver=users, municipality=torsby)
    fixed = KeyFactory(cooperation=north, code="fixed")
    in_parts = {"kind": "fixed", "percent": Decimal(40), "fixed": {torsby: "75", hagfors: "25"}}
    limits = {"floor_percent": Decimal(1), "cap_percent": Decimal(90)}
    add_version(fixed, in_parts, by(population, 60), **limits)
    for key, named in ((fixed, []), (population_key, [torsby]), (driver_key(users, cooperation=north), [])):
        kind = CostTypeFactory(cooperation=north)
        payers = "named" if named else "members"
        TermFactory(agreement=agreement, key=key, cost_type=kind, payers=payers, named=named)
        CostFactory(cooperation=north, cost_type=kind, application=ApplicationFactory(cooperation=north))
    undone = Cost.objects.last()
    assert undone
    CostFactory(
        cooperation=north,
        cost_type=undone.cost_type,
        application=undone.application,
        amount=-undone.amount,
        credits=undone,
    )
    AgreementFactory(cooperation=north)
    return PeriodFactory(cooperation=north)


def models_read(period: Period) -> set[type[models.Model]]:
    """The models whose tables are read when ``period`` is gathered, by the SQL that is sent.

    What joins many to many counts as the model that declares it.
    """
    every = apps.get_models(include_auto_created=True)
    owners: dict[str, Any] = {model._meta.db_table: model._meta.auto_created or model for model in every}
    with CaptureQueriesContext(connection) as captured:
        gather(Period.objects.get(pk=period.pk))
    return {owners[table] for query in captured for table in READ.findall(query["sql"])}


def announcing() -> set[type[models.Model]]:
    return {model for model in apps.get_models() if hasattr(model, "touches")}


def test_whatever_a_month_depends_on_announces_its_changes(january: Period) -> None:
    assert models_read(january) - announcing() == set(EXCEPTIONS)


def test_whatever_announces_is_something_that_months_depend_on(january: Period) -> None:
    assert announcing() - models_read(january) == set()


def mark(period: Period) -> str:
    return fingerprint(gather(Period.objects.get(pk=period.pk)).to_json())


def other_value(field: Any, value: Any) -> Any:
    """Something else than ``value`` for the column of ``field``."""
    if isinstance(field, models.ForeignKey):
        others = field.related_model._default_manager.exclude(pk=value)
        return others.order_by("pk").values_list("pk", flat=True).first()
    if field.choices:
        return next(choice for choice, _ in field.flatchoices if choice != value)
    if isinstance(field, models.DateTimeField):
        return (value or dt.datetime.combine(SOME_DAY, dt.time(), dt.UTC)) + dt.timedelta(days=1)
    if isinstance(field, models.DateField):
        return (value or SOME_DAY) + dt.timedelta(days=1)
    if isinstance(field, models.BooleanField):
        return not value
    return f"{value[:-1]}{1 - (value[-1:] == '1')}" if isinstance(value, str) else (value or 0) + 1


def is_moved(period: Period, row: models.Model, field: Any) -> bool:
    """Whether the month's facts differ once the column of ``row`` is changed behind everybody's back."""
    before = mark(period)
    try:
        with transaction.atomic():
            row._meta.default_manager.filter(pk=row.pk).update(
                **{field.attname: other_value(field, field.value_from_object(row))}
            )
            after = mark(period)
            transaction.set_rollback(True)
    except IntegrityError:  # nothing that the column may hold
        return False
    return before != after


@pytest.mark.parametrize("model", sorted(announcing(), key=lambda model: model._meta.label))
def test_every_column_that_moves_a_month_is_announced(january: Period, model: type[models.Model]) -> None:
    columns = [field for field in model._meta.concrete_fields if not field.primary_key]
    rows = list(model._default_manager.order_by("pk"))
    moving = {field.name for field in columns if any(is_moved(january, row, field) for row in rows)}
    assert moving
    assert {name for name in moving if not moves_shares(model, [name])} == set()
