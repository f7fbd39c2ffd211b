"""Cooperations, the register of municipalities, and who is a member of what."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.admin.rows import RowAdmin
from municipalities.models import Cooperation, Member, Municipality


@admin.register(Cooperation)
class CooperationAdmin(RowAdmin):
    list_display = ("name", "slug", "currency", "charging", "shares_are_open", "is_demonstration")
    search_fields = ("name", "slug")
    fieldsets = (
        (None, {"fields": ("name", "slug", "is_demonstration", "was")}),
        (_("Who it is"), {"fields": ("organisation_number", "address")}),
        (_("How costs are shared"), {"fields": ("first_month", "year_starts_in", "shares_are_open")}),
        (_("How they are charged"), {"fields": ("currency", "charging", "payment_days")}),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        this_month = timezone.localdate().replace(day=1)
        return {"first_month": this_month, **super().get_changeform_initial_data(request)}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what it was stands in the change log for good


@admin.register(Municipality)
class MunicipalityAdmin(RowAdmin):
    list_display = ("name", "country", "code", "county", "organisation_number", "successor", "merged_on")
    list_filter = ("country", "county")
    list_select_related = ("successor",)
    autocomplete_fields = ("successor",)
    search_fields = ("name", "=code", "official_name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Statements, files and frozen facts name a municipality by its country and official code."""
        return ("country", "code") if obj else ()


@admin.register(Member)
class MemberAdmin(RowAdmin):
    list_display = ("municipality", "cooperation", "valid_from", "last_day")
    list_filter = ("cooperation",)
    list_select_related = ("municipality", "cooperation")
    search_fields = ("municipality__name", "=municipality__code")
    autocomplete_fields = ("municipality", "cooperation")
