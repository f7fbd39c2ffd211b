"""Shares, one by one, with the names that are frozen with their run."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from billing.api.serializers.fields import FirstDayField
from billing.models import Period
from municipalities.api.serializers import (
    AmountField,
    CodeField,
    CooperationField,
    MonthField,
    MunicipalityField,
)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Half a licence",
            response_only=True,
            value={
                "cooperation": "north",
                "month": "2026-10",
                "state": "closed",
                "run": 812,
                "line": 17,
                "municipality": "SE1737",
                "municipality_name": "Torsby",
                "reference": "C00000042",
                "application": "erp",
                "application_name": "ERP",
                "cost_type": "licence",
                "cost_type_name": "Licence",
                "supplier": "Example AB",
                "description": "Licences 2026",
                "key": "even",
                "key_version": 3,
                "cost_amount": "10905.21",
                "amount": "5452.61",
                "corrects_month": None,
                "currency": "SEK",
            },
        )
    ]
)
class ShareSerializer(serializers.Serializer[Any]):
    cooperation = CooperationField()
    month = MonthField("run.period.month")
    state = serializers.ChoiceField(
        Period.State.choices, source="run.period.state", read_only=True, help_text="Final once closed."
    )
    run = serializers.IntegerField(source="run_id", read_only=True)
    line = serializers.IntegerField(
        source="line_number", read_only=True, help_text="Number of the line in its run."
    )
    municipality = MunicipalityField()
    municipality_name = serializers.CharField(read_only=True)
    reference = CodeField("line", "reference", help_text="Of the cost.")
    application = CodeField(
        "line", "application_code", help_text="Code; empty for a cost of the whole cooperation."
    )
    application_name = CodeField("line", "application_name")
    cost_type = CodeField("line", "cost_type_code")
    cost_type_name = CodeField("line", "cost_type_name")
    supplier = CodeField("line", "supplier")
    description = CodeField("line", "description")
    key = CodeField("line", "key_code")
    key_version = serializers.IntegerField(source="line.key_version", read_only=True)
    cost_amount = AmountField(source="line.amount", read_only=True, help_text="The cost's part in the month.")
    amount = AmountField(read_only=True, help_text="The municipality's share of it.")
    corrects_month = FirstDayField(
        "line.concerns", help_text="Null; or the closed month in which this corrects the cost."
    )
    currency = CodeField("cooperation", "currency")
