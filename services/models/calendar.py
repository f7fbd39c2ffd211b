from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.engine.clocks import Hours, HoursError, parse_hours, written
from services.querysets import CalendarQuerySet, ClosedDayQuerySet
from sharedict.common.models import CooperationRow

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SAID = {
    "format": _("Write hours as 08:00-16:30; several with a comma between them. Empty: closed."),
    "order": _("What opens must close later the same day."),
    "overlap": _("These hours overlap, or stand in no order."),
    "many": _("It opens at most four times a day."),
}


def _hours(name: object) -> "models.CharField[str, str]":
    """Holds the longest that ``written`` makes of hours, however short they were typed."""
    return models.CharField(name, max_length=60, blank=True)  # type: ignore[arg-type]


class Calendar(CooperationRow):
    """Hours by weekday and on public holidays, by which applications run, are measured or are supported.

    Each day's hours are a text such as ``08:00-16:30``; empty where it is closed.
    """

    class Country(models.TextChoices):
        SE = "SE", _("Sweden")
        NO = "NO", _("Norway")
        FI = "FI", _("Finland")
        DK = "DK", _("Denmark")

    name = models.CharField(_("name"), max_length=60)
    country = models.CharField(
        _("public holidays of"),
        max_length=2,
        choices=Country.choices,
        blank=True,
        help_text=_("Empty: public holidays are days like others."),
    )
    monday = _hours(_("Monday"))
    tuesday = _hours(_("Tuesday"))
    wednesday = _hours(_("Wednesday"))
    thursday = _hours(_("Thursday"))
    friday = _hours(_("Friday"))
    saturday = _hours(_("Saturday"))
    sunday = _hours(_("Sunday"))
    holiday = _hours(_("public holidays"))
    objects = CalendarQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "name"],
                name="services_calendar_name_once",
                violation_error_message=_("There is already a calendar with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what tells no hours, and write the others in one way."""
        errors = {}
        for name in (*WEEK, "holiday"):
            try:
                setattr(self, name, written(parse_hours(getattr(self, name))))
            except HoursError as error:
                errors[name] = SAID[error.code]
        if errors:
            raise ValidationError(errors)

    @property
    def week(self) -> list[Hours]:
        """The hours of each weekday, from Monday on, as the engine takes them."""
        return [parse_hours(getattr(self, name)) for name in WEEK]


class ClosedDay(CooperationRow):
    """A day on which nothing is open by a calendar, beside the public holidays: an eve, a bridge day."""

    calendar = models.ForeignKey(
        "services.Calendar", models.CASCADE, related_name="closed_days", verbose_name=_("calendar")
    )
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=60)
    objects = ClosedDayQuerySet.as_manager()

    class Meta:
        ordering = ["day", "calendar__name"]
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "day"],
                name="services_closedday_once",
                violation_error_message=_("It is closed that day already."),
            )
        ]

    def __str__(self) -> str:
        return self.name
