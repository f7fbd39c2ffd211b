"""What changes next: members, subscriptions, keys and terms that begin or end on days already known."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from django.db.models import (
    BigIntegerField,
    Case,
    DateField,
    F,
    IntegerField,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import KeyVersion, Term
from agreements.portal import scope_of
from billing.views.months import StatementsPage
from municipalities.models import Member
from services.models import Subscription
from sharedict.common.days import date_format

MOST_AHEAD = 5
AHEAD = dt.timedelta(days=366)
MOST_ROWS = 200
"""So many rows of each kind are looked through for the first few."""

Known = tuple[dt.date, str, str]
"""A day, what is otherwise from then on, and where it stands."""


@dataclass(frozen=True, slots=True)
class Moving:
    """A row that begins or ends soon: what it is about by its ``keys``, with ``names``, and a code of it."""

    kind: str
    valid_from: dt.date
    valid_until: dt.date | None
    keys: tuple[int | None, int | None]
    names: tuple[str, str]
    code: str
    number: int


COLUMNS: dict[type[Any], tuple[Any, ...]] = {
    Member: ("municipality_id", None, "municipality__name", "", "", 0),
    Subscription: (
        *("municipality_id", "application_id"),
        *("municipality__name", "application__name", "application__code", 0),
    ),
    KeyVersion: ("key_id", None, "key__name", "", "key__code", "number"),
    Term: ("application_id", "cost_type_id", "application__name", "cost_type__name", "key__name", 0),
}
"""The columns that are the keys, names, code and number of what moves; where there is none, a value."""
KINDS: tuple[Any, ...] = (
    BigIntegerField(),
    BigIntegerField(),
    TextField(),
    TextField(),
    TextField(),
    IntegerField(),
)
"""What they hold."""


class AheadPage(StatementsPage):
    """A page that says what changes next, as far as it concerns the reader."""

    def ahead(self, today: dt.date, *, of_all: bool) -> dict[str, Any]:
        """The first days on which something changes, and how many more there are; one query.

        Subscriptions of other municipalities than the reader's own only where ``of_all``.
        """
        rows = self._moving(today, of_all)
        found = sorted(
            {
                *self._members(rows[Member], today),
                *self._subscriptions(rows[Subscription], today),
                *self._versions(rows[KeyVersion], today),
                *self._terms(rows[Term], today),
            }
        )
        more = max(0, len(found) - MOST_AHEAD)
        if any(len(each) == MOST_ROWS for each in rows.values()):
            said = _("more than %(count)s more in the next year")
        else:
            said = ngettext("%(count)s more in the next year", "%(count)s more in the next year", more)
        return {
            "rows": [
                {"day": date_format(day, "j F Y"), "text": text, "url": url}
                for day, text, url in found[:MOST_AHEAD]
            ],
            "more": said % {"count": more} if more else "",
        }

    def _members(self, rows: Sequence[Moving], today: dt.date) -> Iterable[Known]:
        url, begun, ended = self.url("members"), _begun(rows), _ended(rows)
        for row in rows:
            name = row.names[0]
            if _is_near(row.valid_from, today) and (row.keys, row.valid_from) not in ended:
                yield row.valid_from, _("%(name)s becomes a member") % {"name": name}, url
            if _is_near(row.valid_until, today) and (row.keys, row.valid_until) not in begun:
                yield row.valid_until, _("%(name)s is no member any more") % {"name": name}, url

    def _subscriptions(self, rows: Sequence[Moving], today: dt.date) -> Iterable[Known]:
        begun, ended = _begun(rows), _ended(rows)
        for row in rows:
            words, url = (
                dict(zip(("name", "service"), row.names, strict=True)),
                self.url("application", row.code),
            )
            if _is_near(row.valid_from, today):
                is_more = (row.keys, row.valid_from) in ended
                said = _("%(name)s uses %(service)s otherwise") if is_more else _("%(name)s uses %(service)s")
                yield row.valid_from, said % words, url
            if _is_near(row.valid_until, today) and (row.keys, row.valid_until) not in begun:
                yield row.valid_until, _("%(name)s uses %(service)s no longer") % words, url

    def _versions(self, rows: Sequence[Moving], today: dt.date) -> Iterable[Known]:
        following = _begun(rows)
        for row in rows:
            words, url = {"number": row.number, "key": row.names[0]}, self.url("key", row.code)
            if _is_near(row.valid_from, today):
                yield row.valid_from, _("Version %(number)s of the key %(key)s") % words, url
            if _is_near(row.valid_until, today) and (row.keys, row.valid_until) not in following:
                yield row.valid_until, _("The key %(key)s says nothing any more") % words, url

    def _terms(self, rows: Sequence[Moving], today: dt.date) -> Iterable[Known]:
        url, begun = self.url("terms"), _begun(rows)
        for row in rows:
            words = {"scope": scope_of(*row.names), "key": row.code}
            if _is_near(row.valid_from, today):
                yield row.valid_from, _("%(key)s divides %(scope)s") % words, url
            if _is_near(row.valid_until, today) and (row.keys, row.valid_until) not in begun:
                yield row.valid_until, _("The term for %(scope)s holds no longer") % words, url

    def _moving(self, today: dt.date, of_all: bool) -> Mapping[type[Any], list[Moving]]:
        """The rows of each kind that begin or end within a year, in one query."""
        near = {"gt": today, "lte": today + AHEAD}
        begins = Q(**{f"valid_from__{name}": day for name, day in near.items()})
        ends = Q(**{f"valid_until__{name}": day for name, day in near.items()})
        own = {} if of_all else {Subscription: {"municipality__in": self.rights.municipality_ids}}
        first, *others = (
            model.objects.visible_to(self.viewer)
            .of(self.cooperation)
            .filter(begins | ends, **own.get(model, {}))
            .order_by(
                Case(
                    When(valid_from__gt=today, then="valid_from"),
                    default="valid_until",
                    output_field=DateField(),
                ),
                "pk",
            )
            .values_list(Value(model._meta.label), "valid_from", "valid_until", *_cells(columns))[:MOST_ROWS]
            for model, columns in COLUMNS.items()
        )
        found: dict[str, list[Moving]] = defaultdict(list)
        for kind, begins_on, ends_on, *keys, one, other, code, number in first.union(*others, all=True):
            names = one or "", other or ""
            found[kind].append(Moving(kind, begins_on, ends_on, (keys[0], keys[1]), names, code, number))
        return {model: found[model._meta.label] for model in COLUMNS}


def _cells(columns: Iterable[Any]) -> Iterator[Any]:
    """The expressions of ``COLUMNS``, of one type in each place whatever the kind."""
    for column, kind in zip(columns, KINDS, strict=True):
        cell: Any = F(column) if isinstance(column, str) and column else Value(column)
        yield Cast(cell, kind)


def _begun(rows: Iterable[Moving]) -> set[tuple[Any, dt.date | None]]:
    return {(row.keys, row.valid_from) for row in rows}


def _ended(rows: Iterable[Moving]) -> set[tuple[Any, dt.date | None]]:
    return {(row.keys, row.valid_until) for row in rows}


def _is_near(day: dt.date | None, today: dt.date) -> TypeGuard[dt.date]:
    return day is not None and today < day <= today + AHEAD
