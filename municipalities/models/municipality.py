from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import MunicipalityQuerySet
from sharedict.common.models import Fact


class Municipality(Fact):
    """A municipality as its country's statistics office lists it: public, common to all cooperations."""

    id = models.AutoField(primary_key=True)
    country = models.CharField(_("country"), max_length=2, validators=[RegexValidator(r"^[A-Z]{2}\Z")])
    code = models.CharField(_("official code"), max_length=6, validators=[RegexValidator(r"^[0-9]{3,6}\Z")])
    name = models.CharField(_("name"), max_length=100)
    official_name = models.CharField(_("official name"), max_length=150, blank=True)
    county_code = models.CharField(_("county code"), max_length=4, blank=True)
    county = models.CharField(_("county"), max_length=100, blank=True)
    organisation_number = models.CharField(_("organisation number"), max_length=20, blank=True)
    peppol_id = models.CharField(_("Peppol id"), max_length=60, blank=True)
    objects = MunicipalityQuerySet.as_manager()

    fact_columns = frozenset({"country", "code", "name"})

    class Meta:
        ordering = ["country", "code"]
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        constraints = [
            models.UniqueConstraint(fields=["country", "code"], name="municipalities_municipality_code_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """Country and official code (SE1737): how the engine, addresses and files name it."""
        return f"{self.country}{self.code}"
