"""The list of what was uploaded."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from municipalities.actions import APPLY, LOOK, UNDO
from municipalities.models import Upload
from municipalities.portal import CountColumn, RowTable, import_kind, page_of
from municipalities.tables.looks import MomentColumn, status
from sharedict.common.figures import NOTHING

STATE_LOOK = {
    Upload.State.UNREAD: "neutral",
    Upload.State.SHOWN: "info",
    Upload.State.APPLIED: "ok",
    Upload.State.UNDONE: "warning",
    Upload.State.DISCARDED: "neutral",
}


STEPS_AT_WORK = {
    LOOK: gettext_lazy("being looked at"),
    APPLY: gettext_lazy("being applied"),
    UNDO: gettext_lazy("being undone"),
}


def state_of_upload(upload: Upload) -> str:
    """How far an upload is, in words; with a job at work, what that one does."""
    if upload.job is None or upload.job.is_finished:
        return str(upload.get_state_display())
    return str(STEPS_AT_WORK[upload.job.arguments["step"]])


class OutcomeColumn(CountColumn):
    """How many rows have an outcome; nothing where nobody has looked at the file yet."""

    def render(self, value: int, record: Upload) -> str:  # type: ignore[override]
        return super().render(value) if record.is_looked_at else NOTHING

    def value(self, value: int, record: Upload) -> int | None:  # type: ignore[override]
        return value if record.is_looked_at else None


class UploadTable(RowTable):
    """Who imported what, when."""

    file_name = tables.Column(gettext_lazy("File"), linkify=page_of("upload"))
    kind = tables.Column(gettext_lazy("Kind"))
    state = tables.Column(gettext_lazy("State"))
    new_count = OutcomeColumn(gettext_lazy("New"))
    changed_count = OutcomeColumn(gettext_lazy("Changed"))
    same_count = OutcomeColumn(gettext_lazy("Same"))
    wrong_count = OutcomeColumn(gettext_lazy("Wrong"))
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
        return status(state_of_upload(record), STATE_LOOK[Upload.State(record.state)])

    def value_state(self, record: Any) -> str:
        return state_of_upload(record)

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
