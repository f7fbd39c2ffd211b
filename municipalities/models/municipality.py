from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import MunicipalityQuerySet
from sharedict.common.models import Fact


class Municipality(Fact):
    """A municipality as its country's statistics office lists it: public, common to all cooperations.

    One that was merged has a ``successor`` from the day ``merged_on``. Nothing follows from it by itself.
    """

    id = models.AutoField(primary_key=True)
    country = models.CharField(_("country"), max_length=2, validators=[RegexValidator(r"^[A-Z]{2}\Z")])
    code = models.CharField(_("official code"), max_length=6, validators=[RegexValidator(r"^[0-9]{3,6}\Z")])
    name = models.CharField(_("name"), max_length=100)
    official_name = models.CharField(_("official name"), max_length=150, blank=True)
    county_code = models.CharField(_("county code"), max_length=4, blank=True)
    county = models.CharField(_("county"), max_length=100, blank=True)
    organisation_number = models.CharField(_("organisation number"), max_length=20, blank=True)
    peppol_id = models.CharField(_("Peppol id"), max_length=60, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("merged into"),
        help_text=_("The municipality that it is part of since then."),
    )
    merged_on = models.DateField(_("merged on"), null=True, blank=True)
    objects = MunicipalityQuerySet.as_manager()

    fact_columns = frozenset({"country", "code", "name"})

    class Meta:
        ordering = ["country", "code"]
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        constraints = [
            models.UniqueConstraint(fields=["country", "code"], name="municipalities_municipality_code_once"),
            models.CheckConstraint(
                condition=models.Q(successor=None, merged_on=None)
                | models.Q(successor__isnull=False, merged_on__isnull=False),
                name="municipalities_municipality_merged_whole",
                violation_error_message=_("Say both: what it was merged into, and when."),
            ),
            models.CheckConstraint(
                condition=~models.Q(successor=models.F("id")),
                name="municipalities_municipality_merged_into_other",
                violation_error_message=_("A municipality is not merged into itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """Country and official code (SE1737): how the engine, addresses and files name it."""
        return f"{self.country}{self.code}"
