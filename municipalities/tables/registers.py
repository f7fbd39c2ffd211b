"""The lists of who takes part, where things run, and what is measured."""

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.engine.ways_out import Verdict
from municipalities.portal import (
    ADDRESS,
    DATE,
    MAIN_AMOUNT,
    NUMBER,
    CountColumn,
    RowTable,
    merged_in_words,
    page_of,
    what_falls,
)
from municipalities.reports import KEPT_BY, LOOKS, in_words
from municipalities.tables.looks import SpannedTable, state_of, status
from sharedict.common.cells import addresses_linked
from sharedict.common.figures import NOTHING

KEY = tables.A("municipality__key")


def falls_today(record: Any, table: Any) -> str:
    """Where it is told what falls if the record goes, while it is there."""
    return what_falls(record, table) if state_of(record) == "now" else ""


class MemberTable(SpannedTable):
    row_page = ("member-change", gettext_lazy("Change"))
    empty_action = gettext_lazy("Add a member")
    municipality = tables.Column(gettext_lazy("Municipality"), order_by="municipality__name")
    code = tables.Column(
        gettext_lazy("Code"),
        accessor="municipality__key",
        order_by=("municipality__country", "municipality__code"),
    )
    county = tables.Column(gettext_lazy("County"), accessor="municipality__county")

    merged = tables.Column(
        gettext_lazy("Merged into"), accessor="municipality__successor", order_by="municipality__merged_on"
    )

    empty_title = gettext_lazy("No members yet")

    class Meta:
        order_by = "municipality"
        empty_text = gettext_lazy("Add the municipalities that take part.")

    def __init__(self, *args: Any, has_merged: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_merged:
            self.columns.hide("merged")

    def render_merged(self, record: Any) -> str:
        return merged_in_words(record.municipality)

    def value_merged(self, record: Any) -> str:
        return merged_in_words(record.municipality)


class SiteTable(SpannedTable):
    caption = gettext_lazy("Sites")
    row_page = ("site-change", gettext_lazy("Change"))
    empty_action = gettext_lazy("Add a site")
    name = tables.Column(gettext_lazy("Site"), linkify=falls_today)
    kind = tables.Column(gettext_lazy("Kind"))
    municipality = tables.Column(gettext_lazy("Municipality"), order_by="municipality__name")
    address = tables.Column(gettext_lazy("Address"))
    mirrors = tables.Column(gettext_lazy("Can take over from"), orderable=False)
    runs_here = tables.Column(gettext_lazy("Runs here"), orderable=False, empty_values=())
    ways_out = tables.Column(gettext_lazy("Ways out"), orderable=False, empty_values=())

    empty_title = gettext_lazy("No sites yet")

    class Meta:
        order_by = "name"
        empty_text = gettext_lazy("Say where things run.")

    def __init__(
        self,
        *args: Any,
        runs_at: dict[int, list[str]] | None = None,
        ways: Mapping[int, Verdict] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.runs_at, self.ways = runs_at or {}, ways or {}
        if ways is None:
            self.columns.hide("ways_out")
        if runs_at is None:
            self.columns.hide("runs_here")

    def value_mirrors(self, record: Any) -> str:
        return ", ".join(site.name for site in record.mirrors.all())

    def render_mirrors(self, record: Any) -> str:
        return self.value_mirrors(record) or NOTHING

    def value_ways_out(self, record: Any) -> str:
        return in_words(self.ways.get(record.pk)) if state_of(record) == "now" else ""

    def render_ways_out(self, record: Any) -> str:
        said, verdict = self.value_ways_out(record), self.ways.get(record.pk)
        return status(said, LOOKS[verdict.standing] if verdict else "neutral") if said else NOTHING

    def value_runs_here(self, record: Any) -> str:
        return ", ".join(self.runs_at.get(record.pk, []))

    def render_runs_here(self, record: Any) -> str:
        return self.value_runs_here(record) or NOTHING


class LinkTable(SpannedTable):
    caption = gettext_lazy("Links")
    row_page = ("link-change", gettext_lazy("Change"))
    empty_action = gettext_lazy("Add a link")
    name = tables.Column(gettext_lazy("Link"), linkify=falls_today)
    kind = tables.Column(gettext_lazy("Kind"))
    site = tables.Column(gettext_lazy("From site"), order_by="site__name")
    other_end = tables.Column(
        gettext_lazy("To"), accessor="other_site", order_by=("other_site__name", "outside"), empty_values=()
    )
    supplier = tables.Column(gettext_lazy("Supplier"), order_by="supplier__name")
    mbps = tables.Column(gettext_lazy("Mbit/s"), attrs=NUMBER)
    routed_by = tables.Column(gettext_lazy("Answers for routing"), order_by="routed_by__name")
    firewalls = tables.Column(
        gettext_lazy("Firewall"),
        accessor="firewall",
        order_by=("firewall", "other_firewall"),
        empty_values=(),
    )
    redundancy_group = tables.Column(gettext_lazy("Redundancy group"))

    empty_title = gettext_lazy("No links yet")

    class Meta:
        order_by = "name"
        empty_text = gettext_lazy("Say how the sites are joined, and by whom.")

    def __init__(self, *args: Any, groups: Mapping[str, Verdict] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups or {}
        rows = [row.record for row in self.rows]
        if not any(row.firewall or row.other_firewall for row in rows):
            self.columns.hide("firewalls")
        if not any(row.redundancy_group for row in rows):
            self.columns.hide("redundancy_group")

    def value_firewalls(self, record: Any) -> str:
        return " → ".join(filter(None, (record.firewall, record.other_firewall)))

    def render_firewalls(self, record: Any) -> str:
        return self.value_firewalls(record) or NOTHING

    def value_redundancy_group(self, record: Any) -> str:
        return str(record.redundancy_group)

    def render_redundancy_group(self, record: Any) -> str:
        """With whether the links of the group do stand in for each other today."""
        verdict = self.groups.get(record.group) if state_of(record) == "now" else None
        if verdict is None:
            return str(record.redundancy_group)
        state = status(in_words(verdict), LOOKS[verdict.standing])
        return format_html("{} {}", record.redundancy_group, state)

    def render_other_end(self, record: Any) -> str:
        return str(record.other_site or record.outside)


class SupplierTable(RowTable):
    row_page = ("supplier-change", gettext_lazy("Change"))
    empty_action = gettext_lazy("Add a supplier")
    name = tables.Column(gettext_lazy("Supplier"), linkify=what_falls)
    contact = tables.Column(gettext_lazy("Whom to reach"), orderable=False)
    link_count = CountColumn(gettext_lazy("Links"))

    empty_title = gettext_lazy("No suppliers yet")

    class Meta:
        order_by = "name"
        empty_text = gettext_lazy("Add whoever delivers links, operations or applications.")


class DriverTable(RowTable):
    row_page = ("driver-change", gettext_lazy("Change"))
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

    empty_title = gettext_lazy("No drivers yet")

    class Meta:
        order_by = "name"
        empty_text = gettext_lazy("Add what you measure to share costs by.")

    def render_kept_by(self, record: Any) -> str:
        return _("this cooperation") if record.cooperation_id else str(KEPT_BY["public"])

    def render_actions(self, record: Any) -> str:
        return super().render_actions(record) if record.cooperation_id else ""


class ReadingTable(RowTable):
    row_page = ("reading-change", gettext_lazy("Change"))
    file_fields = {"kept_by": ("cooperation_id", "is_replaced")}
    empty_action = gettext_lazy("Add a reading")
    municipality = tables.Column(gettext_lazy("Municipality"), order_by="municipality__name")
    code = tables.Column(
        gettext_lazy("Code"),
        accessor="municipality__key",
        order_by=("municipality__country", "municipality__code"),
    )
    reference_on = tables.Column(gettext_lazy("Reference date"), attrs=DATE)
    value = tables.Column(gettext_lazy("Value"), attrs=MAIN_AMOUNT)
    kept_by = tables.Column(gettext_lazy("Kept by"), accessor="cooperation_id", empty_values=())
    source = tables.Column(gettext_lazy("Source"), attrs=ADDRESS)

    empty_title = gettext_lazy("No readings yet")

    class Meta:
        order_by = ("-reference_on", "municipality")
        empty_text = gettext_lazy("Add or import them.")

    def __init__(self, *args: Any, is_public: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_public:
            self.columns.hide("kept_by")

    def value_kept_by(self, record: Any) -> str:
        if not record.cooperation_id:
            return str(KEPT_BY["public"])
        return str(KEPT_BY["replaced" if record.is_replaced else "own"])

    def render_kept_by(self, record: Any) -> str:
        said = self.value_kept_by(record)
        if not record.cooperation_id:
            return said
        return status(said, "neutral" if record.is_replaced else "warning")

    def render_actions(self, record: Any) -> str:
        return super().render_actions(record) if record.cooperation_id else ""

    def render_source(self, value: str) -> str:
        return addresses_linked(value)

    def value_source(self, value: str) -> str:
        return value

    def render_value(self, value: Any) -> str:
        return number_format(value.normalize() if value else value, force_grouping=True)

    def value_value(self, value: Any) -> Any:
        return value
