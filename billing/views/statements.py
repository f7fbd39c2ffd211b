"""What a municipality is shown for a month, on screen and as files, and why each amount is what it is."""

import datetime as dt
from functools import cached_property
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.models import Component, Term
from billing.documents.csv import statement_csv
from billing.documents.xlsx import statement_xlsx
from billing.engine import why as engine
from billing.engine.facts import day
from billing.engine.statement import Statement, percent_of
from billing.models import RunTotal
from billing.reports import head_of, shares_of_cost, statement_of, why, whys
from billing.views.files import CSV, XLSX, attachment
from billing.views.months import MonthPage
from billing.views.pictures import month_name, statement_picture, whole_name
from municipalities.models import Municipality
from sharedict.templatetags.money import about, minor, signed_minor


class StatementBase(MonthPage):
    """A page about what one municipality carries of one month; others' only where the reader may see them."""

    @property
    def key(self) -> str:
        key: str = self.kwargs["key"]
        return key

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
        before = statement.before
        return {
            "lead": self.lead(),
            "statement": statement,
            "currency": statement.currency,
            "figures": figures(statement),
            "picture": statement_picture(statement),
            "parts": [self.part(part) for part in statement.applications],
            "costs": self.costs(statement),
            "csv_url": self.url("statement-file", self.month, self.key, "csv"),
            "xlsx_url": self.url("statement-file", self.month, self.key, "xlsx"),
            "before_url": self.url("statement", before, self.key) if before else "",
            "before_name": month_name(before) if before else "",
            "month_name": month_name(statement.month),
        }

    def lead(self) -> str:
        if self.period.closed_at:
            return _("Statement %(number)s, closed %(day)s: nothing in it changes any more.") % {
                "number": self.statement.number,
                "day": date_format(self.period.closed_at, "j F Y"),
            }
        return _("The figures may change until the month is closed.")

    def part(self, part: Any) -> dict[str, Any]:
        """One application's lines; ``anchor`` is where the costs behind a line stand on the page."""
        lines = [{"line": line, "anchor": anchor(line.application, line.cost_type)} for line in part.lines]
        return {"name": whole_name(part.name), "part": part, "lines": lines}

    def costs(self, statement: Statement) -> list[dict[str, Any]]:
        """The costs behind the lines, in their order."""
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
                statement.shares, key=lambda share: (share.application, share.cost_type)
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
            book = statement_xlsx(self.statement, state, whys(self.period, self.key))
            response = HttpResponse(book, content_type=XLSX)
        else:
            raise Http404
        return attachment(response, f"{self.cooperation.slug}-{self.month}-{self.key}.{kind}")


class Why(StatementBase):
    """One share down to the last digit: the cost, who divides it and how, and what rounding did."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        told = why(self.period, self.kwargs["reference"], self.key) if self.total_row else None
        if told is None or self.total_row is None:
            raise Http404
        shares = shares_of_cost(self.viewer, self.period, told.reference)
        sees_all, currency = self.rights.sees_all_shares, self.cooperation.currency
        context = {
            **self.stamp(),
            "title": _("Why %(amount)s?") % {"amount": minor(told.own.share_minor, currency)},
            "lead": self.lead(told),
            "back_url": self.url("statement", self.month, self.key),
            "back_label": f"{self.total_row.name}, {month_name(self.month)}",
            "why": told,
            "name": self.total_row.name,
            "currency": currency,
            "month_name": month_name(self.month),
            "facts": self.facts(told),
            "term": term_sentence(told),
            "valid_from": day(told.key.valid_from),
            "decided_on": day(told.key.decided_on),
            "components": [component(part) for part in told.own.parts],
            "reads": any(part.reading for part in told.own.parts),
            "payers": self.payers(told, shares) if sees_all else [],
            "payers_minor": sum(shares.values()),
            "readings": readings(told) if sees_all else [],
            "run": self.period.current_run,
            "differs": shares.get(self.key, 0) != told.own.share_minor,
            "undone_url": self.url("why", self.month, self.key, told.follows) if told.follows else "",
        }
        return self.page("billing/why.html", context)

    def lead(self, told: engine.Why) -> str:
        return _("%(name)s carries %(share)s of %(cost)s for “%(description)s” in %(month)s.") % {
            "name": told.own.name,
            "share": minor(told.own.share_minor, self.cooperation.currency),
            "cost": minor(told.cost_minor, self.cooperation.currency),
            "description": told.description,
            "month": month_name(self.month),
        }

    def facts(self, told: engine.Why) -> list[tuple[Any, ...]]:
        last = day(told.ends_on) - dt.timedelta(days=1)
        return [
            (_("Reference"), told.reference),
            (_("Description"), told.description),
            (_("Supplier"), told.supplier),
            (_("Application"), whole_name(told.application)),
            (_("Cost type"), told.cost_type),
            (_("Whole amount"), minor(told.amount_minor, self.cooperation.currency)),
            (
                _("For the days"),
                _("%(first)s to %(last)s, %(days)s days")
                % {
                    "first": date_format(day(told.starts_on), "j F Y"),
                    "last": date_format(last, "j F Y"),
                    "days": told.month_part.days,
                },
            ),
        ]

    def payers(self, told: engine.Why, shares: dict[str, int]) -> list[dict[str, Any]]:
        return [
            {
                "payer": payer,
                "share_minor": shares.get(payer.code, 0),
                "is_own": payer.code == self.key,
                "url": self.url("why", self.month, payer.code, told.reference)
                if payer.code in shares and payer.code != self.key
                else "",
            }
            for payer in told.payers
        ]


def anchor(application: str, cost_type: str) -> str:
    return f"costs.{application}.{cost_type}"


def figures(statement: Statement) -> list[dict[str, Any]]:
    currency = statement.currency
    found = [
        {
            "label": capfirst(month_name(statement.month)),
            "value": minor(statement.total_minor, currency),
            "note": "",
        }
    ]
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
    found.append(
        {
            "label": _("Year so far"),
            "value": minor(statement.year_minor, currency),
            "note": _("since %(month)s") % {"month": month_name(statement.year_from)},
        }
    )
    return found


def term_sentence(told: engine.Why) -> str:
    scope = " / ".join(part for part in (told.term_application, told.term_cost_type) if part)
    return _("Under “%(agreement)s”, the term for %(scope)s divides it by “%(key)s” among %(payers)s.") % {
        "agreement": told.term.agreement,
        "scope": scope or _("all that has no narrower one"),
        "key": told.key.name,
        "payers": Term.Payers(told.term.payers).label,
    }


def component(part: engine.ComponentPart) -> dict[str, Any]:
    """One component in words: what is counted, and when it is read."""
    names = {"even": _("Evenly among the payers"), "fixed": _("In fixed parts")}
    reading = part.reading
    return {
        "part": part,
        "name": names.get(part.kind, part.driver),
        "rule": Component.Rule(part.rule).label if part.rule else "",
        "read_on": day(reading.reference_on) if reading else None,
        "source": reading.source if reading else "",
    }


def readings(told: engine.Why) -> list[dict[str, Any]]:
    """For each component by a driver, the readings of all payers."""
    return [
        {
            "name": own.driver,
            "rows": [
                {
                    "name": payer.name,
                    "numerator": payer.parts[place].numerator,
                    "read_on": day(reading.reference_on),
                    "source": reading.source,
                }
                for payer in told.payers
                for reading in [payer.parts[place].reading]
                if reading
            ],
            "total": own.denominator,
        }
        for place, own in enumerate(told.own.parts)
        if own.reading and not own.was_zero
    ]
