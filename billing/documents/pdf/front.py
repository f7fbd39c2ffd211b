"""Page one of a statement: the amount, what changed, by service, the year, who pays, and how to check it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from billing.documents.pdf.beside import Beside, Payer
from billing.engine.overview import percent_of
from billing.engine.statement import Statement
from sharedict.common.days import date_format, last_day
from sharedict.common.figures import about, minor, signed_minor, whole_minor
from sharedict.kernel.periods import Month, months_between

MOST_SERVICES = 10
MOST_PAYERS = 4
MOST_MONTHS = 12
HASH_PART = 8
THOUSANDS_MINOR, MILLIONS_MINOR = 10_000_00, 10_000_000_00
"""From where on a column is labelled in thousands, and in millions."""
Row = tuple[str, int, int, int]
"""A name, and minor units: this month, the month before, the year so far."""


def front(statement: Statement, beside: Beside) -> dict[str, Any]:
    """What the template shows on page one, in the reader's words."""
    name, month = statement.name, month_name(statement.month)
    return {
        "title": f"{name}, {month}",
        "author": statement.cooperation_name,
        "description": _("Cost statement"),
        "head": {
            "name": statement.cooperation_name,
            "below": _below(statement),
            "kind": _("Cost statement"),
            "number": _number(statement),
        },
        "banner": beside.banner,
        "opening": {
            "figure": minor(statement.total_minor),
            "unit": statement.currency,
            "below": _due(statement),
        },
        "facts": _facts(statement),
        "change": {
            "bold": beside.changed[0],
            "text": beside.changed[1],
            "rows": [[cause, signed_minor(amount)] for cause, amount in beside.causes],
        },
        "services": _services(statement),
        "note": _("Lines, costs and how they are divided stand on the next pages."),
        "year": _year(statement, beside),
        "payers": _payers(statement, beside),
        "corrected": _corrected(statement, beside),
        "check": {
            "title": _("How to check it"),
            "text": _(
                "The portal shows this statement for ever as it was issued, and why each share is what it is."
                " The fingerprint of its content (SHA-256):"
            ),
            "hash": [
                statement.content_hash[start : start + HASH_PART]
                for start in range(0, len(statement.content_hash), HASH_PART)
            ],
        },
        "foot": {
            "left": ", ".join(
                part for part in (statement.cooperation_name, _organisation(statement)) if part
            ),
            "middle": f"{name}, {month}, {_number(statement)}",
            "of": pgettext("page 1 of 4", "of"),
        },
    }


def month_name(month: Month) -> str:
    return date_format(month.first, "F Y")


def _number(statement: Statement) -> str:
    return _("no. %(number)s") % {"number": statement.number}


def _organisation(statement: Statement) -> str:
    return statement.payee.organisation_number


def _below(statement: Statement) -> list[str]:
    address = " · ".join(line.strip() for line in statement.payee.address.splitlines() if line.strip())
    return [part for part in (_organisation(statement), address) if part][:2]


def _due(statement: Statement) -> str:
    if statement.total_minor < 0:
        return _("to get back from %(name)s") % {"name": statement.cooperation_name}
    if statement.due_on is None:
        return _("settled among the members of %(name)s") % {"name": statement.cooperation_name}
    words = {"day": date_format(statement.due_on, "j F Y"), "name": statement.cooperation_name}
    return _("due %(day)s to %(name)s") % words


def _facts(statement: Statement) -> list[tuple[str, str]]:
    month = statement.month
    issued = date_format(statement.issued_at, "j F Y") if statement.issued_at else ""
    state = _("Closed %(day)s by release 0.1") if statement.is_taken_over else _("Closed %(day)s, final")
    facts = [
        (_("Month"), _("1 to %(last)s") % {"last": date_format(last_day(month.after), "j F Y")}),
        (_("State"), state % {"day": issued}),
        (_("Charged to"), statement.payer.organisation_number),
        (_("Month before"), minor(statement.before_minor, statement.currency) if statement.before else ""),
        (_("Year so far"), minor(statement.year_minor, statement.currency)),
        (_("Run"), str(statement.run_number)),
    ]
    return [(label, value) for label, value in facts if value]


def _services(statement: Statement) -> dict[str, Any]:
    """Each service with its bar, the largest first; those that have no room as one, corrections last."""
    services = [
        (part.name or _("The cooperation as a whole"), part.this_minor, part.before_minor, part.year_minor)
        for part in sorted(statement.applications, key=lambda part: -part.this_minor)
    ]
    shown = services if len(services) <= MOST_SERVICES else services[: MOST_SERVICES - 1]
    most = max((each for _name, this, before, _year in shown for each in (this, before)), default=0)
    rows = [_service(row, most, has_before=statement.before is not None) for row in shown]
    more = [*_others(services[len(shown) :]), *_late(statement)]
    return {
        "title": _("By service"),
        "heads": [
            _("Service"),
            date_format(statement.month.first, "M"),
            date_format(statement.before.first, "M") if statement.before else "",
            capfirst(month_name(statement.month)),
            capfirst(month_name(statement.before)) if statement.before else _("Month before"),
            pgettext("difference", "Change"),
            _("Year so far"),
        ],
        "rows": rows + [_service(row, 0, has_before=False) for row in more],
        "total": [
            _("Total, %(currency)s") % {"currency": statement.currency},
            minor(statement.total_minor),
            minor(statement.before_minor),
            signed_minor(statement.change_minor),
            minor(statement.year_minor),
        ],
    }


def _service(row: Row, most: int, *, has_before: bool) -> dict[str, Any]:
    """A row; a sum of several has no bar, which would dwarf all others."""
    name, this, before, year = row
    return {
        "name": name,
        "part": _part(this, most),
        "before": _part(before, most) if has_before and before > 0 else None,
        "cells": [minor(this), minor(before), signed_minor(this - before), minor(year)],
    }


def _part(amount: int, most: int) -> float:
    """How far a bar reaches, of its room; below nothing there is none."""
    return float(Fraction(max(0, amount), most)) if most > 0 else 0.0


def _others(rest: list[Row]) -> list[Row]:
    if not rest:
        return []
    text = ngettext("%(count)s other service", "%(count)s other services", len(rest))
    _names, this, before, year = zip(*rest, strict=True)
    return [(text % {"count": len(rest)}, sum(this), sum(before), sum(year))]


def _late(statement: Statement) -> list[Row]:
    this, before = statement.all_corrections_minor, statement.before_corrections_minor
    year = statement.year_corrections_minor
    if not (this or before or year or statement.corrections or statement.earlier_corrections):
        return []
    return [(_("Corrections of earlier months"), this, before, year)]


def _year(statement: Statement, beside: Beside) -> dict[str, Any] | None:
    """The months of the agreement year up to this one, as columns; None for one month alone."""
    known = beside.months
    if len(known) < 2 or any(amount < 0 for amount in known.values()):
        return None
    months = months_between(min(known).first, statement.month.after)[-MOST_MONTHS:]
    most = max(known.values()) or 1
    amounts = ", ".join(f"{month_name(month)} {minor(known[month])}" for month in months if month in known)
    scale, title = _scaled(most)
    words = {"name": statement.name, "currency": statement.currency, "year": _years(months)}
    return {
        "title": title % words,
        "alt": amounts,
        "columns": [
            {
                "label": date_format(month.first, "M"),
                "amount": whole_minor(known[month] // scale) if month in known else "",
                "part": _part(known.get(month, 0), most),
                "own": month == statement.month,
            }
            for month in months
        ],
    }


def _scaled(most_minor: int) -> tuple[int, str]:
    """What amounts are divided by so that twelve of them stand side by side, and the title that says so."""
    if most_minor >= MILLIONS_MINOR:
        return 1_000_000, _("%(name)s in %(year)s, million %(currency)s a month")
    if most_minor >= THOUSANDS_MINOR:
        return 1_000, _("%(name)s in %(year)s, thousand %(currency)s a month")
    return 1, _("%(name)s in %(year)s, %(currency)s a month")


def _years(months: Sequence[Month]) -> str:
    first, last = months[0].year, months[-1].year
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"


def _payers(statement: Statement, beside: Beside) -> dict[str, Any]:
    whole = beside.shared_minor
    payers = list(beside.payers)
    if len(payers) > MOST_PAYERS:
        rest = payers[MOST_PAYERS - 1 :]
        text = ngettext("%(count)s other", "%(count)s others", len(rest)) % {"count": len(rest)}
        payers = [*payers[: MOST_PAYERS - 1], Payer(text, sum(payer.minor for payer in rest))]
    return {
        "title": _("Who pays %(month)s") % {"month": month_name(statement.month)},
        "heads": [_("Municipality"), _("Part"), statement.currency],
        "rows": [[payer.name, about(percent_of(payer.minor, whole)), minor(payer.minor)] for payer in payers],
        "total": [_("In all"), "", minor(whole)],
    }


def _corrected(statement: Statement, beside: Beside) -> dict[str, Any]:
    if statement.corrections or statement.earlier_corrections:
        words = {"amount": signed_minor(statement.all_corrections_minor)}
        text = _(
            "%(amount)s of earlier months: each has a line of its own on the next pages,"
            " and the portal says why."
        )
        return {"title": _("Corrected in this month"), "text": text % words, "more": beside.left}
    return {
        "title": _("Corrected in this month"),
        "text": _("Nothing: no correction of an earlier month is part of it."),
        "more": beside.left
        or _(
            "A cost that comes late would stand as a line of its own in a later statement;"
            " this one never changes."
        ),
    }
