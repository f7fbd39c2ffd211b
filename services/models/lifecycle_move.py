from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.models.application import Application
from services.querysets import OfApplicationQuerySet
from sharedict.common.models import CooperationRow


class LifecycleMove(CooperationRow):
    """A step in the life of an application: from which stage to which, by whom and why. It stays as it is."""

    application = models.ForeignKey(
        "services.Application", models.CASCADE, related_name="moves", verbose_name=_("application")
    )
    from_stage = models.CharField(_("from"), max_length=20, choices=Application.Lifecycle.choices)
    to_stage = models.CharField(_("to"), max_length=20, choices=Application.Lifecycle.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    moved_at = models.DateTimeField(_("moved"))
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("moved by"),
    )
    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-moved_at", "-pk"]
        verbose_name = _("step in the lifecycle")
        verbose_name_plural = _("steps in the lifecycle")
        indexes = [models.Index(fields=["application", "-moved_at"], name="services_move_of_application")]

    def __str__(self) -> str:
        return f"{self.application}: {self.get_to_stage_display()}"
