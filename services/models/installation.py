from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.querysets import InstallationQuerySet
from sharedict.common.models import DateRange, Spanned, ends_after_it_starts


class Installation(Spanned):
    """An application at a site, for a span of days: where it runs, or what can take over."""

    class Purpose(models.TextChoices):
        PRIMARY = "primary", _("primary")
        MIRROR = "mirror", _("mirror")
        TEST = "test", _("test")

    class Databases(models.TextChoices):
        COMMON = "common", _("one common database")
        SEPARATE = "separate", _("one database for each municipality")

    mirrors_itself = _(
        "It would run and be mirrored at one site at once: a mirror takes over from another site."
    )

    application = models.ForeignKey(
        "services.Application", models.PROTECT, related_name="installations", verbose_name=_("application")
    )
    site = models.ForeignKey(
        "municipalities.Site", models.PROTECT, related_name="installations", verbose_name=_("site")
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices, default=Purpose.PRIMARY)
    databases = models.CharField(
        _("databases"), max_length=10, choices=Databases.choices, default=Databases.COMMON
    )
    administered_by = models.ManyToManyField(
        "municipalities.Municipality", blank=True, related_name="+", verbose_name=_("administrable from")
    )
    version = models.CharField(_("version"), max_length=60, blank=True)
    objects = InstallationQuerySet.as_manager()

    class Meta:
        ordering = ["application__name", "purpose", "site__name"]
        verbose_name = _("installation")
        verbose_name_plural = _("installations")
        constraints = [
            ends_after_it_starts("services_installation_span"),
            ExclusionConstraint(
                name="services_installation_never_twice",
                expressions=[
                    ("application", RangeOperators.EQUAL),
                    ("site", RangeOperators.EQUAL),
                    ("purpose", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "It is already installed there for that purpose in part of that time."
                ),
            ),
        ]

    @property
    def counterpart(self) -> Purpose | None:
        """The purpose that it may not stand beside at one site: of what it mirrors, or of its mirror."""
        pair = {self.Purpose.PRIMARY: self.Purpose.MIRROR, self.Purpose.MIRROR: self.Purpose.PRIMARY}
        return pair.get(self.Purpose(self.purpose))

    def __str__(self) -> str:
        return f"{self.application}, {self.site} ({self.get_purpose_display()})"
