"""Days that people type: as the portal shows them in the reader's language, or as YYYY-MM-DD.

Rows hold for half-open spans, and keep the first day after; people read and type the last day.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sharedict.kernel.written import alike

IN_WORDS = re.compile("(?P<day>[0-9]{1,2}) (?P<month>[^0-9 ]+) (?P<year>[0-9]{4})")


def date_format(value: dt.date | str, form: str | None = None) -> str:
    """Django's ``date_format``; a moment is told as it was where the portal is used, not in UTC."""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return formats.date_format(value, form)


def last_day(after: dt.date) -> dt.date:
    """The last day of what no longer holds from ``after`` on; the first day there is has none before it."""
    return after - dt.timedelta(days=1) if after > dt.date.min else after


def typed_day(text: str) -> str:
    """``text`` as YYYY-MM-DD where it is a day in words, ``1 September 2026``; any other as it was typed."""
    parts = IN_WORDS.fullmatch(alike(text))
    months = {alike(str(name)): number for number, name in MONTHS.items()}
    if not parts or parts["month"] not in months:
        return text
    try:
        return dt.date(int(parts["year"]), months[parts["month"]], int(parts["day"])).isoformat()
    except ValueError:
        return text


class ReadsDays(forms.DateInput):
    """A field of a day, which also takes one in words."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return typed_day(value) if isinstance(value, str) else value


class DayInput(ReadsDays):
    """The same with the browser's picker."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"type": "date", **(attrs or {})}, format="%Y-%m-%d")


class AdminDayInput(ReadsDays, AdminDateWidget):
    """The same with the picker of ``/system/``."""


class LastDayField(forms.DateField):
    """A last day as people type it, and the day after it in ``cleaned_data`` and in ``initial``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": gettext_lazy("Last day"), **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return last_day(value) if isinstance(value, dt.date) else value

    def to_python(self, value: Any) -> dt.date | None:
        typed: dt.date | None = super().to_python(value)
        if typed is None or isinstance(value, dt.date):
            return typed
        if typed == dt.date.max:
            raise ValidationError(_("That day is too late. Leave it empty where there is no end."))
        return typed + dt.timedelta(days=1)
