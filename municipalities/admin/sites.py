"""Sites, the links between them, and who supplies."""

from django.contrib import admin

from municipalities.admin.rows import RowAdmin
from municipalities.models import Link, Site, Supplier


@admin.register(Site)
class SiteAdmin(RowAdmin):
    list_display = ("name", "kind", "municipality", "cooperation", "valid_from", "last_day")
    list_filter = ("cooperation", "kind")
    list_select_related = ("municipality", "cooperation")
    search_fields = ("name",)
    autocomplete_fields = ("municipality", "cooperation", "mirrors")


@admin.register(Link)
class LinkAdmin(RowAdmin):
    list_display = ("name", "kind", "site", "other_site", "outside", "mbps", "cooperation")
    list_filter = ("cooperation", "kind")
    list_select_related = ("site", "other_site", "cooperation")
    search_fields = ("name", "supplier__name", "outside", "firewall", "redundancy_group")
    autocomplete_fields = ("site", "other_site", "supplier", "routed_by", "cooperation")


@admin.register(Supplier)
class SupplierAdmin(RowAdmin):
    list_display = ("name", "contact", "cooperation")
    list_filter = ("cooperation",)
    list_select_related = ("cooperation",)
    search_fields = ("name",)
    autocomplete_fields = ("cooperation",)
