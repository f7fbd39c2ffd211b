"""What is stored of costs, while the rows of an upload are found among it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import CostType
from billing.models import Cost
from municipalities.models import Cooperation
from services.models import Application
from sharedict.common.uploads import Choices, UploadError, parse_day, parse_number, shortened

Reader = Callable[[str, Cost | None], Any]
"""What a cell says; it may stand for what the cost that is stored has there."""


def readers_of(cooperation: Cooperation) -> dict[str, Reader]:
    """How the cells of each column are read that are no plain text; each raises UploadError. Two queries."""
    applications = _choices(Application.objects.of(cooperation))
    types = _choices(CostType.objects.of(cooperation))
    return {
        "application": lambda text, old: applications.find(text, old and old.application) if text else None,
        "cost_type": lambda text, old: types.find(text, old and old.cost_type),
        "amount": lambda text, _old: parse_number(text, digits=18, decimals=2),
        "starts_on": lambda text, _old: parse_day(text),
        "ends_on": lambda text, _old: parse_day(text),
    }


def _choices(rows: Iterable[Any]) -> Choices[Any]:
    return Choices(rows, codes=lambda row: (row.code,), names=lambda row: (row.name,))


class Stored:
    """The costs of a cooperation, and which line of the file is about which."""

    def __init__(self, costs: Iterable[Cost]) -> None:
        self.costs = list(costs)
        self.by_external_id = {cost.external_id: cost for cost in self.costs if cost.external_id}
        self.by_reference = {cost.reference: cost for cost in self.costs}
        self.references = {cost.pk: cost.reference for cost in self.costs}
        self.refunded = {cost.credits_id for cost in self.costs if not cost.is_withdrawn}
        self.lines: dict[str | int, int] = {}

    def find(self, external_id: str, reference: str) -> Cost | None:
        """The cost that a row is about; None for a new one. An empty cell finds nothing.

        Raises UploadError where the two do not mean the same.
        """
        found = self.by_external_id.get(external_id)
        if not reference:
            return found
        referred = self.by_reference.get(reference.upper())
        if referred is None:
            said = _("there is no cost “%(reference)s” here.")
            raise UploadError(said % {"reference": shortened(reference, 20)}, field="reference")
        if external_id and referred is not found:
            said = _("%(reference)s has another external id here.")
            raise UploadError(said % {"reference": referred.reference}, field="reference")
        return referred

    def line_before(self, cost: Cost | None, external_id: str, line: int) -> int | None:
        """The earlier line about the same cost, if there is one; ``line`` is kept for those that follow."""
        which = cost.pk if cost else external_id
        earlier = self.lines.get(which) if which else None
        self.lines.setdefault(which, line)
        return earlier

    @property
    def others(self) -> list[tuple[str, Cost]]:
        """Those that no row is about."""
        return [(cost.reference, cost) for cost in self.costs if cost.pk not in self.lines]
