from django.db import models
from django.utils.translation import gettext_lazy as _

from services.querysets import OfApplicationQuerySet
from sharedict.common.models import CooperationRow


class Task(CooperationRow):
    """Something that has to be done about an application, and who does it: one line of who does what."""

    class DoneBy(models.TextChoices):
        COOPERATION = "cooperation", _("the cooperation")
        MUNICIPALITY = "municipality", _("each municipality")
        SUPPLIER = "supplier", _("the supplier")

    application = models.ForeignKey(
        "services.Application", models.CASCADE, related_name="tasks", verbose_name=_("application")
    )
    what = models.CharField(_("task"), max_length=150)
    done_by = models.CharField(_("done by"), max_length=20, choices=DoneBy.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["application__name", "pk"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "what", "done_by"],
                name="services_task_once",
                violation_error_message=_("It is already said that they do this."),
            )
        ]

    def __str__(self) -> str:
        return self.what
