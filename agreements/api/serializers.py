"""On what terms, as the API writes it."""

from typing import Any

from rest_framework import serializers

from agreements.models import Agreement, Component, CostType, FixedPart, Key, KeyVersion, Term
from municipalities.api.serializers import (
    CodeField,
    CooperationField,
    MunicipalitiesField,
    MunicipalityField,
)


class AgreementSerializer(serializers.ModelSerializer[Agreement]):
    cooperation = CooperationField()

    class Meta:
        model = Agreement
        fields = ["id", "cooperation", "name", "decision", "notice_months", "valid_from", "valid_until"]


class CostTypeSerializer(serializers.ModelSerializer[CostType]):
    cooperation = CooperationField()

    class Meta:
        model = CostType
        fields = ["id", "cooperation", "code", "name"]


class FixedPartSerializer(serializers.ModelSerializer[FixedPart]):
    municipality = MunicipalityField()

    class Meta:
        model = FixedPart
        fields = ["municipality", "percent"]


class RuleField(serializers.ChoiceField):
    """When a driver is read; null for a component that has none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Component.Rule.choices, read_only=True, allow_null=True, **kwargs)

    def to_representation(self, value: str) -> Any:
        return super().to_representation(value) or None


class ComponentSerializer(serializers.ModelSerializer[Component]):
    driver = CodeField("driver", allow_null=True, default=None)
    rule = RuleField(help_text="When the driver is read.")
    fixed_parts = FixedPartSerializer(many=True, read_only=True)

    class Meta:
        model = Component
        fields = ["position", "kind", "percent", "driver", "rule", "fixed_parts"]


class KeyVersionSerializer(serializers.ModelSerializer[KeyVersion]):
    components = ComponentSerializer(many=True, read_only=True)

    class Meta:
        model = KeyVersion
        fields = [
            "number",
            "valid_from",
            "valid_until",
            "decision",
            "decided_on",
            "when_zero",
            "base_amount",
            "floor_percent",
            "cap_percent",
            "components",
        ]


class KeySerializer(serializers.ModelSerializer[Key]):
    cooperation = CooperationField()
    currency = CodeField("cooperation", "currency", help_text="Of the base amounts.")
    versions = KeyVersionSerializer(many=True, read_only=True)

    class Meta:
        model = Key
        fields = ["id", "cooperation", "code", "name", "currency", "versions"]


class TermSerializer(serializers.ModelSerializer[Term]):
    cooperation = CooperationField()
    agreement = CodeField("agreement", "name")
    application = CodeField("application", allow_null=True, default=None, help_text="Null: any.")
    cost_type = CodeField("cost_type", allow_null=True, default=None, help_text="Null: any.")
    key = CodeField("key")
    named = MunicipalitiesField(many=True)

    class Meta:
        model = Term
        fields = [
            "id",
            "cooperation",
            "agreement",
            "application",
            "cost_type",
            "key",
            "payers",
            "named",
            "by_days",
            "after_leaving",
            "valid_from",
            "valid_until",
        ]
