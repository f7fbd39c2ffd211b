"""Who did what, when: one row for each change, written in the same transaction."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from sharedict.common.roles import APPENDING


class Entry(models.Model):
    """One change to one row. ``changes`` maps a field to its value before and after, as text."""

    cooperation = models.ForeignKey(
        "municipalities.Cooperation",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("cooperation"),
    )
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor = models.CharField(_("who"), max_length=200)
    verb = models.CharField(_("what"), max_length=40)
    subject_type = models.CharField(_("kind"), max_length=80)
    subject_id = models.CharField(max_length=40)
    subject = models.CharField(_("subject"), max_length=300)
    changes = models.JSONField(_("changes"), default=dict, encoder=DjangoJSONEncoder)
    program_may = APPENDING

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["cooperation", "-at", "-id"], name="audit_by_cooperation")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}: {self.verb} {self.subject}"
