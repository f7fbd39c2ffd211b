"""Who pays what, as the API writes it. Names in runs, shares and statements are those frozen with the run."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from agreements.models import CostType
from billing.engine.statement import ShareRow, Statement, StatementLine
from billing.models import Cost, LateChange, Period, Run, RunTotal
from billing.reports import ClosedEffect, LateRow, MonthEffect
from billing.snapshots import CHARGED, Verdict
from municipalities.api.serializers import (
    AmountField,
    ChoiceByCode,
    CodeField,
    CooperationField,
    CooperationOfBody,
    DayField,
    MonthField,
    MunicipalityField,
)
from services.models import Application
from sharedict.common.viewsets import StrictSerializer
from sharedict.kernel.money import minor_text
from sharedict.kernel.periods import Month


class MinorField(AmountField):
    """Minor units of the engine as decimal text."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(source=name, read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return minor_text(value)


class FirstDayField(MonthField):
    """A month by its first day; null where there is none."""

    def __init__(self, source: str, **kwargs: Any) -> None:
        super().__init__(source, allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return str(Month.of(value))


EARLIEST, LATEST = 1990, 2190


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


class CostAnswerSerializer(CostSerializer):
    """A cost as it was written, or would be, and what that means for months that are closed."""

    id = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Null for one that is not saved."
    )
    corrections = serializers.SerializerMethodField(
        help_text="What this change leaves to be charged for closed months, by month, beyond what they and "
        "later ones have charged of the cost; empty where nothing is."
    )
    not_shared = serializers.SerializerMethodField(
        help_text="What of the cost lies before the first month of the cooperation: nobody is charged for it."
    )

    class Meta(CostSerializer.Meta):
        fields = [*CostSerializer.Meta.fields, "corrections", "not_shared"]

    @extend_schema_field(MonthCorrectionSerializer(many=True))
    def get_corrections(self, cost: Cost) -> list[dict[str, str]]:
        effect: ClosedEffect = self.context["effect"]
        return [
            {
                "month": str(each.month),
                "amount": minor_text(each.amount_minor),
                "charged_in": str(effect.charged_in),
            }
            for each in effect.months
        ]

    @extend_schema_field(AmountField())
    def get_not_shared(self, cost: Cost) -> str:
        effect: ClosedEffect = self.context["effect"]
        return minor_text(effect.not_shared_minor)


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
            if name in attrs and not EARLIEST <= attrs[name].year < LATEST:
                message = _("Write a year from %(first)d to %(last)d.")
                said = message % {"first": EARLIEST, "last": LATEST - 1}
                raise serializers.ValidationError({name: [serializers.ErrorDetail(said, "out_of_range")]})
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


class PeriodSerializer(serializers.ModelSerializer[Period]):
    cooperation = CooperationField()
    month = MonthField()
    run = serializers.IntegerField(
        source="current_run_id", read_only=True, allow_null=True, help_text="The run that everybody sees."
    )
    total = AmountField(
        source="current_run.total", max_digits=20, read_only=True, allow_null=True, default=None
    )
    unallocated = AmountField(
        source="current_run.unallocated", max_digits=20, read_only=True, allow_null=True, default=None
    )
    currency = CodeField("cooperation", "currency")
    is_stale = serializers.BooleanField(
        read_only=True, help_text="Something changed since; the run is being computed again."
    )

    class Meta:
        model = Period
        fields = [
            "id",
            "cooperation",
            "month",
            "state",
            "run",
            "total",
            "unallocated",
            "currency",
            "is_stale",
            "has_late_changes",
            "proposed_at",
            "closed_at",
        ]


class RunSerializer(serializers.ModelSerializer[Run]):
    cooperation = CooperationField()
    month = MonthField("period.month")
    is_current = serializers.SerializerMethodField(help_text="Whether it is what everybody sees.")
    currency = CodeField("cooperation", "currency")

    class Meta:
        model = Run
        fields = [
            "id",
            "cooperation",
            "month",
            "kind",
            "number",
            "is_current",
            "rule_version",
            "fingerprint",
            "total",
            "unallocated",
            "unallocated_lines",
            "currency",
            "computed_at",
        ]

    def get_is_current(self, run: Run) -> bool:
        return run.period.current_run_id == run.pk


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


class StatementSerializer(serializers.ModelSerializer[RunTotal]):
    cooperation = CooperationField()
    month = MonthField("run.period.month")
    state = serializers.ChoiceField(
        Period.State.choices, source="run.period.state", read_only=True, help_text="Final once closed."
    )
    municipality = MunicipalityField()
    municipality_name = serializers.CharField(source="name", read_only=True)
    statement_number = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Given when the month closes."
    )
    currency = CodeField("cooperation", "currency")
    run = serializers.IntegerField(source="run_id", read_only=True)

    class Meta:
        model = RunTotal
        fields = [
            "id",
            "cooperation",
            "month",
            "state",
            "statement_number",
            "municipality",
            "municipality_name",
            "amount",
            "currency",
            "run",
        ]


class StatementLineSerializer(serializers.Serializer[StatementLine]):
    """What the costs of one application and type came to."""

    application = serializers.CharField(help_text="Code; empty for costs of the whole cooperation.")
    application_name = serializers.CharField()
    cost_type = serializers.CharField()
    cost_type_name = serializers.CharField()
    amount = MinorField("this_minor", help_text="This month.")
    amount_before = MinorField("before_minor", help_text="The month before.")
    amount_year = MinorField("year_minor", help_text="The agreement year so far, this month included.")
    corrects_month = MonthField(
        "concerns", allow_null=True, help_text="The earlier month it corrects, if any."
    )
    references = serializers.ListField(
        child=serializers.CharField(),
        help_text="Of the costs behind it.",
    )
    description = serializers.CharField(help_text="Of the cost that a correction is about.")


class StatementShareSerializer(serializers.Serializer[ShareRow]):
    """One cost and the municipality's share of it."""

    reference = serializers.CharField()
    application = serializers.CharField(help_text="Code; empty for a cost of the whole cooperation.")
    application_name = serializers.CharField()
    cost_type = serializers.CharField()
    cost_type_name = serializers.CharField()
    supplier = serializers.CharField()
    description = serializers.CharField()
    key = serializers.CharField()
    key_version = serializers.IntegerField(allow_null=True)
    cost_amount = MinorField("cost_minor", help_text="The cost's part in the month.")
    amount = MinorField("share_minor", help_text="The municipality's share of it.")
    corrects_month = MonthField(
        "concerns", allow_null=True, help_text="The earlier month it corrects, if any."
    )


class WholeStatementSerializer(serializers.Serializer[Statement]):
    cooperation = serializers.CharField(help_text="Address of the cooperation.")
    month = MonthField()
    state = serializers.ChoiceField(Period.State.choices, help_text="Final once closed.")
    statement_number = serializers.IntegerField(source="number", allow_null=True)
    municipality = serializers.CharField(help_text="Country and official code, such as SE1737.")
    municipality_name = serializers.CharField(source="name")
    currency = serializers.CharField()
    amount = MinorField("total_minor")
    amount_of_month = MinorField("month_minor", help_text="Of it: the month's own costs.")
    amount_of_corrections = MinorField(
        "corrections_minor", help_text="Of it: corrections of this agreement year, of its earlier months."
    )
    amount_of_earlier_years = MinorField(
        "earlier_minor", help_text="Of it: corrections of earlier agreement years, no part of `amount_year`."
    )
    amount_before = MinorField("before_minor", help_text="The month before, with all its corrections.")
    amount_year = MinorField("year_minor", help_text="The agreement year so far, this month included.")
    run_number = serializers.IntegerField()
    rule_version = serializers.IntegerField()
    fingerprint = serializers.CharField(help_text="SHA-256 of the facts it was computed from.")
    computed_at = serializers.DateTimeField()
    issued_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(allow_null=True, help_text="Null where members settle among themselves.")
    is_taken_over = serializers.BooleanField(help_text="Issued by release 0.1, and taken over as it was.")
    content_hash = serializers.CharField(help_text="SHA-256 of what was issued; empty until then.")
    lines = StatementLineSerializer(many=True)
    shares = StatementShareSerializer(many=True)


class LateShareSerializer(serializers.Serializer[Any]):
    """What a late change makes of one municipality's share."""

    municipality = serializers.CharField(help_text="Country and official code, such as SE1737.")
    charged = MinorField("charged_minor", help_text="What is charged so far.")
    should = MinorField("should_minor", help_text="What it should be.")
    amount = MinorField("amount_minor", help_text="The difference.")


class LateChangeSerializer(serializers.Serializer[Any]):
    """A cost of a closed month that is not charged as it should be."""

    cooperation = serializers.CharField(help_text="Address of the cooperation.")
    month = MonthField("row.state.month")
    reference = CodeField("row.cost", "reference", help_text="Of the cost.")
    external_id = CodeField("row.cost", "external_id", help_text="Of the cost; empty where it has none.")
    description = CodeField("row.cost", "description")
    cause = serializers.ChoiceField(
        LateChange.Cause.choices,
        source="row.state.correction.cause",
        help_text="Whether the cost changed, or who pays and how much of it.",
    )
    verdict = serializers.ChoiceField(
        [each.value for each in Verdict],
        source="row.state.verdict.value",
        help_text="What happens to it: `counts` is charged unless it is left; `charge` and `left` are "
        "decided; `waiting` waits for a decision, `unallocated` for a term that divides it.",
    )
    reason = serializers.CharField(help_text="Of the decision; empty where there is none.")
    amount = MinorField(
        "row.state.amount_minor", help_text="What charging it comes to, of all municipalities."
    )
    charged_in = serializers.SerializerMethodField(
        help_text="Null where it is not charged; or the open month that charges it as a correction."
    )
    currency = serializers.CharField()
    shares = LateShareSerializer(many=True, help_text="As far as the caller sees them.")

    @extend_schema_field(MonthField(allow_null=True))
    def get_charged_in(self, change: Any) -> str | None:
        row: LateRow = change.row
        return str(row.charged_in) if row.charged_in and row.state.verdict in CHARGED else None
