"""Repair of costs under ``/system/``; what was computed from them is only looked at.

Shares are left out: the admin cannot name a row by three columns, and there are millions of them.
"""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.actions import refuse_cost, save_cost
from billing.models import Cost, LateDecision, OutageCost, Period, Run, RunTotal, Statement
from municipalities.admin import RowAdmin, RowAdminForm


class CostAdminForm(RowAdminForm):
    """Refuses what saving a cost in the portal refuses."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        try:
            refuse_cost(self.instance, self.instance.cooperation)
        except ValidationError as error:
            self.add_error(None, error)


@admin.register(Cost)
class CostAdmin(RowAdmin):
    """Costs are withdrawn in the portal, never removed."""

    form = CostAdminForm
    list_display = [
        "reference",
        "description",
        "cooperation",
        "application",
        "amount",
        "starts_on",
        "last_day",
    ]
    list_filter = ["cooperation", "cost_type"]
    list_select_related = ["cooperation", "application"]
    search_fields = ["=reference", "description", "supplier", "=external_id", "=invoice_number"]
    date_hierarchy = "starts_on"
    autocomplete_fields = ["cooperation", "application", "cost_type", "credits"]
    readonly_fields = ["reference", "withdrawn_on"]

    def save_model(self, request: HttpRequest, obj: Cost, form: Any, change: bool) -> None:
        save_cost(cost=obj, by=request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only computing and closing months may change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Period)
class PeriodAdmin(ReadOnlyAdmin):
    list_display = ["first_day", "cooperation", "state", "has_late_changes", "proposed_by", "closed_by"]
    list_filter = ["cooperation", "state", "has_late_changes"]
    list_select_related = ["cooperation", "proposed_by", "closed_by"]
    search_fields = ["cooperation__name"]
    date_hierarchy = "first_day"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Period]:
        return super().get_queryset(request).for_listing()  # type: ignore[no-any-return, attr-defined]


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Without its facts, which run to megabytes."""

    list_display = ["period", "number", "cooperation", "total", "unallocated", "computed_at", "fingerprint"]
    list_filter = ["cooperation"]
    list_select_related = ["cooperation", "period"]
    search_fields = ["=fingerprint"]
    date_hierarchy = "computed_at"
    exclude = ["facts", "carry"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).defer("facts", "carry")


@admin.register(RunTotal)
class RunTotalAdmin(ReadOnlyAdmin):
    list_display = ["name", "run", "cooperation", "amount"]
    list_filter = ["cooperation"]
    list_select_related = ["cooperation", "run__period"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RunTotal]:
        return super().get_queryset(request).defer("run__facts", "run__carry")


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = ["number", "payer_name", "first_day", "cooperation", "total", "currency", "issued_at"]
    list_filter = ["cooperation", "is_taken_over"]
    list_select_related = ["cooperation"]
    search_fields = ["payer_name", "=number", "=content_hash"]
    date_hierarchy = "first_day"


@admin.register(LateDecision)
class LateDecisionAdmin(ReadOnlyAdmin):
    list_display = ["period", "cost", "verdict", "reason", "decided_by", "decided_at", "cooperation"]
    list_filter = ["cooperation", "verdict"]
    list_select_related = ["cooperation", "period", "cost", "decided_by"]
    search_fields = ["=cost__reference", "reason"]


@admin.register(OutageCost)
class OutageCostAdmin(RowAdmin):
    list_display = ["cost", "outage", "cooperation"]
    list_filter = ["cooperation"]
    list_select_related = ["cost", "outage", "cooperation"]
    search_fields = ["cost__reference", "outage__title"]
    autocomplete_fields = ["cooperation", "cost", "outage"]
