from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.querysets import OutageCostQuerySet
from sharedict.common.models import CooperationRow


class OutageCost(CooperationRow):
    """A cost that an outage made necessary at once. It is shared by its own key as ever: nothing moves."""

    outage = models.ForeignKey(
        "services.Outage", models.PROTECT, related_name="costs", verbose_name=_("outage")
    )
    cost = models.OneToOneField(
        "billing.Cost",
        models.CASCADE,
        related_name="of_outage",
        verbose_name=_("cost"),
        error_messages={"unique": _("It is linked already.")},
    )
    objects = OutageCostQuerySet.as_manager()

    class Meta:
        ordering = ["outage", "cost"]
        verbose_name = _("cost of an outage")
        verbose_name_plural = _("costs of outages")

    def __str__(self) -> str:
        return str(self.cost)
