from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import SiteQuerySet
from sharedict.common.models import Spanned, ends_after_it_starts


class Site(Spanned):
    """A place where things run: an operations centre, a server room, or a mirror that can take over."""

    class Kind(models.TextChoices):
        OPERATIONS = "operations", _("operations centre")
        SERVER_ROOM = "server_room", _("server room")
        MIRROR = "mirror", _("mirror")

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sites",
        verbose_name=_("municipality"),
        help_text=_("Whose site it is; empty if it is nobody's."),
    )
    address = models.CharField(_("street address"), max_length=200, blank=True)
    mirrors = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="mirrored_by", verbose_name=_("mirrors")
    )
    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            ends_after_it_starts("municipalities_site_span"),
            models.UniqueConstraint(
                fields=["cooperation", "name"],
                name="municipalities_site_name_once",
                violation_error_message=_("There is already a site with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
