from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.querysets import ShareQuerySet
from sharedict.common.models import CooperationRow
from sharedict.common.roles import NEVER_CHANGED
from sharedict.common.row_security import SHARES


class ShareBlock(CooperationRow):
    """All shares that one municipality carries of a run: the numbers of its lines, and minor units.

    A nation's year holds two million shares. Computing and writing it takes 3 times as long as a bare COPY of
    their rows (``make bench``); with a row and an index entry for each it took 6 times. A statement is read
    in one piece. ``Share`` reads them one by one.
    """

    pk = models.CompositePrimaryKey("run_id", "municipality_id")
    run = models.ForeignKey("billing.Run", models.CASCADE, related_name="+", db_index=False)
    municipality = models.ForeignKey("municipalities.Municipality", models.PROTECT, related_name="+")
    line_numbers = ArrayField(models.IntegerField())
    amounts_minor = ArrayField(models.BigIntegerField())
    program_may = NEVER_CHANGED
    rows_shown = SHARES

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(line_numbers__len=models.F("amounts_minor__len")),
                name="billing_share_block_is_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.municipality_id}"


class Share(models.Model):
    """One municipality's part of one run line, in the cooperation's currency: read only.

    A view over ``ShareBlock``. Name the runs wanted by value, not by a join: then only theirs are unpacked.
    """

    pk = models.CompositePrimaryKey("run_id", "municipality_id", "line_number")
    run = models.ForeignKey("billing.Run", models.DO_NOTHING, related_name="shares")
    municipality = models.ForeignKey(
        "municipalities.Municipality", models.DO_NOTHING, related_name="+", verbose_name=_("municipality")
    )
    line_number = models.IntegerField(_("line"))
    line = models.ForeignObject(
        "billing.RunLine",
        models.DO_NOTHING,
        from_fields=["run", "line_number"],
        to_fields=["run", "number"],
        related_name="+",
    )
    cooperation = models.ForeignKey("municipalities.Cooperation", models.DO_NOTHING, related_name="+")
    amount_minor = models.BigIntegerField()
    amount = models.DecimalField(_("share"), max_digits=24, decimal_places=2)
    objects = ShareQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "billing_share"

    def __str__(self) -> str:
        return f"{self.municipality_id}/{self.line_number}: {self.amount}"
