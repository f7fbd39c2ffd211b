"""Who works with what is shared, and when they are away."""

from django.contrib import admin
from django.http import HttpRequest

from municipalities.actions import remove_colleague
from municipalities.admin.rows import RowAdmin
from municipalities.models import Absence, Colleague


@admin.register(Colleague)
class ColleagueAdmin(RowAdmin):
    """One who was forgotten stays so: there is nothing to change."""

    list_display = ("name", "municipality", "work", "cooperation", "valid_from", "last_day")
    list_filter = ("cooperation",)
    list_select_related = ("municipality", "cooperation")
    search_fields = ("name", "work")
    autocomplete_fields = ("cooperation", "municipality", "user")

    def has_change_permission(self, request: HttpRequest, obj: Colleague | None = None) -> bool:
        is_forgotten = obj is not None and obj.forgotten_at is not None
        return not is_forgotten and super().has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Colleague) -> None:
        remove_colleague(colleague=obj, by=request.user)


@admin.register(Absence)
class AbsenceAdmin(RowAdmin):
    list_display = ("colleague", "cooperation", "valid_from", "last_day")
    list_filter = ("cooperation",)
    list_select_related = ("colleague", "cooperation")
    search_fields = ("colleague__name",)
    autocomplete_fields = ("cooperation", "colleague")
