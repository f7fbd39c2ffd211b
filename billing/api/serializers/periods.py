"""Months and the runs that computed them."""

from rest_framework import serializers

from billing.models import Period, Run
from municipalities.api.serializers import AmountField, CodeField, CooperationField, MonthField


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
