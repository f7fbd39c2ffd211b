"""An upload of costs against the costs that are stored: what each row would do."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements.models import CostType
from billing.models import Cost
from billing.models.cost import LONGEST_INTERVAL
from billing.reports.twice import Twins
from municipalities.models import Cooperation
from services.models import Application
from sharedict.common.days import date_format
from sharedict.common.figures import money
from sharedict.common.uploads import (
    Finding,
    Outcome,
    UploadedRow,
    UploadError,
    parse_day,
    parse_number,
    shortened,
)

COST_COLUMNS = (
    "external_id",
    "application",
    "cost_type",
    "supplier",
    "invoice_number",
    "description",
    "amount",
    "starts_on",
    "ends_on",
)
IMPORTED = frozenset(COST_COLUMNS) - {"external_id"}
"""What an import may change of a cost that it finds again."""
FITTED = ("application", "cost_type", "amount", "starts_on", "ends_on")
"""Where a credit note and the cost that it refunds have to fit each other."""
TEXTS = ("external_id", "supplier", "invoice_number", "description")


def compare_costs(cooperation: Cooperation, rows: Sequence[UploadedRow]) -> list[Finding]:
    """What each uploaded row would do, found by its external id; four queries for any number of rows.

    What may be the same invoice or cost as another, stored or in the file, is noted.

    ``application`` and ``cost_type`` are codes; no application means the cooperation as a whole. The
    findings carry the cost to save.
    """
    applications = {row.code: row for row in Application.objects.of(cooperation)}
    types = {row.code: row for row in CostType.objects.of(cooperation)}
    readers: dict[str, Callable[[str], Any]] = {
        "application": lambda text: _choice(text, applications) if text else None,
        "cost_type": lambda text: _choice(text, types),
        "amount": lambda text: parse_number(text, digits=18, decimals=2),
        "starts_on": parse_day,
        "ends_on": parse_day,
    }
    costs = list(Cost.objects.of(cooperation).order_by("reference").for_listing())
    known = {cost.external_id: cost for cost in costs if cost.external_id}
    refunded = {cost.credits_id for cost in costs if not cost.is_withdrawn}
    seen: dict[str, int] = {}
    found = [_compare(row, cooperation, readers, known, refunded, seen) for row in rows]
    others = [(cost.reference, cost) for cost in costs if cost.external_id not in seen]
    return _with_twins(found, others)


def _with_twins(findings: Sequence[Finding], others: Sequence[tuple[str, Cost]]) -> list[Finding]:
    """``findings``, with what each row may be the same as among the others, and among ``others``, noted."""
    read = [(_("Line %(line)d") % {"line": each.line}, each.row) for each in findings if each.row]
    twins = Twins((where, cost) for where, cost in [*others, *read] if not cost.is_withdrawn)
    return [
        replace(each, note=" ".join(filter(None, [each.note, *_twins(each, twins)]))) for each in findings
    ]


def _twins(finding: Finding, twins: Twins) -> list[str]:
    if finding.outcome not in (Outcome.NEW, Outcome.CHANGED):
        return []
    return [twin.message for twin in twins.of(finding.row, finding.old)]


def before_first_month(cost: Cost, cooperation: Cooperation) -> str:
    """What is said of a cost that ends before costs are shared at all; empty for any other.

    Days that end before they start are refused by the row itself, and nothing is said of them here.
    """
    start: object = cost.starts_on
    end: object = cost.ends_on
    if not isinstance(start, dt.date) or not isinstance(end, dt.date):
        return ""
    if end <= start or end > cooperation.first_month:
        return ""
    said = _("Costs are shared from %(month)s on, and this one ends before: check the dates.")
    return said % {"month": date_format(cooperation.first_month, "F Y")}


def _compare(
    row: UploadedRow,
    cooperation: Cooperation,
    readers: Mapping[str, Callable[[str], Any]],
    known: Mapping[str, Cost],
    refunded: Collection[int | None],
    seen: dict[str, int],
) -> Finding:
    what = shortened(row.values.get("external_id", "") or _("line %(line)d") % {"line": row.line})
    if row.error:
        return Finding(row.line, Outcome.WRONG, what, errors=(row.error,))
    old = known.get(row.values["external_id"])
    new = copy(old) if old else Cost(cooperation=cooperation, currency=cooperation.currency)
    errors = [*_fill(new, row, readers), *_rules_broken(new, row, seen)]
    changed = {name for name in IMPORTED if old and getattr(old, name) != getattr(new, name)}
    if (changed or not old) and (said := before_first_month(new, cooperation)):
        errors.append(f"{_named('ends_on')}: {said}")
    if old and changed and not errors:
        errors = _reasons_to_keep(old, changed, refunded)
    if errors:
        return Finding(row.line, Outcome.WRONG, what, errors=tuple(errors))
    outcome = Outcome.NEW if old is None else Outcome.CHANGED if changed else Outcome.SAME
    before = _words(old) if old else ""
    note = _withdrawn(old) if old and old.is_withdrawn else ""
    return Finding(row.line, outcome, what, before=before, after=_words(new), row=new, old=old, note=note)


def _withdrawn(cost: Cost) -> str:
    said = _("%(cost)s is withdrawn here and counts no longer. It can be restored on its page.")
    return said % {"cost": cost.reference}


def _reasons_to_keep(old: Cost, changed: Collection[str], refunded: Collection[int | None]) -> list[str]:
    """Why the stored cost may not be changed so."""
    if old.is_withdrawn:
        return [f"{_named('external_id')}: {_('this cost is withdrawn. Restore it first.')}"]
    if (old.credits_id or old.pk in refunded) and not {*changed}.isdisjoint(FITTED):
        said = _("a credit note refunds this cost, or it is one itself: change it on its own page.")
        return [f"{_named('external_id')}: {said}"]
    return []


def _fill(cost: Cost, row: UploadedRow, readers: Mapping[str, Callable[[str], Any]]) -> list[str]:
    """Put the row's cells into ``cost``; gives back what could not be read, each with its column."""
    errors = []
    for name in TEXTS:
        setattr(cost, name, row.values[name])
    for name, read in readers.items():
        try:
            setattr(cost, name, read(row.values[name]))
        except UploadError as error:
            errors.append(f"{_named(name)}: {error.message}")
    try:
        cost.clean_fields(exclude=["cooperation", "credits", *readers])
    except ValidationError as error:
        errors += [f"{_named(name)}: {' '.join(said)}" for name, said in error.message_dict.items()]
    return errors


def _rules_broken(cost: Cost, row: UploadedRow, seen: dict[str, int]) -> list[str]:
    """The rules that a row breaks beyond its cells, each with its column."""
    return [f"{_named(name)}: {said}" for name, said in _broken(cost, row, seen)]


def _broken(cost: Cost, row: UploadedRow, seen: dict[str, int]) -> list[tuple[str, str]]:
    errors = []
    external_id = row.values["external_id"]
    if not external_id:
        errors.append(("external_id", _("a row is found again by this, so it must not be empty.")))
    elif external_id in seen:
        errors.append(("external_id", _("line %(line)d has the same.") % {"line": seen[external_id]}))
    seen.setdefault(external_id, row.line)
    if cost.amount == 0:
        errors.append(("amount", _("a cost of 0 shares nothing.")))
    start: Any = cost.starts_on
    end: Any = cost.ends_on
    if start and end:
        if end <= start:
            errors.append(("ends_on", _("it cannot end before it begins.")))
        elif end - start > LONGEST_INTERVAL:
            errors.append(("ends_on", _("a cost covers ten years at most.")))
    return errors


def _named(name: str) -> str:
    """A column in words, and as the file calls it."""
    return _("%(label)s (%(column)s)") % {
        "label": capfirst(str(Cost._meta.get_field(name).verbose_name)),  # type: ignore[union-attr]
        "column": name,
    }


def _choice(text: str, choices: Mapping[str, Any]) -> Any:
    if text not in choices:
        raise UploadError(_("There is no “%(code)s” here.") % {"code": shortened(text, 40)})
    return choices[text]


def _words(cost: Cost) -> str:
    """The cost as the dry run shows it: numbers and days as the reader's language writes them everywhere."""
    parts = (
        cost.application.name if cost.application else _("The cooperation as a whole"),
        cost.cost_type.name,
        cost.supplier,
        cost.invoice_number,
        cost.description,
        money(cost.amount, cost.currency),
        _("%(first)s to %(last)s")
        % {"first": date_format(cost.starts_on), "last": date_format(cost.last_day)},
    )
    return " | ".join(part for part in parts if part)
