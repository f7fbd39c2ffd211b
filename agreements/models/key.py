from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.querysets import KeyQuerySet, KeyVersionQuerySet
from sharedict.common.models import (
    CooperationRow,
    DateRange,
    DayAfterField,
    Fact,
    Span,
    SpannedFact,
    ends_after_it_starts,
)


class Key(Fact, CooperationRow):
    """A rule that divides a cost (fördelningsnyckel). What it says on a date is in its versions."""

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=150)
    objects = KeyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "code"],
                name="agreements_key_code_once",
                violation_error_message=_("There is already a key with this code."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class KeyVersion(SpannedFact):
    """What a key says from a date on, and the decision that adopted it.

    The percentages of its components add up to exactly 100: the database refuses any other version.
    """

    class WhenZero(models.TextChoices):
        EVEN = "even", _("divide evenly")
        ERROR = "error", _("leave unallocated until the reading is mended")

    key = models.ForeignKey(Key, models.PROTECT, related_name="versions", verbose_name=_("key"))
    number = models.PositiveSmallIntegerField(_("version"))
    decision = models.CharField(
        _("decision"), max_length=300, help_text=_("Who decided it and where it is written.")
    )
    decided_on = models.DateField(_("decided"))
    when_zero = models.CharField(
        _("if a driver totals zero"), max_length=10, choices=WhenZero.choices, default=WhenZero.ERROR
    )
    base_amount = models.DecimalField(
        _("base amount"),
        max_digits=18,
        decimal_places=2,
        default=0,
        help_text=_("What everybody pays first of each cost, before the percentages."),
    )
    own_end = DayAfterField(
        _("its own end"),
        null=True,
        editable=False,
        help_text=_("The first day it would not have held, had no other version followed it."),
    )
    floor_percent = models.DecimalField(_("floor, %"), max_digits=9, decimal_places=6, null=True, blank=True)
    cap_percent = models.DecimalField(_("cap, %"), max_digits=9, decimal_places=6, null=True, blank=True)
    objects = KeyVersionQuerySet.as_manager()

    class Meta:
        ordering = ["key__name", "-valid_from"]
        verbose_name = _("key version")
        verbose_name_plural = _("key versions")
        constraints = [
            ends_after_it_starts("agreements_key_version_span"),
            models.UniqueConstraint(fields=["key", "number"], name="agreements_key_version_number_once"),
            models.CheckConstraint(
                condition=Q(base_amount__gte=0),
                name="agreements_key_version_base",
                violation_error_message=_("A base amount is 0 or more."),
            ),
            models.CheckConstraint(
                condition=(Q(floor_percent__isnull=True) | Q(floor_percent__range=(0, 100)))
                & (Q(cap_percent__isnull=True) | Q(cap_percent__gt=0, cap_percent__lte=100))
                & (
                    Q(floor_percent__isnull=True)
                    | Q(cap_percent__isnull=True)
                    | Q(floor_percent__lte=models.F("cap_percent"))
                ),
                name="agreements_key_version_limits",
                violation_error_message=_(
                    "Floor and cap are percentages from 0 to 100, the floor not above the cap."
                ),
            ),
            ExclusionConstraint(
                name="agreements_key_version_no_overlap",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another version of this key holds in part of that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}, {_('version')} {self.number}"


class Component(Fact, CooperationRow):
    """One part of a key version: a percentage of the cost, divided evenly, by a driver, or in fixed parts."""

    class Kind(models.TextChoices):
        EVEN = "even", _("evenly")
        DRIVER = "driver", _("by a driver")
        FIXED = "fixed", _("in fixed parts")

    class Rule(models.TextChoices):
        YEAR_START = "year_start", _("on 1 January of the year")
        MIDYEAR_BEFORE = "midyear_before", _("on 30 June of the year before")
        LATEST_BEFORE = "latest_before", _("the latest before the month")
        MONTH = "month", _("in the month itself")

    version = models.ForeignKey(KeyVersion, models.CASCADE, related_name="components")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("divided"), max_length=10, choices=Kind.choices)
    percent = models.DecimalField(_("percent"), max_digits=9, decimal_places=6)
    driver = models.ForeignKey(
        "municipalities.Driver",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("driver"),
    )
    rule = models.CharField(_("read"), max_length=20, choices=Rule.choices, blank=True)

    class Meta:
        ordering = ["position"]
        verbose_name = _("component")
        verbose_name_plural = _("components")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="agreements_component_position_once"
            ),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100),
                name="agreements_component_percent",
                violation_error_message=_("A percentage is above 0 and at most 100."),
            ),
            models.CheckConstraint(
                condition=(Q(kind="driver", driver__isnull=False) & ~Q(rule=""))
                | (~Q(kind="driver") & Q(driver__isnull=True, rule="")),
                name="agreements_component_driver",
                violation_error_message=_("Name the driver and when it is read, or divide in another way."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent.normalize():f} % {self.get_kind_display()}"

    @property
    def touches(self) -> Span:
        return self.version.touches


class FixedPart(Fact, CooperationRow):
    """A municipality's percentage in a component of fixed parts; those of a component add up to 100."""

    component = models.ForeignKey(Component, models.CASCADE, related_name="fixed_parts")
    municipality = models.ForeignKey("municipalities.Municipality", models.PROTECT, related_name="+")
    percent = models.DecimalField(_("percent"), max_digits=9, decimal_places=6)

    class Meta:
        ordering = ["municipality__country", "municipality__code"]
        verbose_name = _("fixed part")
        verbose_name_plural = _("fixed parts")
        constraints = [
            models.UniqueConstraint(fields=["component", "municipality"], name="agreements_fixed_part_once"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="agreements_fixed_part_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.percent.normalize():f} %"

    @property
    def touches(self) -> Span:
        return self.component.touches
