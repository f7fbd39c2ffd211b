from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.engine.priority import PriorityError
from services.engine.priority import PriorityTable as Table
from services.querysets import PriorityTableQuerySet
from sharedict.common.models import CooperationRow


class PriorityTable(CooperationRow):
    """The cooperation's own priorities of outages; without a row those that are shipped hold.

    ``matrix`` are nine priorities, effect by effect in the order of urgency; ``minutes`` after how many the
    next update of each priority is due.
    """

    matrix = ArrayField(models.PositiveSmallIntegerField(), size=9, verbose_name=_("priorities"))
    minutes = ArrayField(
        models.PositiveIntegerField(),
        size=4,
        verbose_name=_("minutes between updates"),
    )
    objects = PriorityTableQuerySet.as_manager()

    class Meta:
        ordering = ["cooperation"]
        verbose_name = _("table of priorities")
        verbose_name_plural = _("tables of priorities")
        constraints = [
            models.UniqueConstraint(fields=["cooperation"], name="services_prioritytable_one"),
            models.CheckConstraint(
                condition=models.Q(matrix__len=9, minutes__len=4), name="services_prioritytable_whole"
            ),
        ]

    def __str__(self) -> str:
        return "-".join(map(str, self.matrix))

    def clean(self) -> None:
        try:
            self.table()
        except PriorityError:
            said = _("What is worse cannot have a lower priority than what is milder.")
            raise ValidationError({"matrix": said}) from None

    def table(self) -> Table:
        """As the engine reads it; raises PriorityError."""
        return Table(tuple(self.matrix), tuple(self.minutes))
