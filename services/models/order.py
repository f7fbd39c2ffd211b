from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from services.engine import orders
from services.models.variant import refuse_other_variant
from services.querysets import OrderPartQuerySet, OrderQuerySet
from sharedict.common.models import CooperationRow
from sharedict.common.row_security import SHARES, through

MOST_QUANTITY = 100_000
"""More users or devices than any municipality has."""


class Order(CooperationRow):
    """What a municipality wants to have of what is shared, to have otherwise, or to have no more.

    ``effect`` is what the apps above said at sending that it does to what everybody pays, as they read it.
    """

    class Kind(models.TextChoices):
        STANDARD = orders.STANDARD, _("standard item")
        NEW_SERVICE = orders.NEW_SERVICE, _("new service")
        REPLACEMENT = orders.REPLACEMENT, _("replacement")

    class State(models.TextChoices):
        DRAFT = orders.DRAFT, pgettext_lazy("order", "draft")
        SENT = orders.SENT, pgettext_lazy("order", "sent")
        APPROVED = orders.APPROVED, pgettext_lazy("order", "approved")
        REJECTED = orders.REJECTED, pgettext_lazy("order", "rejected")
        DONE = orders.DONE, pgettext_lazy("order", "done")
        WITHDRAWN = orders.WITHDRAWN, pgettext_lazy("order", "withdrawn")

    title = models.CharField(_("what it is about"), max_length=150)
    municipality = models.ForeignKey(
        "municipalities.Municipality", models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.NEW_SERVICE)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False
    )
    wanted_on = models.DateField(
        _("from"), help_text=_("The first day of what is ordered; for an end the first day without it.")
    )
    accounting_code = models.CharField(_("accounting code"), max_length=40, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    returns = models.CharField(
        _("what is returned"),
        max_length=300,
        blank=True,
        help_text=_("For a replacement: the old device, such as its name and number."),
    )
    returned_on = models.DateField(_("returned"), null=True, blank=True, editable=False)
    reason = models.CharField(pgettext_lazy("order", "reason"), max_length=500, blank=True, editable=False)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("ordered by"),
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("sent by"),
    )
    sent_at = models.DateTimeField(pgettext_lazy("order", "sent"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    effect = models.JSONField(null=True, blank=True, editable=False)
    external_id = models.CharField(
        _("external id"), max_length=100, blank=True, help_text=_("The id in the system it comes from.")
    )
    objects = OrderQuerySet.as_manager()

    rows_shown = SHARES

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [models.Index(fields=["cooperation", "state", "-id"], name="services_order_listing")]
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "external_id"],
                condition=~Q(external_id=""),
                name="services_order_external_id_once",
                violation_error_message=_("There is already an order with this external id."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (
                    (Q(ordered_by__isnull=True) | ~Q(decided_by=F("ordered_by")))
                    & (Q(sent_by__isnull=True) | ~Q(decided_by=F("sent_by")))
                ),
                name="services_order_decided_by_another",
                violation_error_message=_("Somebody else than who ordered it decides on it."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "rejected", "done"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="services_order_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reason=""),
                name="services_order_rejected_with_reason",
                violation_error_message=_("Say why it is rejected."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(sent_at__isnull=False),
                name="services_order_sent_once_moved",
            ),
            models.CheckConstraint(
                condition=~Q(kind="replacement") | ~Q(returns=""),
                name="services_order_replacement_returns",
                violation_error_message=_("Say what comes back for the replacement."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """How people name it."""
        return f"#{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do about it."""
        return self.state in orders.OPEN


class OrderLine(CooperationRow):
    """One thing of an order: an application, what is wanted of it, how many, and for whom."""

    class What(models.TextChoices):
        START = "start", _("begin to use")
        CHANGE = "change", _("change the number or variant")
        END = "end", _("use no more")

    order = models.ForeignKey("services.Order", models.CASCADE, related_name="lines", verbose_name=_("order"))
    application = models.ForeignKey(
        "services.Application", models.PROTECT, related_name="+", verbose_name=_("service")
    )
    variant = models.ForeignKey(
        "services.Variant", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("variant")
    )
    what = models.CharField(
        pgettext_lazy("order", "what"), max_length=10, choices=What.choices, default=What.START
    )
    quantity = models.PositiveIntegerField(_("quantity"), null=True, blank=True)
    for_whom = models.CharField(_("for whom or what"), max_length=200, blank=True)
    objects = OrderPartQuerySet.as_manager()

    rows_shown = through("services_orderline.order_id", "services_order")
    not_logged = ("for_whom",)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("line of an order")
        verbose_name_plural = _("lines of orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__range=(1, MOST_QUANTITY)),
                name="services_orderline_quantity",
                violation_error_message=_("A quantity is between 1 and 100,000."),
            ),
            models.CheckConstraint(
                condition=~Q(what="change") | Q(quantity__isnull=False) | Q(variant__isnull=False),
                name="services_orderline_change_says_what",
                violation_error_message=_("Say how many it is to be, or choose a variant."),
            ),
            models.CheckConstraint(
                condition=~Q(what="end") | Q(variant__isnull=True),
                name="services_orderline_end_of_any_variant",
                violation_error_message=_("What ends has no variant to choose: leave it empty."),
            ),
        ]

    def __str__(self) -> str:
        variant = f" ({self.variant})" if self.variant else ""
        return f"{self.application}{variant}: {self.get_what_display()}"

    def clean(self) -> None:
        super().clean()
        refuse_other_variant(self.variant, self.application_id)


class OrderStep(CooperationRow):
    """A move of an order from one state to the next: by whom, when and why. It stays as it is."""

    order = models.ForeignKey("services.Order", models.CASCADE, related_name="steps", verbose_name=_("order"))
    from_state = models.CharField(_("from"), max_length=10, choices=Order.State.choices)
    to_state = models.CharField(_("to"), max_length=10, choices=Order.State.choices)
    reason = models.CharField(pgettext_lazy("order", "reason"), max_length=500, blank=True)
    moved_at = models.DateTimeField(_("moved"))
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("moved by"),
    )
    objects = OrderPartQuerySet.as_manager()

    rows_shown = through("services_orderstep.order_id", "services_order")

    class Meta:
        ordering = ["-moved_at", "-pk"]
        verbose_name = _("step of an order")
        verbose_name_plural = _("steps of orders")

    def __str__(self) -> str:
        return f"{self.order}: {self.get_to_state_display()}"
