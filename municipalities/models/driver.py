import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import REPLACED_WITHIN, DriverQuerySet, ReadingQuerySet
from sharedict.common.models import Fact, Span
from sharedict.common.row_security import PUBLIC_OR_OWN

POPULATION = "population"
"""The code of the public driver that everybody divides by."""
PUBLIC_WORDS = {"Population": _("Population"), "inhabitants": _("inhabitants")}
"""Names and units of public drivers, which follow the reader's language."""


class Driver(Fact):
    """A measured fact to share cost by. Without a cooperation it is public and common to all (population)."""

    cooperation = models.ForeignKey(
        "municipalities.Cooperation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cooperation"),
    )
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    unit = models.CharField(_("unit"), max_length=30)
    retired_on = models.DateField(_("no longer used from"), null=True, blank=True)
    objects = DriverQuerySet.as_manager()
    rows_shown = PUBLIC_OR_OWN

    fact_columns = frozenset({"cooperation", "code", "name"})

    class Meta:
        ordering = ["name"]
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "code"],
                name="municipalities_driver_code_once",
                nulls_distinct=False,
                violation_error_message=_("There is already a driver with this code."),
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name for readers; for keys, files and other systems there is the code."""
        return self.name if self.cooperation_id else in_words(self.name)

    @property
    def unit_label(self) -> str:
        return self.unit if self.cooperation_id else in_words(self.unit)

    def clean(self) -> None:
        """Keys, files and frozen facts name a driver by its code: an own one cannot pass for a public one."""
        if self.cooperation_id and Driver.objects.filter(cooperation=None, code=self.code).exists():
            raise ValidationError({"code": _("There is a public driver with this code: choose another.")})


def in_words(name: str) -> str:
    """A public driver's name or unit in the reader's language; any other as it is."""
    return str(PUBLIC_WORDS.get(name, name))


class Reading(Fact):
    """The value of a driver for one municipality on its reference date, with its source.

    Of a public driver a cooperation may keep one of its own, which counts for itself alone while there is no
    public one of the same day or of the quarter before it.
    """

    driver = models.ForeignKey(Driver, models.PROTECT, related_name="readings", verbose_name=_("driver"))
    cooperation = models.ForeignKey(
        "municipalities.Cooperation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    municipality = models.ForeignKey(
        "municipalities.Municipality", models.PROTECT, related_name="readings", verbose_name=_("municipality")
    )
    reference_on = models.DateField(_("reference date"))
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    source = models.CharField(_("source"), max_length=300)
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    objects = ReadingQuerySet.as_manager()
    rows_shown = PUBLIC_OR_OWN

    fact_columns = frozenset({"driver", "cooperation", "municipality", "reference_on", "value", "source"})

    class Meta:
        ordering = ["-reference_on", "municipality__country", "municipality__code"]
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(value__gte=0),
                name="municipalities_reading_not_negative",
                violation_error_message=_("A reading is 0 or more."),
            ),
            models.UniqueConstraint(
                fields=["driver", "cooperation", "municipality", "reference_on"],
                name="municipalities_reading_once_a_day",
                nulls_distinct=False,
                violation_error_message=_(
                    "There is already a reading for this municipality and date: change that one."
                ),
            ),
            models.UniqueConstraint(
                fields=["cooperation", "external_id"],
                condition=~models.Q(external_id=""),
                name="municipalities_reading_external_id_once",
                violation_error_message=_("There is already a reading with this external id."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.driver}, {self.municipality}, {self.reference_on}"

    def clean(self) -> None:
        """Nobody else has a reading of a cooperation's driver, nor enters what the public register has."""
        if not self.driver_id:
            return
        if self.driver.cooperation_id not in (None, self.cooperation_id):
            raise ValidationError(_("This driver is a cooperation's own, and so are its readings."))
        if self.is_own_figure and self._is_placed_anew() and self._is_replaced():
            said = _(
                "The public register has the figure of this day or of the quarter before it, and it is "
                "that one which counts."
            )
            raise ValidationError({"reference_on": said})

    @property
    def is_own_figure(self) -> bool:
        """Whether a cooperation has entered it of a public driver, for itself."""
        return self.cooperation_id is not None and self.driver.cooperation_id is None

    def _is_placed_anew(self) -> bool:
        places = ("driver_id", "municipality_id", "reference_on")
        return any(self.as_read.get(name) != getattr(self, name) for name in places)

    def _is_replaced(self) -> bool:
        """Whether a public reading would count in place of it."""
        if not isinstance(self.reference_on, dt.date):
            return False  # said at its field
        public = Reading.objects.filter(driver=self.driver_id, municipality=self.municipality_id)
        days = public.filter(cooperation=None, reference_on__lte=self.reference_on)
        last = days.order_by("-reference_on").values_list("reference_on", flat=True).first()
        return last is not None and self.reference_on - last < REPLACED_WITHIN

    @property
    def touches(self) -> Span:
        return self.reference_on, None
