from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from municipalities.models import ABOUT_A_COLLEAGUE, refuse_forgotten
from services.querysets import CompetenceQuerySet, OnCallQuerySet
from sharedict.common.models import Spanned, ends_after_it_starts, never_twice


class Competence(Spanned):
    """How well a colleague knows an application, for a span of days."""

    class Level(models.TextChoices):
        KNOWS = "knows", _("knows it")
        RUNS = "runs", _("can run it")
        TEACHES = "teaches", _("can teach it")

    colleague = models.ForeignKey(
        "municipalities.Colleague",
        models.PROTECT,
        related_name="competences",
        verbose_name=_("colleague"),
    )
    application = models.ForeignKey(
        "services.Application", models.PROTECT, related_name="competences", verbose_name=_("application")
    )
    level = models.CharField(_("how well"), max_length=10, choices=Level.choices, default=Level.RUNS)
    objects = CompetenceQuerySet.as_manager()
    personal = ABOUT_A_COLLEAGUE

    class Meta:
        ordering = ["application__name", "pk"]
        verbose_name = _("competence")
        verbose_name_plural = _("competences")
        constraints = [
            ends_after_it_starts("services_competence_span"),
            never_twice(
                "services_competence_never_twice",
                "colleague",
                "application",
                said=_("It is already said how well they know it in part of that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.colleague}, {self.application}"

    def clean(self) -> None:
        super().clean()
        refuse_forgotten(self)


class OnCall(Spanned):
    """A colleague who is to be reached outside office hours: for one application, or for all there is."""

    colleague = models.ForeignKey(
        "municipalities.Colleague", models.PROTECT, related_name="on_call", verbose_name=_("colleague")
    )
    application = models.ForeignKey(
        "services.Application",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="on_call",
        verbose_name=_("application"),
        help_text=_("Empty: for all that is shared."),
    )
    objects = OnCallQuerySet.as_manager()
    personal = ABOUT_A_COLLEAGUE

    class Meta:
        ordering = ["valid_from", "pk"]
        verbose_name = _("turn on call")
        verbose_name_plural = _("turns on call")
        constraints = [
            ends_after_it_starts("services_on_call_span"),
            never_twice(
                "services_on_call_never_two",
                "cooperation",
                Coalesce("application", models.Value(0), output_field=models.BigIntegerField()),
                said=_("Somebody is already on call for it in part of that time."),
            ),
        ]

    def __str__(self) -> str:
        what = self.application or _("all that is shared")
        return f"{self.colleague}, {what}"

    def clean(self) -> None:
        super().clean()
        refuse_forgotten(self)
