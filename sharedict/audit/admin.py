from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from sharedict.audit.models import Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """To be read: an entry is never changed."""

    list_display = ("at", "actor", "verb", "subject_type", "subject", "cooperation")
    list_filter = ("cooperation", "verb", "subject_type")
    list_select_related = ("cooperation", "user")
    search_fields = ("actor", "subject")
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
