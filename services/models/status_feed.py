from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.querysets import StatusFeedQuerySet
from sharedict.common.models import CooperationRow, Personal


class StatusFeed(CooperationRow):
    """The address by which one person's feed reader, which cannot sign in, reads a cooperation's outages.

    It is a person's and not the cooperation's: whoever loses their role reads no more, and nobody else has to
    get a new address for that. The secret is shown once and kept as a SHA-256.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    objects = StatusFeedQuerySet.as_manager()

    not_logged = ("secret_hash",)
    personal = Personal("user_id")

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("feed address")
        verbose_name_plural = _("feed addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "user"],
                condition=models.Q(revoked_at__isnull=True),
                name="services_statusfeed_one_in_use",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.created_at:%Y-%m-%d}"
