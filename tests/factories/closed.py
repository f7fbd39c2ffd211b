"""Months that are closed, for changes that come too late."""

import datetime as dt

from agreements.models import CostType
from billing.models import Period
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from sharedict.jobs.models import Job
from tests.factories.billing import CostFactory, close, compute

JANUARY, FEBRUARY, MARCH, APRIL, MAY, JULY = (dt.date(2025, number, 1) for number in (1, 2, 3, 4, 5, 7))


def close_quarter(cooperation: Cooperation, *, proposer: User, closer: User) -> Cooperation:
    """``cooperation`` from January 2025 on: 100.00 of its ``erp`` in each month, closed until March."""
    Cooperation.objects.filter(pk=cooperation.pk).update(first_month=JANUARY)
    cooperation.refresh_from_db()
    for start, end in [(JANUARY, FEBRUARY), (FEBRUARY, MARCH), (MARCH, APRIL), (APRIL, MAY)]:
        CostFactory(
            cooperation=cooperation,
            application=Application.objects.get(cooperation=cooperation, code="erp"),
            cost_type=CostType.objects.get(cooperation=cooperation, code="licence"),
            reference=f"C000000{start:%m}",
            external_id=f"erp-{start:%m}",
            starts_on=start,
            ends_on=end,
        )
    compute(cooperation)
    for first_day in (JANUARY, FEBRUARY, MARCH):
        period = Period.objects.get(cooperation=cooperation, first_day=first_day)
        close(period, proposer=proposer, closer=closer)
        run_all()
    Job.objects.all().delete()
    return cooperation
