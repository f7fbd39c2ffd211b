import datetime as dt
from decimal import Decimal

import factory
from django.db.models import F
from factory.django import DjangoModelFactory

from billing.actions import close_period, propose_period, recompute
from billing.models import Cost, OutageCost, Period, Run
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from tests.factories.agreements import CostTypeFactory
from tests.factories.municipalities import CooperationFactory
from tests.factories.services import OutageFactory


class CostFactory(DjangoModelFactory):
    """A cost of the whole cooperation, of 100.00 for January 2026; no job is ordered for it."""

    class Meta:
        model = Cost

    cooperation = factory.SubFactory(CooperationFactory)
    reference = factory.Sequence(
        lambda number: f"C9{number:07d}"
    )  # out of the way of those that actions give
    application = None
    cost_type = factory.SubFactory(CostTypeFactory, cooperation=factory.SelfAttribute("..cooperation"))
    description = "Licences"
    amount = Decimal("100.00")
    currency = factory.SelfAttribute("cooperation.currency")
    starts_on = dt.date(2026, 1, 1)
    ends_on = dt.date(2026, 2, 1)


class PeriodFactory(DjangoModelFactory):
    """January 2026, not yet computed."""

    class Meta:
        model = Period
        django_get_or_create = ("cooperation", "first_day")

    cooperation = factory.SubFactory(CooperationFactory)
    first_day = dt.date(2026, 1, 1)


def compute(cooperation: Cooperation) -> list[Period]:
    """Compute all months of the cooperation, and hold the closed ones against today; the months in order."""
    recompute(cooperation_id=cooperation.pk, touches=(dt.date.min, None))
    return list(Period.objects.of(cooperation).order_by("first_day"))


def close(period: Period, *, proposer: User, closer: User) -> Period:
    """``period`` proposed by the one and closed by the other; the months before it must be closed."""
    return close_period(period=propose_period(period=period, by=proposer), by=closer)


def pass_time(minutes: int = 16) -> None:
    """Every superseded run has been so for ``minutes`` more."""
    Run.objects.filter(superseded_at__isnull=False).update(
        superseded_at=F("superseded_at") - dt.timedelta(minutes=minutes)
    )


class OutageCostFactory(DjangoModelFactory):
    class Meta:
        model = OutageCost

    cooperation = factory.SelfAttribute("outage.cooperation")
    outage = factory.SubFactory(OutageFactory)
    cost = factory.SubFactory(CostFactory, cooperation=factory.SelfAttribute("..cooperation"))
