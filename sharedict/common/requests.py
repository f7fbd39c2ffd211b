"""What no page can be asked with: mended, or answered before a page sees it."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import sync_only_middleware
from django.utils.http import parse_header_parameters

from sharedict.common.problems import bad_request, busy, too_large, without_length

logger = logging.getLogger(__name__)

UNREADABLE = (ValueError, OverflowError, DataError, FieldDoesNotExist)
"""What values in an address come to that no column can hold, or that name no column."""

STOP_POLLING = 286
"""The status that makes htmx stop asking."""

TEXTS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252", "cp1252"}
"""What a request may say that its text is written in; whatever else is read as UTF-8."""


def without_strange_encoding(application: Callable[..., Any]) -> Callable[..., Any]:
    """The WSGI application, where a request names no encoding but those of texts.

    Django takes over what it says, also codecs of another kind, and breaks before any middleware is asked;
    so it does where a parameter of a header names an encoding of its own (RFC 8187).
    """

    def answered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        said = environ.get("CONTENT_TYPE", "")
        if not _is_readable(said):
            environ["CONTENT_TYPE"] = said.partition(";")[0]
        elif "charset" in said.lower():
            kind, params = parse_header_parameters(said)
            if params.get("charset", "utf-8").lower() not in TEXTS:
                kept = [f'{name}="{value}"' for name, value in params.items() if name != "charset"]
                environ["CONTENT_TYPE"] = "; ".join([kind, *kept])
        if not all(_is_readable(each) for each in environ.get("HTTP_ACCEPT", "").split(",")):
            del environ["HTTP_ACCEPT"]
        return application(environ, start_response)

    return answered


def _is_readable(said: str) -> bool:
    """Whether the parameters of a header are in encodings that there are."""
    if "'" not in said:
        return True
    try:
        parse_header_parameters(said)
    except (LookupError, ValueError):
        return False
    return True


@sync_only_middleware
class ReadableRequests:
    """Middleware, first of all: what comes in can be read, and what ``/system/`` cannot read is said.

    PostgreSQL refuses the zero byte of a cookie, and Django's admin answers 500 to values in an address that
    no column can hold.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Refuse a body by its length before anything has read it, and one that says none."""
        if "Transfer-Encoding" in request.headers:
            return without_length(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_more = length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return too_large(request) if is_more else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError):
            logger.error("The database did not do %s %s: %s", request.method, request.path, exception)
            return busy(request)
        is_asked = request.method in ("GET", "HEAD") and request.META.get("QUERY_STRING")
        is_unreadable = isinstance(exception, UNREADABLE)
        if not (is_asked and is_unreadable and request.path.startswith("/system/")):
            return None
        logger.warning("Unreadable address %s: %r", request.path, exception)
        return bad_request(request, exception)
