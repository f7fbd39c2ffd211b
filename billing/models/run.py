from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.querysets import RunLineQuerySet, RunQuerySet, RunTotalQuerySet
from sharedict.common.models import CooperationRow


class Run(CooperationRow):
    """One computation of a period from frozen facts; never changed once written.

    ``facts`` is their canonical JSON and ``fingerprint`` its SHA-256; ``carry`` is what rounding owes each
    municipality afterwards, by key. Only a period's current run keeps its shares: those of an earlier
    provisional run can be computed again from its facts.
    """

    id = models.AutoField(primary_key=True)
    period = models.ForeignKey("billing.Period", models.PROTECT, related_name="runs", verbose_name=_("month"))
    number = models.PositiveIntegerField(_("run"))
    rule_version = models.PositiveSmallIntegerField(_("rule version"))
    facts = models.TextField()
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    carry = models.JSONField(default=dict)
    total = models.DecimalField(_("total"), max_digits=20, decimal_places=2)
    unallocated = models.DecimalField(_("unallocated"), max_digits=20, decimal_places=2)
    unallocated_lines = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField(_("computed"))
    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [models.UniqueConstraint(fields=["period", "number"], name="billing_run_number_once")]

    def __str__(self) -> str:
        return f"{self.period} #{self.number}"


class RunLine(CooperationRow):
    """One cost's part in a run's month, with its names as they were; unallocated where ``reason`` is set."""

    id = models.AutoField(primary_key=True)
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
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    objects = RunLineQuerySet.as_manager()

    class Meta:
        ordering = ["reference"]
        indexes = [
            models.Index(
                fields=["run", "id"],
                include=["application_code", "cost_type_code"],
                name="billing_run_line_sums",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.description}"


class RunTotal(CooperationRow):
    """What one municipality carries of a run: the head of its statement, with its name as it was.

    ``statement_number`` is given when the period closes, without gaps in a cooperation.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="totals")
    municipality = models.ForeignKey("municipalities.Municipality", models.PROTECT, related_name="+")
    name = models.CharField(_("municipality"), max_length=100)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    statement_number = models.PositiveIntegerField(_("statement number"), null=True)
    objects = RunTotalQuerySet.as_manager()

    class Meta:
        ordering = ["municipality__country", "municipality__code"]
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [
            models.UniqueConstraint(fields=["run", "municipality"], name="billing_run_total_once"),
            models.UniqueConstraint(
                fields=["cooperation", "statement_number"], name="billing_statement_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.run}"
