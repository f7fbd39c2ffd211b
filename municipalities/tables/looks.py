"""How states and instants look in every list, and lists of what holds for a span of days."""

from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from municipalities.forms import STATES
from municipalities.portal import DATE, LastDayColumn, RowTable
from sharedict.common.days import date_format

STATE_LOOK = {"now": "ok", "coming": "info", "ended": "neutral"}


def status(label: Any, look: str) -> str:
    return format_html('<span class="sd-state sd-state-{}">{}</span>', look, label)


def state_of(row: Any) -> str:
    """Whether a row that holds for a span of days is in force today: a key of ``STATES``."""
    today = timezone.localdate()
    if row.valid_from > today:
        return "coming"
    return "ended" if row.valid_until and row.valid_until <= today else "now"


def instant(at: Any) -> str:
    """Day and minute in the portal's time zone, as all pages write them."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else ""


class MomentColumn(tables.Column):  # type: ignore[misc]
    """Day and minute: in words on a page, and in an order that sorts as it is written in files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, attrs=DATE, **kwargs)

    def render(self, value: Any) -> str:
        return instant(value)

    def value(self, value: Any) -> str:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


class SpannedTable(RowTable):
    """Rows that hold for a span of days, with their state today."""

    file_fields = {"state": ("valid_from", "valid_until")}
    valid_from = tables.Column(gettext_lazy("From"), attrs=DATE)
    valid_until = LastDayColumn()
    state = tables.Column(gettext_lazy("State"), accessor="valid_from", orderable=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("sequence", ("...", "valid_from", "valid_until", "state", "actions"))
        super().__init__(*args, **kwargs)

    def render_state(self, record: Any) -> str:
        state = state_of(record)
        return status(dict(STATES)[state], STATE_LOOK[state])

    def value_state(self, record: Any) -> str:
        return str(dict(STATES)[state_of(record)])
