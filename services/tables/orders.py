"""Orders."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from municipalities.portal import DATE, RowTable, few, page_of
from municipalities.tables.looks import MomentColumn
from services.models import Order
from services.portal import ORDER_LOOK


class OrderTable(RowTable):
    empty_action = _("Order something")
    title = tables.Column(_("Order"), linkify=page_of("order"))
    state = tables.Column(_("State"))
    municipality = tables.Column(_("Municipality"), accessor="municipality__name")
    names = tables.Column(_("Services"), orderable=False)
    kind = tables.Column(_("Kind"))
    wanted_on = tables.Column(_("Wanted from"), attrs=DATE)
    ordered_by = tables.Column(_("Ordered by"), order_by="ordered_by__username")
    sent_at = MomentColumn(pgettext_lazy("order", "Sent"))
    accounting_code = tables.Column(_("Accounting code"))

    empty_title = _("No orders yet")

    class Meta:
        order_by = "-pk"
        empty_text = _("An order says what a municipality wants, and what that costs before it is sent.")

    def render_state(self, record: Order) -> str:
        look = ORDER_LOOK.get(record.state, "neutral")
        return format_html('<span class="sd-state sd-state-{}">{}</span>', look, record.get_state_display())

    def value_state(self, record: Order) -> str:
        return str(record.get_state_display())

    def render_names(self, value: list[str]) -> str:
        return few(value) if value else ""

    def value_names(self, value: list[str]) -> str:
        return ", ".join(value)
