from django.db import models
from django.utils.translation import gettext_lazy as _

from services.engine.clocks import parse_hours
from services.querysets import OfApplicationQuerySet
from sharedict.common.models import CooperationRow


class MeasuredYear(CooperationRow):
    """The hours by which an application was measured in a year that is over, as they were then.

    A copy, made before anything of them changes: calendars and closed days go on, the past stays. The
    database refuses to change or remove one.
    """

    application = models.ForeignKey(
        "services.Application", models.PROTECT, related_name="measured_years", verbose_name=_("application")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    calendar_name = models.CharField(_("calendar"), max_length=60)
    hours = models.JSONField(_("hours"))
    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["application__name", "-year"]
        verbose_name = _("measured year")
        verbose_name_plural = _("measured years")
        constraints = [
            models.UniqueConstraint(fields=["application", "year"], name="services_measuredyear_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.year}"

    @property
    def week(self) -> list[tuple[tuple[int, int], ...]]:
        """The hours of each weekday, from Monday on, as the engine takes them."""
        return [parse_hours(text) for text in self.hours["week"]]
