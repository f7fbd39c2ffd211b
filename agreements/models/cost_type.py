from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.querysets import CostTypeQuerySet
from sharedict.common.models import CooperationRow, Fact


class CostType(Fact, CooperationRow):
    """A kind of cost that terms can tell apart: licence, operations, support, network."""

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    objects = CostTypeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("cost type")
        verbose_name_plural = _("cost types")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "code"],
                name="agreements_cost_type_code_once",
                violation_error_message=_("There is already a cost type with this code."),
            )
        ]

    def __str__(self) -> str:
        return self.name
