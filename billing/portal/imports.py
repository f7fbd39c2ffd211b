"""Costs that are imported."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from billing.actions import import_costs, take_back_costs
from billing.imports import COST_COLUMNS, compare_costs, cost_in_words
from billing.models import Cost
from municipalities.models import Upload
from municipalities.portal import Change, ImportKind, cooperation_of
from sharedict.accounts.models import User
from sharedict.common.figures import signed
from sharedict.common.uploads import Finding, UploadedTable


class CostImport(ImportKind):
    """Costs, found again by their external id."""

    name = "costs"
    model = Cost
    title = gettext_lazy("Costs")
    columns = COST_COLUMNS
    undo_lead = gettext_lazy(
        "The costs that it added are withdrawn and give back their external id, and those that it changed "
        "are as before. What closed months have charged of them becomes a correction."
    )

    def compare(self, upload: Upload, table: UploadedTable) -> Sequence[Finding]:
        return compare_costs(cooperation_of(upload), table.rows)

    def words(self, row: Cost) -> str:
        return cost_in_words(row)

    def apply(self, upload: Upload, moving: Sequence[Finding], by: User) -> None:
        import_costs(cooperation=cooperation_of(upload), costs=[each.row for each in moving], by=by)

    def removed(self, row: Cost) -> Cost:
        """A cost stays: it is withdrawn, and gives its external id back, so that another file may have it."""
        row.withdrawn_on, row.external_id = timezone.localdate(), ""
        return row

    def undo(self, upload: Upload, changes: Sequence[Change], by: User) -> None:
        costs: Any = [change.after for change in changes]
        take_back_costs(cooperation=cooperation_of(upload), costs=costs, by=by)

    def sum_of(self, upload: Upload, moving: Sequence[Finding]) -> str:
        before = sum((each.old.amount for each in moving if each.old), Decimal(0))
        after = sum((each.row.amount for each in moving), Decimal(0))
        return signed(after - before, cooperation_of(upload).currency)

    def address(self, slug: str, told: Mapping[str, str]) -> str:
        return reverse("costs", args=[slug])
