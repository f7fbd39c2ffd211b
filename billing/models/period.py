from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.querysets import PeriodQuerySet
from sharedict.common.models import CooperationRow
from sharedict.kernel.periods import Month


class Period(CooperationRow):
    """One calendar month of a cooperation, from open to closed; ``current_run`` is what everybody sees.

    ``checked_mark`` is the fingerprint of the facts that a closed month was last held against.
    """

    class State(models.TextChoices):
        OPEN = "open", _("preliminary")
        PROPOSED = "proposed", _("proposed")
        CLOSED = "closed", _("closed")

    first_day = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    current_run = models.ForeignKey("billing.Run", models.PROTECT, null=True, blank=True, related_name="+")
    failure = models.TextField(_("why it could not be computed"), blank=True)
    is_taken_over = models.BooleanField(_("closed as empty when release 0.1 was taken over"), default=False)
    checked_mark = models.CharField(max_length=64, blank=True)
    has_late_changes = models.BooleanField(_("changed after closing"), default=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    is_closed_by_invited = models.BooleanField(
        _("closed by two people of whom one had invited the other within 30 days"), default=False
    )
    objects = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day"]
        verbose_name = _("month")
        verbose_name_plural = _("months")
        constraints = [
            models.UniqueConstraint(fields=["cooperation", "first_day"], name="billing_period_once"),
            models.CheckConstraint(condition=Q(first_day__day=1), name="billing_period_first_day"),
            models.CheckConstraint(
                condition=Q(state="open", proposed_by__isnull=True, closed_by__isnull=True)
                | Q(state="proposed", proposed_by__isnull=False, closed_by__isnull=True)
                | Q(state="closed", proposed_by__isnull=False, closed_by__isnull=False),
                name="billing_period_state",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("proposed_by")),
                name="billing_period_two_people",
                violation_error_message=_("Somebody else than the proposer closes the month."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.month)

    @property
    def month(self) -> Month:
        return Month.of(self.first_day)

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED
