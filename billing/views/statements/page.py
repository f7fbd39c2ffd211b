"""What a municipality is shown for a month on screen, and why each amount is what it is."""

from functools import cached_property
from itertools import groupby
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from billing.engine.statement import ShareRow, Statement, StatementLine
from billing.models import RunTotal
from billing.reports import (
    heads_of,
    key_names,
    parted_change,
)
from billing.reports.rows import minor_of
from billing.views.openings import causes_of, opening_of_nothing, opening_of_statement
from billing.views.pictures import Picture, month_name, statement_picture, whole_name, year_picture
from billing.views.printing import left_in_words
from billing.views.statements.base import StatementBase
from billing.views.statements.lines import LineTable, anchor, cost_columns
from municipalities.portal import merged_in_words
from sharedict.common.cells import body, cells, joined, link, row
from sharedict.common.days import date_format
from sharedict.common.figures import NOTHING, Amounts, minor
from sharedict.kernel.periods import Month

PLACE = "C00000000"
"""Stands for a reference in an address: asking for each address anew took a tenth of a long page's time."""


class StatementPage(StatementBase):
    """One municipality's month: the total, what changed, the lines, and the costs behind them."""

    @cached_property
    def heads(self) -> dict[int, RunTotal]:
        """Those of the agreement year up to the month, read at once."""
        year = self.calendar.year_from(self.month)
        runs = [run for month, run in self.calendar.runs.items() if year <= month <= self.month]
        return heads_of(self.viewer, runs, self.key)

    @cached_property
    def total_row(self) -> RunTotal | None:
        return self.heads.get(self.period.current_run_id or 0)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        context = {
            **self.stamp(),
            **self.neighbours("statement", self.key),
            "back_url": self.url("period", self.month),
            "back_label": capfirst(month_name(self.month)),
            "progress": self.progress(request.path, self.key),
        }
        name = str(self.place()) if self.total_row is None else self.total_row.name
        context["title"] = f"{name}, {month_name(self.month)}"
        if self.total_row is None:
            undivided = run.unallocated_lines if (run := self.period.current_run) else 0
            context["opening"] = opening_of_nothing([name], self.month, undivided, self.currency)
            return self.page("billing/statement_nothing.html", context)
        return self.page("billing/statement.html", {**context, **self.content(self.statement)})

    def content(self, statement: Statement) -> dict[str, Any]:
        before, corrections_minor = statement.before, statement.all_corrections_minor
        before_url = self.url("statement", before, self.key) if before else ""
        undivided_minor = minor_of(run.unallocated) if (run := self.period.current_run) else 0
        table = LineTable(before_url)
        parts = [(part, table.cells_of(part)) for part in statement.applications]
        return {
            "lead": self.lead(),
            "merged": merged_in_words(self.payer) if self.payer else "",
            "statement": statement,
            "currency": statement.currency,
            "opening": {
                **opening_of_statement(statement, undivided_minor),
                "label": _("To get back") if statement.total_minor < 0 else _("To pay"),
                "value": minor(abs(statement.total_minor)),
            },
            "picture": statement_picture(statement),
            "year_picture": self.year(statement),
            "parts": self.parts(statement),
            "parts_url": "" if "parts" in self.request.GET else "?parts",
            "causes": causes_of(statement),
            "lines": joined(body(table.rows(part, own)) for part, own in parts),
            "by_service": joined(
                row(whole_name(part.name), own)
                for part, own in sorted(parts, key=lambda found: -found[0].this_minor)
            ),
            "left": left_in_words(self.period),
            "corrections": [self.correction(line) for line in statement.corrections],
            "earlier_corrections": [self.correction(line) for line in statement.earlier_corrections],
            "corrections_total_minor": corrections_minor,
            "costs": self.costs(statement),
            "month_before_minor": statement.before_minor - statement.before_corrections_minor,
            "month_change_minor": sum(line.change_minor for line in statement.month_lines),
            "month_year_minor": statement.year_minor - statement.year_corrections_minor,
            "corrections_change_minor": corrections_minor - statement.before_corrections_minor,
            "shows_corrections": any(
                [
                    statement.corrections,
                    statement.earlier_corrections,
                    statement.before_corrections_minor,
                    statement.year_corrections_minor,
                ]
            ),
            **self.statement_files(self.period, self.key),
            "before_name": month_name(before) if before else "",
            "month_name": month_name(statement.month),
            "year_name": month_name(statement.year_from),
        }

    def parts(self, statement: Statement) -> list[dict[str, Any]]:
        """Why the total changed since the month before, where ``?parts`` asks: months are computed for it.

        Nothing where today's rules part it otherwise than the runs did.
        """
        before, run = statement.before, self.period.current_run_id
        if before is None or run is None or "parts" not in self.request.GET:
            return []
        found = parted_change(self.cooperation, self.calendar.runs[before], run, self.key)
        if found is None or found.total_minor != statement.change_minor:
            return []
        return [
            {"label": _("Prices: costs that came, went or changed"), "minor": found.price_minor},
            {"label": _("Users and readings: who pays, and what was read"), "minor": found.users_minor},
            {"label": _("Keys and terms"), "minor": found.key_minor},
            {"label": _("Days of the month"), "minor": found.days_minor},
            {"label": _("Corrections of earlier months"), "minor": found.corrections_minor},
            {"label": _("Change in all"), "minor": found.total_minor, "is_sum": True},
        ]

    def year(self, statement: Statement) -> Picture | None:
        """What each month of the agreement year came to."""
        return year_picture(statement, self.year_amounts())

    def year_amounts(self) -> dict[Month, int]:
        """The same in minor units, up to this month."""
        return {
            month: minor_of(self.heads[run].amount)
            for month, run in self.calendar.runs.items()
            if run in self.heads
        }

    def lead(self) -> str:
        statement = self.statement
        if statement.number is None or not statement.issued_at:
            return _("The figures may change until the month is closed.")
        words = {"number": statement.number, "day": date_format(statement.issued_at, "j F Y")}
        if statement.is_taken_over:
            return _("Statement %(number)s, closed %(day)s by release 0.1 and taken over as it was.") % words
        return _("Statement %(number)s, issued %(day)s: nothing in it changes any more.") % words

    def correction(self, line: StatementLine) -> dict[str, Any]:
        """A line that corrects one cost in an earlier month, and where its reasons stand."""
        reference = line.references[0] if line.references else ""
        return {
            "line": line,
            "reference": reference,
            "application": whole_name(line.application_name),
            "month_name": capfirst(month_name(line.concerns)) if line.concerns else "",
            "month_url": self.url("statement", line.concerns, self.key) if line.concerns else "",
            "number": line.corrects[0] if line.corrects else None,
            "why_url": self.url("why-correction", self.month, self.key, reference, line.concerns)
            if reference
            else "",
        }

    def costs(self, statement: Statement) -> SafeString:
        """The costs behind the lines of the month itself, in their order."""
        columns, amounts = cost_columns(), Amounts()
        why = self.url("why", self.month, self.key, PLACE)
        said, version = _("%(amount)s, why: %(reference)s"), _("%(key)s, version %(version)s")
        names = key_names(self.period)

        def cost(share: ShareRow) -> SafeString:
            amount, reference = amounts(share.share_minor), share.reference
            contents = [
                f"{whole_name(share.application_name)} · {share.cost_type_name}",
                share.supplier or NOTHING,
                reference,
                version % {"key": names.get(share.key, share.key), "version": share.key_version},
                amounts(share.cost_minor),
                link(
                    why.replace(PLACE, quote(reference)),
                    amount,
                    said=said % {"amount": amount, "reference": reference},
                ),
            ]
            return row(share.description, cells(columns, contents))

        own = (share for share in statement.shares if share.concerns is None)
        return joined(
            body(map(cost, group), anchor(*codes))
            for codes, group in groupby(own, key=lambda share: (share.application, share.cost_type))
        )
