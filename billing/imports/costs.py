"""An upload of costs against the costs that are stored: what each row would do."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.imports.columns import IMPORTED, named
from billing.imports.stored import Reader, Stored, readers_of
from billing.models import Cost
from billing.models.cost import LONGEST_INTERVAL
from billing.reports.twice import Twins
from municipalities.models import Cooperation
from sharedict.common.days import date_format
from sharedict.common.figures import minor
from sharedict.common.uploads import Finding, Outcome, UploadedRow, UploadError, shortened
from sharedict.kernel.money import to_minor

FITTED = ("application", "cost_type", "amount", "starts_on", "ends_on")
"""Where a credit note and the cost that it refunds have to fit each other."""
TEXTS = ("external_id", "supplier", "invoice_number", "description")


def compare_costs(cooperation: Cooperation, rows: Sequence[UploadedRow]) -> list[Finding]:
    """What each uploaded row would do, found by external id or reference; three queries for any number.

    What may be the same invoice or cost as another, stored or in the file, is noted.

    ``application`` and ``cost_type`` are codes or names; no application means the cooperation as a whole. The
    findings carry the cost to save.
    """
    readers = readers_of(cooperation)
    stored = Stored(Cost.objects.of(cooperation).order_by("reference").for_listing())
    blank = Cost(cooperation=cooperation, currency=cooperation.currency)
    found = [_compare(row, blank, readers, stored) for row in rows]
    return _with_twins(found, stored.others)


def _with_twins(findings: Sequence[Finding], others: Sequence[tuple[str, Cost]]) -> list[Finding]:
    """``findings``, with what each row may be the same as among the others, and among ``others``, noted."""
    line = _("Line %(line)d")
    read = [(line % {"line": each.line}, each.row) for each in findings if each.row]
    twins = Twins((where, cost) for where, cost in [*others, *read] if not cost.is_withdrawn)
    noted = ((each, _twins(each, twins)) for each in findings)
    return [
        replace(each, note=" ".join(filter(None, [each.note, *told]))) if told else each
        for each, told in noted
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


def _compare(row: UploadedRow, blank: Cost, readers: Mapping[str, Reader], stored: Stored) -> Finding:
    external_id, reference = row.values.get("external_id", ""), row.values.get("reference", "")
    what = shortened(external_id or reference or _("line %(line)d") % {"line": row.line})
    try:
        if row.error:
            raise UploadError(row.error)
        old = stored.find(external_id, reference)
    except UploadError as error:
        said = f"{named(error.field)}: {error.message}" if error.field else error.message
        return Finding(row.line, Outcome.WRONG, what, errors=(said,))
    new = copy(old or blank)
    errors = [*_fill(new, row, readers, old), *_rules_broken(new, row, stored, old)]
    changed = {name for name in IMPORTED if old and getattr(old, name) != getattr(new, name)}
    if (changed or not old) and (said := before_first_month(new, blank.cooperation)):
        errors.append(f"{named('ends_on')}: {said}")
    if old and changed and not errors:
        errors = _reasons_to_keep(old, changed, stored.refunded)
    if errors:
        return Finding(row.line, Outcome.WRONG, what, errors=tuple(errors))
    outcome = Outcome.NEW if old is None else Outcome.CHANGED if changed else Outcome.SAME
    after = cost_in_words(new)
    before = "" if old is None else cost_in_words(old) if changed else after
    note = _withdrawn(old) if old and old.is_withdrawn else ""
    return Finding(row.line, outcome, what, before=before, after=after, row=new, old=old, note=note)


def _withdrawn(cost: Cost) -> str:
    said = _("%(cost)s is withdrawn here and counts no longer. It can be restored on its page.")
    return said % {"cost": cost.reference}


def _reasons_to_keep(old: Cost, changed: Collection[str], refunded: Collection[int | None]) -> list[str]:
    """Why the stored cost may not be changed so."""
    if old.is_withdrawn:
        return [f"{named('external_id')}: {_('this cost is withdrawn. Restore it first.')}"]
    if (old.credits_id or old.pk in refunded) and not {*changed}.isdisjoint(FITTED):
        said = _("a credit note refunds this cost, or it is one itself: change it on its own page.")
        return [f"{named('external_id')}: {said}"]
    return []


def _fill(cost: Cost, row: UploadedRow, readers: Mapping[str, Reader], old: Cost | None) -> list[str]:
    """Put the row's cells into ``cost``; gives back what could not be read, each with its column.

    A cost that is found by its reference keeps its external id.
    """
    errors = []
    for name in TEXTS:
        setattr(cost, name, row.values[name])
    if old:
        cost.external_id = old.external_id
    for name, read in readers.items():
        try:
            setattr(cost, name, read(row.values[name], old))
        except UploadError as error:
            errors.append(f"{named(name)}: {error.message}")
    try:
        cost.clean_fields(exclude=["cooperation", "credits", *readers])
    except ValidationError as error:
        errors += [f"{named(name)}: {' '.join(said)}" for name, said in error.message_dict.items()]
    return errors


def _rules_broken(cost: Cost, row: UploadedRow, stored: Stored, old: Cost | None) -> list[str]:
    """The rules that a row breaks beyond its cells, each with its column."""
    broken = [*_not_found_again(row, stored, old), *_told_otherwise(cost, row, stored), *_broken(cost)]
    return [f"{named(name)}: {said}" for name, said in broken]


def _not_found_again(row: UploadedRow, stored: Stored, old: Cost | None) -> Iterator[tuple[str, str]]:
    external_id = row.values["external_id"]
    if not old and not external_id:
        yield "external_id", _("a row is found again by this, so it must not be empty.")
    if earlier := stored.line_before(old, external_id, row.line):
        column = "external_id" if external_id else "reference"
        yield column, _("line %(line)d has the same.") % {"line": earlier}


def _told_otherwise(cost: Cost, row: UploadedRow, stored: Stored) -> Iterator[tuple[str, str]]:
    """What a file may repeat of a cost and an import does not change."""
    currency = row.values.get("currency", "")
    if currency and currency.upper() != cost.currency:
        yield "currency", _("costs are in %(currency)s here.") % {"currency": cost.currency}
    refunded = stored.references.get(cost.credits_id or 0, "")
    if row.values.get("credits", refunded).upper() != refunded:
        yield "credits", _("what a credit note refunds is said on its own page.")


def _broken(cost: Cost) -> list[tuple[str, str]]:
    errors = []
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


def cost_in_words(cost: Cost) -> str:
    """The cost as the dry run shows it: numbers and days as the reader's language writes them everywhere."""
    parts = (
        cost.application.name if cost.application else _("The cooperation as a whole"),
        cost.cost_type.name,
        cost.supplier,
        cost.invoice_number,
        cost.description,
        minor(to_minor(cost.amount), cost.currency),
        _days(cost.starts_on, cost.last_day, get_language()),
    )
    return " | ".join(part for part in parts if part)


@lru_cache(maxsize=1_000)
def _days(first: dt.date, last: dt.date, language: str | None) -> str:
    """Days in words in the active ``language``: most of a file's rows have the same."""
    return _("%(first)s to %(last)s") % {"first": date_format(first), "last": date_format(last)}
