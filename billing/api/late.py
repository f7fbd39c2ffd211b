"""Late changes of closed months: computed from what was charged and what should be."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin

from billing.api import filters
from billing.api.serializers import LateChangeSerializer
from billing.reports import LateRow, late_rows
from municipalities.access import rights_of
from municipalities.models import Cooperation, Municipality
from sharedict.common.pagination import ComputedPagination
from sharedict.common.viewsets import ViewSet


@dataclass(frozen=True, slots=True)
class LateShare:
    """What a late change makes of one municipality's share, in minor units."""

    municipality: str
    charged_minor: int
    should_minor: int

    @property
    def amount_minor(self) -> int:
        return self.should_minor - self.charged_minor


@dataclass(frozen=True, slots=True)
class LateItem:
    """A late change as one caller sees it: with the shares of ``seen``; of everybody where that is None."""

    of: Cooperation
    row: LateRow
    seen: Collection[str] | None

    @property
    def key(self) -> tuple[int, int, int]:
        """What orders the list, over all cooperations: cooperation, month and cost."""
        month = self.row.state.month
        return self.of.pk, month.year * 100 + month.number, self.row.cost.pk

    @property
    def cooperation(self) -> str:
        return self.of.slug

    @property
    def currency(self) -> str:
        return self.of.currency

    @property
    def reason(self) -> str:
        decision = self.row.state.decision
        return decision.reason if decision else ""

    @property
    def shares(self) -> list[LateShare]:
        found = self.row.state.correction
        return [
            LateShare(code, found.charged.get(code, 0), found.should.get(code, 0))
            for code in found.shares
            if self.seen is None or code in self.seen
        ]


class LateChangeViewSet(ListModelMixin, ViewSet[Cooperation]):
    """Costs of closed months that are not charged as they should be, and what happens to each of them.

    They are computed when asked for, from what was charged and what should be.
    """

    queryset = Cooperation.objects.all()
    serializer_class = LateChangeSerializer
    filterset_class = filters.LateChangeFilters
    pagination_class = ComputedPagination
    key_length = 3

    def filter_queryset(self, queryset: QuerySet[Any]) -> Any:
        """What is asked for, computed."""
        asked = super().filter_queryset(queryset).order_by("pk")
        return [item for cooperation in asked for item in self.items(cooperation)]

    def items(self, cooperation: Cooperation) -> list[LateItem]:
        """In the order of their keys."""
        rights = rights_of(self.request.user, cooperation)
        seen = None
        if not rights.sees_all_shares:
            own = Municipality.objects.filter(pk__in=rights.municipality_ids)
            seen = {place.key for place in own}
        found = [LateItem(cooperation, row, seen) for row in late_rows(cooperation)]
        return sorted(found, key=lambda item: item.key)
