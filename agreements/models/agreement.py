import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.engine.terms import notice_day
from agreements.querysets import AgreementQuerySet
from sharedict.common.models import Fact, Spanned, ends_after_it_starts


class Agreement(Fact, Spanned):
    """What the members have agreed: the frame that terms stand in, whose own days limit none of them."""

    name = models.CharField(_("name"), max_length=150)
    decision = models.CharField(
        _("decision"), max_length=300, blank=True, help_text=_("Who decided it, when, and the paragraph.")
    )
    notice_months = models.PositiveSmallIntegerField(_("notice, months"), null=True, blank=True)
    objects = AgreementQuerySet.as_manager()

    fact_columns = frozenset({"cooperation", "name"})

    class Meta:
        ordering = ["name"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            ends_after_it_starts("agreements_agreement_span"),
            models.UniqueConstraint(
                fields=["cooperation", "name"],
                name="agreements_agreement_name_once",
                violation_error_message=_("There is already an agreement with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def notice_by(self) -> dt.date | None:
        """The last day to give notice; None without an end or a notice rule."""
        if self.valid_until is None or self.notice_months is None:
            return None
        return notice_day(self.valid_until, self.notice_months)
