"""The months of a cooperation."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.models import Period
from billing.reports import totals_by_month
from billing.views.files import CSV, XLSX, attachment
from billing.views.months import STAMPS
from billing.views.pictures import month_name
from municipalities.portal import CooperationPage, banner_of
from sharedict.common.csv_forms import csv_in_form, remember_form
from sharedict.common.sheets import xlsx_bytes
from sharedict.kernel.money import to_major

MOST_COLUMNS = 8
"""As many municipalities have a column of their own in the list of months."""


class Periods(CooperationPage):
    """The months, newest first: state, total, and what each municipality carries while columns suffice."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        periods = list(
            Period.objects.visible_to(self.viewer)
            .of(self.cooperation)
            .filter(current_run__isnull=False)
            .for_listing()
        )
        totals = totals_by_month(self.viewer, [period.current_run_id or 0 for period in periods])
        names: dict[str, str] = {}
        for period in periods:
            for key, (name, _minor) in totals[period.current_run_id or 0].items():
                names.setdefault(key, name)
        shown = dict(sorted(names.items())) if len(names) <= MOST_COLUMNS else {}
        rows = [self.row(period, totals[period.current_run_id or 0], shown) for period in periods]
        kind = request.GET.get("format", "")
        if kind in ("csv", "xlsx"):
            return self.file(kind, rows, shown)
        context = {
            "title": _("Months"),
            "lead": _("What was shared in each month, and how far it has come."),
            "rows": rows,
            "names": list(shown.values()),
            "currency": self.cooperation.currency,
            "cost_add_url": self.url("cost-add") if self.rights.may_edit else "",
        }
        return self.page("billing/periods.html", context)

    def row(
        self, period: Period, totals: dict[str, tuple[str, int]], shown: dict[str, str]
    ) -> dict[str, Any]:
        run = period.current_run
        label, variant = STAMPS[Period.State(period.state)]
        return {
            "period": period,
            "url": self.url("period", period.month),
            "name": capfirst(month_name(period.month)),
            "label": label,
            "variant": variant,
            "total": run.total if run else None,
            "unallocated": run.unallocated if run else None,
            "unallocated_lines": run.unallocated_lines if run else 0,
            "cells": [
                {
                    "name": name,
                    "minor": totals[key][1] if key in totals else None,
                    "url": self.url("statement", period.month, key) if key in totals else "",
                }
                for key, name in shown.items()
            ],
        }

    def file(self, kind: str, rows: list[dict[str, Any]], shown: dict[str, str]) -> HttpResponseBase:
        banner, name = banner_of(self.cooperation), f"{self.cooperation.slug}-months.{kind}"
        header = [_("Month"), _("State"), _("Costs in all"), _("Unallocated"), *shown.values()]
        body = (
            [
                str(row["period"].month),
                str(row["label"]),
                row["total"],
                row["unallocated"],
                *(None if cell["minor"] is None else to_major(cell["minor"]) for cell in row["cells"]),
            ]
            for row in rows
        )
        if kind == "csv":
            lines = b"".join(csv_in_form(self.request, [header, *body], banner))
            response = attachment(HttpResponse(lines, content_type=CSV), name)
            remember_form(self.request, response)
            return response
        book = xlsx_bytes(_("Months"), header, body, language=get_language(), banner=banner)
        return attachment(HttpResponse(book, content_type=XLSX), name)
