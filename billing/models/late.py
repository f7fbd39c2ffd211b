from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.querysets import LateChangeQuerySet
from sharedict.common.models import CooperationRow
from sharedict.common.roles import APPENDING


class LateChange(CooperationRow):
    """One cost of a closed month that should be otherwise than its run says, on today's facts.

    Rewritten whenever the month is computed again; what of it is charged already stands in the correction
    lines of later closed months. ``content`` holds the frozen cost, what each municipality carried and
    should carry (minor units by code), and what rounding owes; its reasons are read from ``run``.
    """

    class Cause(models.TextChoices):
        COST = "cost", _("the cost")
        RULES = "rules", _("who pays, or how much of it")

    period = models.ForeignKey(
        "billing.Period", models.CASCADE, related_name="late_changes", verbose_name=_("month")
    )
    cost = models.ForeignKey("billing.Cost", models.CASCADE, related_name="late_changes")
    run = models.ForeignKey("billing.Run", models.CASCADE, related_name="+")
    cause = models.CharField(_("what changed"), max_length=10, choices=Cause.choices)
    content = models.JSONField()
    objects = LateChangeQuerySet.as_manager()

    class Meta:
        ordering = ["period__first_day", "cost__reference"]
        verbose_name = _("late change")
        verbose_name_plural = _("late changes")
        constraints = [models.UniqueConstraint(fields=["period", "cost"], name="billing_late_change_once")]

    def __str__(self) -> str:
        return f"{self.period} {self.cost.reference}"


class LateDecision(CooperationRow):
    """That a late change of one cost in one closed month is charged or left, for all municipalities at once.

    It holds for the result it was made on, ``mark``; a later decision on the same result replaces it.
    """

    class Verdict(models.TextChoices):
        CHARGE = "charge", _("charge it")
        LEAVE = "leave", _("leave it")

    period = models.ForeignKey(
        "billing.Period", models.PROTECT, related_name="late_decisions", verbose_name=_("month")
    )
    cost = models.ForeignKey("billing.Cost", models.PROTECT, related_name="late_decisions")
    mark = models.CharField(max_length=64)
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"))
    program_may = APPENDING

    class Meta:
        ordering = ["-id"]
        verbose_name = _("decision on a late change")
        verbose_name_plural = _("decisions on late changes")
        indexes = [models.Index(fields=["period", "cost"], name="billing_late_decision")]

    def __str__(self) -> str:
        return f"{self.period} {self.cost.reference}"
