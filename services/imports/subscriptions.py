"""An upload of who uses what against the subscriptions that are stored: what each row would do."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.models import Cooperation, Member, Municipality
from municipalities.reports import places_by_code
from services.imports.cells import Reader, day, one_of, rows_by, whole
from services.imports.columns import named
from services.models import Application, Subscription, Variant, code_problem
from sharedict.common.days import date_format, last_day
from sharedict.common.figures import count
from sharedict.common.uploads import Finding, Outcome, UploadedRow, UploadError, shortened

Use = tuple[int, int]
"""An application and a municipality, by primary key."""


def compare_subscriptions(cooperation: Cooperation, rows: Sequence[UploadedRow]) -> list[Finding]:
    """What each uploaded row would do, found by application, municipality and first day; five queries.

    A column that the file does not have stays as it is. The findings carry the subscription to save.
    """
    stored = Stored(cooperation)
    readers = {
        "valid_from": day,
        "municipality": one_of(stored.places),
        "application": one_of(stored.applications),
    }
    found = [_compare(row, Subscription(cooperation=cooperation), readers, stored) for row in rows]
    return [_unless_twice(each, stored) for each in found]


class Stored:
    """The subscriptions of a cooperation, as they are and as the file would have them."""

    def __init__(self, cooperation: Cooperation) -> None:
        self.applications = rows_by(Application.objects.of(cooperation), "code")
        self.places = places_by_code(Municipality.objects.ever_in(cooperation))
        rows = Subscription.objects.of(cooperation).for_listing().order_by("pk")
        self.rows = {(row.application_id, row.municipality_id, row.valid_from): row for row in rows}
        self.uses = defaultdict[Use, dict[dt.date, Subscription]](dict)
        for row in self.rows.values():
            self.uses[row.application_id, row.municipality_id][row.valid_from] = row
        variants = defaultdict[int, list[Variant]](list)
        for variant in Variant.objects.of(cooperation).order_by("pk"):
            variants[variant.application_id].append(variant)
        self.variants = {row.pk: rows_by(variants[row.pk], "name") for row in self.applications.rows}
        self.members = defaultdict[int, list[Member]](list)
        for member in Member.objects.of(cooperation):
            self.members[member.municipality_id].append(member)
        self.lines: dict[tuple[int, int, dt.date], int] = {}


def _compare(row: UploadedRow, new: Subscription, readers: Mapping[str, Reader], stored: Stored) -> Finding:
    said = dict(row.values)
    said["application"] = said.get("code") or said.get("application", "")
    what = shortened(f"{row.values.get('application') or said['application']}, {said.get('municipality')}")
    if row.error:
        return Finding(row.line, Outcome.WRONG, what, errors=(row.error,))
    errors, key = [], dict[str, Any]()
    for name, read in readers.items():
        try:
            key[name] = read(said.get(name, ""), None)
            if key[name] is None:
                raise UploadError(_("There is nothing in this cell."))
        except UploadError as error:
            errors.append((name, error.message))
    if errors:
        return _wrong(row, what, errors)
    place = key["application"].pk, key["municipality"].pk, key["valid_from"]
    if earlier := stored.lines.get(place):
        errors.append(("valid_from", _("line %(line)d has the same.") % {"line": earlier}))
    stored.lines.setdefault(place, row.line)
    old = stored.rows.get(place)
    if old:
        new = copy(old)
    else:
        for name, value in key.items():
            setattr(new, name, value)
    errors += [*_fill(new, said), *_choose_variant(new, said, stored), *_odd_code(new, old, stored)]
    if errors:
        return _wrong(row, what, errors)
    stored.uses[place[:2]][new.valid_from] = new
    before, after = subscription_in_words(old) if old else "", subscription_in_words(new)
    outcome = Outcome.NEW if old is None else Outcome.CHANGED if before != after else Outcome.SAME
    return Finding(row.line, outcome, what, before=before, after=after, row=new, old=old)


def _fill(new: Subscription, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Put the cells into ``new``; gives back what could not be read, each with its column."""
    for name, read in (("valid_until", day), ("users", whole)):
        try:
            if name in said:
                setattr(new, name, read(said[name], None))
        except UploadError as error:
            yield name, error.message
            return
    new.accounting_code = said.get("accounting_code", new.accounting_code)
    try:
        new.clean_fields(exclude=["cooperation", "application", "municipality"])
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            yield name, " ".join(messages)
        return
    if new.valid_until and new.valid_until <= new.valid_from:
        yield "valid_until", _("it cannot end before it begins.")


def _choose_variant(new: Subscription, said: Mapping[str, str], stored: Stored) -> Iterator[tuple[str, str]]:
    """Let ``new`` be of the variant that the file names; that there is no such one, with its column."""
    if "variant" not in said:
        return
    try:
        named_so = stored.variants[new.application_id]
        new.variant = named_so.find(said["variant"], new.variant) if said["variant"] else None
    except UploadError as error:
        yield "variant", error.message


def _odd_code(new: Subscription, old: Subscription | None, stored: Stored) -> Iterator[tuple[str, str]]:
    """That the municipality writes its accounting codes otherwise than a new one is written."""
    if old is None or old.accounting_code != new.accounting_code:
        members = stored.members[new.municipality_id]
        problem = code_problem(new, next((each for each in members if each.holds_on(new.valid_from)), None))
        if problem:
            yield "accounting_code", problem


def _wrong(row: UploadedRow, what: str, errors: Sequence[tuple[str, str]]) -> Finding:
    said = tuple(f"{named(Subscription, name)}: {message}" for name, message in errors)
    return Finding(row.line, Outcome.WRONG, what, errors=said)


def _unless_twice(found: Finding, stored: Stored) -> Finding:
    """``found``, or that the municipality uses it already in part of that time, as the file would have it."""
    if found.outcome not in (Outcome.NEW, Outcome.CHANGED):
        return found
    row: Subscription = found.row
    others = stored.uses[row.application_id, row.municipality_id]
    last = dt.date.max
    for first, other in others.items():
        is_other = first != row.valid_from
        if is_other and first < (row.valid_until or last) and row.valid_from < (other.valid_until or last):
            said = _("This municipality already uses it in part of that time.")
            error = f"{named(Subscription, 'valid_from')}: {said}"
            return Finding(found.line, Outcome.WRONG, found.what, errors=(error,))
    return found


def subscription_in_words(row: Subscription) -> str:
    """Who uses what, from when until when, with how many users, and by which code it is booked."""
    words = {"first": date_format(row.valid_from)}
    if row.valid_until:
        words["last"] = date_format(last_day(row.valid_until))
        days = _("%(first)s to %(last)s") % words
    else:
        days = _("from %(first)s") % words
    users = ""
    if row.users is not None:
        users = ngettext("%(count)s user", "%(count)s users", row.users) % {"count": count(row.users)}
    variant, code = row.variant.name if row.variant else "", row.accounting_code
    told = [row.application.name, row.municipality.name, variant, days, users, code]
    return " | ".join(filter(None, told))
