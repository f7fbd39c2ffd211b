from django.db import models
from django.utils.translation import gettext_lazy as _

from services.querysets import PurposeQuerySet
from sharedict.common.models import CooperationRow


class Purpose(CooperationRow):
    """What applications are for, as a place in the cooperation's own tree of purposes."""

    code = models.SlugField(
        _("code"), max_length=20, help_text=_("Short name for files; the tree is sorted by it.")
    )
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
        help_text=_("Empty: it stands at the top."),
    )
    objects = PurposeQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "code"],
                name="services_purpose_code_once",
                violation_error_message=_("There is already a purpose with this code."),
            )
        ]

    def __str__(self) -> str:
        return self.name
