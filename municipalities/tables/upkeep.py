"""The lists of people, tokens, jobs and changes."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from municipalities.actions import UPLOAD
from municipalities.models import Token
from municipalities.portal import DATE, NUMBER, FileTable, RowTable, page_of
from municipalities.reports import Change, changes_in_words, subject_in_words
from municipalities.tables.looks import MomentColumn, instant, status
from sharedict.audit.models import Entry, kind_in_words, verb_in_words
from sharedict.common.days import date_format
from sharedict.jobs.models import Job
from sharedict.jobs.registry import FACTS_CHANGED

JOB_LOOK = {Job.State.DONE: "ok", Job.State.RUNNING: "info", Job.State.FAILED: "danger"}
JOB_KINDS = {FACTS_CHANGED: gettext_lazy("Recompute shares"), UPLOAD: gettext_lazy("Import a file")}


class RoleTable(RowTable):
    row_page = ("role-change", gettext_lazy("Change"))
    empty_action = gettext_lazy("Add a person")
    user = tables.Column(
        gettext_lazy("Person"), order_by=("user__last_name", "user__first_name", "user__username")
    )
    username = tables.Column(gettext_lazy("User name"), accessor="user__username")
    email = tables.Column(gettext_lazy("E-mail"), accessor="user__email")
    kind = tables.Column(gettext_lazy("Role"))
    municipality = tables.Column(gettext_lazy("For"), order_by="municipality__name", empty_values=())

    empty_title = gettext_lazy("Nobody yet")

    class Meta:
        order_by = "user"
        empty_text = gettext_lazy("Add a person.")

    def render_municipality(self, record: Any) -> str:
        return str(record.municipality or _("the whole cooperation"))


class TokenTable(RowTable):
    row_page = ("token-revoke", gettext_lazy("Revoke"))
    empty_action = gettext_lazy("Add a token")
    name = tables.Column(gettext_lazy("Name"))
    prefix = tables.Column(gettext_lazy("Begins with"))
    scopes = tables.Column(pgettext_lazy("token", "May"), orderable=False)
    state = tables.Column(gettext_lazy("State"), accessor="expires_at")
    expires_at = tables.Column(gettext_lazy("Last day"), attrs=DATE)
    last_used_at = MomentColumn(gettext_lazy("Last used"), empty_values=())
    created_by = tables.Column(gettext_lazy("Added by"), order_by="created_by__username")

    empty_title = gettext_lazy("No tokens yet")

    class Meta:
        order_by = "-expires_at"
        empty_text = gettext_lazy("Add one for each system that reads or pushes over the API.")

    def state_of(self, token: Any) -> tuple[str, str]:
        if token.revoked_at:
            return _("revoked"), "neutral"
        return (_("works"), "ok") if token.expires_at > timezone.now() else (_("expired"), "neutral")

    def render_scopes(self, value: list[str]) -> str:
        labels = dict(Token.Scope.choices)
        return ", ".join(str(labels.get(scope, scope)) for scope in value)

    def render_state(self, record: Any) -> str:
        return status(*self.state_of(record))

    def value_state(self, record: Any) -> str:
        return self.state_of(record)[0]

    def value_expires_at(self, value: dt.datetime) -> dt.date:
        """It expires as the day after begins; whatever expires within a day still works on that day."""
        return timezone.localdate(value - dt.timedelta(microseconds=1))

    def render_expires_at(self, value: dt.datetime) -> str:
        return date_format(self.value_expires_at(value), "j F Y")

    def render_last_used_at(self, value: Any) -> str:
        return instant(value) or _("never")

    def render_actions(self, record: Any) -> str:
        is_usable = not record.revoked_at and record.expires_at > timezone.now()
        return super().render_actions(record) if is_usable else ""


class JobTable(RowTable):
    row_page = ("job-retry", gettext_lazy("Try again"))
    kind = tables.Column(gettext_lazy("Job"), linkify=page_of("job"))
    state = tables.Column(gettext_lazy("State"))
    progress = tables.Column(
        gettext_lazy("Progress"), accessor="progress_done", orderable=False, attrs=NUMBER
    )
    attempts = tables.Column(gettext_lazy("Attempts"), attrs=NUMBER)
    created_by = tables.Column(gettext_lazy("Ordered by"), order_by="created_by__username", empty_values=())
    created_at = MomentColumn(gettext_lazy("Ordered"))
    finished_at = MomentColumn(gettext_lazy("Finished"))
    error = tables.Column(gettext_lazy("Error"), orderable=False)

    empty_title = gettext_lazy("No jobs yet")

    class Meta:
        order_by = "-created_at"
        empty_text = gettext_lazy("Changes to costs, keys and readings order them by themselves.")

    def render_kind(self, record: Any) -> str:
        return job_label(record)

    def render_state(self, record: Any) -> str:
        return status(record.get_state_display(), JOB_LOOK.get(record.state, "neutral"))

    def value_state(self, record: Any) -> str:
        return str(record.get_state_display())

    def render_progress(self, record: Any) -> str:
        return f"{record.progress_done} / {record.progress_total}" if record.progress_total else ""

    def render_created_by(self, record: Any) -> str:
        return str(record.created_by or "sharedict")

    def render_error(self, value: str) -> str:
        return value if len(value) <= 200 else f"{value[:199]}…"

    def render_actions(self, record: Any) -> str:
        return super().render_actions(record) if record.state == Job.State.FAILED else ""


def job_label(job: Job) -> str:
    """What a job does, and for which days."""
    label = str(JOB_KINDS.get(job.kind, job.kind))
    if job.touches_from is None or job.touches_from.year == 1:
        return label
    since = date_format(job.touches_from)
    return _("%(what)s from %(day)s") % {"what": label, "day": since}


class ChangeTable(FileTable):
    at = MomentColumn(gettext_lazy("When"), orderable=True)
    actor = tables.Column(gettext_lazy("Who"), accessor="who")
    verb = tables.Column(gettext_lazy("Did"))
    subject_type = tables.Column(gettext_lazy("Kind"))
    subject = tables.Column(gettext_lazy("What"), accessor="what")
    changes = tables.Column(
        gettext_lazy("Before → after"), orderable=False, attrs={"th": {"class": "sd-prose"}}
    )

    empty_title = gettext_lazy("No changes yet")

    class Meta:
        order_by = "-at"
        orderable = False
        empty_text = gettext_lazy("Every change is logged here.")

    words: dict[int, list[Change]] | None = None

    def before_rows(self, records: Sequence[Entry]) -> None:
        self.words = changes_in_words(records)

    def changes_of(self, entry: Entry) -> list[Change]:
        """In words; read for the whole page the first time one of its rows is asked for."""
        if self.words is None:
            self.before_rows([row.record for row in self.paginated_rows])
            return self.changes_of(entry)
        return self.words.get(entry.pk, [])

    def render_verb(self, value: str) -> str:
        return verb_in_words(value)

    def render_subject_type(self, value: str) -> str:
        return kind_in_words(value)

    def render_subject(self, value: str) -> str:
        return subject_in_words(value)

    def value_subject(self, value: str) -> str:
        return value

    def render_changes(self, record: Entry) -> str:
        lines = ((one.label, one.in_words()) for one in self.changes_of(record))
        listed = format_html_join(mark_safe("<br>"), '<span class="sd-muted">{}:</span> {}', lines)
        return format_html("<div>{}</div>", listed)

    def value_changes(self, record: Entry) -> str:
        return "; ".join(f"{one.label}: {one.in_words()}" for one in self.changes_of(record))
