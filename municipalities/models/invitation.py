from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.models.role import SCOPE, Role
from municipalities.querysets import InvitationQuerySet
from sharedict.common.models import CooperationRow


class Invitation(CooperationRow):
    """Somebody at an e-mail address is asked to take a role, by a link that works once.

    The link is signed, and holds the ``mark``: what is kept here opens nothing, and another mark ends it. An
    invitation that is over, accepted or withdrawn, forgets the address.
    """

    email = models.EmailField(_("e-mail"), max_length=150, blank=True)
    kind = models.CharField(_("role"), max_length=20, choices=Role.Kind.choices)
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("municipality"),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    mark = models.CharField(max_length=32)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("expires"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failure = models.CharField(_("why it was not sent"), max_length=200, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    objects = InvitationQuerySet.as_manager()

    not_logged = ("email", "mark", "language", "sent_at", "failure")

    class Meta:
        ordering = ["-invited_at"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "email", "kind", "municipality"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="municipalities_invitation_once",
                nulls_distinct=False,
                violation_error_message=_("This address is invited already: send the invitation again."),
            ),
            models.CheckConstraint(
                condition=SCOPE,
                name="municipalities_invitation_scope",
                violation_error_message=_(
                    "Coordinators and finance officers belong to one municipality; "
                    "administrators and auditors to the whole cooperation."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("invited_at")),
                name="municipalities_invitation_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}, {self.pk}" if self.pk else self.role

    @property
    def role(self) -> str:
        """What is offered, and for which municipality where it is for one."""
        return ", ".join(map(str, filter(None, [self.get_kind_display(), self.municipality])))
