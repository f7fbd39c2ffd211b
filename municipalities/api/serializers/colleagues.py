"""Colleagues and when they are away, as they are read and pushed."""

from typing import Any

from django.db.models import Model, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from municipalities.api.serializers.fields import (
    ChoiceByCode,
    CodeField,
    CooperationField,
    CooperationOfBody,
    DayField,
    MunicipalityField,
)
from municipalities.models import Absence, Colleague
from sharedict.common.viewsets import StrictSerializer

LONGEST_NUMBER = 18


class ColleagueSerializer(serializers.ModelSerializer[Colleague]):
    cooperation = CooperationField()
    municipality = MunicipalityField()

    class Meta:
        model = Colleague
        fields = [
            "id",
            "cooperation",
            "name",
            "municipality",
            "work",
            "phone",
            "email",
            "valid_from",
            "valid_until",
            "forgotten_at",
        ]


class AbsenceSerializer(serializers.ModelSerializer[Absence]):
    cooperation = CooperationField()
    colleague_name = CodeField("colleague", "name")

    class Meta:
        model = Absence
        fields = [
            "id",
            "cooperation",
            "external_id",
            "colleague",
            "colleague_name",
            "valid_from",
            "valid_until",
        ]


@extend_schema_field(OpenApiTypes.INT)
class ColleagueById(ChoiceByCode):
    """A colleague of the cooperation who was not forgotten, by number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Colleague.objects.usable_in, "pk", **kwargs)

    def to_internal_value(self, data: Any) -> Model:
        is_number = isinstance(data, int) and not isinstance(data, bool)
        return super().to_internal_value(str(data) if is_number else data)

    def find(self, rows: QuerySet[Any], text: str) -> Model | None:
        is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
        return rows.filter(pk=text).first() if is_number else None


class AbsenceChangeSerializer(StrictSerializer):
    valid_from = DayField(help_text="The first day they are away.")
    valid_until = DayField(
        allow_null=True,
        default=None,
        help_text="The first day they are there again; null: until further notice.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A week of leave",
            request_only=True,
            value={
                "external_id": "hr-2026-4711",
                "colleague": 12,
                "valid_from": "2026-07-06",
                "valid_until": "2026-07-13",
            },
        )
    ]
)
class AbsenceWriteSerializer(AbsenceChangeSerializer, CooperationOfBody):
    external_id = serializers.CharField(
        max_length=100, help_text="Its id in the system it comes from: the same twice gives one row."
    )
    colleague = ColleagueById(help_text="The number of the colleague, as the list of them gives it.")
