"""Measured facts to share cost by, and what was read of them."""

from django.contrib import admin

from municipalities.admin.rows import RowAdmin
from municipalities.models import Driver, Reading


@admin.register(Driver)
class DriverAdmin(RowAdmin):
    list_display = ("name", "code", "unit", "cooperation", "retired_on")
    list_filter = ("cooperation",)
    list_select_related = ("cooperation",)
    search_fields = ("name", "code")
    autocomplete_fields = ("cooperation",)


@admin.register(Reading)
class ReadingAdmin(RowAdmin):
    list_display = ("driver", "municipality", "reference_on", "value", "source", "cooperation")
    list_filter = ("driver",)
    list_select_related = ("driver", "municipality", "cooperation")
    date_hierarchy = "reference_on"
    search_fields = ("municipality__name", "=municipality__code", "source")
    autocomplete_fields = ("driver", "municipality", "cooperation")
