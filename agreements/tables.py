"""The lists of the terms."""

import datetime as dt
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from agreements.portal import payers_in_words, scope_in_words, version_in_words
from municipalities.portal import DATE, NUMBER, LastDayColumn, RowTable, page_of


class AgreementTable(RowTable):
    row_page = ("agreement-change", _("Change"))
    empty_action = _("Add an agreement")
    name = tables.Column(_("Agreement"), linkify=page_of("agreement", "pk"))
    notice_by = tables.Column(_("Notice by"), orderable=False, attrs=DATE)
    decision = tables.Column(_("Decision"), orderable=False)
    valid_from = tables.Column(_("From"), attrs=DATE)
    valid_until = LastDayColumn()
    notice_months = tables.Column(_("Notice, months"), attrs=NUMBER)
    term_count = tables.Column(_("Terms"), attrs=NUMBER)

    empty_title = _("No agreements yet")

    class Meta:
        empty_text = _("Terms stand in an agreement: add the first.")

    def value_notice_by(self, record: Agreement) -> dt.date | None:
        return record.notice_by


class CostTypeTable(RowTable):
    row_page = ("cost-type-change", _("Change"))
    empty_action = _("Add a cost type")
    name = tables.Column(_("Cost type"))
    code = tables.Column(_("Code"))
    term_count = tables.Column(_("Terms"), attrs=NUMBER)

    empty_title = _("No cost types yet")

    class Meta:
        order_by = "name"
        empty_text = _("Every cost has one: licence, operations, support.")


class TermTable(RowTable):
    row_page = ("term-change", _("Change"))
    empty_action = _("Add a term")
    applies_to = tables.Column(_("Costs"), empty_values=(), order_by=("application__name", "cost_type__name"))
    key = tables.Column(_("Key"), linkify=page_of("key", "key__code"))
    payers = tables.Column(_("Who pays"))
    by_days = tables.Column(_("By days"), attrs={"th": {"class": "sd-nowrap"}})
    agreement = tables.Column(_("Agreement"), linkify=page_of("agreement", "agreement__pk"))
    valid_from = tables.Column(_("From"), attrs=DATE)
    valid_until = LastDayColumn()

    empty_title = _("No terms yet")

    class Meta:
        order_by = "applies_to"
        empty_text = _("Without a term a cost stays unallocated: add one.")

    def render_applies_to(self, record: Any) -> str:
        return scope_in_words(record)

    def render_payers(self, record: Any) -> str:
        return payers_in_words(record)

    def value_payers(self, record: Any) -> str:
        return payers_in_words(record)

    def render_by_days(self, value: bool) -> str:
        return str(_("yes") if value else _("no"))


class KeyTable(RowTable):
    row_page = ("key-version-add", _("New version"))
    row_field = "code"
    empty_action = _("Add a key")
    name = tables.Column(_("Key"), linkify=page_of("key", "code"))
    in_force = tables.Column(_("In force today"), orderable=False, empty_values=())
    since = tables.Column(_("Since"), accessor="in_force__0__valid_from", orderable=False, attrs=DATE)
    decision = tables.Column(_("Decision"), accessor="in_force__0__decision", orderable=False)
    term_count = tables.Column(_("Terms"), attrs=NUMBER)
    code = tables.Column(_("Code"))

    empty_title = _("No keys yet")

    class Meta:
        order_by = "name"
        empty_text = _("A key says how a cost is divided: add the first.")

    def render_in_force(self, record: Any) -> str:
        lines = self.words(record) or [str(_("nothing"))]
        return format_html_join("", "<div>{}</div>", ((line,) for line in lines))

    def value_in_force(self, record: Any) -> str:
        return "; ".join(self.words(record))

    def words(self, key: Any) -> list[str]:
        currency = self.request.cooperation.currency  # type: ignore[attr-defined]
        return [line for version in key.in_force for line in version_in_words(version, currency)]
