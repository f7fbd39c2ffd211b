"""Jobs as rows: the row is the truth, a Celery message only wakes a worker."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import (
    Case,
    DateField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Greatest, Least, TruncMonth
from django.utils.translation import gettext_lazy as _

from sharedict.common.access import TenantQuerySet

Day = dt.date | Expression | F
"""A day, or an expression of an outer query that is one."""

TURN_LOCKS = 0x5D1D
"""First key of the advisory locks that tell which cooperations a living worker computes for."""

JOB_LOCKS = 0x5D1C
"""First key of the advisory locks that tell which jobs have a living worker."""

HANDICAP = 60
"""Whose last piece took a second is let in before whoever else comes a minute later."""

UNKNOWN = dt.timedelta(seconds=0.25)
"""What a piece of a cooperation that was never served is taken to be: more than a few municipalities need."""

AT_WORK = """
SELECT objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = %s AND objsubid = 2
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class JobQuerySet(TenantQuerySet["Job"]):
    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def undone(self) -> "JobQuerySet":
        """Jobs that have not brought about what they were for: unfinished, or failed for good."""
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING, Job.State.FAILED])

    def ready(self, now: dt.datetime) -> "JobQuerySet":
        """Those that can be done; the jobs of a deactivated cooperation wait until it is active again."""
        cooperations: Any = Job._meta.get_field("cooperation").related_model
        inactive = cooperations._default_manager.exclude(deactivated_at=None).order_by()
        return self.filter(state=Job.State.QUEUED, run_after__lte=now).exclude(
            cooperation__in=inactive.values("pk")
        )

    def free(self) -> "JobQuerySet":
        """Jobs of the cooperations that no worker computes for at the moment, and those of none."""
        return self.exclude(cooperation__in=RawSQL(AT_WORK, [TURN_LOCKS]))  # noqa: S611 - no value of anybody's

    def oldest_waiting(self, now: dt.datetime) -> dt.timedelta | None:
        """For how long the job has waited that waits longest of those that could be done."""
        first = self.ready(now).free().aggregate(first=Min("run_after"))["first"]
        return now - first if first else None

    def any_at_work(self) -> bool:
        """Whether a living worker has a job in hand."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS ({AT_WORK})", [JOB_LOCKS])
            return bool(cursor.fetchone()[0])

    def in_turn(self) -> "JobQuerySet":
        """The cooperation first that waits longest since its last turn, and of each its oldest job first.

        Whose pieces take long comes by so much later, and so lets the short ones in first; but nobody's place
        in the queue moves back while they wait (fair queueing; Demers, Keshav & Shenker 1989).
        """
        took = Coalesce(_of_last_turn("piece_took"), Value(UNKNOWN, models.DurationField()))
        handicap = ExpressionWrapper(took * HANDICAP, models.DurationField())
        since = Greatest(F("run_after"), _of_last_turn("served_at"))
        comes_at = ExpressionWrapper(since + handicap, models.DateTimeField())
        return self.alias(comes_at=comes_at).order_by("comes_at", "id")

    def touching(self, first: Day, after: Day) -> "JobQuerySet":
        """Jobs that announce a change to some day of ``[first, after)``."""
        return self.filter(
            Q(touches_from__lt=after), Q(touches_until__isnull=True) | Q(touches_until__gt=first)
        )

    def covering(self, first: dt.date, after: dt.date | None) -> "JobQuerySet":
        """Jobs that announce a change to all of ``[first, after)``; ``None`` is an open end."""
        long_enough = Q(touches_until__isnull=True)
        if after is not None:
            long_enough |= Q(touches_until__gte=after)
        return self.filter(long_enough, touches_from__lte=first)

    def lost(self, first: Day, after: Day) -> "JobQuerySet":
        """Jobs that failed for good, and whose days in ``[first, after)`` none begun since then has done.

        A month is done as a whole, so whatever does a day of it does all of them.
        """
        last = ExpressionWrapper(Least("touches_until", after) - dt.timedelta(days=1), DateField())
        failed = self.filter(state=Job.State.FAILED).touching(first, after)
        failed = failed.alias(lost_from=Greatest("touches_from", first), lost_in_last=TruncMonth(last))
        done = Job.objects.alias(month=TruncMonth("touches_from")).filter(
            Q(touches_until__isnull=True) | Q(touches_until__gt=OuterRef("lost_in_last")),
            state=Job.State.DONE,
            kind=OuterRef("kind"),
            cooperation=OuterRef("cooperation"),
            started_at__gte=OuterRef("finished_at"),
            month__lte=OuterRef("lost_from"),
        )
        return failed.exclude(Exists(done))


class Job(models.Model):
    """One piece of work to be done later, for one cooperation or for none.

    ``arguments`` are what the handler of ``kind`` needs, as JSON. A queued job with the same
    ``idempotency_key`` is joined instead of doubled. ``touches_from`` / ``touches_until`` (half-open) say
    which days' shares the change behind it may alter. ``place`` is where its handler goes on, in that one's
    own words; a job that ``has_yielded`` waits for its next turn within the same attempt.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    cooperation = models.ForeignKey("municipalities.Cooperation", models.CASCADE, null=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    place = models.JSONField(default=dict)
    has_yielded = models.BooleanField(default=False)
    error = models.TextField(_("error"), blank=True)
    idempotency_key = models.CharField(max_length=200, blank=True)
    touches_from = models.DateField(null=True)
    touches_until = models.DateField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("ordered"))
    run_after = models.DateTimeField()
    started_at = models.DateTimeField(_("started"), null=True)
    served_at = models.DateTimeField(null=True)
    piece_took = models.DurationField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["state", "run_after"], name="jobs_to_do"),
            models.Index(fields=["cooperation", "-id"], name="jobs_by_cooperation"),
            models.Index(fields=["cooperation", "-served_at"], name="jobs_served"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(has_yielded=False) | Q(state="queued", attempts__gt=0),
                name="jobs_job_yielded_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_finished(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def percent(self) -> int | None:
        """How far it has come; None before that is known."""
        return self.progress_done * 100 // self.progress_total if self.progress_total else None


def _of_last_turn(field: str) -> Case:
    """``field`` of the job that a worker last took up for the same cooperation, be it done by now or not."""
    last = Job.objects.filter(served_at__isnull=False).order_by("-served_at").values(field)
    of_none = Subquery(last.filter(cooperation=None)[:1])
    return Case(
        When(cooperation=None, then=of_none),
        default=Subquery(last.filter(cooperation=OuterRef("cooperation"))[:1]),
    )
