from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import RoleQuerySet
from sharedict.common.models import CooperationRow, Personal

SCOPE = models.Q(municipality__isnull=True, kind__in=["administrator", "auditor"]) | models.Q(
    municipality__isnull=False, kind__in=["coordinator", "finance"]
)
"""Which roles are for one municipality, and which for all of them."""


class Role(CooperationRow):
    """What a person may do in a cooperation, for all of it or for one municipality."""

    class Kind(models.TextChoices):
        ADMINISTRATOR = "administrator", _("administrator")
        COORDINATOR = "coordinator", _("ICT coordinator")
        FINANCE = "finance", _("finance officer")
        AUDITOR = "auditor", _("auditor")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="roles", verbose_name=_("person")
    )
    kind = models.CharField(_("role"), max_length=20, choices=Kind.choices)
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("municipality"),
        help_text=_("Empty: for the whole cooperation."),
    )
    objects = RoleQuerySet.as_manager()
    personal = Personal("user_id")

    class Meta:
        ordering = ["user__username", "kind"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "user", "kind", "municipality"],
                name="municipalities_role_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=SCOPE,
                name="municipalities_role_scope",
                violation_error_message=_(
                    "Coordinators and finance officers belong to one municipality; "
                    "administrators and auditors to the whole cooperation."
                ),
            ),
        ]

    def __str__(self) -> str:
        where = self.municipality or self.cooperation
        return f"{self.user}: {self.get_kind_display()}, {where}"
