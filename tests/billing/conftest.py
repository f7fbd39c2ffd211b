"""Two months of ``north`` that statements are made from, and how months are closed."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
import time_machine

from agreements.models import CostType
from billing.models import Cost, Period
from municipalities.models import Cooperation
from services.models import Application
from tests.billing.books import charged, post, shutting, support_of
from tests.factories.billing import CostFactory, compute


@pytest.fixture
def in_october() -> Iterator[None]:
    """It is noon of 20 October 2026, and stays so."""
    with time_machine.travel(dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def support(north: Cooperation) -> CostType:
    return support_of(north)


@pytest.fixture
def costs(north: Cooperation, erp: Application, licence: CostType, support: CostType) -> list[Cost]:
    """A licence in each month, support of 30.00 in October, a network of 61.00 over both.

    Costs are shared from the first of them on.
    """
    september, october, november = dt.date(2026, 9, 1), dt.date(2026, 10, 1), dt.date(2026, 11, 1)
    Cooperation.objects.filter(pk=north.pk).update(first_month=september)
    north.refresh_from_db()
    erp_cost = {"cooperation": north, "application": erp}
    return [
        CostFactory(
            **erp_cost,
            reference="C00000001",
            cost_type=licence,
            amount=Decimal("100.00"),
            starts_on=september,
            ends_on=october,
        ),
        CostFactory(
            **erp_cost,
            reference="C00000002",
            cost_type=licence,
            amount=Decimal("120.01"),
            starts_on=october,
            ends_on=november,
            supplier="=SUM(A1:A9)",
            description='Licences, "large" 🏢',
        ),
        CostFactory(
            **erp_cost,
            reference="C00000003",
            cost_type=support,
            amount=Decimal("30.00"),
            starts_on=october,
            ends_on=november,
            description="@support",
        ),
        CostFactory(
            cooperation=north,
            reference="C00000004",
            cost_type=licence,
            amount=Decimal("61.00"),
            starts_on=september,
            ends_on=november,
            description="Network",
        ),
    ]


@pytest.fixture
def september(north: Cooperation, costs: list[Cost]) -> Period:
    return compute(north)[0]


@pytest.fixture
def october(north: Cooperation, september: Period) -> Period:
    return Period.objects.get(cooperation=north, first_day=dt.date(2026, 10, 1))


@pytest.fixture
def shut(north: Cooperation) -> Callable[[dt.date], Period]:
    """Closes a month of ``north`` for good, by ``administrator`` and ``second_administrator``."""
    return shutting(north)


@pytest.fixture
def by_population(north: Cooperation, support: CostType, shut: Callable[[dt.date], Period]) -> Cost:
    """100.00 that population divides: Torsby is charged 60.00 for January, Hagfors 40.00."""
    found = post(north, "100.00", dt.date(2026, 1, 1), dt.date(2026, 2, 1), cost_type=support)
    post(north, "1.00", dt.date(2026, 2, 1), dt.date(2026, 3, 1))
    shut(dt.date(2026, 1, 1))
    assert charged(north) == {"SE1737": 6000, "SE1783": 4000}
    return found
