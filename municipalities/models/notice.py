from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import NoticeQuerySet
from sharedict.common.models import Personal
from sharedict.common.row_security import NOBODYS_OR_OWN


class Notice(models.Model):
    """One person is told of one event in a cooperation, written in the transaction of the event.

    Without a cooperation it is about one in which they have no role yet.

    ``kind`` says what happened, ``about`` to what, as a text that the kind's own words begin from; who did it
    is ``by``, nobody where the program did. ``event`` names the one thing that happened, so that nobody is
    told of it twice.
    """

    cooperation = models.ForeignKey(
        "municipalities.Cooperation",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("cooperation"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=40)
    about = models.CharField(max_length=80)
    event = models.CharField(max_length=160)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("when"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent by letter"), null=True, blank=True)
    objects = NoticeQuerySet.as_manager()
    personal = Personal("user_id")
    rows_shown = NOBODYS_OR_OWN

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "user", "event"],
                name="municipalities_notice_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="municipalities_notice_listed"),
            models.Index(
                fields=["user", "cooperation"],
                condition=models.Q(read_at=None),
                name="municipalities_notice_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {timezone.localtime(self.at):%Y-%m-%d %H:%M}"
