"""Monitoring systems and what they watch."""

from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from municipalities.portal import RowTable, page_of
from municipalities.tables.looks import MomentColumn, status
from services.models import AlertSource


class AlertSourceTable(RowTable):
    empty_action = _("Add a monitoring system")
    name = tables.Column(_("Name"), linkify=page_of("alert-source"))
    kind = tables.Column(_("Kind"))
    state = tables.Column(_("State"), empty_values=(), orderable=False)
    ask_after_hours = tables.Column(_("Asks after, hours"))
    last_used_at = MomentColumn(_("Last heard of"), accessor="token__last_used_at")

    empty_title = _("No monitoring systems yet")

    class Meta:
        order_by = "name"
        empty_text = _("Prometheus Alertmanager and Uptime Kuma can report outages by themselves.")

    def render_state(self, record: AlertSource) -> str:
        label, look = state_of_source(record)
        return status(label, look)

    def value_state(self, record: AlertSource) -> str:
        return str(state_of_source(record)[0])


def state_of_source(source: AlertSource) -> tuple[Any, str]:
    """Whether its token works."""
    if source.token.revoked_at:
        return gettext("revoked"), "danger"
    is_over = source.token.expires_at <= timezone.now()
    return (gettext("expired"), "danger") if is_over else (gettext("in use"), "ok")
