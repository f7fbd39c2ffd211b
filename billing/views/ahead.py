"""What changes next: members, subscriptions, keys and terms that begin or end on days already known."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Case, DateField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import KeyVersion, Term
from agreements.portal import scope_in_words
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
Moving = dict[str, list[int]]
"""The label of a model -> the primary keys of its rows that begin or end soon."""


class AheadPage(StatementsPage):
    """A page that says what changes next, as far as it concerns the reader."""

    def ahead(self, today: dt.date, *, of_all: bool) -> dict[str, Any]:
        """The first days on which something changes, and how many more there are.

        One query where nothing does, and one more for each kind of row that does.

        Subscriptions of other municipalities than the reader's own only where ``of_all``.
        """
        rows = self._moving(today, of_all)
        found = sorted(
            {*self._members(rows, today), *self._subscriptions(rows, today), *self._rules(rows, today)}
        )
        more = max(0, len(found) - MOST_AHEAD)
        if any(len(keys) == MOST_ROWS for keys in rows.values()):
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

    def _members(self, moving: Moving, today: dt.date) -> Iterable[Known]:
        url = self.url("members")
        rows = _read(Member.objects.select_related("municipality"), moving)
        begun = {(row.municipality_id, row.valid_from) for row in rows}
        ended = {(row.municipality_id, row.valid_until) for row in rows}
        for row in rows:
            name = row.municipality.name
            if _is_near(row.valid_from, today) and (row.municipality_id, row.valid_from) not in ended:
                yield row.valid_from, _("%(name)s becomes a member") % {"name": name}, url
            if _is_near(row.valid_until, today) and (row.municipality_id, row.valid_until) not in begun:
                yield row.valid_until, _("%(name)s is no member any more") % {"name": name}, url

    def _subscriptions(self, moving: Moving, today: dt.date) -> Iterable[Known]:
        rows = _read(Subscription.objects.for_listing(), moving)
        begun = {(row.municipality_id, row.application_id, row.valid_from) for row in rows}
        ended = {(row.municipality_id, row.application_id, row.valid_until) for row in rows}
        for row in rows:
            pair = row.municipality_id, row.application_id
            words = {"name": row.municipality.name, "service": row.application.name}
            url = self.url("application", row.application.code)
            if _is_near(row.valid_from, today):
                is_more = (*pair, row.valid_from) in ended
                said = _("%(name)s uses %(service)s otherwise") if is_more else _("%(name)s uses %(service)s")
                yield row.valid_from, said % words, url
            if _is_near(row.valid_until, today) and (*pair, row.valid_until) not in begun:
                yield row.valid_until, _("%(name)s uses %(service)s no longer") % words, url

    def _rules(self, moving: Moving, today: dt.date) -> Iterable[Known]:
        versions = _read(KeyVersion.objects.select_related("key"), moving)
        following = {(row.key_id, row.valid_from) for row in versions}
        for row in versions:
            words, url = {"number": row.number, "key": row.key.name}, self.url("key", row.key.code)
            if _is_near(row.valid_from, today):
                yield row.valid_from, _("Version %(number)s of the key %(key)s") % words, url
            if _is_near(row.valid_until, today) and (row.key_id, row.valid_until) not in following:
                yield row.valid_until, _("The key %(key)s says nothing any more") % words, url
        terms = _read(Term.objects.for_listing(), moving)
        begun = {(row.application_id, row.cost_type_id, row.valid_from) for row in terms}
        for row in terms:
            words = {"scope": scope_in_words(row), "key": row.key.name}
            if _is_near(row.valid_from, today):
                yield row.valid_from, _("%(key)s divides %(scope)s") % words, self.url("terms")
            if (
                _is_near(row.valid_until, today)
                and (row.application_id, row.cost_type_id, row.valid_until) not in begun
            ):
                said = _("The term for %(scope)s holds no longer") % words
                yield row.valid_until, said, self.url("terms")

    def _moving(self, today: dt.date, of_all: bool) -> Moving:
        """What begins or ends within a year: the primary keys of each kind, in one query."""
        near = {"gt": today, "lte": today + AHEAD}
        begins = Q(**{f"valid_from__{name}": day for name, day in near.items()})
        ends = Q(**{f"valid_until__{name}": day for name, day in near.items()})
        first, *others = (
            model.objects.visible_to(self.viewer)
            .of(self.cooperation)
            .filter(begins | ends, **({"municipality__in": own} if own is not None else {}))
            .order_by(
                Case(
                    When(valid_from__gt=today, then="valid_from"),
                    default="valid_until",
                    output_field=DateField(),
                ),
                "pk",
            )
            .annotate(kind=Value(model._meta.label))
            .values_list("kind", "pk")[:MOST_ROWS]
            for model, own in (
                (Member, None),
                (Subscription, None if of_all else self.rights.municipality_ids),
                (KeyVersion, None),
                (Term, None),
            )
        )
        found: Moving = {}
        for kind, pk in first.union(*others, all=True):
            found.setdefault(kind, []).append(pk)
        return found


def _read(rows: QuerySet[Any], moving: Moving) -> list[Any]:
    """Those of ``rows`` that move, in the order of their days."""
    keys = moving.get(rows.model._meta.label)
    return list(rows.filter(pk__in=keys).order_by("valid_from", "pk")) if keys else []


def _is_near(day: dt.date | None, today: dt.date) -> bool:
    return day is not None and today < day <= today + AHEAD
