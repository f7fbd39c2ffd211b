"""Variants of applications."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from municipalities.portal import NUMBER, CountColumn, RowTable, page_of
from sharedict.common.figures import money


class VariantTable(RowTable):
    row_page = ("variant-change", _("Change"))
    empty_action = _("Add a variant")
    application = tables.Column(_("Application"), linkify=page_of("application", "application__code"))
    name = tables.Column(_("Variant"))
    unit_price = tables.Column(_("Unit price"), attrs=NUMBER)
    delivery_days = CountColumn(_("Delivery time"))
    included = tables.Column(_("Included"), orderable=False)

    empty_title = _("No variants yet")

    class Meta:
        order_by = ("application", "name")
        empty_text = _("Say in which forms an application is offered, such as basic and plus.")

    def render_unit_price(self, value: Any) -> str:
        return money(value)

    def value_unit_price(self, value: Any) -> Any:
        return value
