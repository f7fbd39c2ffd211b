"""The terms for repair, under ``/system/``. A key version that exists is read, never changed."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from agreements.actions import save_term
from agreements.models import Agreement, Component, CostType, FixedPart, Key, KeyVersion, Term
from municipalities.admin import RowAdmin, RowAdminForm
from municipalities.models import Municipality

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:  # Django's are generic in their stubs only
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline


class ReadOnly:
    """What a decision has fixed: adopted in the portal, shown here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class VersionsOfKey(ReadOnly, TabularInline):
    model = KeyVersion
    fields = ["number", "valid_from", "last_day", "decision", "decided_on"]
    readonly_fields = ["last_day"]
    show_change_link = True


class ComponentsOfVersion(ReadOnly, TabularInline):
    model = Component
    fields = ["position", "percent", "kind", "driver", "rule"]
    show_change_link = True


class PartsOfComponent(ReadOnly, TabularInline):
    model = FixedPart
    fields = ["municipality", "percent"]


@admin.register(Agreement)
class AgreementAdmin(RowAdmin):
    list_display = ["name", "cooperation", "decision", "valid_from", "last_day"]
    list_filter = ["cooperation"]
    list_select_related = ["cooperation"]
    search_fields = ["name", "decision"]
    autocomplete_fields = ["cooperation"]


@admin.register(CostType)
class CostTypeAdmin(RowAdmin):
    list_display = ["name", "code", "cooperation"]
    list_filter = ["cooperation"]
    list_select_related = ["cooperation"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["cooperation"]


@admin.register(Key)
class KeyAdmin(RowAdmin):
    list_display = ["name", "code", "cooperation"]
    list_filter = ["cooperation"]
    list_select_related = ["cooperation"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["cooperation"]
    inlines = [VersionsOfKey]


@admin.register(KeyVersion)
class KeyVersionAdmin(ReadOnly, ModelAdmin):
    list_display = ["key", "number", "cooperation", "valid_from", "last_day", "decision", "decided_on"]
    list_filter = ["cooperation"]
    list_select_related = ["key", "cooperation"]
    search_fields = ["key__name", "key__code", "decision"]
    autocomplete_fields = ["cooperation", "key"]
    exclude = ["valid_until", "own_end"]
    readonly_fields = ["last_day"]
    inlines = [ComponentsOfVersion]


@admin.register(Component)
class ComponentAdmin(ReadOnly, ModelAdmin):
    list_display = ["version", "position", "percent", "kind", "driver", "rule"]
    list_select_related = ["version__key", "driver"]
    search_fields = ["version__key__name", "version__key__code"]
    autocomplete_fields = ["cooperation", "version", "driver"]
    inlines = [PartsOfComponent]


@admin.register(FixedPart)
class FixedPartAdmin(ReadOnly, ModelAdmin):
    list_display = ["component", "municipality", "percent"]
    list_select_related = ["component", "municipality"]
    search_fields = ["municipality__name", "component__version__key__name"]
    autocomplete_fields = ["cooperation", "component", "municipality"]


class TermAdminForm(RowAdminForm):
    def clean(self) -> dict[str, Any]:
        """Municipalities are named where the term says so, and only there."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("payers") != Term.Payers.NAMED:
            found["named"] = Municipality.objects.none()
        elif not found.get("named"):
            self.add_error("named", _("Name at least one municipality, or choose who pays otherwise."))
        return found


@admin.register(Term)
class TermAdmin(RowAdmin):
    """Saved with the municipalities it names, so that both are in force together."""

    form = TermAdminForm
    list_display = [
        "__str__",
        "payers",
        "by_days",
        "after_leaving",
        "agreement",
        "cooperation",
        "valid_from",
        "last_day",
    ]
    list_filter = ["cooperation", "payers", "after_leaving"]
    list_select_related = ["application", "cost_type", "key", "agreement", "cooperation"]
    search_fields = ["application__name", "cost_type__name", "key__name", "agreement__name"]
    autocomplete_fields = ["cooperation", "agreement", "application", "cost_type", "key", "named"]

    def save_model(self, request: HttpRequest, obj: Term, form: Any, change: bool) -> None:
        save_term(term=obj, named=list(form.cleaned_data["named"]), by=request.user)
