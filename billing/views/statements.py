"""What a municipality is shown for a month, on screen and as files, and why each amount is what it is."""

from functools import cached_property
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from billing.documents.csv import statement_csv
from billing.documents.xlsx import statement_xlsx
from billing.engine.overview import percent_of
from billing.engine.statement import Statement, StatementLine
from billing.models import LateChange, RunTotal
from billing.reports import head_of, heads_of, statement_of, whys, whys_corrected
from billing.reports.rows import minor_of
from billing.views.files import CSV, XLSX, attachment
from billing.views.months import MonthPage
from billing.views.pictures import Picture, month_name, statement_picture, whole_name, year_picture
from municipalities.models import Municipality
from sharedict.common.figures import about, minor, signed_minor


class StatementBase(MonthPage):
    """A page about what one municipality carries of one month; others' only where the reader may see them."""

    @property
    def key(self) -> str:
        key: str = self.kwargs["key"]
        return key

    @property
    def currency(self) -> str:
        return self.cooperation.currency

    @cached_property
    def total_row(self) -> RunTotal | None:
        return head_of(self.viewer, self.period, self.key)

    @cached_property
    def statement(self) -> Statement:
        if self.total_row is None:
            raise Http404
        return statement_of(self.total_row, self.period, self.calendar)

    def place(self) -> Municipality:
        """The municipality, for a month in which it carries nothing; not for those who may not ask."""
        ever = Municipality.objects.ever_in(self.cooperation)
        found = ever.filter(country=self.key[:2], code=self.key[2:]).first()
        if found is None or not (self.rights.sees_all_shares or found.pk in self.rights.municipality_ids):
            raise Http404
        return found


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
            return self.page("billing/statement_nothing.html", context)
        return self.page("billing/statement.html", {**context, **self.content(self.statement)})

    def content(self, statement: Statement) -> dict[str, Any]:
        before, corrections_minor = statement.before, statement.all_corrections_minor
        return {
            "lead": self.lead(),
            "statement": statement,
            "currency": statement.currency,
            "figures": figures(statement),
            "picture": statement_picture(statement),
            "year_picture": self.year(statement),
            "parts": [self.part(part) for part in statement.applications],
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
            "csv_url": self.url("statement-file", self.month, self.key, "csv"),
            "xlsx_url": self.url("statement-file", self.month, self.key, "xlsx"),
            "before_url": self.url("statement", before, self.key) if before else "",
            "before_name": month_name(before) if before else "",
            "month_name": month_name(statement.month),
            "year_name": month_name(statement.year_from),
        }

    def year(self, statement: Statement) -> Picture | None:
        """What each month of the agreement year came to."""
        amounts = {
            month: minor_of(self.heads[run].amount)
            for month, run in self.calendar.runs.items()
            if run in self.heads
        }
        return year_picture(statement, amounts)

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

    def part(self, part: Any) -> dict[str, Any]:
        """One application's lines; ``anchor`` is where the costs behind a line stand on the page."""
        lines = [{"line": line, "anchor": anchor(line.application, line.cost_type)} for line in part.lines]
        return {"name": whole_name(part.name), "part": part, "lines": lines}

    def costs(self, statement: Statement) -> list[dict[str, Any]]:
        """The costs behind the lines of the month itself, in their order."""
        return [
            {
                "anchor": anchor(*codes),
                "name": whole_name(shares[0].application_name),
                "cost_type": shares[0].cost_type_name,
                "rows": [
                    {"share": share, "why_url": self.url("why", self.month, self.key, share.reference)}
                    for share in shares
                ],
            }
            for codes, group in groupby(
                (share for share in statement.shares if share.concerns is None),
                key=lambda share: (share.application, share.cost_type),
            )
            for shares in [list(group)]
        ]


class StatementFile(StatementBase):
    """The statement as CSV or XLSX: the same figures, from the same run."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        kind = self.kwargs["kind"]
        response: HttpResponseBase
        if kind == "csv":
            response = StreamingHttpResponse(statement_csv(self.statement), content_type=CSV)
        elif kind == "xlsx":
            state = str(self.period.get_state_display())
            book = statement_xlsx(
                self.statement,
                state,
                whys(self.period, self.key),
                whys_corrected(self.period, self.key),
                {code: str(words) for code, words in LateChange.Cause.choices},
            )
            response = HttpResponse(book, content_type=XLSX)
        else:
            raise Http404
        return attachment(response, f"{self.cooperation.slug}-{self.month}-{self.key}.{kind}")


def anchor(application: str, cost_type: str) -> str:
    return f"costs.{application}.{cost_type}"


def figures(statement: Statement) -> list[dict[str, Any]]:
    currency = statement.currency
    total = {
        "label": capfirst(month_name(statement.month)),
        "value": minor(statement.total_minor, currency),
        "note": _of_which(statement),
    }
    if statement.due_on:
        total["note"] = " ".join(
            part
            for part in (total["note"], _("Due %(day)s.") % {"day": date_format(statement.due_on, "j F Y")})
            if part
        )
    found = [total]
    if statement.before:
        percent = percent_of(statement.change_minor, abs(statement.before_minor))
        sign = "+" if percent and percent > 0 else ""
        found += [
            {
                "label": capfirst(month_name(statement.before)),
                "value": minor(statement.before_minor, currency),
                "note": "",
            },
            {
                "label": pgettext("difference", "Change"),
                "value": signed_minor(statement.change_minor, currency),
                "note": f"{sign}{about(percent)}",
            },
        ]
    since = _("since %(month)s") % {"month": month_name(statement.year_from)}
    if statement.earlier_corrections or statement.before_corrections_minor:
        since = _("%(since)s, without corrections of earlier agreement years") % {"since": since}
    found.append({"label": _("Year so far"), "value": minor(statement.year_minor, currency), "note": since})
    return found


def _of_which(statement: Statement) -> str:
    """What of the total is the month's own, where corrections are in it."""
    if statement.all_corrections_minor == 0 and not (statement.corrections or statement.earlier_corrections):
        return ""
    return _("Of it %(own)s for the month itself, and %(corrections)s corrections of earlier months.") % {
        "own": minor(statement.month_minor),
        "corrections": signed_minor(statement.all_corrections_minor),
    }
