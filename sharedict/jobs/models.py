"""Jobs as rows: the row is the truth, a Celery message only wakes a worker."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from sharedict.common.access import TenantQuerySet

TURN_LOCKS = 0x5D1D
"""First key of the advisory locks that tell which cooperations a living worker computes for."""

AT_WORK = """
SELECT objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = %s AND objsubid = 2
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class JobQuerySet(TenantQuerySet["Job"]):
    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def ready(self, now: dt.datetime) -> "JobQuerySet":
        return self.filter(state=Job.State.QUEUED, run_after__lte=now)

    def free(self) -> "JobQuerySet":
        """Jobs of the cooperations that no worker computes for at the moment, and those of none."""
        return self.exclude(cooperation__in=RawSQL(AT_WORK, [TURN_LOCKS]))  # noqa: S611 - no value of anybody's

    def in_turn(self) -> "JobQuerySet":
        """The cooperation first that was served least recently, and of each its oldest job first."""
        last_turn = Case(
            When(cooperation=None, then=_last_turn(cooperation=None)),
            default=_last_turn(cooperation=OuterRef("cooperation")),
        )
        return self.alias(last_turn=last_turn).order_by(F("last_turn").asc(nulls_first=True), "id")

    def touching(self, first: dt.date, after: dt.date) -> "JobQuerySet":
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
    finished_at = models.DateTimeField(_("finished"), null=True)
    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
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


def _last_turn(**whose: OuterRef | None) -> Subquery:
    """When a worker last took up a job of the cooperation, whether that is done by now or not."""
    served = Job.objects.filter(served_at__isnull=False, **whose).order_by("-served_at")
    return Subquery(served.values("served_at")[:1])
