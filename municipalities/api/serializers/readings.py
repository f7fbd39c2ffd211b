"""Readings as they are pushed and read, and what a change of one means for months that are closed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.expressions import Combinable
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from municipalities.api.serializers.fields import (
    ChoiceByCode,
    CodeField,
    CooperationField,
    CooperationOfBody,
    DayField,
    MonthField,
    MunicipalityByKey,
    MunicipalityField,
    ValueField,
)
from municipalities.models import Driver, Reading
from municipalities.portal import FarDay
from sharedict.common.viewsets import StrictSerializer


class OwnFigureField(serializers.BooleanField):
    """What ``Reading.is_own_figure`` says."""

    def as_column(self, _way: Sequence[str]) -> Combinable:
        is_own = Q(cooperation__isnull=False) & Q(driver__cooperation=None)
        return ExpressionWrapper(is_own, output_field=BooleanField())


class ReadingSerializer(serializers.ModelSerializer[Reading]):
    cooperation = CooperationField(
        allow_null=True, default=None, help_text="Address of the cooperation; null for a public fact."
    )
    driver = CodeField("driver")
    driver_name = CodeField("driver", "name")
    unit = CodeField("driver", "unit")
    municipality = MunicipalityField()
    municipality_name = CodeField("municipality", "name")
    is_own_figure = OwnFigureField(
        read_only=True,
        help_text="Entered by the cooperation of a public driver, for itself: it counts while there is no "
        "public reading of the same day or of the quarter before it.",
    )

    class Meta:
        model = Reading
        fields = [
            "id",
            "cooperation",
            "external_id",
            "driver",
            "driver_name",
            "unit",
            "municipality",
            "municipality_name",
            "reference_on",
            "value",
            "source",
            "is_own_figure",
        ]


class FarDaySerializer(serializers.Serializer[FarDay]):
    """A day that was written and is more than 5 years ahead, or more than 20 back."""

    code = serializers.ChoiceField([FarDay.code])
    message = serializers.CharField()


class ReadingAnswerSerializer(ReadingSerializer):
    """A reading as it was written, and what that means for months that are closed."""

    closed_months = serializers.SerializerMethodField(
        help_text="Closed months in which shares may have to be otherwise now; they keep what they charged."
    )
    decide_before = serializers.SerializerMethodField(
        help_text="Null; or the month that cannot be proposed before somebody has decided whether such "
        "differences are charged or left."
    )

    warnings = serializers.SerializerMethodField(
        help_text="Days so far away that they may be a mistake. It is saved all the same: correct it where "
        "it was not meant."
    )

    class Meta(ReadingSerializer.Meta):
        fields = [*ReadingSerializer.Meta.fields, "closed_months", "decide_before", "warnings"]

    @extend_schema_field(FarDaySerializer(many=True))
    def get_warnings(self, reading: Reading) -> Any:
        return FarDaySerializer(self.context["far_days"], many=True).data

    @extend_schema_field(serializers.ListField(child=MonthField()))
    def get_closed_months(self, reading: Reading) -> list[str]:
        return [str(month) for month in self.context["effect"].closed]

    @extend_schema_field(MonthField(allow_null=True))
    def get_decide_before(self, reading: Reading) -> str | None:
        month = self.context["effect"].decided_before
        return str(month) if month else None


class ReadingChangeSerializer(StrictSerializer):
    reference_on = DayField(help_text="The day the value holds for.")
    value = ValueField(min_value=Decimal(0), help_text="0 or more, at most four decimals.")
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=300, help_text="Where the value comes from."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Users of a municipality",
            request_only=True,
            value={
                "external_id": "ad-2026-10-SE1737",
                "driver": "users",
                "municipality": "SE1737",
                "reference_on": "2026-10-01",
                "value": "412",
                "source": "Directory export of 1 October",
            },
        )
    ]
)
class ReadingWriteSerializer(ReadingChangeSerializer, CooperationOfBody):
    external_id = serializers.CharField(
        max_length=100, help_text="Its id in the system it comes from: the same twice gives one row."
    )
    driver = ChoiceByCode(
        Driver.objects.usable_in,
        help_text="Code of one of the cooperation's own drivers, or of a public one.",
    )
    municipality = MunicipalityByKey(help_text="Country and official code, such as SE1737.")
