"""Costs as they are pushed and read, and what a change of one means for months that are closed."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from agreements.models import CostType
from billing.api.serializers.fields import MinorField
from billing.models import Cost
from billing.models.cost import FIRST_DAY, LAST_DAY
from billing.reports import SAME_COST, SAME_INVOICE, Becomes, ClosedEffect, MonthEffect, OtherEffect, Twin
from municipalities.api.serializers import (
    AmountField,
    ChoiceByCode,
    CodeField,
    CooperationField,
    CooperationOfBody,
    DayField,
    MonthField,
)
from municipalities.portal import FarDay
from services.models import Application
from sharedict.common.viewsets import StrictSerializer
from sharedict.kernel.money import minor_text

NOT_CHARGED = (Becomes.LEFT, Becomes.DROPPED)


class CostSerializer(serializers.ModelSerializer[Cost]):
    cooperation = CooperationField()
    application = CodeField(
        "application", allow_null=True, default=None, help_text="Null: of the whole cooperation."
    )
    cost_type = CodeField("cost_type")
    credits = CodeField(
        "credits", "reference", allow_null=True, default=None, help_text="Reference of the cost it refunds."
    )

    class Meta:
        model = Cost
        fields = [
            "id",
            "cooperation",
            "reference",
            "external_id",
            "application",
            "cost_type",
            "supplier",
            "invoice_number",
            "description",
            "amount",
            "currency",
            "starts_on",
            "ends_on",
            "credits",
            "withdrawn_on",
        ]


class MonthCorrectionSerializer(serializers.Serializer[MonthEffect]):
    """What a changed cost is to be in a closed month beyond what is charged of it; negative: given back."""

    month = MonthField()
    amount = MinorField("amount_minor", help_text="0.00 where the amount stays and others carry it.")
    charged_in = MonthField(help_text="The month that charges the difference as a correction.")


class OtherCorrectionSerializer(MonthCorrectionSerializer):
    """What of another cost is to be charged in a closed month because a cost of its family changes.

    It refunds the cost that was written, or the same one, or is refunded by it.
    """

    reference = serializers.CharField(help_text="Of that cost.")


class CostWarningSerializer(serializers.Serializer[Twin | FarDay]):
    """A cost that counts, and that the one written may be the same as; or a day of it that is far away."""

    code = serializers.ChoiceField(
        [SAME_COST, SAME_INVOICE, FarDay.code],
        help_text="Whether all is the same but the external id, or supplier and invoice number are, or a day "
        "is more than 5 years ahead or 20 back.",
    )
    reference = serializers.CharField(
        source="where", help_text="Of that other cost; empty where it is about a day."
    )
    message = serializers.CharField()


class CostAnswerSerializer(CostSerializer):
    """A cost as it was written, or would be, and what that means for months that are closed."""

    id = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Null for one that is not saved."
    )
    corrections = serializers.SerializerMethodField(
        help_text="What this change leaves to be charged for closed months, by month, beyond what they and "
        "later ones have charged of the cost; empty where nothing is."
    )
    corrections_of_others = serializers.SerializerMethodField(
        help_text="What it leaves to be charged of others, by reference: of the cost that it refunds and of "
        "other refunds, as far as that changes with it, also where it was left by decision before."
    )
    not_shared = serializers.SerializerMethodField(
        help_text="What of the cost lies before the first month of the cooperation: nobody is charged for it."
    )

    warnings = serializers.SerializerMethodField(
        help_text="Other costs that it may be the same as, and days that are far away. It is saved all the "
        "same: withdraw it where it was not meant, or ask with `dry_run` first."
    )

    class Meta(CostSerializer.Meta):
        fields = [
            *CostSerializer.Meta.fields,
            "corrections",
            "corrections_of_others",
            "not_shared",
            "warnings",
        ]

    @extend_schema_field(CostWarningSerializer(many=True))
    def get_warnings(self, cost: Cost) -> Any:
        return CostWarningSerializer(self.context["warnings"], many=True).data

    @extend_schema_field(MonthCorrectionSerializer(many=True))
    def get_corrections(self, cost: Cost) -> list[dict[str, str]]:
        effect: ClosedEffect = self.context["effect"]
        return [_correction(effect, each) for each in effect.months]

    @extend_schema_field(OtherCorrectionSerializer(many=True))
    def get_corrections_of_others(self, cost: Cost) -> list[dict[str, str]]:
        effect: ClosedEffect = self.context["effect"]
        found = [each for each in effect.others if each.becomes not in NOT_CHARGED]
        return [{"reference": each.reference, **_correction(effect, each)} for each in found]

    @extend_schema_field(AmountField())
    def get_not_shared(self, cost: Cost) -> str:
        effect: ClosedEffect = self.context["effect"]
        return minor_text(effect.not_shared_minor)


def _correction(effect: ClosedEffect, each: MonthEffect | OtherEffect) -> dict[str, str]:
    return {
        "month": str(each.month),
        "amount": minor_text(each.amount_minor),
        "charged_in": str(effect.charged_in),
    }


class CostChangeSerializer(StrictSerializer):
    application = ChoiceByCode(
        Application.objects.of,
        required=False,
        allow_null=True,
        help_text="Code of an application; null for a cost of the whole cooperation.",
    )
    cost_type = ChoiceByCode(CostType.objects.of, help_text="Code of a cost type.")
    supplier = serializers.CharField(max_length=150, required=False, allow_blank=True)
    invoice_number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    description = serializers.CharField(max_length=300)
    amount = AmountField(help_text="Excluding VAT, at most two decimals; negative for a credit note.")
    currency = serializers.CharField(
        max_length=3, required=False, help_text="The cooperation's own, which need not be said."
    )
    starts_on = DayField(help_text="The first day it covers.")
    ends_on = DayField(help_text="The first day it no longer covers.")
    credits = ChoiceByCode(
        Cost.objects.of,
        "reference",
        required=False,
        allow_null=True,
        help_text="Reference of the cost that this credit note refunds, in full or in part, on days of it.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("starts_on", "ends_on"):
            if name in attrs and not FIRST_DAY <= attrs[name] <= LAST_DAY:
                said = _("Write a day between the years 1900 and 2199.")
                raise serializers.ValidationError(
                    {name: [serializers.ErrorDetail(str(said), "out_of_range")]}
                )
        return attrs


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A licence for one year",
            request_only=True,
            value={
                "external_id": "ledger-2026-004711",
                "application": "erp",
                "cost_type": "licence",
                "supplier": "Example AB",
                "invoice_number": "90017",
                "description": "Licences 2026",
                "amount": "128400.00",
                "starts_on": "2026-01-01",
                "ends_on": "2027-01-01",
            },
        )
    ]
)
class CostWriteSerializer(CostChangeSerializer, CooperationOfBody):
    external_id = serializers.CharField(
        max_length=100, help_text="Its id in the system it comes from: the same twice gives one row."
    )
