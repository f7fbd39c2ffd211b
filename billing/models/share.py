from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.querysets import ShareQuerySet


class Share(models.Model):
    """One municipality's part of one run line, in the cooperation's currency.

    A county's year holds tens of thousands of these, a nation's two million: so the key is the order they
    are written and read in, it is the only index, and the database checks no foreign key row by row. A
    share is a cell of run lines x run totals, whose own foreign keys the database does check, and only
    ``billing.actions.compute_period`` writes it, in one transaction with both.
    """

    pk = models.CompositePrimaryKey("run_id", "municipality_id", "line_id")
    run = models.ForeignKey(
        "billing.Run", models.CASCADE, related_name="shares", db_constraint=False, db_index=False
    )
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        related_name="shares",
        db_constraint=False,
        db_index=False,
        verbose_name=_("municipality"),
    )
    line = models.ForeignKey(
        "billing.RunLine", models.CASCADE, related_name="shares", db_constraint=False, db_index=False
    )
    cooperation = models.ForeignKey(
        "municipalities.Cooperation", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    amount = models.DecimalField(_("share"), max_digits=18, decimal_places=2)
    objects = ShareQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.municipality_id}/{self.line_id}: {self.amount}"
