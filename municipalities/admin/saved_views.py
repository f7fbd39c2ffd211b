"""Views of lists that people keep."""

from typing import TYPE_CHECKING, cast

from django.contrib import admin
from django.http import HttpRequest

from municipalities.actions import remove_view
from municipalities.admin.rows import RowAdmin
from municipalities.models import SavedView

if TYPE_CHECKING:
    from sharedict.accounts.models import User


@admin.register(SavedView)
class SavedViewAdmin(RowAdmin):
    list_display = ("name", "path", "maker", "is_shared", "cooperation")
    list_filter = ("cooperation", "is_shared")
    list_select_related = ("maker", "cooperation")
    search_fields = ("name", "path")
    autocomplete_fields = ("maker", "cooperation")
    exclude = ("pinned_by",)

    def delete_model(self, request: HttpRequest, obj: SavedView) -> None:
        remove_view(view=obj, by=cast("User", request.user))
