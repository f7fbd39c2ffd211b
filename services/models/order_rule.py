from django.db import models
from django.utils.translation import gettext_lazy as _

from services.engine import orders
from services.models.order import Order
from services.querysets import OrderRuleQuerySet
from sharedict.common.models import CooperationRow


class OrderRule(CooperationRow):
    """Who approves orders of one kind in a cooperation; a kind without a row goes by what is shipped."""

    class DecidedBy(models.TextChoices):
        COORDINATOR = orders.COORDINATOR, _("a coordinator of the municipality")
        ADMINISTRATOR = orders.ADMINISTRATOR, _("an administrator of the cooperation")

    kind = models.CharField(_("kind"), max_length=20, choices=Order.Kind.choices)
    decided_by = models.CharField(_("approved by"), max_length=20, choices=DecidedBy.choices)
    refers_to_decision = models.BooleanField(
        _("refers to a decision"),
        default=False,
        help_text=_("Such as of a body, which whoever approves names with its day and paragraph."),
    )
    objects = OrderRuleQuerySet.as_manager()

    class Meta:
        ordering = ["cooperation", "kind"]
        verbose_name = _("rule of orders")
        verbose_name_plural = _("rules of orders")
        constraints = [
            models.UniqueConstraint(fields=["cooperation", "kind"], name="services_orderrule_once"),
            models.CheckConstraint(
                condition=models.Q(decided_by__in=[orders.COORDINATOR, orders.ADMINISTRATOR]),
                name="services_orderrule_known_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_decided_by_display()}"
