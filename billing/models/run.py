from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.querysets import RunLineQuerySet, RunQuerySet, RunTotalQuerySet
from sharedict.common.models import CooperationRow
from sharedict.common.roles import NEVER_CHANGED
from sharedict.common.row_security import SHARES


class Run(CooperationRow):
    """One computation of a period from frozen facts; never changed once written.

    A run of kind *should be* is a closed month computed again on later facts: never current, kept for its
    reasons, without rows.

    ``facts`` is their canonical JSON and ``fingerprint`` its SHA-256; ``money_mark`` is that of what money
    depends on alone; ``notices`` is what somebody should look at before the month closes; ``carry`` is what
    rounding owes each municipality afterwards, by key. ``superseded_at`` is when it ceased to be its period's
    current run, for as long as its lines, totals and shares are kept so that lists can be read to their end;
    then it is null again, and they can be computed from its facts.
    """

    class Kind(models.TextChoices):
        MONTH = "month", _("month")
        SHOULD_BE = "should_be", _("should be")

    id = models.AutoField(primary_key=True)
    period = models.ForeignKey("billing.Period", models.PROTECT, related_name="runs", verbose_name=_("month"))
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MONTH)
    number = models.PositiveIntegerField(_("run"))
    rule_version = models.PositiveSmallIntegerField(_("rule version"))
    facts = models.TextField()
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    money_mark = models.CharField(max_length=64, blank=True)
    notices = models.JSONField(default=list)
    carry = models.JSONField(default=dict)
    total = models.DecimalField(_("total"), max_digits=24, decimal_places=2)
    unallocated = models.DecimalField(_("unallocated"), max_digits=24, decimal_places=2)
    unallocated_lines = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField(_("computed"))
    superseded_at = models.DateTimeField(_("superseded"), null=True, blank=True, db_index=True)
    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [models.UniqueConstraint(fields=["period", "number"], name="billing_run_number_once")]

    def __str__(self) -> str:
        return f"{self.period} #{self.number}"

    @property
    def shared(self) -> Decimal:
        """What municipalities pay of the month."""
        return self.total - self.unallocated


class RunLine(CooperationRow):
    """One cost's part in a run's month, with its names as they were; unallocated where ``reason`` is set.

    Lines are numbered in a run in the order they were divided, so that rows follow from the facts alone. A
    line that ``concerns`` an earlier, closed month is the correction of that cost there, and ``evidence``
    holds what was charged, what it should be and why.
    """

    pk = models.CompositePrimaryKey("run_id", "number")
    number = models.PositiveIntegerField(_("line"))
    run = models.ForeignKey(Run, models.CASCADE, related_name="lines", db_index=False)
    cost = models.ForeignKey("billing.Cost", models.PROTECT, related_name="run_lines")
    reference = models.CharField(_("reference"), max_length=12)
    application_code = models.CharField(_("application code"), max_length=60, blank=True)
    application_name = models.CharField(_("application"), max_length=150, blank=True)
    cost_type_code = models.CharField(_("cost type code"), max_length=40)
    cost_type_name = models.CharField(_("cost type"), max_length=100)
    supplier = models.CharField(_("supplier"), max_length=150, blank=True)
    description = models.CharField(_("description"), max_length=300)
    key_code = models.CharField(_("key"), max_length=40, blank=True)
    key_version = models.PositiveSmallIntegerField(_("key version"), null=True)
    amount = models.DecimalField(_("amount"), max_digits=24, decimal_places=2)
    concerns = models.DateField(_("corrects the month"), null=True)
    evidence = models.JSONField(null=True)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    objects = RunLineQuerySet.as_manager()
    program_may = NEVER_CHANGED

    class Meta:
        ordering = ["concerns", "reference"]
        indexes = [
            models.Index(
                fields=["cooperation", "concerns"],
                condition=models.Q(concerns__isnull=False),
                name="billing_run_line_corrections",
            ),
            # what a year's statement sums by is read from it alone, and whether the reader may see it
            models.Index(
                fields=["run", "number"],
                include=["application_code", "cost_type_code", "concerns", "cooperation"],
                name="billing_run_line_scopes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.description}"


class RunTotal(CooperationRow):
    """What one municipality carries of a run, with its name as it was."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="totals")
    municipality = models.ForeignKey("municipalities.Municipality", models.PROTECT, related_name="+")
    name = models.CharField(_("municipality"), max_length=100)
    amount = models.DecimalField(_("amount"), max_digits=24, decimal_places=2)
    objects = RunTotalQuerySet.as_manager()
    program_may = NEVER_CHANGED
    rows_shown = SHARES

    class Meta:
        ordering = ["municipality__country", "municipality__code"]
        verbose_name = _("municipality's total")
        verbose_name_plural = _("municipalities' totals")
        constraints = [models.UniqueConstraint(fields=["run", "municipality"], name="billing_run_total_once")]

    def __str__(self) -> str:
        return f"{self.name}, {self.run}"
