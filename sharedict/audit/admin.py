from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sharedict.audit.models import Entry, PersonalValue, kind_in_words, verb_in_words

IN_WORDS = {"verb": verb_in_words, "subject_type": kind_in_words}


class InWords(admin.AllValuesFieldListFilter):
    """The values of a column in words."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": IN_WORDS[self.field_path](str(choice["display"]))}


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

    list_display = ("at", "who", "did", "kind", "what", "cooperation")
    list_filter = ("cooperation", ("verb", InWords), ("subject_type", InWords))
    list_select_related = ("cooperation", "user")
    search_fields = ("who", "what")
    date_hierarchy = "at"
    exclude = ("actor", "verb", "subject_type", "subject")
    readonly_fields = ("who", "did", "kind", "what")
    inlines = (PersonalValueInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        rows: Any = super().get_queryset(request)
        listed: QuerySet[Entry] = rows.for_listing()
        return listed

    @admin.display(description=_("who"), ordering="who")
    def who(self, entry: Any) -> str:
        return str(entry.who)

    @admin.display(description=_("did"), ordering="verb")
    def did(self, entry: Entry) -> str:
        return verb_in_words(entry.verb)

    @admin.display(description=_("kind"), ordering="subject_type")
    def kind(self, entry: Entry) -> str:
        return kind_in_words(entry.subject_type)

    @admin.display(description=_("subject"), ordering="what")
    def what(self, entry: Any) -> str:
        return str(entry.what)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
