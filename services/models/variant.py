from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.querysets import OfApplicationQuerySet
from sharedict.common.models import CooperationRow


class Variant(CooperationRow):
    """One of the forms in which an application is offered, such as basic and plus.

    What it does not tell of itself, such as its price, is that of the application.
    """

    application = models.ForeignKey(
        "services.Application", models.CASCADE, related_name="variants", verbose_name=_("application")
    )
    name = models.CharField(_("name"), max_length=60)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=2, null=True, blank=True)
    included = models.TextField(_("included"), max_length=2000, blank=True)
    delivery_days = models.PositiveSmallIntegerField(
        _("delivery time"),
        null=True,
        blank=True,
        help_text=_("Working days from the order until it can be used."),
    )
    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["application__name", "name"]
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "name"],
                name="services_variant_name_once",
                violation_error_message=_("There is already a variant with this name."),
            ),
            models.CheckConstraint(
                condition=models.Q(unit_price__isnull=True) | models.Q(unit_price__gte=0),
                name="services_variant_price_not_negative",
                violation_error_message=_("A price is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


OF_ANOTHER = _("This is a variant of another application.")


def refuse_other_variant(variant: Variant | None, application_id: int) -> None:
    """Raise ValidationError, at the field, for a ``variant`` of another application."""
    if variant and variant.application_id != application_id:
        raise ValidationError({"variant": OF_ANOTHER})
