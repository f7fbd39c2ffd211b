"""The catalogue for repair, under ``/system/``."""

from django.contrib import admin

from municipalities.admin import RowAdmin, RowAdminForm
from services.forms import NeedsSomething
from services.models import (
    Alert,
    AlertSource,
    Application,
    Calendar,
    ClosedDay,
    Competence,
    DataProtection,
    Dependency,
    Document,
    Installation,
    LifecycleMove,
    OnCall,
    Order,
    OrderLine,
    OrderRule,
    OrderStep,
    Outage,
    OutageEffect,
    OutageUpdate,
    PriorityTable,
    Purpose,
    StatusFeed,
    Subscription,
    Task,
    Variant,
    WatchedThing,
)


@admin.register(Application)
class ApplicationAdmin(RowAdmin):
    list_display = ["name", "code", "cooperation", "owner", "lifecycle", "confidentiality"]
    list_filter = ["cooperation", "lifecycle", "confidentiality"]
    list_select_related = ["cooperation", "owner"]
    search_fields = ["name", "code", "purpose"]
    autocomplete_fields = ["cooperation", "owner", "competence_centre", "serves"]
    autocomplete_fields += ["runs", "measured", "supported"]


@admin.register(Calendar)
class CalendarAdmin(RowAdmin):
    list_display = ["name", "country", "monday", "saturday", "cooperation"]
    list_filter = ["cooperation", "country"]
    list_select_related = ["cooperation"]
    search_fields = ["name"]
    autocomplete_fields = ["cooperation"]


@admin.register(ClosedDay)
class ClosedDayAdmin(RowAdmin):
    list_display = ["day", "name", "calendar", "cooperation"]
    list_filter = ["cooperation"]
    list_select_related = ["calendar", "cooperation"]
    search_fields = ["name", "calendar__name"]
    autocomplete_fields = ["cooperation", "calendar"]


@admin.register(Task)
class TaskAdmin(RowAdmin):
    list_display = ["what", "done_by", "application", "cooperation"]
    list_filter = ["cooperation", "done_by"]
    list_select_related = ["application", "cooperation"]
    search_fields = ["what", "application__name"]
    autocomplete_fields = ["cooperation", "application"]


@admin.register(DataProtection)
class DataProtectionAdmin(RowAdmin):
    list_display = ["application", "municipality", "board", "role", "review_on", "cooperation"]
    list_filter = ["cooperation", "role"]
    list_select_related = ["application", "municipality", "cooperation"]
    search_fields = ["application__name", "municipality__name", "board"]
    autocomplete_fields = ["cooperation", "application", "municipality"]


@admin.register(LifecycleMove)
class LifecycleMoveAdmin(RowAdmin):
    list_display = ["application", "from_stage", "to_stage", "moved_at", "moved_by", "cooperation"]
    list_filter = ["cooperation", "to_stage"]
    list_select_related = ["application", "moved_by", "cooperation"]
    search_fields = ["application__name", "reason"]
    autocomplete_fields = ["cooperation", "application", "moved_by"]


@admin.register(Purpose)
class PurposeAdmin(RowAdmin):
    list_display = ["code", "name", "parent", "cooperation"]
    list_filter = ["cooperation"]
    list_select_related = ["parent", "cooperation"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["cooperation", "parent"]


@admin.register(Document)
class DocumentAdmin(RowAdmin):
    list_display = ["title", "application", "review_on", "cooperation"]
    list_filter = ["cooperation"]
    list_select_related = ["application", "cooperation"]
    search_fields = ["title", "application__name"]
    autocomplete_fields = ["cooperation", "application"]


@admin.register(Variant)
class VariantAdmin(RowAdmin):
    list_display = ["name", "application", "unit_price", "delivery_days", "cooperation"]
    list_filter = ["cooperation"]
    list_select_related = ["application", "cooperation"]
    search_fields = ["name", "application__name"]
    autocomplete_fields = ["cooperation", "application"]


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
    autocomplete_fields = ["cooperation", "application", "municipality", "variant"]


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


@admin.register(Outage)
class OutageAdmin(RowAdmin):
    list_display = ["title", "cooperation", "starts_at", "ends_at", "priority", "is_planned"]
    list_filter = ["cooperation", "is_planned", "priority"]
    list_select_related = ["cooperation"]
    search_fields = ["title", "cause"]
    autocomplete_fields = [
        *("cooperation", "follow_up_owner", "sites", "links", "suppliers", "applications"),
    ]


@admin.register(OutageEffect)
class OutageEffectAdmin(RowAdmin):
    list_display = ["outage", "application", "municipality", "state", "cooperation"]
    list_filter = ["cooperation", "state"]
    list_select_related = ["outage", "application", "municipality", "cooperation"]
    search_fields = ["outage__title", "application__name"]
    autocomplete_fields = ["cooperation", "outage", "application", "municipality"]


@admin.register(OutageUpdate)
class OutageUpdateAdmin(RowAdmin):
    list_display = ["outage", "at", "by", "cooperation"]
    list_filter = ["cooperation"]
    list_select_related = ["outage", "by", "cooperation"]
    search_fields = ["outage__title", "text"]
    autocomplete_fields = ["cooperation", "outage", "by"]


@admin.register(Order)
class OrderAdmin(RowAdmin):
    list_display = ["title", "municipality", "kind", "state", "wanted_on", "cooperation"]
    list_filter = ["cooperation", "state", "kind"]
    list_select_related = ["municipality", "cooperation"]
    search_fields = ["title", "external_id"]
    autocomplete_fields = ["cooperation", "municipality"]


@admin.register(OrderLine)
class OrderLineAdmin(RowAdmin):
    list_display = ["order", "application", "variant", "what", "quantity", "cooperation"]
    list_filter = ["cooperation", "what"]
    list_select_related = ["order", "application", "variant", "cooperation"]
    search_fields = ["order__title", "application__name"]
    autocomplete_fields = ["cooperation", "order", "application", "variant"]


@admin.register(OrderRule)
class OrderRuleAdmin(RowAdmin):
    list_display = ["kind", "decided_by", "refers_to_decision", "cooperation"]
    list_filter = ["cooperation", "kind"]
    list_select_related = ["cooperation"]
    search_fields = ["cooperation__name"]
    autocomplete_fields = ["cooperation"]


@admin.register(OrderStep)
class OrderStepAdmin(RowAdmin):
    list_display = ["order", "from_state", "to_state", "moved_at", "moved_by", "cooperation"]
    list_filter = ["cooperation", "to_state"]
    list_select_related = ["order", "moved_by", "cooperation"]
    search_fields = ["order__title"]
    autocomplete_fields = ["cooperation", "order", "moved_by"]


@admin.register(PriorityTable)
class PriorityTableAdmin(RowAdmin):
    list_display = ["cooperation", "matrix", "minutes"]
    list_select_related = ["cooperation"]
    search_fields = ["cooperation__name"]
    autocomplete_fields = ["cooperation"]


@admin.register(AlertSource)
class AlertSourceAdmin(RowAdmin):
    list_display = ["name", "kind", "token", "cooperation"]
    list_filter = ["cooperation", "kind"]
    list_select_related = ["token", "cooperation"]
    search_fields = ["name"]
    autocomplete_fields = ["cooperation", "token"]


@admin.register(WatchedThing)
class WatchedThingAdmin(RowAdmin):
    list_display = ["label", "value", "source", "cooperation"]
    list_filter = ["cooperation"]
    list_select_related = ["source", "cooperation"]
    search_fields = ["label", "value"]
    autocomplete_fields = ["cooperation", "source", "application", "site", "link"]


@admin.register(Alert)
class AlertAdmin(RowAdmin):
    list_display = ["name", "source", "starts_at", "ends_at", "cooperation"]
    list_filter = ["cooperation"]
    list_select_related = ["source", "cooperation"]
    search_fields = ["name", "fingerprint"]
    autocomplete_fields = ["cooperation", "source", "outage"]


@admin.register(StatusFeed)
class StatusFeedAdmin(RowAdmin):
    list_display = ["user", "cooperation", "created_at", "revoked_at"]
    list_filter = ["cooperation"]
    list_select_related = ["user", "cooperation"]
    search_fields = ["user__username"]
    autocomplete_fields = ["cooperation", "user"]
    exclude = ["secret_hash"]
