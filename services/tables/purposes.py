"""The tree of purposes."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from municipalities.portal import CountColumn, RowTable


class PurposeTable(RowTable):
    row_page = ("purpose-change", _("Change"))
    empty_action = _("Add a purpose")
    code = tables.Column(_("Code"))
    name = tables.Column(_("Purpose"))
    parent = tables.Column(_("Part of"), order_by="parent__code")
    application_count = CountColumn(_("Applications"))

    empty_title = _("No purposes yet")

    class Meta:
        order_by = "code"
        empty_text = _("Begin with the tree that is shipped, and make it your own.")

    def render_parent(self, value: Any) -> str:
        return str(value)
