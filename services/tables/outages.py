"""Outages."""

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from municipalities.portal import CountColumn, RowTable, page_of
from municipalities.tables.looks import MomentColumn
from services.models import Outage
from services.portal import PRIORITY_LOOK, state_of_outage


class OutageTable(RowTable):
    empty_action = _("Report an outage")
    title = tables.Column(_("What is the matter"), linkify=page_of("outage"))
    state = tables.Column(_("State"), empty_values=(), orderable=False)
    priority = tables.Column(_("Priority"))
    starts_at = MomentColumn(_("Since"))
    ends_at = MomentColumn(_("Until"))
    next_update_at = MomentColumn(_("Next update due"))
    hit_applications = CountColumn(_("Applications"))
    hit_municipalities = CountColumn(_("Municipalities"))
    seen_by = tables.Column(_("Seen by"))

    empty_title = _("No outages yet")

    class Meta:
        order_by = "-starts_at"
        empty_text = _("What is reported here tells at once whom it hits, and who has to be told.")

    def render_state(self, record: Outage) -> str:
        label, look = state_of_outage(record, timezone.now())
        return format_html('<span class="sd-state sd-state-{}">{}</span>', look, label)

    def value_state(self, record: Outage) -> str:
        return str(state_of_outage(record, timezone.now())[0])

    def render_priority(self, record: Outage) -> str:
        look = PRIORITY_LOOK[record.priority]
        return format_html(
            '<span class="sd-state sd-state-{}">{}</span>', look, record.get_priority_display()
        )

    def value_priority(self, record: Outage) -> str:
        return str(record.get_priority_display())
