import datetime as dt

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from billing.querysets import CostQuerySet
from sharedict.common.days import last_day
from sharedict.common.models import CooperationRow, DayAfterField, Fact, Span

LONGEST_INTERVAL = dt.timedelta(days=3660)
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
"""The days that months have an address for."""


class Cost(Fact, CooperationRow):
    """What a supplier charges the cooperation, excluding VAT, for the days ``[starts_on, ends_on)``."""

    fact_columns = frozenset(
        {
            *("cooperation", "reference", "application", "cost_type", "supplier", "description"),
            *("amount", "starts_on", "ends_on", "credits", "withdrawn_on"),
        }
    )

    reference = models.CharField(_("reference"), max_length=12, editable=False)
    external_id = models.CharField(
        _("external id"), max_length=100, blank=True, help_text=_("The id in the system it comes from.")
    )
    application = models.ForeignKey(
        "services.Application",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="costs",
        verbose_name=_("application"),
        help_text=_("Empty: a cost of the cooperation as a whole."),
    )
    cost_type = models.ForeignKey(
        "agreements.CostType", models.PROTECT, related_name="costs", verbose_name=_("cost type")
    )
    supplier = models.CharField(_("supplier"), max_length=150, blank=True)
    invoice_number = models.CharField(_("invoice number"), max_length=60, blank=True)
    description = models.CharField(_("description"), max_length=300)
    amount = models.DecimalField(
        _("amount excluding VAT"), max_digits=18, decimal_places=2, help_text=_("Negative for a credit note.")
    )
    currency = models.CharField(_("currency"), max_length=3, validators=[RegexValidator(r"^[A-Z]{3}\Z")])
    starts_on = models.DateField(_("service from"))
    ends_on = DayAfterField(
        _("service until"),
        help_text=_("The first day it no longer covers."),
        last_day_help=_("The last day it covers."),
    )
    credits = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        verbose_name=_("refunds"),
        help_text=_("The cost that this credit note refunds, in full or in part, on days of its own."),
    )
    withdrawn_on = models.DateField(_("withdrawn"), null=True, blank=True, editable=False)
    objects = CostQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-reference"]
        verbose_name = _("cost")
        verbose_name_plural = _("costs")
        indexes = [
            models.Index(fields=["cooperation", "-starts_on", "-reference"], name="billing_cost_listing")
        ]
        constraints = [
            models.UniqueConstraint(fields=["cooperation", "reference"], name="billing_cost_reference_once"),
            models.UniqueConstraint(
                fields=["cooperation", "external_id"],
                condition=~Q(external_id=""),
                name="billing_cost_external_id_once",
                violation_error_message=_("There is already a cost with this external id."),
            ),
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="billing_cost_amount",
                violation_error_message=_("A cost of 0 shares nothing: write the amount."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="billing_cost_interval",
                violation_error_message=_("The end must be later than the start."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__lte=F("starts_on") + LONGEST_INTERVAL),
                name="billing_cost_interval_length",
                violation_error_message=_("A cost covers ten years at most: check the dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.description}"

    def clean(self) -> None:
        """Refuse days out of reach, a slip of the keyboard that would make months, or in no order."""
        for name in ("starts_on", "ends_on"):
            if (day := getattr(self, name)) and not FIRST_DAY <= day <= LAST_DAY:
                raise ValidationError({name: _("Write a day between the years 1900 and 2199.")})
        start: object = self.starts_on
        end: object = self.ends_on
        if isinstance(start, dt.date) and isinstance(end, dt.date) and end <= start:
            raise ValidationError({"ends_on": _("It cannot end before it begins.")})

    @property
    def touches(self) -> Span:
        return self.starts_on, self.ends_on

    @property
    @admin.display(description=capfirst(DayAfterField.last_day_name), ordering="ends_on")
    def last_day(self) -> dt.date:
        """The last day that it covers, which is what people read."""
        return last_day(self.ends_on)

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_on is not None
