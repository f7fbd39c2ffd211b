"""Who takes part in a month and who uses what, by the days on which they do."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from billing.engine.facts import Spans
from billing.models import Period
from billing.snapshots.days import merged, numbers, without
from billing.snapshots.overlay import Overlay
from municipalities.models import Member
from services.models import Subscription
from sharedict.kernel.periods import Month

Group = dict[str, Spans]
Membership = dict[str, list[tuple[dt.date, dt.date | None]]]


class Groups:
    """The different sets of payers, each kept once; the index is what facts refer to."""

    def __init__(self) -> None:
        self.all: list[Group] = []
        self._index: dict[tuple[tuple[str, Spans], ...], int] = {}

    def add(self, payers: Mapping[str, Iterable[tuple[int, int]]]) -> int:
        ordered = tuple((code, merged(held)) for code, held in sorted(payers.items()))
        if ordered not in self._index:
            self._index[ordered] = len(self.all)
            self.all.append(dict(ordered))
        return self._index[ordered]


def membership_of(period: Period, keys: Mapping[int, str], overlay: Overlay) -> Membership:
    """Code -> all the spans in which it is, was or will be a member."""
    hidden = overlay.hidden(Member)
    rows = Member.objects.of(period.cooperation).exclude(pk__in=hidden).order_by("valid_from")
    found: Membership = defaultdict(list)
    for pk, start, end in [
        *rows.values_list("municipality_id", "valid_from", "valid_until"),
        *((member.municipality_id, member.valid_from, member.valid_until) for member in overlay.members),
    ]:
        found[keys[pk]].append((start, end))
    return found


def within_month(spans: Mapping[str, Iterable[tuple[dt.date, dt.date | None]]], month: Month) -> Group:
    """Code -> the days of ``month`` that lie in its spans; nobody without any."""
    found: Group = {}
    for code, held in spans.items():
        days = merged(numbers(start, end, month) for start, end in held)
        if days:
            found[code] = days
    return found


def left_in_month(spans: Membership, month: Month, present: set[str]) -> Group:
    """Code -> the days of ``month`` on which it is a member no longer, for those that are in some group."""
    found: Group = {}
    for code in sorted(present & spans.keys()):
        ended = min((end for _start, end in spans[code] if end), default=None)
        if ended is None or ended >= month.after:
            continue
        member = merged(numbers(start, end, month) for start, end in spans[code])
        first, after = numbers(ended, None, month)
        days = without((first, after), member)
        if days:
            found[code] = days
    return found


def subscribers_of(
    period: Period, applications: Iterable[str], groups: Groups, keys: Mapping[int, str], overlay: Overlay
) -> dict[str, int]:
    """Application code -> group of payers; packed into text by the database, equal sets read once."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT application.code, packed.whole, packed.parts
            FROM (
                SELECT application_id,
                       array_agg(municipality_id) FILTER (
                           WHERE valid_from <= %(first)s AND COALESCE(valid_until >= %(after)s, true)
                       )::text AS whole,
                       string_agg(
                           municipality_id || ':' || GREATEST(valid_from, %(first)s) - %(first)s + 1
                           || ':' || LEAST(COALESCE(valid_until, %(after)s), %(after)s) - %(first)s + 1,
                           ','
                       ) FILTER (WHERE valid_from > %(first)s OR valid_until < %(after)s) AS parts
                FROM services_subscription
                WHERE cooperation_id = %(cooperation)s AND valid_from < %(after)s
                  AND (valid_until IS NULL OR valid_until > %(first)s) AND id <> ALL(%(laid)s)
                GROUP BY application_id
            ) AS packed
            JOIN services_application AS application ON application.id = packed.application_id
            WHERE application.code = ANY(%(applications)s)
            ORDER BY application.code
            """,
            {
                "first": period.month.first,
                "after": period.month.after,
                "cooperation": period.cooperation_id,
                "applications": sorted(applications),
                "laid": overlay.hidden(Subscription),
            },
        )
        rows = {code: (whole, parts) for code, whole, parts in cursor.fetchall()}
    added = _added(overlay, period.month, applications, keys)
    known: dict[Any, int] = {}
    found = {}
    for code in sorted({*rows, *added}):
        packed = rows.get(code, (None, None))
        if code in added or packed not in known:
            payers = _unpack(*packed, period.month.days, keys)
            for place, spans in added.get(code, {}).items():
                payers[place] += spans
            group = groups.add(payers)
            if code not in added:
                known[packed] = group
            found[code] = group
        else:
            found[code] = known[packed]
    return found


def _added(
    overlay: Overlay, month: Month, applications: Iterable[str], keys: Mapping[int, str]
) -> dict[str, dict[str, list[tuple[int, int]]]]:
    """Application code -> payer -> days of the month, of subscriptions that are not saved."""
    wanted = {*applications}
    found: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for row in overlay.subscriptions:
        first, after = numbers(row.valid_from, row.valid_until, month)
        if row.application.code in wanted and first < after:
            found[row.application.code][keys[row.municipality_id]].append((first, after))
    return found


def _unpack(
    whole: str | None, parts: str | None, month_days: int, keys: Mapping[int, str]
) -> dict[str, list[tuple[int, int]]]:
    """Payers of all days of the month ("{1,2}") and of some ("3:12:18,4:5:9") as one group."""
    payers = defaultdict[str, list[tuple[int, int]]](list)
    for pk in whole.strip("{}").split(",") if whole else ():
        payers[keys[int(pk)]].append((1, month_days + 1))
    for part in parts.split(",") if parts else ():
        pk, first, after = part.split(":")
        payers[keys[int(pk)]].append((int(first), int(after)))
    return payers
