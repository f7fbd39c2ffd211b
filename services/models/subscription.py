from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.models.variant import refuse_other_variant
from services.querysets import SubscriptionQuerySet
from sharedict.common.models import DateRange, SpannedFact, ends_after_it_starts


class Subscription(SpannedFact):
    """A municipality's use of an application, for a span of days."""

    application = models.ForeignKey(
        "services.Application", models.PROTECT, related_name="subscriptions", verbose_name=_("application")
    )
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        related_name="subscriptions",
        verbose_name=_("municipality"),
    )
    users = models.PositiveIntegerField(_("users"), null=True, blank=True)
    variant = models.ForeignKey(
        "services.Variant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("variant"),
        help_text=_("Empty: no particular one."),
    )
    accounting_code = models.CharField(_("accounting code"), max_length=40, blank=True)
    objects = SubscriptionQuerySet.as_manager()

    fact_columns = frozenset({"cooperation", "application", "municipality", "valid_from", "valid_until"})

    class Meta:
        ordering = ["application__name", "municipality__country", "municipality__code"]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes = [models.Index(fields=["cooperation", "valid_from"], name="services_subscription_span")]
        constraints = [
            ends_after_it_starts("services_subscription_dates"),
            ExclusionConstraint(
                name="services_subscription_never_twice",
                expressions=[
                    ("application", RangeOperators.EQUAL),
                    ("municipality", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This municipality already uses it in part of that time."),
            ),
        ]

    def clean(self) -> None:
        """Refuse the variant of another application; the database does so too."""
        super().clean()
        refuse_other_variant(self.variant, self.application_id)

    def __str__(self) -> str:
        return f"{self.application}, {self.municipality}"
