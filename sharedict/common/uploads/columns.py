"""Columns of numbers and of days: all their cells together tell how they are written."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from sharedict.common.numbers import both_said, plain
from sharedict.common.uploads.headers import Header
from sharedict.common.uploads.tables import Exact, UploadedRow, UploadError
from sharedict.common.uploads.values import parse_day
from sharedict.kernel.written import NumberError, has_two_readings, mark_of, number, readings

MIDNIGHT = re.compile("[T ]00:00(?::00(?:[.]0+)?)?")
MINUS_LAST = re.compile("\\s*([0-9][^-\u2212]*?)\\s*[-\u2212]\\s*")
ONE_DAY = dt.timedelta(days=1)


def read_numbers(rows: Sequence[UploadedRow], name: str, mark: str | None) -> None:
    """Write the numbers of one column in digits with a point, as ``mark`` or the column itself reads them.

    Raises UploadError where one can be read in two ways and nothing tells which.
    """
    texts = [(row, _minus_first(row.values.get(name, ""))) for row in rows]
    told = [(row, text) for row, text in texts if type(text) is not Exact]
    mark = mark or mark_of(text for _row, text in told)
    for row, text in told:
        if mark is None and has_two_readings(text):
            said = _(
                "Column %(column)s: “%(text)s” on line %(line)d can be read as %(readings)s, and nothing in "
                "it tells which. Say here how the file writes decimals, and choose it again."
            )
            found = both_said(readings(text).values())
            values = {"column": name, "text": text, "line": row.line, "readings": found}
            raise UploadError(said % values, field="mark")
        try:
            row.values[name] = plain(number(text, mark))
        except NumberError:
            continue


def _minus_first(text: str) -> str:
    """A negative number with its minus in front: ledgers print it behind, ``250,50-``."""
    return f"-{found[1]}" if type(text) is not Exact and (found := MINUS_LAST.fullmatch(text)) else text


def read_days(rows: Sequence[UploadedRow], header: Header) -> list[str]:
    """Take midnight away behind days, and write the day after for each last day; what was told, as notices.

    Raises UploadError for a column that may hold either and whose days do not tell.
    """
    for name in header.columns.days:
        for row in rows:
            if " " in (text := row.values.get(name, "")) or "T" in text:
                row.values[name] = MIDNIGHT.sub("", text)
    notices = []
    for heading, meaning in header.told:
        if meaning.days:
            is_last = meaning.days == "last" or _are_last_days(rows, meaning.name, heading)
            if meaning.days == "either":
                said = (
                    _("“%(heading)s” is read as the last day.")
                    if is_last
                    else _("“%(heading)s” is read as the day after the last.")
                )
                notices.append(said % {"heading": heading})
            if is_last:
                _write_days_after(rows, meaning.name)
    return notices


def are_last_days(texts: Iterable[str]) -> bool | None:
    """Whether all days among ``texts`` end a month; None unless all end or all begin one."""
    days = [day for text in texts if (day := _day(text))]
    if all(day.day == 1 for day in days):
        return False
    return True if all((day + ONE_DAY).day == 1 for day in days) else None


def _are_last_days(rows: Sequence[UploadedRow], name: str, heading: str) -> bool:
    """Whether a column holds last days; raises UploadError where its days do not tell."""
    found = are_last_days(row.values.get(name, "") for row in rows)
    if found is not None:
        return found
    said = _(
        "“%(heading)s” may be the last day or the day after it, and its days do not tell which. Call the "
        "column “%(last)s” or “%(after)s” in the file."
    )
    raise UploadError(said % {"heading": heading, "last": _("Last day"), "after": name})


def _write_days_after(rows: Sequence[UploadedRow], name: str) -> None:
    for row in rows:
        if day := _day(row.values.get(name, "")):
            row.values[name] = (day + ONE_DAY).isoformat()


def _day(text: str) -> dt.date | None:
    try:
        return parse_day(text)
    except UploadError:
        return None
