"""The catalogue for repair, under ``/system/``."""

from django.contrib import admin

from municipalities.admin import RowAdmin, RowAdminForm
from services.forms import NeedsSomething
from services.models import Application, Competence, Dependency, Installation, OnCall, Subscription


@admin.register(Application)
class ApplicationAdmin(RowAdmin):
    list_display = ["name", "code", "cooperation", "owner", "lifecycle", "information_class"]
    list_filter = ["cooperation", "lifecycle", "information_class"]
    list_select_related = ["cooperation", "owner"]
    search_fields = ["name", "code", "purpose"]
    autocomplete_fields = ["cooperation", "owner"]


@admin.register(Installation)
class InstallationAdmin(RowAdmin):
    list_display = ["application", "site", "purpose", "cooperation", "valid_from", "last_day"]
    list_filter = ["cooperation", "purpose"]
    list_select_related = ["application", "site", "cooperation"]
    search_fields = ["application__name", "site__name"]
    autocomplete_fields = ["cooperation", "application", "site", "administered_by"]


class DependencyAdminForm(NeedsSomething, RowAdminForm):
    """Refuses what the portal's form refuses."""


@admin.register(Dependency)
class DependencyAdmin(RowAdmin):
    form = DependencyAdminForm
    list_display = ["application", "purpose", "at_least", "cooperation", "valid_from", "last_day"]
    list_filter = ["cooperation"]
    list_select_related = ["application", "cooperation"]
    search_fields = ["application__name", "purpose"]
    autocomplete_fields = ["cooperation", "application", "applications", "links", "suppliers"]


@admin.register(Subscription)
class SubscriptionAdmin(RowAdmin):
    list_display = ["application", "municipality", "users", "cooperation", "valid_from", "last_day"]
    list_filter = ["cooperation"]
    list_select_related = ["application", "municipality", "cooperation"]
    search_fields = ["application__name", "municipality__name"]
    autocomplete_fields = ["cooperation", "application", "municipality"]


@admin.register(Competence)
class CompetenceAdmin(RowAdmin):
    list_display = ["application", "colleague", "level", "cooperation", "valid_from", "last_day"]
    list_filter = ["cooperation", "level"]
    list_select_related = ["application", "colleague", "cooperation"]
    search_fields = ["application__name", "colleague__name"]
    autocomplete_fields = ["cooperation", "application", "colleague"]


@admin.register(OnCall)
class OnCallAdmin(RowAdmin):
    list_display = ["colleague", "application", "cooperation", "valid_from", "last_day"]
    list_filter = ["cooperation"]
    list_select_related = ["application", "colleague", "cooperation"]
    search_fields = ["application__name", "colleague__name"]
    autocomplete_fields = ["cooperation", "application", "colleague"]
