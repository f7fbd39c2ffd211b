from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import SupplierQuerySet
from sharedict.common.models import CooperationRow


class Supplier(CooperationRow):
    """Whoever delivers something that is shared: if it goes, what hangs on it goes."""

    name = models.CharField(_("name"), max_length=100)
    contact = models.CharField(
        _("whom to reach"), max_length=200, blank=True, help_text=_("Telephone and hours, at night too.")
    )
    objects = SupplierQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        constraints = [
            models.UniqueConstraint(
                "cooperation",
                Lower("name"),
                name="municipalities_supplier_name_once",
                violation_error_message=_("There is already a supplier with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
