"""Who pays what: costs to push, shares and statements to pull."""

from copy import copy
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from billing.actions import check_cost, refuse_withdrawal, save_cost, withdraw_cost
from billing.api import filters
from billing.api.pagination import OfRuns
from billing.api.serializers import (
    CostAnswerSerializer,
    CostChangeSerializer,
    CostSerializer,
    CostWriteSerializer,
    PeriodSerializer,
    RunSerializer,
    ShareSerializer,
    StatementSerializer,
    WholeStatementSerializer,
)
from billing.models import Cost, Period, Run, RunTotal, Share, Statement
from billing.reports import CONTENT, calendar_of, closed_effect_of_cost, statement_of, twins_of
from municipalities.access import rights_of
from municipalities.actions import add_once, known_row
from municipalities.api.views import WriteViewSet, said_at_fields
from municipalities.models import Cooperation, Token
from municipalities.portal import far_days_of
from sharedict.common.pagination import refusal
from sharedict.common.viewsets import ReadViewSet

DRY_RUN = OpenApiParameter(
    "dry_run",
    OpenApiTypes.BOOL,
    description="True: all is checked and answered as it would be, with status 200, and nothing is saved.",
)

STATEMENT_NUMBER = Subquery(
    Statement.objects.filter(run=OuterRef("run_id"), municipality=OuterRef("municipality_id"))
    .order_by()
    .values("number")
)
"""Of the statement that was issued for a total; null before."""
NAME_IN_RUN = Subquery(
    RunTotal.objects.filter(run=OuterRef("run_id"), municipality=OuterRef("municipality_id"))
    .order_by()
    .values("name")
)
"""A municipality's name as it was."""


class CostViewSet(WriteViewSet[Cost]):
    """What suppliers charge the cooperation, excluding VAT, for a span of days."""

    queryset = Cost.objects.select_related("cooperation", "application", "cost_type", "credits")
    serializer_class = CostSerializer
    filterset_class = filters.CostFilters
    write_scope = Token.Scope.WRITE_COSTS

    write_parameters = ("dry_run",)

    @extend_schema(
        request=CostWriteSerializer,
        parameters=[DRY_RUN],
        responses={
            201: CostAnswerSerializer,
            200: OpenApiResponse(
                CostAnswerSerializer, "It was there already, with the same content; or it is a dry run."
            ),
        },
    )
    def create(self, request: Request) -> Response:
        """Add a cost. The open months it covers are computed again within seconds.

        Closed ones keep what they charged: `corrections` says what falls there, and where it is charged.

        Safe to repeat: the same `external_id` with the same content answers 200 with the row that is there;
        with other content it answers 409, because a change is a PATCH.
        """
        is_dry_run = self.is_dry_run()
        cooperation = self.cooperation_of(request)
        values = self.validated(CostWriteSerializer, cooperation)
        row = Cost(cooperation=cooperation, **{"currency": cooperation.currency, **values})
        with said_at_fields(Cost, CostWriteSerializer), transaction.atomic():
            if is_dry_run:
                known = known_row(row, CONTENT)
                cost, is_new = known or check_cost(row), known is None
            else:
                cost, is_new = add_once(
                    row=row, same=CONTENT, save=lambda row: save_cost(cost=row, by=request.user)
                )
            status = 201 if is_new and not is_dry_run else 200
            return self.answer(cooperation, None if is_new else cost, cost, status)

    @extend_schema(
        request=CostChangeSerializer, parameters=[DRY_RUN], responses=OpenApiResponse(CostAnswerSerializer)
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change a cost. The open months it covers are computed again within seconds.

        Closed ones keep what they charged: `corrections` says what changes there, and where it is charged.
        """
        is_dry_run = self.is_dry_run()
        with said_at_fields(Cost, CostChangeSerializer), transaction.atomic():
            cost = self.row_to_write(request, lock=not is_dry_run)
            before = copy(cost)
            values = self.validated(CostChangeSerializer, self.cooperation, partial=True)
            for name, value in values.items():
                setattr(cost, name, value)
            if is_dry_run:
                check_cost(cost)
            else:
                save_cost(cost=cost, by=request.user)
            return self.answer(self.cooperation, before, cost)

    @extend_schema(
        request=None,
        parameters=[DRY_RUN],
        responses=OpenApiResponse(CostAnswerSerializer),
        summary="Withdraw one of the costs",
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        """Let a cost count no longer. Safe to repeat.

        What closed months have charged of it is taken back: see `corrections`.
        """
        is_dry_run = self.is_dry_run()
        with transaction.atomic():
            before = self.row_to_write(request, lock=not is_dry_run)
            cost = copy(before)
            if not is_dry_run:
                cost = withdraw_cost(cost=cost, on=timezone.localdate(), by=request.user)
            elif not cost.is_withdrawn:
                refuse_withdrawal(cost)
                cost.withdrawn_on = timezone.localdate()
            return self.answer(self.cooperation, before, cost)

    def is_dry_run(self) -> bool:
        text = self.request.query_params.get("dry_run", "false")
        if text not in ("true", "false"):
            raise refusal("dry_run", _("Write true or false."))
        return text == "true"

    def answer(
        self, cooperation: Cooperation, before: Cost | None, cost: Cost, status: int = 200
    ) -> Response:
        """What was done, said before the lock is given up: no month closes between the two."""
        effect = closed_effect_of_cost(cooperation, before, cost)
        warnings = [*twins_of(cost), *far_days_of(cost, timezone.localdate())]
        context = {"effect": effect, "warnings": warnings}
        return Response(CostAnswerSerializer(cost, context=context).data, status=status)


class PeriodViewSet(ReadViewSet[Period]):
    """The months of a cooperation, from preliminary to closed."""

    queryset = (
        Period.objects.with_staleness()
        .select_related("cooperation", "current_run")
        .defer("current_run__facts", "current_run__carry")
    )
    serializer_class = PeriodSerializer
    filterset_class = filters.PeriodFilters


class RunViewSet(ReadViewSet[Run]):
    """Computations of a month. The list holds the current one of each month; earlier ones are read by id."""

    queryset = Run.objects.select_related("cooperation", "period").defer("facts", "carry")
    serializer_class = RunSerializer
    filterset_class = filters.RunFilters

    def get_queryset(self) -> QuerySet[Run]:
        rows: Any = super().get_queryset()
        found: QuerySet[Run] = rows.current() if self.action == "list" else rows
        return found

    @extend_schema(
        summary="Read the frozen facts of one of the runs",
        responses={(200, "application/json"): OpenApiResponse(OpenApiTypes.OBJECT, "The facts.")},
    )
    @action(detail=True)
    def facts(self, request: Request, pk: int) -> HttpResponse:
        """All that the shares of the run were computed from, to the byte: its SHA-256 is the `fingerprint`.

        For those who see every share of the cooperation; others get 403, because the facts hold them all.
        """
        run = self.get_object()
        if not rights_of(request.user, run.cooperation).sees_all_shares:
            raise PermissionDenied(_("In this cooperation members do not see each other's shares."))
        return HttpResponse(run.facts, content_type="application/json")


class ShareViewSet(ListModelMixin, OfRuns[Share]):
    """Every municipality's share of every cost, of the current run of each month.

    For charging, ask for closed months (`state=closed`): what they hold never changes again.
    """

    queryset = Share.objects.select_related("municipality", "line").annotate(municipality_name=NAME_IN_RUN)
    serializer_class = ShareSerializer
    filterset_class = filters.ShareFilters

    def get_queryset(self) -> QuerySet[Share]:
        """Those of the runs that are asked for, as far as the caller sees them."""
        self.runs = self.chosen_runs()
        return self.queryset.in_runs(self.runs.values(), self.request.user)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        page = list(super().paginate_queryset(queryset) or ())
        for share in page:
            share.run = self.runs[share.run_id]
            share.cooperation = share.run.cooperation
        return page


class StatementViewSet(RetrieveModelMixin, ListModelMixin, OfRuns[RunTotal]):
    """What each municipality carries of a month, of its current run; numbered once the month is closed."""

    queryset = (
        RunTotal.objects.annotate(statement_number=STATEMENT_NUMBER)
        .select_related("cooperation", "municipality", "run__period")
        .defer("run__facts", "run__carry")
    )
    serializer_class = StatementSerializer
    filterset_class = filters.StatementFilters
    refusals = {"retrieve": [409]}

    def get_queryset(self) -> QuerySet[RunTotal]:
        rows: Any = super().get_queryset()
        if self.action != "list":
            current: QuerySet[RunTotal] = rows.current()
            return current
        self.runs = self.chosen_runs()
        found: QuerySet[RunTotal] = rows.filter(run__in=list(self.runs))
        return found

    @extend_schema(responses=WholeStatementSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The statement as the portal shows it: by application and cost type, and cost by cost."""
        head = self.get_object()
        period = head.run.period
        period.current_run = head.run
        statement = statement_of(head, period, calendar_of(head.cooperation))
        return Response(WholeStatementSerializer(statement).data)
