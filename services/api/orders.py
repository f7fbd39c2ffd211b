"""Orders over the API: read, written as drafts once however often they are sent, and moved on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied as Denied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from municipalities.access import rights_of
from municipalities.actions import AlreadyThereError, known_row, lock_cooperation
from municipalities.api.views import WriteViewSet, said_at_fields
from municipalities.models import Cooperation, Municipality, Token
from services.actions import may_order_for, move_order, save_order
from services.api import filters
from services.api.order_serializers import (
    OrderChangeSerializer,
    OrderLineSerializer,
    OrderMoveSerializer,
    OrderRuleSerializer,
    OrderSerializer,
    OrderStepSerializer,
    OrderWriteSerializer,
)
from services.models import Order, OrderLine, OrderRule, OrderStep
from sharedict.common.viewsets import ReadViewSet

SAME = ("title", "municipality_id", "wanted_on")
"""What a row that comes again under its external id must not differ in."""
SAME_IF_TOLD = ("kind", "accounting_code", "note", "returns")
"""Nor in these, where the body says something of them."""


@contextmanager
def denied_in_words() -> Iterator[None]:
    """What an action says to whoever may not is said over the API too."""
    try:
        yield
    except Denied as error:
        raise PermissionDenied(str(error) or None) from error


def refuse_other_lines(order: Order, lines: Sequence[OrderLine]) -> None:
    """Raise AlreadyThereError where ``order``, which comes again, asks for something else than ``lines``."""
    if [*map(_asked, order.lines.all())] != [*map(_asked, lines)]:
        raise AlreadyThereError(
            _("There is already a row with this external id and other content: change that one with PATCH."),
            field="external_id",
        )


def _asked(line: OrderLine) -> tuple[Any, ...]:
    number = None if line.what == OrderLine.What.END else line.quantity
    return line.application_id, line.variant_id, line.what, number, line.for_whom


class OrderViewSet(WriteViewSet[Order]):
    """What municipalities want. What each asks for stands in `order-lines`, how it went in `order-steps`."""

    queryset = Order.objects.select_related("cooperation", "municipality")
    serializer_class = OrderSerializer
    filterset_class = filters.OrderFilters
    write_scope = Token.Scope.WRITE_ORDERS

    def refuse_readers(self, request: Request, cooperation: Cooperation) -> None:
        caller: Any = request.user
        if isinstance(caller, Token):
            return
        rights = rights_of(caller, cooperation)
        if not (rights.is_administrator or rights.municipality_ids):
            raise PermissionDenied(_("You cannot do this with orders."))

    def refuse_others(self, request: Request, municipality: Municipality) -> None:
        caller: Any = request.user
        if not isinstance(caller, Token) and not may_order_for(
            rights_of(caller, self.cooperation), municipality.pk
        ):
            raise PermissionDenied(_("You order for your own municipality alone."))

    @extend_schema(
        request=OrderWriteSerializer,
        responses={
            201: OrderSerializer,
            200: OpenApiResponse(OrderSerializer, "It was there already, with the same content."),
        },
    )
    def create(self, request: Request) -> Response:
        """Write an order as a draft.

        Safe to repeat: the same `external_id` with the same content answers 200 with the row that is there;
        with other content, lines too, it answers 409, because a change is a PATCH. What the body does not
        name may have become anything meanwhile, except title, municipality and day.
        """
        self.cooperation = self.cooperation_of(request)
        values = self.validated(OrderWriteSerializer, self.cooperation)
        self.refuse_others(request, values["municipality"])
        told = values.pop("lines", None)
        lines = [OrderLine(cooperation=self.cooperation, **each) for each in told or []]
        row = Order(cooperation=self.cooperation, **values)
        with said_at_fields(Order, OrderWriteSerializer), transaction.atomic():
            lock_cooperation(self.cooperation.pk)
            known = known_row(row, [*SAME, *(name for name in SAME_IF_TOLD if name in values)])
            if known is not None and told is not None:
                refuse_other_lines(known, lines)
            if known is None:
                save_order(order=row, lines=lines, today=timezone.localdate(), by=request.user)
        found = self.get_queryset().get(pk=(known or row).pk)
        return Response(OrderSerializer(found).data, status=200 if known else 201)

    @extend_schema(request=OrderChangeSerializer, responses=OrderSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change a draft; what is sent is changed no more."""
        with said_at_fields(Order, OrderChangeSerializer), transaction.atomic():
            order = self.row_to_write(request)
            self.refuse_others(request, order.municipality)
            values = self.validated(OrderChangeSerializer, self.cooperation, partial=True)
            told = values.pop("lines", None)
            lines = list(order.lines.select_related("application", "variant"))
            if told is not None:
                lines = [OrderLine(cooperation=self.cooperation, **each) for each in told]
            for name, value in values.items():
                setattr(order, name, value)
            save_order(order=order, lines=lines, today=timezone.localdate(), by=request.user)
        return Response(OrderSerializer(self.get_queryset().get(pk=order.pk)).data)

    @extend_schema(summary="Move an order on", request=OrderMoveSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        """Send, withdraw or finish an order; a person also approves or rejects what somebody else ordered.

        Refused with 400 where the state may not follow, also because somebody else was faster.
        """
        with denied_in_words(), transaction.atomic():
            order = self.row_to_write(request)
            values = self.validated(OrderMoveSerializer, self.cooperation)
            move_order(
                order=order,
                to=values["state"],
                by=request.user,
                now=timezone.now(),
                reason=values["reason"],
                returned_on=values["returned_on"],
            )
        return Response(OrderSerializer(self.get_queryset().get(pk=order.pk)).data)


class OrderLineViewSet(ReadViewSet[OrderLine]):
    """What each order asks for: a service, what is wanted of it, how many, and for whom."""

    queryset = OrderLine.objects.select_related("cooperation", "order", "application")
    serializer_class = OrderLineSerializer
    filterset_class = filters.OrderLineFilters


class OrderStepViewSet(ReadViewSet[OrderStep]):
    """The states that each order went through, when and why."""

    queryset = OrderStep.objects.select_related("cooperation", "order")
    serializer_class = OrderStepSerializer
    filterset_class = filters.OrderStepFilters


class OrderRuleViewSet(ReadViewSet[OrderRule]):
    """Who approves orders of each kind, where a cooperation has chosen for itself."""

    queryset = OrderRule.objects.select_related("cooperation")
    serializer_class = OrderRuleSerializer
    filterset_class = filters.OrderRuleFilters
