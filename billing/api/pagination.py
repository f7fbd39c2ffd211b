"""Lists of what runs hold: one that is read page by page stays on the runs it began with."""

import re
from collections.abc import Collection
from itertools import accumulate, pairwise
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _
from django_filters.utils import translate_validation
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from billing.api.filters import RunScope
from billing.models import Run
from sharedict.common.pagination import KeyPagination, refusal
from sharedict.common.viewsets import ViewSet
from sharedict.kernel.errors import ConflictError

M = TypeVar("M", bound=Model)

RUNS = re.compile(r"[1-9][0-9]{0,9}(?:\.[1-9][0-9]{0,9})*")
MOST_RUNS = 1_000
"""As many fit into an address that every server takes."""


class ListSupersededError(ConflictError):
    """A month of the list was recomputed, and the rows that it began with are gone."""

    code = "list_superseded"


class RunPagination(KeyPagination):
    """``next`` names the runs of the whole list, so that its last page is of the same runs as its first.

    They are written in order, each as its distance from the one before. ``view.runs`` are those of the list.
    """

    names = (*KeyPagination.names, "runs")
    refusals = (409,)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.runs: Collection[int] = view.runs
        return super().paginate_queryset(queryset, request, view)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            *super().get_schema_operation_parameters(view),
            {
                "name": "runs",
                "in": "query",
                "description": "The runs that the list began with, beside `cursor`: take it from `next`.",
                "schema": {"type": "string", "pattern": f"^{RUNS.pattern}$"},
            },
        ]

    def _next_url(self, request: Request, key: tuple[int, ...]) -> str:
        if len(self.runs) > MOST_RUNS:
            message = _("These are more than %(most)d months: ask for fewer of them at a time.")
            raise refusal("month_from", message % {"most": MOST_RUNS}, "too_many")
        url: str = replace_query_param(super()._next_url(request, key), "runs", written(self.runs))
        return url


def written(runs: Collection[int]) -> str:
    """The ids ``runs`` as the parameter ``runs`` has them."""
    return ".".join(str(run - before) for before, run in pairwise([0, *sorted(runs)]))


def named_runs(request: Request) -> list[int] | None:
    """The ids of the runs that a page after the first goes on with; None on the first page.

    Raises ValidationError for what ``next`` would never say.
    """
    params = request.query_params
    if "cursor" not in params and "runs" not in params:
        return None
    text = params.get("runs", "")
    found = list(accumulate(map(int, text.split(".")))) if RUNS.fullmatch(text) else []
    if "cursor" not in params or not 0 < len(found) <= MOST_RUNS or found[-1] >= 2**31:
        raise strange()
    return found


def strange() -> Exception:
    """The error that ``runs`` does not go with this list, whatever the reason."""
    return refusal("runs", _("These are not the runs of this list: take them from “next”."))


class OfRuns(ViewSet[M]):
    """Rows of the current run of each month; a list stays on the runs it began with, which are ``runs``."""

    pagination_class = RunPagination
    runs: dict[int, Run]

    def chosen_runs(self) -> dict[int, Run]:
        """The runs that the list is about, as far as the caller sees their cooperations, by id."""
        if self.is_described:
            return {}
        named = named_runs(self.request)
        viewer = self.request.user
        rows = Run.objects.visible_to(viewer).select_related("cooperation", "period")
        asked = self.request.query_params.copy()
        if named is None:
            rows = rows.current()
        else:
            rows = rows.filter(pk__in=named)
            asked.pop("state", None)  # it was so when the list began
        scope = RunScope(asked, queryset=rows.defer("facts", "carry"), request=self.request)
        if not scope.is_valid():
            raise translate_validation(scope.errors)
        found = {run.pk: run for run in scope.qs}
        if named is not None:
            refuse_others(named, found)
        return found


def refuse_others(named: list[int], found: dict[int, Run]) -> None:
    """Raise ValidationError unless ``found`` are the runs ``named``, one of each month.

    A run that the caller does not see is as one that does not exist. Raises ListSupersededError where the
    rows of one are no longer kept.
    """
    if len(found) < len(named) or len({run.period_id for run in found.values()}) < len(named):
        raise strange()
    if any(run.superseded_at is None and run.period.current_run_id != pk for pk, run in found.items()):
        message = _("A month of this list has been recomputed: begin again with its first page.")
        raise ListSupersededError(message)
