"""The lists of who takes part and where things run."""

from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from municipalities.forms import STATES
from municipalities.models import Token
from municipalities.portal import CountColumn, RowTable, page_of
from municipalities.reports import Change, changes_in_words, kind_in_words
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from sharedict.jobs.registry import FACTS_CHANGED

NUMBER = {"th": {"class": "sd-num"}, "td": {"class": "sd-num"}}
DATE = {"td": {"class": "sd-nowrap"}}
KEY = tables.A("municipality__key")
STATE_LOOK = {"now": "ok", "coming": "info", "ended": "neutral"}
JOB_LOOK = {Job.State.DONE: "ok", Job.State.RUNNING: "info", Job.State.FAILED: "danger"}
JOB_KINDS = {FACTS_CHANGED: gettext_lazy("Recompute shares")}
NOTHING = "\N{EM DASH}"
VERBS = {
    "add": gettext_lazy("added"),
    "adopt": gettext_lazy("adopted"),
    "change": gettext_lazy("changed"),
    "delete": gettext_lazy("removed"),
    "retry": gettext_lazy("ordered again"),
}


def status(label: Any, look: str) -> str:
    return format_html('<span class="sd-status sd-status-{}">{}</span>', look, label)


def state_of(row: Any) -> str:
    """Whether a row that holds for a span of days is in force today: a key of ``STATES``."""
    today = timezone.localdate()
    if row.valid_from > today:
        return "coming"
    return "ended" if row.valid_until and row.valid_until <= today else "now"


def instant(at: Any) -> str:
    """Day and minute in the portal's time zone, in an order that sorts as it is written."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


class SpannedTable(RowTable):
    """Rows that hold for a span of days, with their state today."""

    valid_from = tables.Column(gettext_lazy("From"), attrs=DATE)
    valid_until = tables.Column(gettext_lazy("Until"), attrs=DATE)
    state = tables.Column(gettext_lazy("State"), accessor="valid_from", orderable=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("sequence", ("...", "valid_from", "valid_until", "state", "actions"))
        super().__init__(*args, **kwargs)

    def render_state(self, record: Any) -> str:
        state = state_of(record)
        return status(dict(STATES)[state], STATE_LOOK[state])

    def value_state(self, record: Any) -> str:
        return str(dict(STATES)[state_of(record)])


class MemberTable(SpannedTable):
    row_pages = (("member-change", gettext_lazy("Change")), ("member-end", gettext_lazy("End")))
    empty_action = gettext_lazy("Add a member")
    municipality = tables.Column(gettext_lazy("Municipality"), order_by="municipality__name")
    code = tables.Column(
        gettext_lazy("Code"),
        accessor="municipality__key",
        order_by=("municipality__country", "municipality__code"),
    )
    county = tables.Column(gettext_lazy("County"), accessor="municipality__county")

    class Meta:
        order_by = "municipality"
        empty_text = gettext_lazy(
            "No members here. Add the municipalities that take part, or clear the filter."
        )


class SiteTable(SpannedTable):
    caption = gettext_lazy("Sites")
    row_pages = (("site-change", gettext_lazy("Change")), ("site-end", gettext_lazy("End")))
    empty_action = gettext_lazy("Add a site")
    name = tables.Column(gettext_lazy("Site"))
    kind = tables.Column(gettext_lazy("Kind"))
    municipality = tables.Column(gettext_lazy("Municipality"), order_by="municipality__name")
    address = tables.Column(gettext_lazy("Address"))
    mirrors = tables.Column(gettext_lazy("Can take over from"), orderable=False)
    runs_here = tables.Column(gettext_lazy("Runs here"), orderable=False, empty_values=())

    class Meta:
        order_by = "name"
        empty_text = gettext_lazy("No sites here. Say where things run, or clear the filter.")

    def __init__(self, *args: Any, runs_at: dict[int, list[str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.runs_at = runs_at or {}
        if runs_at is None:
            self.columns.hide("runs_here")

    def value_mirrors(self, record: Any) -> str:
        return ", ".join(site.name for site in record.mirrors.all())

    def render_mirrors(self, record: Any) -> str:
        return self.value_mirrors(record) or NOTHING

    def value_runs_here(self, record: Any) -> str:
        return ", ".join(self.runs_at.get(record.pk, []))

    def render_runs_here(self, record: Any) -> str:
        return self.value_runs_here(record) or NOTHING


class LinkTable(SpannedTable):
    caption = gettext_lazy("Links")
    row_pages = (("link-change", gettext_lazy("Change")), ("link-end", gettext_lazy("End")))
    empty_action = gettext_lazy("Add a link")
    name = tables.Column(gettext_lazy("Link"))
    kind = tables.Column(gettext_lazy("Kind"))
    site = tables.Column(gettext_lazy("From site"), order_by="site__name")
    other_end = tables.Column(
        gettext_lazy("To"), accessor="other_site", order_by=("other_site__name", "outside"), empty_values=()
    )
    supplier = tables.Column(gettext_lazy("Supplier"))
    mbps = tables.Column(gettext_lazy("Mbit/s"), attrs=NUMBER)
    routed_by = tables.Column(gettext_lazy("Answers for routing"), order_by="routed_by__name")

    class Meta:
        order_by = "name"
        empty_text = gettext_lazy("No links yet. Say how the sites are joined, and by whom.")

    def render_other_end(self, record: Any) -> str:
        return str(record.other_site or record.outside)


class DriverTable(RowTable):
    row_pages = (("driver-change", gettext_lazy("Change")),)
    empty_action = gettext_lazy("Add a driver")
    name = tables.Column(
        gettext_lazy("Driver"), accessor="label", order_by="name", linkify=page_of("readings")
    )
    code = tables.Column(gettext_lazy("Code"))
    unit = tables.Column(gettext_lazy("Unit"), accessor="unit_label", order_by="unit")
    kept_by = tables.Column(gettext_lazy("Kept by"), accessor="cooperation_id", empty_values=())
    reading_count = CountColumn(gettext_lazy("Readings"))
    latest_on = tables.Column(gettext_lazy("Latest reading"), attrs=DATE)
    retired_on = tables.Column(gettext_lazy("No longer used from"), attrs=DATE)

    class Meta:
        order_by = "name"
        empty_text = gettext_lazy("No drivers yet. Add what you measure to share costs by.")

    def render_kept_by(self, record: Any) -> str:
        return _("this cooperation") if record.cooperation_id else _("public register")

    def render_actions(self, record: Any) -> str:
        return super().render_actions(record) if record.cooperation_id else ""


class ReadingTable(RowTable):
    row_pages = (("reading-change", gettext_lazy("Change")), ("reading-delete", gettext_lazy("Remove")))
    empty_action = gettext_lazy("Add a reading")
    municipality = tables.Column(gettext_lazy("Municipality"), order_by="municipality__name")
    code = tables.Column(
        gettext_lazy("Code"),
        accessor="municipality__key",
        order_by=("municipality__country", "municipality__code"),
    )
    reference_on = tables.Column(gettext_lazy("Reference date"), attrs=DATE)
    value = tables.Column(gettext_lazy("Value"), attrs=NUMBER)
    source = tables.Column(gettext_lazy("Source"))

    class Meta:
        order_by = ("-reference_on", "municipality")
        empty_text = gettext_lazy("No readings here. Add or import them, or clear the filter.")

    def __init__(self, *args: Any, is_editable: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_editable:
            self.columns.hide("actions")

    def render_value(self, value: Any) -> str:
        return number_format(value.normalize() if value else value, force_grouping=True)

    def value_value(self, value: Any) -> Any:
        return value


class RoleTable(RowTable):
    row_pages = (("role-change", gettext_lazy("Change")), ("role-delete", gettext_lazy("Remove")))
    empty_action = gettext_lazy("Add a person")
    user = tables.Column(
        gettext_lazy("Person"), order_by=("user__last_name", "user__first_name", "user__username")
    )
    username = tables.Column(gettext_lazy("User name"), accessor="user__username")
    email = tables.Column(gettext_lazy("E-mail"), accessor="user__email")
    kind = tables.Column(gettext_lazy("Role"))
    municipality = tables.Column(gettext_lazy("For"), order_by="municipality__name", empty_values=())

    class Meta:
        order_by = "user"
        empty_text = gettext_lazy("Nobody here. Add a person, or clear the filter.")

    def render_municipality(self, record: Any) -> str:
        return str(record.municipality or _("the whole cooperation"))


class TokenTable(RowTable):
    row_pages = (("token-revoke", gettext_lazy("Revoke")),)
    empty_action = gettext_lazy("Add a token")
    name = tables.Column(gettext_lazy("Name"))
    prefix = tables.Column(gettext_lazy("Begins with"))
    scopes = tables.Column(pgettext_lazy("token", "May"), orderable=False)
    state = tables.Column(gettext_lazy("State"), accessor="expires_at")
    expires_at = tables.Column(gettext_lazy("Works until"), attrs=DATE)
    last_used_at = tables.Column(gettext_lazy("Last used"), attrs=DATE, empty_values=())
    created_by = tables.Column(gettext_lazy("Added by"), order_by="created_by__username")

    class Meta:
        order_by = "-expires_at"
        empty_text = gettext_lazy("No tokens yet. Add one for each system that reads or pushes over the API.")

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

    def render_expires_at(self, value: Any) -> str:
        return instant(value)

    def render_last_used_at(self, value: Any) -> str:
        return instant(value) or _("never")

    def render_actions(self, record: Any) -> str:
        is_usable = not record.revoked_at and record.expires_at > timezone.now()
        return super().render_actions(record) if is_usable else ""


class JobTable(RowTable):
    row_pages = (("job-retry", gettext_lazy("Try again")),)
    kind = tables.Column(gettext_lazy("Job"), linkify=page_of("job"))
    state = tables.Column(gettext_lazy("State"))
    progress = tables.Column(
        gettext_lazy("Progress"), accessor="progress_done", orderable=False, attrs=NUMBER
    )
    attempts = tables.Column(gettext_lazy("Attempts"), attrs=NUMBER)
    created_by = tables.Column(gettext_lazy("Ordered by"), order_by="created_by__username", empty_values=())
    created_at = tables.Column(gettext_lazy("Ordered"), attrs=DATE)
    finished_at = tables.Column(gettext_lazy("Finished"), attrs=DATE)
    error = tables.Column(gettext_lazy("Error"), orderable=False)

    class Meta:
        order_by = "-created_at"
        empty_text = gettext_lazy(
            "No jobs here. Changes to costs, keys and readings order them by themselves."
        )

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

    def render_created_at(self, value: Any) -> str:
        return instant(value)

    def render_finished_at(self, value: Any) -> str:
        return instant(value)

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


class ChangeTable(tables.Table):  # type: ignore[misc]
    at = tables.Column(gettext_lazy("When"), attrs=DATE)
    actor = tables.Column(gettext_lazy("Who"))
    verb = tables.Column(gettext_lazy("Did"))
    subject_type = tables.Column(gettext_lazy("Kind"))
    subject = tables.Column(gettext_lazy("What"))
    changes = tables.Column(gettext_lazy("Before → after"), orderable=False)

    class Meta:
        order_by = "-at"
        empty_text = gettext_lazy("No changes here. Clear the filter to see them all.")

    words: dict[int, list[Change]] | None = None

    def changes_of(self, entry: Entry) -> list[Change]:
        """In words; read for all the rows that are shown the first time one is asked for."""
        if self.words is None:
            rows = self.paginated_rows if hasattr(self, "page") else self.rows
            self.words = changes_in_words(row.record for row in rows)
        return self.words.get(entry.pk, [])

    def render_at(self, value: Any) -> str:
        return instant(value)

    def render_verb(self, value: str) -> str:
        return str(VERBS.get(value, value))

    def render_subject_type(self, value: str) -> str:
        return kind_in_words(value)

    def render_changes(self, record: Entry) -> str:
        lines = ((one.label, one.in_words()) for one in self.changes_of(record))
        listed = format_html_join(mark_safe("<br>"), '<span class="sd-muted">{}:</span> {}', lines)
        return format_html("<div>{}</div>", listed)

    def value_changes(self, record: Entry) -> str:
        return "; ".join(f"{one.label}: {one.in_words()}" for one in self.changes_of(record))
