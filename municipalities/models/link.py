from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import LinkQuerySet
from sharedict.common.models import Spanned, ends_after_it_starts


def folded(name: str) -> str:
    """``name`` without what two people write otherwise: letters large or small, and more spaces than one."""
    return " ".join(name.split()).casefold()


class Link(Spanned):
    """A network link between two sites, or between a site and an outside provider (ISP, ASP)."""

    class Kind(models.TextChoices):
        BROADBAND = "broadband", _("broadband")
        VPN = "vpn", _("switched VPN")
        INTERNET = "internet", _("Internet connection")
        FIBRE = "fibre", _("dark fibre")

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    site = models.ForeignKey(
        "municipalities.Site", models.PROTECT, related_name="links", verbose_name=_("from site")
    )
    other_site = models.ForeignKey(
        "municipalities.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="links_to",
        verbose_name=_("to site"),
    )
    outside = models.CharField(
        _("to outside provider"), max_length=100, blank=True, help_text=_("When the other end is not a site.")
    )
    supplier = models.ForeignKey(
        "municipalities.Supplier",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="links",
        verbose_name=_("supplier"),
    )
    firewall = models.CharField(
        _("firewall"),
        max_length=100,
        blank=True,
        help_text=_("The device that it leaves the site by. Two devices make two ways out."),
    )
    other_firewall = models.CharField(
        _("firewall at the other site"),
        max_length=100,
        blank=True,
        help_text=_("Where its other end is a site."),
    )
    redundancy_group = models.CharField(
        _("redundancy group"),
        max_length=100,
        blank=True,
        help_text=_("The same name on links that are meant to stand in for each other."),
    )
    mbps = models.PositiveIntegerField(_("Mbit/s"), null=True, blank=True)
    routed_by = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answers for routing"),
    )
    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            ends_after_it_starts("municipalities_link_span"),
            models.CheckConstraint(
                condition=Q(other_site__isnull=False, outside="")
                | (Q(other_site__isnull=True) & ~Q(outside="")),
                name="municipalities_link_two_ends",
                violation_error_message=_("Name the other end: either a site or an outside provider."),
            ),
            models.CheckConstraint(
                condition=Q(other_site__isnull=True) | ~Q(other_site=models.F("site")),
                name="municipalities_link_ends_differ",
                violation_error_message=_("A link joins two different sites."),
            ),
            models.CheckConstraint(
                condition=Q(other_site__isnull=False) | Q(other_firewall=""),
                name="municipalities_link_firewall_at_site",
                violation_error_message=_("A firewall at the other site needs another site."),
            ),
            models.UniqueConstraint(
                fields=["cooperation", "name"],
                name="municipalities_link_name_once",
                violation_error_message=_("There is already a link with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def provider(self) -> str:
        """Who is at its outer end, alike for every way in which the name is typed; empty where a site is."""
        return folded(self.outside)

    @property
    def group(self) -> str:
        """Its redundancy group, alike for every way in which the name is typed; empty where it has none."""
        return folded(self.redundancy_group)
