"""What lists of who pays what can be narrowed by."""

import datetime as dt
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import CharField, IntegerField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from billing.models import Cost, OutageCost, Period, Run, RunTotal, Share
from municipalities.api.filters import CodeFilter, CooperationFilter, MunicipalityFilter, OfCooperation
from municipalities.api.serializers import MONTH_PATTERN
from sharedict.kernel.periods import Month, MonthError


class _MonthText(CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return Month.parse(text).first if text else None
        except MonthError as error:
            raise ValidationError(error.message, error.code) from error


class MonthFilter(django_filters.Filter):  # type: ignore[misc]
    """Rows of a month, or of months before or after it; ``field_name`` leads to its first day."""

    field_class = _MonthText

    def __init__(
        self, field_name: str, lookup_expr: str = "exact", said: str = "Of this month", **kwargs: Any
    ) -> None:
        super().__init__(field_name, lookup_expr, **kwargs)
        schema = {"type": "string", "pattern": MONTH_PATTERN, "description": f"{said}, such as 2026-10."}
        extend_schema_field(schema)(self)


class YesNoFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """``true`` or ``false``, and nothing else."""

    def __init__(self, field_name: str, lookup_expr: str, said: str, **kwargs: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(field_name=field_name, lookup_expr=lookup_expr, choices=choices, **kwargs)
        extend_schema_field({"type": "boolean", "description": said})(self)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return super().filter(qs, value == "true") if value else qs


@extend_schema_field(OpenApiTypes.INT)
class WholeNumberFilter(django_filters.NumberFilter):  # type: ignore[misc]
    field_class = IntegerField


class CostFilters(OfCooperation):
    application = CodeFilter("application__code", "application")
    cost_type = CodeFilter("cost_type__code", "cost type")
    month = MonthFilter("starts_on", said="Covering some day of this month", method="covering")
    is_withdrawn = YesNoFilter(
        "withdrawn_on", "isnull", exclude=True, said="True: only withdrawn ones; false: only valid ones."
    )

    class Meta:
        model = Cost
        fields = ["external_id", "reference", "supplier", "invoice_number"]

    def covering(self, rows: Any, name: str, value: dt.date) -> QuerySet[Any]:
        found: QuerySet[Any] = rows.touching(value, Month.of(value).after)
        return found


class LateChangeFilters(django_filters.FilterSet):  # type: ignore[misc]
    """The cooperations whose late changes are asked for."""

    cooperation = CooperationFilter("pk")


class PeriodFilters(OfCooperation):
    month = MonthFilter("first_day")
    month_from = MonthFilter("first_day", "gte", "This month or later")
    month_until = MonthFilter("first_day", "lt", "Before this month")

    class Meta:
        model = Period
        fields = ["state"]


class RunFilters(OfCooperation):
    month = MonthFilter("period__first_day")

    class Meta:
        model = Run
        fields: list[str] = []


class RunScope(OfCooperation):
    """Runs whose shares are asked for."""

    month = MonthFilter("period__first_day")
    month_from = MonthFilter("period__first_day", "gte", "This month or later")
    month_until = MonthFilter("period__first_day", "lt", "Before this month")
    state = django_filters.ChoiceFilter(
        field_name="period__state", choices=Period.State.choices, help_text="Of the month."
    )


class InRuns(RunScope):
    """The runs are chosen before their rows, by ``RunScope``; here the rest is narrowed."""

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for name in self.filters.keys() - RunScope.base_filters.keys():
            queryset = self.filters[name].filter(queryset, self.form.cleaned_data[name])
        return queryset


class ShareFilters(InRuns):
    municipality = MunicipalityFilter()
    application = CodeFilter("line__application_code", "application")
    cost_type = CodeFilter("line__cost_type_code", "cost type")
    reference = django_filters.CharFilter("line__reference", help_text="Reference of the cost.")

    class Meta:
        model = Share
        fields: list[str] = []


class StatementFilters(InRuns):
    statement_number = WholeNumberFilter()
    municipality = MunicipalityFilter()

    class Meta:
        model = RunTotal
        fields: list[str] = []


class OutageCostFilters(OfCooperation):
    class Meta:
        model = OutageCost
        fields: list[str] = []
