from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.querysets import StatementLineQuerySet, StatementQuerySet
from sharedict.common.models import CooperationRow
from sharedict.common.roles import APPENDING
from sharedict.common.row_security import SHARES, shares_through


class Statement(CooperationRow):
    """What one payer is shown and charged for a closed span: issued once, never changed, nothing looked up.

    ``content_hash`` is the SHA-256 of its canonical content (``billing.engine.statement``); parties and names
    are copies. The lines and shares of ``run`` are its evidence. A statement that was *taken over* has the
    amounts of release 0.1, and the names of the day it was taken over.
    """

    class Kind(models.TextChoices):
        MONTH = "month", _("month")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.MONTH)
    number = models.PositiveIntegerField(_("statement number"))
    format_version = models.PositiveSmallIntegerField(default=1)
    period = models.ForeignKey(
        "billing.Period", models.PROTECT, related_name="statements", verbose_name=_("month")
    )
    run = models.ForeignKey("billing.Run", models.PROTECT, related_name="+")
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("municipality"),
    )
    first_day = models.DateField(_("from"))
    after_day = models.DateField(_("until"))
    payer = models.CharField(_("payer"), max_length=40)
    payer_name = models.CharField(_("name"), max_length=150)
    payer_organisation_number = models.CharField(max_length=20, blank=True)
    payee = models.CharField(max_length=60)
    payee_name = models.CharField(max_length=200)
    payee_organisation_number = models.CharField(max_length=20, blank=True)
    payee_address = models.TextField(blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    year_from = models.DateField(_("agreement year from"))
    before_from = models.DateField(_("compared with the month"), null=True)
    total = models.DecimalField(_("total"), max_digits=24, decimal_places=2)
    before_total = models.DecimalField(_("month before"), max_digits=24, decimal_places=2)
    year_total = models.DecimalField(_("year so far"), max_digits=24, decimal_places=2)
    issued_at = models.DateTimeField(_("issued"))
    due_on = models.DateField(_("due"), null=True)
    is_taken_over = models.BooleanField(_("taken over"), default=False)
    content_hash = models.CharField(_("hash"), max_length=64)
    objects = StatementQuerySet.as_manager()
    program_may = APPENDING
    rows_shown = SHARES

    class Meta:
        ordering = ["number"]
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [
            models.UniqueConstraint(fields=["cooperation", "number"], name="billing_statement_once"),
            models.UniqueConstraint(fields=["run", "payer"], name="billing_statement_payer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.payee_name} {self.number}"


class StatementLine(CooperationRow):
    """One line of a statement, by application and cost type; or the correction of one cost in one month.

    ``concerns`` is the first day of the month that a correction is about, ``corrects`` the line that stood
    for it there, if there was one. ``references`` name the costs behind the line.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    application = models.CharField(max_length=60, blank=True)
    application_name = models.CharField(max_length=150, blank=True)
    cost_type = models.CharField(max_length=40)
    cost_type_name = models.CharField(max_length=100)
    amount = models.DecimalField(max_digits=24, decimal_places=2)
    before = models.DecimalField(max_digits=24, decimal_places=2, default=0)
    year = models.DecimalField(max_digits=24, decimal_places=2, default=0)
    concerns = models.DateField(null=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    references = ArrayField(models.CharField(max_length=12), default=list)
    description = models.CharField(max_length=300, blank=True)
    vat_rate = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    account = models.CharField(max_length=40, blank=True)
    department = models.CharField(max_length=40, blank=True)
    objects = StatementLineQuerySet.as_manager()
    program_may = APPENDING
    rows_shown = shares_through("billing_statementline.statement_id", "billing_statement")

    class Meta:
        ordering = ["statement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="billing_statement_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.position}"
