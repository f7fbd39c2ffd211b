from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import AbsenceQuerySet, ColleagueQuerySet
from sharedict.common.models import Personal, Spanned, ends_after_it_starts, never_twice

FORGOTTEN = _("a colleague who was forgotten")
ABOUT_A_COLLEAGUE = Personal("colleague_id", kind="municipalities.colleague")
"""What rows that name a colleague say of it: what they are called is the colleague's name, and more."""


class Colleague(Spanned):
    """Somebody who works with what is shared, at one municipality: whom to ask, and who can stand in.

    No sign-in goes with it; ``user`` is theirs where they have one here. Of one who was forgotten there is
    no name any more, and nothing can be changed.
    """

    name = models.CharField(_("name"), max_length=100)
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        related_name="colleagues",
        verbose_name=_("municipality"),
        help_text=_("Where they work."),
    )
    work = models.CharField(_("works as"), max_length=100, blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="colleagues",
        verbose_name=_("sign-in"),
        help_text=_("Theirs, where they have one here. Forgetting the sign-in forgets the colleague too."),
    )
    forgotten_at = models.DateTimeField(_("forgotten"), null=True, blank=True, editable=False)
    objects = ColleagueQuerySet.as_manager()
    personal = Personal("pk", frozenset({"name", "work", "phone", "email"}), "municipalities.colleague")

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("colleague")
        verbose_name_plural = _("colleagues")
        constraints = [
            ends_after_it_starts("municipalities_colleague_span"),
            models.UniqueConstraint(
                fields=["cooperation", "user"],
                name="municipalities_colleague_sign_in_once",
                violation_error_message=_("This sign-in is another colleague's."),
            ),
            models.CheckConstraint(
                condition=~models.Q(name="")
                | models.Q(forgotten_at__isnull=False, work="", phone="", email="", user=None),
                name="municipalities_colleague_named",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(FORGOTTEN)

    def clean(self) -> None:
        super().clean()
        if self.forgotten_at:
            raise ValidationError(_("This colleague was forgotten: nothing of them can be changed."))


class Absence(Spanned):
    """Days on which a colleague is not there. Why is nobody's business here, and is not asked."""

    colleague = models.ForeignKey(
        Colleague, models.PROTECT, related_name="absences", verbose_name=_("colleague")
    )
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    objects = AbsenceQuerySet.as_manager()
    personal = ABOUT_A_COLLEAGUE

    class Meta:
        ordering = ["-valid_from", "pk"]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        indexes = [models.Index(fields=["cooperation", "valid_from"], name="municipalities_absence_span")]
        constraints = [
            ends_after_it_starts("municipalities_absence_dates"),
            models.UniqueConstraint(
                fields=["cooperation", "external_id"],
                condition=~models.Q(external_id=""),
                name="municipalities_absence_external_id_once",
                violation_error_message=_("There is already an absence with this external id."),
            ),
            never_twice(
                "municipalities_absence_never_twice",
                "colleague",
                said=_("They are already away in part of that time."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.colleague)

    def clean(self) -> None:
        super().clean()
        refuse_forgotten(self)


def refuse_forgotten(row: Any) -> None:
    """Raise ValidationError, at the field, where ``row`` names a colleague who was forgotten.

    What named them already may end.
    """
    if row.colleague_id and row.colleague.forgotten_at and not row.is_only_cut("colleague_id"):
        raise ValidationError({"colleague": _("This colleague was forgotten: choose somebody else.")})
