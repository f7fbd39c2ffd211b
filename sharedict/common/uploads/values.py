"""Days and numbers in the cells of a table, and cells as a message repeats them."""

import datetime as dt
import re
from decimal import Decimal

from django.utils.translation import gettext as _

from sharedict.common.uploads.tables import UploadError
from sharedict.kernel import periods


def shortened(text: str, most: int = 80) -> str:
    """``text`` as a message can repeat it."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def parse_day(text: str) -> dt.date:
    """A day written as year-month-day; raises UploadError for anything else, and years out of reach."""
    try:
        day = periods.parse_day(text)
    except periods.DayError:
        day = None
    if day is None or not 1900 <= day.year < 2200:
        raise UploadError(_("“%(text)s” is not a date like 2026-10-31.") % {"text": shortened(text, 20)})
    return day


def parse_number(text: str, *, digits: int, decimals: int) -> Decimal:
    """A number as ``read_table`` gives it back; raises UploadError for anything else.

    ``digits`` counts those on both sides, ``decimals`` those after the point.
    """
    if not text:
        raise UploadError(_("A number is missing."))
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise UploadError(_("“%(text)s” is not a number.") % {"text": shortened(text, 40)})
    whole, _point, rest = text.lstrip("-").partition(".")
    if len(whole.lstrip("0")) > digits - decimals:
        raise UploadError(_("At most %(digits)d digits before the decimals.") % {"digits": digits - decimals})
    if len(rest) > decimals:
        raise UploadError(_("At most %(decimals)d decimals.") % {"decimals": decimals})
    return Decimal(text).quantize(Decimal(1).scaleb(-decimals))
