"""The list of what was uploaded."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from municipalities.models import Upload
from municipalities.portal import CountColumn, RowTable, import_kind, page_of
from municipalities.tables.looks import MomentColumn, status

STATE_LOOK = {
    Upload.State.UNREAD: "neutral",
    Upload.State.SHOWN: "info",
    Upload.State.APPLIED: "ok",
    Upload.State.UNDONE: "warning",
    Upload.State.DISCARDED: "neutral",
}


class UploadTable(RowTable):
    """Who imported what, when."""

    file_name = tables.Column(gettext_lazy("File"), linkify=page_of("upload"))
    kind = tables.Column(gettext_lazy("Kind"))
    state = tables.Column(gettext_lazy("State"))
    new_count = CountColumn(gettext_lazy("New"))
    changed_count = CountColumn(gettext_lazy("Changed"))
    same_count = CountColumn(gettext_lazy("Same"))
    wrong_count = CountColumn(gettext_lazy("Wrong"))
    uploaded_at = MomentColumn(gettext_lazy("Uploaded"))
    uploaded_by = tables.Column(pgettext_lazy("upload", "By"), order_by="uploaded_by__username")
    ended_by = tables.Column(gettext_lazy("Ended by"), order_by="ended_by__username")
    sha256 = tables.Column("SHA-256", orderable=False)

    empty_title = gettext_lazy("No imports yet")

    class Meta:
        order_by = "-uploaded_at"
        empty_text = gettext_lazy("Import costs from the register of costs, and readings from their driver.")

    def render_kind(self, value: str) -> str:
        return str(import_kind(value).title)

    def value_kind(self, value: str) -> str:
        return self.render_kind(value)

    def render_state(self, record: Any) -> str:
        return status(record.get_state_display(), STATE_LOOK[Upload.State(record.state)])

    def value_state(self, record: Any) -> str:
        return str(record.get_state_display())

    def render_sha256(self, value: str) -> str:
        return f"{value[:12]}…"

    def value_sha256(self, value: str) -> str:
        return value


class PublicUploadTable(UploadTable):
    """What was imported into public registers."""

    file_name = tables.Column(
        gettext_lazy("File"), linkify=lambda record: reverse("public-upload", args=[record.pk])
    )

    class Meta(UploadTable.Meta):
        empty_text = gettext_lazy("Load population or municipalities from the page of registers.")
