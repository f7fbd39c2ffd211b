from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from services.querysets import ApplicationQuerySet
from sharedict.common.models import CooperationRow, Fact

RESERVED_CODES = frozenset({"new", "several"})
"""Words that stand in an address where a code could: a page of that code would be out of reach."""


def _clock(name: Any, help_text: Any) -> Any:
    """A foreign key to the calendar that one of the three clocks goes by."""
    return models.ForeignKey(
        "services.Calendar",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=name,
        help_text=help_text,
    )


class Application(Fact, CooperationRow):
    """An application that municipalities use together: an entry of the service catalogue."""

    class Confidentiality(models.IntegerChoices):
        """KLASSA's scale, with the words that are used for who may see it."""

        OPEN = 0, _("open")
        INTERNAL = 1, _("internal")
        CONFIDENTIAL = 2, _("confidential")
        SECRET = 3, _("secret")
        CLASSIFIED = 4, _("security-classified")

    class Harm(models.IntegerChoices):
        """KLASSA's scale: what it does where it is wrong, or not there."""

        NONE = 0, _("no harm")
        MODERATE = 1, _("moderate")
        CONSIDERABLE = 2, _("considerable")
        SERIOUS = 3, _("serious")
        EXTREME = 4, _("extremely serious")

    class Charging(models.TextChoices):
        BASE = "base", _("divided by key")
        PRICED = "priced", _("at a price")
        PASSED_ON = "passed_on", _("passed on to other applications")

    class Lifecycle(models.TextChoices):
        IDEA = "idea", _("idea")
        PLANNED = "planned", _("planned")
        PILOT = "pilot", _("pilot")
        IN_USE = "in_use", _("in use")
        PHASING_OUT = "phasing_out", _("phasing out")
        RETIRED = "retired", _("retired")

    code = models.SlugField(_("code"), max_length=60, help_text=_("Short name for addresses and files."))
    name = models.CharField(_("name"), max_length=150)
    purpose = models.CharField(_("purpose"), max_length=300)
    serves = models.ForeignKey(
        "services.Purpose",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("in the tree of purposes"),
    )
    vendor = models.CharField(_("vendor"), max_length=150, blank=True)
    owner = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    competence_centre = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("competence centre"),
    )
    confidentiality = models.PositiveSmallIntegerField(
        _("confidentiality"),
        choices=Confidentiality.choices,
        null=True,
        blank=True,
        default=Confidentiality.INTERNAL,
    )
    integrity = models.PositiveSmallIntegerField(
        _("integrity"),
        choices=Harm.choices,
        null=True,
        blank=True,
        help_text=_("How bad it is if something in it is wrong."),
    )
    availability = models.PositiveSmallIntegerField(
        _("availability"),
        choices=Harm.choices,
        null=True,
        blank=True,
        help_text=_("How bad it is if it is not there."),
    )
    charging = models.CharField(_("charging"), max_length=10, choices=Charging.choices, default=Charging.BASE)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=2, null=True, blank=True)
    priced_per = models.CharField(
        _("price for each"), max_length=60, blank=True, help_text=_("Such as: user and month.")
    )
    included = models.TextField(_("included"), max_length=2000, blank=True)
    not_included = models.TextField(_("not included"), max_length=2000, blank=True)
    delivery_days = models.PositiveSmallIntegerField(
        _("delivery time"),
        null=True,
        blank=True,
        help_text=_("Working days from the order until it can be used."),
    )
    runs = _clock(pgettext_lazy("application", "runs"), _("The hours in which it can be used."))
    measured = _clock(_("is measured"), _("The hours in which its availability counts."))
    supported = _clock(_("support is open"), _("The hours in which somebody answers."))
    lifecycle = models.CharField(
        _("lifecycle"), max_length=20, choices=Lifecycle.choices, default=Lifecycle.IN_USE
    )
    review_on = models.DateField(_("next review"), null=True, blank=True)
    objects = ApplicationQuerySet.as_manager()

    fact_columns = frozenset({"cooperation", "code", "name"})

    class Meta:
        ordering = ["name"]
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "code"],
                name="services_application_code_once",
                violation_error_message=_("There is already an application with this code."),
            ),
            models.CheckConstraint(
                condition=models.Q(unit_price__isnull=True) | models.Q(unit_price__gte=0),
                name="services_application_price_not_negative",
                violation_error_message=_("A price is not negative."),
            ),
            models.CheckConstraint(
                condition=~models.Q(charging="priced") | models.Q(unit_price__isnull=False),
                name="services_application_priced_has_price",
                violation_error_message=_("Say the price, or charge in another way."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def information_class(self) -> int | None:
        """The highest of the three aspects, which decides the controls; None while none is told."""
        told = (self.confidentiality, self.integrity, self.availability)
        return max((level for level in told if level is not None), default=None)
