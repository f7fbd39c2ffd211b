from django.db import models
from django.utils.translation import gettext_lazy as _

from services.engine.data_protection import Protection
from services.querysets import DataProtectionQuerySet
from sharedict.common.models import CooperationRow


class DataProtection(CooperationRow):
    """What a municipality, or a board of it, is to the personal data in an application, and on what terms."""

    class Role(models.TextChoices):
        CONTROLLER = "controller", _("controller")
        JOINT = "joint", _("joint controller")
        PROCESSOR = "processor", _("processor")

    application = models.ForeignKey(
        "services.Application",
        models.CASCADE,
        related_name="data_protection",
        verbose_name=_("application"),
    )
    municipality = models.ForeignKey(
        "municipalities.Municipality", models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    board = models.CharField(
        _("board"), max_length=100, blank=True, help_text=_("Empty: the whole municipality.")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.CONTROLLER)
    agreement = models.CharField(
        _("agreement"), max_length=300, blank=True, help_text=_("Its name, number or address.")
    )
    signed_on = models.DateField(_("signed"), null=True, blank=True)
    sub_processors = models.TextField(
        _("sub-processors"),
        max_length=2000,
        blank=True,
        help_text=_("Who else handles the data. Write “none” where there is none."),
    )
    review_on = models.DateField(_("to be reviewed"), null=True, blank=True)
    objects = DataProtectionQuerySet.as_manager()

    class Meta:
        ordering = ["application__name", "municipality__name", "board"]
        verbose_name = _("data protection")
        verbose_name_plural = _("data protection")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "municipality", "board"],
                name="services_dataprotection_once",
                violation_error_message=_("This is already told of them."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.application}, {self.board or self.municipality}"

    def told(self) -> Protection:
        """As the engine reads it."""
        return Protection(
            self.municipality_id, self.agreement, self.signed_on, self.sub_processors, self.review_on
        )
