from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from services.querysets import DependencyQuerySet
from sharedict.common.models import Spanned, ends_after_it_starts


class Dependency(Spanned):
    """What an application needs beside the sites it is installed at: other applications, links, suppliers.

    It needs all that are named, or at least so many; with 0 it goes on without them, but with less.
    """

    application = models.ForeignKey(
        "services.Application", models.PROTECT, related_name="dependencies", verbose_name=_("application")
    )
    purpose = models.CharField(_("needed for"), max_length=150)
    at_least = models.PositiveSmallIntegerField(
        _("at least"),
        null=True,
        blank=True,
        help_text=_("Of these. Empty: all of them. 0: it goes on without them, but with less."),
    )
    applications = models.ManyToManyField(
        "services.Application", blank=True, related_name="needed_by", verbose_name=_("applications")
    )
    links = models.ManyToManyField(
        "municipalities.Link", blank=True, related_name="needed_by", verbose_name=_("links")
    )
    suppliers = models.ManyToManyField(
        "municipalities.Supplier", blank=True, related_name="needed_by", verbose_name=_("suppliers")
    )
    objects = DependencyQuerySet.as_manager()

    class Meta:
        ordering = ["application__name", "purpose"]
        verbose_name = _("dependency")
        verbose_name_plural = _("dependencies")
        constraints = [ends_after_it_starts("services_dependency_span")]

    def __str__(self) -> str:
        return f"{self.application}: {self.purpose}"


def check_needed(application: Any, at_least: int | None, needed: list[Any]) -> None:
    """Raise ValidationError, by field, where ``needed`` names nothing, itself, or fewer than ``at_least``."""
    if not needed:
        raise ValidationError(
            {"applications": _("Name what it needs: an application, a link or a supplier.")}
        )
    if application in needed:
        raise ValidationError({"applications": _("An application does not need itself.")})
    if at_least is not None and at_least > len(needed):
        said = ngettext("Only one is named.", "Only %(count)d are named.", len(needed))
        said %= {"count": len(needed)}
        raise ValidationError({"at_least": said})
