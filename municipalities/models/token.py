from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from municipalities.querysets import TokenQuerySet
from sharedict.common.models import CooperationRow


class Token(CooperationRow):
    """An integrator's key to the API of one cooperation. The secret is shown once and kept as a SHA-256.

    A token stands where a signed-in user stands: it is the ``viewer`` of what it may see.
    """

    class Scope(models.TextChoices):
        READ = "read", _("read everything the cooperation shares")
        WRITE_COSTS = "costs:write", _("add and change costs")
        WRITE_READINGS = "readings:write", _("add and change readings")
        WRITE_ABSENCES = "absences:write", _("add and change absences")
        WRITE_OUTAGES = "outages:write", _("report and change outages")
        WRITE_ORDERS = "orders:write", _("add and move orders")
        SEND_ALERTS = "alerts:write", _("send alarms of a monitoring system")

    name = models.CharField(_("name"), max_length=100, help_text=_("Which system uses it."))
    prefix = models.CharField(_("prefix"), max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices), verbose_name=pgettext_lazy("token", "may")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    objects = TokenQuerySet.as_manager()

    not_logged = ("secret_hash", "last_used_at")
    is_authenticated = True
    is_anonymous = False
    is_active = True

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="municipalities_token_expires"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"
