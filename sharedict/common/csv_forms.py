"""In which form a reader wants CSV: as programs read it, or as a Swedish Excel opens it; remembered."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from sharedict.common.sheets import Cell, csv_lines

ASKED = "csv"
"""What of an address asks for a form; also the name of the cookie that remembers it."""
REMEMBERED_SECONDS = 365 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class CsvForm:
    """What stands between cells, and before decimals."""

    name: str
    delimiter: str
    decimal: str


PLAIN = CsvForm("plain", ",", ".")
EXCEL = CsvForm("excel", ";", ",")
FORMS = {form.name: form for form in (PLAIN, EXCEL)}


def form_of(request: HttpRequest) -> CsvForm:
    """The form that is asked for; else the one that was asked for last."""
    asked = request.GET.get(ASKED) or request.COOKIES.get(ASKED)
    return FORMS.get(asked or "", PLAIN)


def remember_form(request: HttpRequest, response: HttpResponseBase) -> None:
    """Let later files have the form that was asked for, where one was."""
    if request.GET.get(ASKED) in FORMS:
        response.set_cookie(
            ASKED,
            request.GET[ASKED],
            max_age=REMEMBERED_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def csv_in_form(request: HttpRequest, rows: Iterable[Sequence[Cell]], banner: str = "") -> Iterator[bytes]:
    """``rows`` as CSV in the form that the reader wants, below ``banner``."""
    form = form_of(request)
    return csv_lines(rows, delimiter=form.delimiter, decimal=form.decimal, banner=banner)
