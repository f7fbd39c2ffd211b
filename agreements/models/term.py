from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from agreements.querysets import TermQuerySet
from sharedict.common.models import DateRange, SpannedFact, ends_after_it_starts


class Term(SpannedFact):
    """Which key applies to which costs, and who pays. The narrower scope wins over the wider."""

    class Payers(models.TextChoices):
        SUBSCRIBERS = "subscribers", _("those who use the application")
        MEMBERS = "members", _("all members")
        NAMED = "named", _("the municipalities named here")

    agreement = models.ForeignKey(
        "agreements.Agreement", models.PROTECT, related_name="terms", verbose_name=_("agreement")
    )
    application = models.ForeignKey(
        "services.Application",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="terms",
        verbose_name=_("application"),
        help_text=_("Empty: any."),
    )
    cost_type = models.ForeignKey(
        "agreements.CostType",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="terms",
        verbose_name=_("cost type"),
        help_text=_("Empty: any."),
    )
    key = models.ForeignKey("agreements.Key", models.PROTECT, related_name="terms", verbose_name=_("key"))
    payers = models.CharField(
        _("who pays"), max_length=20, choices=Payers.choices, default=Payers.SUBSCRIBERS
    )
    named = models.ManyToManyField(
        "municipalities.Municipality", blank=True, related_name="+", verbose_name=_("named municipalities")
    )
    by_days = models.BooleanField(
        _("by days"), default=False, help_text=_("Who joins or leaves within a month pays for its days only.")
    )
    after_leaving = models.BooleanField(
        _("also after leaving"),
        default=False,
        help_text=_("Who has left the cooperation still pays, while subscribed or named here."),
    )
    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["application__name", "cost_type__name", "valid_from"]
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            ends_after_it_starts("agreements_term_span"),
            ExclusionConstraint(
                name="agreements_term_no_overlap",
                expressions=[
                    ("cooperation", RangeOperators.EQUAL),
                    (Coalesce("application", Value(0)), RangeOperators.EQUAL),
                    (Coalesce("cost_type", Value(0)), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another term holds for the same costs in part of that time."),
            ),
        ]

    def __str__(self) -> str:
        scope = " / ".join(str(part) for part in (self.application, self.cost_type) if part)
        return f"{scope or _('everything else')}: {self.key}"
