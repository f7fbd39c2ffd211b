"""Pages of a list that grows for years: each begins where the one before it ended, and none is counted."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, ClassVar

import django_tables2
from django.db.models import Q
from django_tables2.rows import BoundRow

from municipalities.portal.files import PAGE_ROWS
from municipalities.portal.lists import ListPage

PLACE = re.compile(r"([0-9]{1,17})\.([0-9]{1,18})", re.ASCII)
"""Microseconds since 1970, and a primary key: a row's place among all."""
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class TurnedPage:
    """Some rows, in place of a numbered page; ``next`` is where the page after it begins, if there is one."""

    object_list: list[BoundRow]
    next: str
    is_first: bool


class TurnedListPage(ListPage):
    """Rows in the order of their ``moment``, the newest first, or the oldest where that is asked for.

    The database finds a page's first row in its index, so that the last page costs what the first does.
    """

    moment: ClassVar[str] = "at"

    def turn(self, table: django_tables2.Table) -> None:
        is_ascending = self.request.GET.get("sort") == self.moment
        table.order_by = self.moment if is_ascending else f"-{self.moment}"
        rows, after = table.data.data, self.request.GET.get("after", "")
        if found := _place(after):
            rows = rows.filter(self._beyond(*found, is_ascending=is_ascending))
        way = "" if is_ascending else "-"
        records = list(rows.order_by(f"{way}{self.moment}", f"{way}pk")[: PAGE_ROWS + 1])
        shown = [BoundRow(record, table) for record in records[:PAGE_ROWS]]
        more = self._place_of(shown[-1].record) if len(records) > PAGE_ROWS else ""
        table.page = TurnedPage(shown, more, is_first=not found)

    def _beyond(self, at: dt.datetime, pk: int, *, is_ascending: bool) -> Q:
        """The bare bound stands first, for the index; those of the same moment are told by their key."""
        to, key = ("gte", "lte") if is_ascending else ("lte", "gte")
        return Q(**{f"{self.moment}__{to}": at}) & ~Q(**{self.moment: at, f"pk__{key}": pk})

    def _place_of(self, record: Any) -> str:
        return f"{(getattr(record, self.moment) - EPOCH) // dt.timedelta(microseconds=1)}.{record.pk}"


def _place(text: str) -> tuple[dt.datetime, int] | None:
    found = PLACE.fullmatch(text)
    return (EPOCH + dt.timedelta(microseconds=int(found[1])), int(found[2])) if found else None
