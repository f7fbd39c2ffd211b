"""On what terms: resources to read."""

from django.db.models import Prefetch

from agreements.api import filters
from agreements.api.serializers import (
    AgreementSerializer,
    CostTypeSerializer,
    KeySerializer,
    TermSerializer,
)
from agreements.models import Agreement, Component, CostType, FixedPart, Key, Term
from sharedict.common.viewsets import ReadViewSet


class AgreementViewSet(ReadViewSet[Agreement]):
    """What the members have agreed: the frame that terms stand in."""

    queryset = Agreement.objects.select_related("cooperation")
    serializer_class = AgreementSerializer
    filterset_class = filters.AgreementFilters


class CostTypeViewSet(ReadViewSet[CostType]):
    """Kinds of cost that terms can tell apart."""

    queryset = CostType.objects.select_related("cooperation")
    serializer_class = CostTypeSerializer
    filterset_class = filters.CostTypeFilters


class KeyViewSet(ReadViewSet[Key]):
    """The rules that divide costs, with all their versions: percentages, drivers and the decisions."""

    queryset = Key.objects.select_related("cooperation").prefetch_related(
        "versions",
        Prefetch("versions__components", Component.objects.select_related("driver")),
        Prefetch("versions__components__fixed_parts", FixedPart.objects.select_related("municipality")),
    )
    serializer_class = KeySerializer
    filterset_class = filters.KeyFilters


class TermViewSet(ReadViewSet[Term]):
    """Which key divides which costs, and who pays. The narrower scope wins over the wider."""

    queryset = Term.objects.select_related(
        "cooperation", "agreement", "application", "cost_type", "key"
    ).prefetch_related("named")
    serializer_class = TermSerializer
    filterset_class = filters.TermFilters
