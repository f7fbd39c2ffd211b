"""What the cells of a row say, read for one field each."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from sharedict.common.uploads import Choices, UploadError, parse_day, parse_number

Reader = Callable[[str, Any], Any]
"""What a cell says; it may stand for what the row that is stored has there."""


def day(text: str, _old: Any) -> dt.date | None:
    return parse_day(text) if text else None


def whole(text: str, _old: Any) -> int | None:
    """A count; raises UploadError for less than nothing."""
    if not text:
        return None
    found = int(parse_number(text, digits=9, decimals=0))
    if found < 0:
        raise UploadError(_("This is not negative."))
    return found


def amount(text: str, _old: Any) -> Any:
    return parse_number(text, digits=18, decimals=2) if text else None


def one_of(rows: Choices[Any]) -> Reader:
    """A row that the cell names; none where it is empty."""
    return lambda text, old: rows.find(text, old) if text else None


def rows_by(rows: Iterable[Any], code: str, name: str = "name") -> Choices[Any]:
    return Choices(
        rows, codes=lambda row: (str(getattr(row, code)),), names=lambda row: (str(getattr(row, name)),)
    )


def word_of(field: Any) -> Reader:
    """One of the words of ``field``, in any language, or as the API has it; none where it is empty.

    What is possible is told in the active language. Raises UploadError for an empty cell of a field that must
    have one.
    """
    words: dict[Any, list[str]] = {value: [str(label)] for value, label in field.choices}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for value, label in field.choices:
                words[value].append(str(label))
    known = Choices(list(words.items()), codes=lambda each: (str(each[0]),), names=lambda each: each[1])

    def read(text: str, _old: Any) -> Any:
        return None if not text and field.null else known.find(text)[0]

    return read
