"""Which rows of who pays what; ``visible_to`` first, ``for_listing`` last."""

import datetime as dt
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.apps import apps
from django.db.models import (
    BooleanField,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    Value,
)
from django.db.models.functions import TruncMonth

from sharedict.common.access import TenantQuerySet, Viewer, sight_of
from sharedict.common.sight import Sight
from sharedict.jobs.models import Day, Job, JobQuerySet

if TYPE_CHECKING:
    from billing.models import (  # noqa: F401
        Cost,
        LateChange,
        OutageCost,
        Paper,
        Period,
        Run,
        RunLine,
        RunTotal,
        Share,
        Statement,
        StatementLine,
    )

M = TypeVar("M", bound=Model)

INTO_NEXT_MONTH = dt.timedelta(days=31)
"""Added to the first day of a month, leads to some day of the next one."""


class OutageCostQuerySet(TenantQuerySet["OutageCost"]):
    def for_listing(self) -> Self:
        """With the cost."""
        return self.select_related("cost")


class CostQuerySet(TenantQuerySet["Cost"]):
    def valid(self) -> Self:
        """Those not withdrawn."""
        return self.filter(withdrawn_on__isnull=True)

    def touching(self, first: dt.date, after: dt.date) -> Self:
        """Those whose service interval has a day in ``[first, after)``."""
        return self.filter(starts_on__lt=after, ends_on__gt=first)

    def alike(self, cost: "Cost") -> Self:
        """Those that may have its invoice number, by the digits of it, or have its text, amount and days."""
        invoice = ~Q(invoice_number="") & Q(digits=re.sub("[^0-9]", "", cost.invoice_number))
        names = ("description", "amount", "starts_on", "ends_on")
        equal = Q(**{name: getattr(cost, name) for name in names})
        if not cost.invoice_number:
            return self.filter(equal)
        digits = Func(F("invoice_number"), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace")
        return self.alias(digits=digits).filter(equal | invoice)

    def with_state(self) -> Self:
        """With ``is_unallocated``: whether nothing divides it in some month, as everybody sees it now."""
        lines = apps.get_model("billing.RunLine")._default_manager.current().exclude(reason="")
        return self.annotate(is_unallocated=Exists(lines.filter(cost=OuterRef("pk"))))

    def for_listing(self) -> Self:
        """With application and cost type."""
        return self.select_related("application", "cost_type")


class PeriodQuerySet(TenantQuerySet["Period"]):
    def with_lines_or_not(self) -> Self:
        """With ``has_lines``: whether the month has any cost or correction."""
        lines = apps.get_model("billing.RunLine")._default_manager.filter(run=OuterRef("current_run"))
        return self.annotate(has_lines=Exists(lines))

    def with_staleness(self) -> Self:
        """With ``is_stale``: whether what everybody sees of the month may not be up to date.

        So it is where the month could not be computed, and where a job announces a change to one of its days
        that is not done, or that was lost since then. The first open month charges what the closed ones find,
        so changes to them, and their failures, count there too: what closing refuses looks stale here.
        """
        jobs = Job.objects.filter(cooperation=OuterRef("cooperation"))
        first, after = OuterRef("first_day"), _after(OuterRef("first_day"))
        before = self.model._default_manager.filter(
            cooperation=OuterRef("cooperation"), first_day__lt=OuterRef("first_day")
        )
        is_first_open = ~Q(state="closed") & ~Exists(before.exclude(state="closed"))
        failed = lost_changes(jobs, first, after).filter(finished_at__gt=OuterRef("current_run__computed_at"))
        is_behind = (
            ~Q(failure="")
            | Exists(jobs.unfinished().touching(first, after))
            | Exists(failed)
            | (
                is_first_open
                & (
                    Exists(jobs.unfinished().filter(touches_from__lt=first))
                    | Exists(lost_changes(jobs, dt.date.min, first))
                    | Exists(before.exclude(failure=""))
                )
            )
        )
        return self.annotate(is_stale=ExpressionWrapper(is_behind, output_field=BooleanField()))

    def for_listing(self) -> Self:
        """With cooperation and current run."""
        return self.select_related("cooperation", "current_run").defer(
            "current_run__facts", "current_run__carry"
        )


def lost_changes(jobs: JobQuerySet, first: Day, after: Day) -> JobQuerySet:
    """Those of ``jobs`` that no month in ``[first, after)`` tells of: where only months failed, each does."""
    return jobs.lost(first, after).exclude(error__startswith="MonthsFailedError")


def _after(first_day: Any) -> TruncMonth:
    """The first day of the month after the one that begins on ``first_day``."""
    return TruncMonth(ExpressionWrapper(first_day + INTO_NEXT_MONTH, output_field=DateField()))


class RunQuerySet(TenantQuerySet["Run"]):
    def current(self) -> Self:
        """The run of each period that everybody sees."""
        return self.filter(period__current_run=F("pk"))

    def for_listing(self) -> Self:
        """With the period, without the frozen facts."""
        return self.select_related("period").defer("facts", "carry")


def _shown(sight: Sight) -> Q:
    """The shares that are seen, by the values of their columns."""
    seen = Q(cooperation__in=sight.whole)
    for cooperation, municipality in sorted(sight.own):
        seen |= Q(cooperation=cooperation, municipality=municipality)
    return seen


class _OfRun(TenantQuerySet[M]):
    """Rows of a run; those of one municipality only where the cooperation says so."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those whose cooperation's shares the viewer sees, and of municipalities that are theirs."""
        return self.filter(_shown(sight_of(viewer)))

    def current(self) -> Self:
        """Of the runs that everybody sees."""
        return self.filter(run__period__current_run=F("run_id"))


class RunLineQuerySet(TenantQuerySet["RunLine"]):
    def current(self) -> Self:
        """Of the runs that everybody sees."""
        return self.filter(run__period__current_run=F("run_id"))


class RunTotalQuerySet(_OfRun["RunTotal"]):
    def for_listing(self) -> Self:
        """With municipality and period."""
        return self.select_related("municipality", "run__period").defer("run__facts", "run__carry")


class ShareQuerySet(_OfRun["Share"]):
    def in_runs(self, runs: Collection[Any], viewer: Viewer) -> Self:
        """Those of ``runs`` that ``viewer`` sees: ``visible_to`` for great numbers.

        Runs and municipalities are named by value, so that no other block of shares is unpacked.
        """
        rows, sight = self.filter(run_id__in=[run.pk for run in runs]), sight_of(viewer)
        if all(run.cooperation_id in sight.whole for run in runs):
            return rows
        return rows.filter(_shown(sight))

    def for_listing(self) -> Self:
        """With municipality, line and period."""
        return self.select_related("municipality", "line", "run__period").defer("run__facts", "run__carry")


class LateChangeQuerySet(TenantQuerySet["LateChange"]):
    def for_listing(self) -> Self:
        """With month, cost and application."""
        return self.select_related("period", "cost__application", "cost__cost_type")


class StatementQuerySet(_OfRun["Statement"]):
    def for_listing(self) -> Self:
        """With municipality and month."""
        return self.select_related("municipality", "period")


class StatementLineQuerySet(TenantQuerySet["StatementLine"]):
    pass


class PaperQuerySet(TenantQuerySet["Paper"]):
    pass
