from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sharedict.audit.models import Entry, PersonalValue


class PersonalValueInline(admin.TabularInline):
    model = PersonalValue
    fields = ("part", "before", "after")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """To be read: an entry is never changed."""

    list_display = ("at", "who", "verb", "subject_type", "what", "cooperation")
    list_filter = ("cooperation", "verb", "subject_type")
    list_select_related = ("cooperation", "user")
    search_fields = ("who", "what")
    date_hierarchy = "at"
    exclude = ("actor", "subject")
    readonly_fields = ("who", "what")
    inlines = (PersonalValueInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        rows: Any = super().get_queryset(request)
        listed: QuerySet[Entry] = rows.for_listing()
        return listed

    @admin.display(description=_("who"), ordering="who")
    def who(self, entry: Any) -> str:
        return str(entry.who)

    @admin.display(description=_("subject"), ordering="what")
    def what(self, entry: Any) -> str:
        return str(entry.what)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
