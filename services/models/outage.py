import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from services.querysets import OutagePartQuerySet, OutageQuerySet
from sharedict.common.models import CooperationRow


class Outage(CooperationRow):
    """A span of time in which something that is shared does not work, or works in part.

    What is lost is named; which applications and municipalities that hits is told by its effects. One that
    turned out to be another's is ``merged_into`` it, and stays.
    """

    class Extent(models.TextChoices):
        FULL = "full", _("nothing works")
        PARTIAL = "partial", _("works in part")

    class SeenBy(models.TextChoices):
        MONITORING = "monitoring", _("monitoring")
        USERS = "users", _("users")
        STAFF = "staff", _("our own staff")

    class Effect(models.IntegerChoices):
        WIDE = 1, _("several municipalities")
        ONE = 2, _("one municipality")
        FEW = 3, _("a few users")

    class Urgency(models.IntegerChoices):
        NOW = 1, _("cannot wait")
        TODAY = 2, _("today")
        LATER = 3, _("can wait")

    class Priority(models.IntegerChoices):
        CRITICAL = 1, pgettext_lazy("priority", "critical")
        HIGH = 2, pgettext_lazy("priority", "high")
        NORMAL = 3, pgettext_lazy("priority", "normal")
        LOW = 4, pgettext_lazy("priority", "low")

    title = models.CharField(_("what is the matter"), max_length=150)
    is_planned = models.BooleanField(_("planned"), default=False)
    announced_at = models.DateTimeField(_("announced"), null=True, blank=True)
    starts_at = models.DateTimeField(_("since"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    extent = models.CharField(_("extent"), max_length=10, choices=Extent.choices, default=Extent.FULL)
    seen_by = models.CharField(_("seen by"), max_length=10, choices=SeenBy.choices, default=SeenBy.USERS)
    effect = models.PositiveSmallIntegerField(_("effect"), choices=Effect.choices, default=Effect.FEW)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency.choices, default=Urgency.TODAY)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL, editable=False
    )
    next_update_at = models.DateTimeField(_("next update due"), null=True, blank=True, editable=False)
    cause = models.TextField(_("cause"), max_length=2000, blank=True)
    follow_up = models.CharField(_("follow-up"), max_length=300, blank=True)
    follow_up_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who follows up"),
    )
    follow_up_on = models.DateField(_("follow up by"), null=True, blank=True)
    followed_up_on = models.DateField(_("followed up"), null=True, blank=True)
    sites = models.ManyToManyField(
        "municipalities.Site", blank=True, related_name="outages", verbose_name=_("sites")
    )
    links = models.ManyToManyField(
        "municipalities.Link", blank=True, related_name="outages", verbose_name=_("links")
    )
    suppliers = models.ManyToManyField(
        "municipalities.Supplier", blank=True, related_name="outages", verbose_name=_("suppliers")
    )
    applications = models.ManyToManyField(
        "services.Application", blank=True, related_name="outages", verbose_name=_("applications")
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("is the same as"),
    )
    source = models.ForeignKey(
        "services.AlertSource",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="outages",
        verbose_name=_("opened by"),
    )
    external_id = models.CharField(
        _("external id"), max_length=100, blank=True, help_text=_("The id in the system it comes from.")
    )
    objects = OutageQuerySet.as_manager()

    LOST = ("applications", "sites", "links", "suppliers")
    """The fields that name what is lost."""

    class Meta:
        ordering = ["-starts_at", "-id"]
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        indexes = [models.Index(fields=["cooperation", "-starts_at", "-id"], name="services_outage_listing")]
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "external_id"],
                condition=~Q(external_id=""),
                name="services_outage_external_id_once",
                violation_error_message=_("There is already an outage with this external id."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="services_outage_span",
                violation_error_message=_("It cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(effect__range=(1, 3), urgency__range=(1, 3), priority__range=(1, 4)),
                name="services_outage_levels",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="services_outage_not_its_own",
            ),
            models.CheckConstraint(
                condition=Q(follow_up="") | Q(follow_up_owner__isnull=False, follow_up_on__isnull=False),
                name="services_outage_followed_by_somebody",
                violation_error_message=_("Say who follows it up, and by when."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet when it ended."""
        return self.ends_at is None and self.merged_into_id is None

    def is_late(self, now: dt.datetime) -> bool:
        """Whether the next word of it is overdue."""
        return self.is_open and self.next_update_at is not None and self.next_update_at < now

    def lost_names(self) -> list[str]:
        """What is lost as the graph of what falls knows it, such as ``site:3``."""
        return [f"{row._meta.model_name}:{row.pk}" for name in self.LOST for row in getattr(self, name).all()]


class OutageEffect(CooperationRow):
    """What one outage did to one municipality's use of one application, as it was derived or corrected."""

    class State(models.TextChoices):
        DOWN = "down", _("down")
        LESS = "less", _("with less")
        UP = "up", _("not affected")

    outage = models.ForeignKey(
        "services.Outage", models.CASCADE, related_name="effects", verbose_name=_("outage")
    )
    application = models.ForeignKey(
        "services.Application", models.PROTECT, related_name="+", verbose_name=_("application")
    )
    municipality = models.ForeignKey(
        "municipalities.Municipality", models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    state = models.CharField(_("state"), max_length=4, choices=State.choices)
    derived = models.CharField(_("by what is entered"), max_length=4, choices=State.choices, editable=False)
    because = models.CharField(_("shortest reason"), max_length=500, blank=True, editable=False)
    reason = models.CharField(_("why it was corrected"), max_length=300, blank=True)
    objects = OutagePartQuerySet.as_manager()

    class Meta:
        ordering = ["application__name", "municipality__name"]
        verbose_name = _("effect of an outage")
        verbose_name_plural = _("effects of outages")
        constraints = [
            models.UniqueConstraint(
                fields=["outage", "application", "municipality"], name="services_outageeffect_once"
            ),
            models.CheckConstraint(
                condition=Q(state=F("derived")) | ~Q(reason=""),
                name="services_outageeffect_corrected_with_reason",
                violation_error_message=_("Say why it is not as it was derived."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}, {self.municipality}: {self.get_state_display()}"


class OutageUpdate(CooperationRow):
    """One word to the members on how an outage goes; without a person it came from a monitor."""

    outage = models.ForeignKey(
        "services.Outage", models.CASCADE, related_name="updates", verbose_name=_("outage")
    )
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    text = models.TextField(_("what is new"), max_length=2000)
    objects = OutagePartQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("update on an outage")
        verbose_name_plural = _("updates on outages")

    def __str__(self) -> str:
        return self.text[:60]
