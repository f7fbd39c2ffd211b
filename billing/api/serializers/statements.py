"""Statements: the list of them by their totals, and a whole one as it was or would be issued."""

from rest_framework import serializers

from billing.api.serializers.fields import MinorField
from billing.engine.statement import ShareRow, Statement, StatementLine
from billing.models import Period, RunTotal
from municipalities.api.serializers import CodeField, CooperationField, MonthField, MunicipalityField


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
