"""Outages over the API: read, reported and changed by programs, and alarms of monitoring systems."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from municipalities.access import rights_of
from municipalities.actions import known_row, lock_cooperation
from municipalities.api.views import WriteViewSet, said_at_fields
from municipalities.models import Cooperation, Token
from services.actions import RevokedError, receive, save_outage
from services.api import filters
from services.api.outage_serializers import (
    AlertSerializer,
    OutageChangeSerializer,
    OutageEffectSerializer,
    OutageSerializer,
    OutageUpdateSerializer,
    OutageWriteSerializer,
    PriorityTableSerializer,
    ReceivedSerializer,
)
from services.engine.alarms import TooManyAlarmsError, from_alertmanager, from_uptime_kuma
from services.models import Alert, AlertSource, Outage, OutageEffect, OutageUpdate, PriorityTable
from sharedict.common.problems import TooLargeError
from sharedict.common.viewsets import ReadViewSet

READERS = {
    AlertSource.Kind.ALERTMANAGER: from_alertmanager,
    AlertSource.Kind.UPTIME_KUMA: from_uptime_kuma,
}
SAME = ("title", "starts_at", "is_planned")
"""What a row that comes again under its external id must not differ in."""


class OutageViewSet(WriteViewSet[Outage]):
    """What is down, what is planned, and what was. Whom it hits stands in `outage-effects`."""

    queryset = Outage.objects.select_related("cooperation", "merged_into", "source").prefetch_related(
        *Outage.LOST
    )
    serializer_class = OutageSerializer
    filterset_class = filters.OutageFilters
    write_scope = Token.Scope.WRITE_OUTAGES

    def refuse_readers(self, request: Request, cooperation: Cooperation) -> None:
        caller: Any = request.user
        if not isinstance(caller, Token) and not rights_of(caller, cooperation).may_report:
            raise PermissionDenied(_("Only administrators and coordinators report outages."))

    @extend_schema(
        request=OutageWriteSerializer,
        responses={
            201: OutageSerializer,
            200: OpenApiResponse(OutageSerializer, "It was there already, with the same content."),
        },
    )
    def create(self, request: Request) -> Response:
        """Report an outage, or announce planned work; whom it hits follows from what is lost.

        Safe to repeat: the same `external_id` with the same title, beginning and kind answers 200 with the
        row that is there; with others it answers 409, because a change is a PATCH.
        """
        cooperation = self.cooperation_of(request)
        values = self.validated(OutageWriteSerializer, cooperation)
        lost = {name: values.pop(name) for name in Outage.LOST if name in values}
        row = Outage(cooperation=cooperation, **values)
        with said_at_fields(Outage, OutageWriteSerializer), transaction.atomic():
            lock_cooperation(cooperation.pk)
            known = known_row(row, SAME)
            if known is None:
                keeps = "effect" in values
                save_outage(outage=row, lost=lost, now=timezone.now(), by=request.user, keeps_effect=keeps)
        found = self.get_queryset().get(pk=(known or row).pk)
        return Response(OutageSerializer(found).data, status=200 if known else 201)

    @extend_schema(request=OutageChangeSerializer, responses=OutageSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change an outage, or let it end with `ends_at`."""
        with said_at_fields(Outage, OutageChangeSerializer), transaction.atomic():
            outage = self.row_to_write(request)
            values = self.validated(OutageChangeSerializer, self.cooperation, partial=True)
            lost = {name: values.pop(name) for name in Outage.LOST if name in values}
            for name, value in values.items():
                setattr(outage, name, value)
            save_outage(outage=outage, lost=lost, now=timezone.now(), by=request.user)
        return Response(OutageSerializer(self.get_queryset().get(pk=outage.pk)).data)


class OutageEffectViewSet(ReadViewSet[OutageEffect]):
    """Whom each outage hits, as derived or as corrected with a reason."""

    queryset = OutageEffect.objects.select_related("cooperation", "outage", "application", "municipality")
    serializer_class = OutageEffectSerializer
    filterset_class = filters.OutageEffectFilters


class OutageUpdateViewSet(ReadViewSet[OutageUpdate]):
    """What the members were told of each outage, and when."""

    queryset = OutageUpdate.objects.select_related("cooperation", "outage")
    serializer_class = OutageUpdateSerializer
    filterset_class = filters.OutageUpdateFilters


class PriorityTableViewSet(ReadViewSet[PriorityTable]):
    """How pressing outages are, where a cooperation has adopted its own table."""

    queryset = PriorityTable.objects.select_related("cooperation")
    serializer_class = PriorityTableSerializer
    filterset_class = filters.PriorityTableFilters


class AlertViewSet(ReadViewSet[Alert]):
    """Alarms of monitoring systems, and where these send them, each with the token of its own."""

    queryset = Alert.objects.select_related("cooperation", "source", "outage")
    serializer_class = AlertSerializer
    filterset_class = filters.AlertFilters
    write_scope = Token.Scope.SEND_ALERTS

    @extend_schema(
        summary="Take alarms of Alertmanager",
        request={"application/json": OpenApiTypes.OBJECT},
        responses=ReceivedSerializer,
    )
    @action(detail=False, methods=["post"])
    def alertmanager(self, request: Request) -> Response:
        """Where Prometheus Alertmanager sends its webhook (version 4).

        Safe to repeat. Whether an alarm goes on is what it says itself, not what its group says. At most
        500 alarms at once: more answer 413, and none of them is kept.
        """
        return self.received(request, AlertSource.Kind.ALERTMANAGER)

    @extend_schema(
        summary="Take alarms of Uptime Kuma",
        request={"application/json": OpenApiTypes.OBJECT},
        responses=ReceivedSerializer,
    )
    @action(detail=False, methods=["post"], url_path="uptime-kuma", url_name="uptime-kuma")
    def uptime_kuma(self, request: Request) -> Response:
        """Where Uptime Kuma sends its webhook (JSON). Safe to repeat; a test message changes nothing."""
        return self.received(request, AlertSource.Kind.UPTIME_KUMA)

    def received(self, request: Request, kind: AlertSource.Kind) -> Response:
        source = None
        if isinstance(request.user, Token):
            rows = AlertSource.objects.filter(token=request.user, kind=kind)
            source = rows.select_related("token").first()
        if source is None:
            raise PermissionDenied(
                _("Only a monitoring system of this kind sends alarms here, with its own token.")
            )
        try:
            alarms = READERS[kind](request.data)
        except TooManyAlarmsError as error:
            raise TooLargeError(
                _("At most 500 alarms at once: limit the group with max_alerts."), error.code
            ) from error
        try:
            done = receive(source=source, alarms=alarms, now=timezone.now(), by=request.user)
        except RevokedError as error:
            raise AuthenticationFailed(_("This token is revoked."), error.code) from error
        return Response(
            ReceivedSerializer({"outages": done.outages, "new": done.opened, "ended": done.ended}).data
        )
