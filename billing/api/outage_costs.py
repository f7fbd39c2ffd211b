"""Costs that outages made necessary, to read."""

from rest_framework import serializers

from billing.api.filters import OutageCostFilters
from billing.models import OutageCost
from municipalities.api.serializers import CodeField, CooperationField
from sharedict.common.viewsets import ReadViewSet


class OutageCostSerializer(serializers.ModelSerializer[OutageCost]):
    cooperation = CooperationField()
    reference = CodeField("cost", "reference", help_text="Reference of the cost.")

    class Meta:
        model = OutageCost
        fields = ["id", "cooperation", "outage", "cost", "reference"]


class OutageCostViewSet(ReadViewSet[OutageCost]):
    """Which cost was made necessary by which outage."""

    queryset = OutageCost.objects.select_related("cooperation", "outage", "cost")
    serializer_class = OutageCostSerializer
    filterset_class = OutageCostFilters
