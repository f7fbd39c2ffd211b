from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from services.querysets import AlertQuerySet, AlertSourceQuerySet, WatchedThingQuerySet
from sharedict.common.models import CooperationRow


class AlertSource(CooperationRow):
    """A monitoring system that reports outages by its webhook, with a token of its own."""

    class Kind(models.TextChoices):
        ALERTMANAGER = "alertmanager", "Prometheus Alertmanager"
        UPTIME_KUMA = "uptime-kuma", "Uptime Kuma"

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    token = models.OneToOneField(
        "municipalities.Token", models.PROTECT, related_name="alert_source", verbose_name=_("token")
    )
    ask_after_hours = models.PositiveSmallIntegerField(
        _("ask after"),
        default=12,
        help_text=_("Hours after which somebody is asked whether an outage that it opened still goes on."),
    )
    objects = AlertSourceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("monitoring system")
        verbose_name_plural = _("monitoring systems")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "name"],
                name="services_alertsource_name_once",
                violation_error_message=_("There is already a monitoring system with this name."),
            ),
            models.CheckConstraint(
                condition=Q(ask_after_hours__gte=1, ask_after_hours__lte=720),
                name="services_alertsource_asks",
                violation_error_message=_("Between 1 and 720 hours."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WatchedThing(CooperationRow):
    """What is lost when a monitoring system reports something with this label: one of our own things."""

    source = models.ForeignKey(
        "services.AlertSource", models.CASCADE, related_name="watched", verbose_name=_("monitoring system")
    )
    label = models.CharField(
        _("label"), max_length=100, help_text=_("Such as service, instance or, of Uptime Kuma, monitor.")
    )
    value = models.CharField(_("value"), max_length=200)
    application = models.ForeignKey(
        "services.Application",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("application"),
    )
    site = models.ForeignKey(
        "municipalities.Site", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    link = models.ForeignKey(
        "municipalities.Link", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("link")
    )
    objects = WatchedThingQuerySet.as_manager()

    class Meta:
        ordering = ["label", "value"]
        verbose_name = _("watched thing")
        verbose_name_plural = _("watched things")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "label", "value"],
                name="services_watchedthing_once",
                violation_error_message=_("This label and value already stand for something."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(application__isnull=False, site__isnull=True, link__isnull=True)
                    | Q(application__isnull=True, site__isnull=False, link__isnull=True)
                    | Q(application__isnull=True, site__isnull=True, link__isnull=False)
                ),
                name="services_watchedthing_is_one",
                violation_error_message=_("Choose one: an application, a site or a link."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}={self.value}"


class Alert(CooperationRow):
    """One alarm of a monitoring system: what it is about, since when, until when, and its outage."""

    source = models.ForeignKey(
        "services.AlertSource", models.PROTECT, related_name="alerts", verbose_name=_("monitoring system")
    )
    outage = models.ForeignKey(
        "services.Outage", models.CASCADE, related_name="alerts", verbose_name=_("outage")
    )
    group = models.CharField(_("group"), max_length=64, editable=False)
    fingerprint = models.CharField(_("id"), max_length=64)
    name = models.CharField(_("what"), max_length=300)
    labels = models.JSONField(_("labels"), default=dict)
    starts_at = models.DateTimeField(_("since"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-id"]
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "fingerprint", "starts_at"], name="services_alert_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["source", "group"], condition=Q(ends_at__isnull=True), name="services_alert_open"
            )
        ]

    def __str__(self) -> str:
        return self.name
