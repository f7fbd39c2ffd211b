from django.db import models
from django.utils.translation import gettext_lazy as _

from services.querysets import ApplicationQuerySet
from sharedict.common.models import CooperationRow, Fact


class Application(Fact, CooperationRow):
    """An application that municipalities use together: an entry of the service catalogue."""

    class InformationClass(models.TextChoices):
        OPEN = "open", _("open")
        INTERNAL = "internal", _("internal")
        CONFIDENTIAL = "confidential", _("confidential")
        SECRET = "secret", _("secret")

    class Hours(models.TextChoices):
        OFFICE = "office", _("office hours")
        EXTENDED = "extended", _("06-22 every day")
        ALWAYS = "always", _("24/7")

    class Lifecycle(models.TextChoices):
        IDEA = "idea", _("idea")
        PROJECT = "project", _("project")
        IN_USE = "in_use", _("in use")
        PHASING_OUT = "phasing_out", _("phasing out")
        RETIRED = "retired", _("retired")

    code = models.SlugField(_("code"), max_length=60, help_text=_("Short name for addresses and files."))
    name = models.CharField(_("name"), max_length=150)
    purpose = models.CharField(_("purpose"), max_length=300)
    vendor = models.CharField(_("vendor"), max_length=150, blank=True)
    owner = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner and competence centre"),
    )
    information_class = models.CharField(
        _("information class"),
        max_length=20,
        choices=InformationClass.choices,
        default=InformationClass.INTERNAL,
    )
    hours = models.CharField(_("service hours"), max_length=20, choices=Hours.choices, default=Hours.OFFICE)
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
            )
        ]

    def __str__(self) -> str:
        return self.name
