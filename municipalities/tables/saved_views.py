"""Saved views: the reader's own, and those that are shared."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from municipalities.models import SavedView
from municipalities.portal import RowTable, address_of_view, list_of


class SavedViewTable(RowTable):
    name = tables.Column(_("Name"), linkify=lambda record, table: table.address(record))
    path = tables.Column(_("List"))
    maker = tables.Column(_("Made by"))
    is_shared = tables.Column(_("For"))
    is_pinned = tables.Column(_("On my overview"), orderable=False)

    empty_title = _("No saved views yet")

    class Meta:
        order_by = "name"
        empty_text = _("Open a list, narrow it, choose its columns, and save what you see under a name.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns.show("actions")
        self.titles: dict[str, str] = {}

    def address(self, view: SavedView) -> str:
        return address_of_view(view, self.request.cooperation)  # type: ignore[attr-defined]

    def render_path(self, value: str) -> str:
        """What the list at that address is called for the reader."""
        if value not in self.titles:
            page = list_of(self.request, self.request.cooperation, value)  # type: ignore[attr-defined]
            self.titles[value] = str(page.title) if page else gettext("not there any more, or not for you")
        return self.titles[value]

    def render_is_shared(self, value: bool) -> str:
        return gettext("everybody in the cooperation") if value else gettext("only me")

    def render_is_pinned(self, value: bool) -> str:
        return gettext("counted") if value else gettext("not counted")

    def render_actions(self, record: SavedView) -> str:
        steps = [("view-pin", gettext("Overview"))]
        if record.maker_id == self.request.user.pk:
            steps = [("view-change", gettext("Change"))]
        elif self.request.rights.may_edit:  # type: ignore[attr-defined]
            steps.append(("view-delete", gettext("Remove")))
        slug = self.request.cooperation.slug  # type: ignore[attr-defined]
        links = ((reverse(name, args=[slug, record.pk]), label, record) for name, label in steps)
        return format_html_join(
            "", '<a href="{}">{}<span class="sd-hidden"> {}</span></a>', links
        ) or format_html("")
