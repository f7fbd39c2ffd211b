"""What is logged of requests, one line each, and what the log leaves out."""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, get_resolver
from django.utils.decorators import sync_only_middleware
from django.utils.functional import SimpleLazyObject

logger = logging.getLogger("sharedict.requests")

GIVEN = re.compile(r"[\w.-]{8,64}", re.ASCII)
"""What a proxy may call a request."""

QUIET = ("/health/",)
LETTING_IN = ("secret", "token")
"""What the part of an address is called that lets in whoever has it."""
COOPERATION = "<slug:cooperation>"

NO_REQUEST = "-"
_id: ContextVar[str] = ContextVar("request_id", default=NO_REQUEST)


class OneLineForARefusal(logging.Filter):
    """Lets a request that was refused be told in one line: what somebody may not do is no fault of code."""

    def filter(self, record: logging.LogRecord) -> bool:
        is_refusal = record.name.startswith("django.security") or (
            record.name.startswith("django.request") and record.levelno < logging.ERROR
        )
        if is_refusal:
            record.exc_info = record.exc_text = None
        return True


class WithoutSecrets(logging.Filter):
    """Lets no line say an address that lets in whoever reads it, whoever logs it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = without_secrets(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(without_secrets, record.args))
        return True


def without_secrets(told: Any) -> Any:
    """``told`` with addresses that let somebody in written as their route is; what is no text, as it is.

    It goes by how these addresses begin: one with a piece too much or too little is none of ours, and may
    hold a secret all the same.
    """
    if not isinstance(told, str) or "/" not in told:
        return told
    for beginning, route in _doors():
        told = beginning.sub(route, told)
    return told


@cache
def _doors() -> list[tuple[re.Pattern[str], str]]:
    """How the addresses begin that let somebody in, and what is said instead."""
    return [
        (re.compile(rf"(?<![\w.-]){_beginning(route)}[^\s\"]+"), route)
        for route, page in _pages(get_resolver().url_patterns)
        if {*page.pattern.converters} & {*LETTING_IN}
    ]


def _beginning(route: str) -> str:
    """What finds the part of an address before all that differs, but for the cooperation that it is of."""
    open_part, of_cooperation, rest = route.partition(COOPERATION)
    if of_cooperation:
        return re.escape(open_part) + r"[^/\s\"]+" + re.escape(rest.partition("<")[0])
    return re.escape(route.partition("<")[0])


def _pages(listed: Iterable[Any], above: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """The route of each page, and the page."""
    for each in listed:
        route = f"{above}{each.pattern}"
        if isinstance(each, URLPattern):
            yield route, each
        else:
            yield from _pages(each.url_patterns, route)


class WithRequestId(logging.Filter):
    """Lets every line say which request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _id.get()
        return True


@sync_only_middleware
def one_line_each(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Middleware: a request has a name, which its answer and its lines of the log bear.

    The line says who asked by number, never by name, and nothing of what they asked for beyond the page.
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        began = time.monotonic()
        _id.set(_name_of(request))
        response = get_response(request)
        response.headers["X-Request-ID"] = _id.get()
        _note(request, response, time.monotonic() - began)
        return response

    return answered


@receiver(request_finished, dispatch_uid="forget_request_id")
def _forget_id(**_signal: Any) -> None:
    """Only now: Django tells of a refusal, and a file is written, when all middleware is done."""
    _id.set(NO_REQUEST)


def _name_of(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    if GIVEN.fullmatch(given) and settings.SECURE_PROXY_SSL_HEADER is not None:
        return given
    return secrets.token_hex(6)


def _note(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    match, path = getattr(request, "resolver_match", None), request.path
    user, cooperation = _who(request)
    if match is not None:  # there is such a page
        cooperation = match.kwargs.get("cooperation", cooperation)
    logger.log(
        logging.DEBUG if path.startswith(QUIET) else logging.INFO,
        "method=%s path=%s status=%s duration_ms=%d person=%s cooperation=%s",
        request.method,
        without_secrets(path),
        response.status_code,
        seconds * 1000,
        user,
        cooperation,
    )


def _who(request: HttpRequest) -> tuple[str, str]:
    """A person's number, or a token's prefix and its cooperation's number; the database is not asked."""
    known = request.__dict__
    user: Any = known.get("user")
    if type(user) is SimpleLazyObject:
        user = known.get("_cached_user")  # there as soon as somebody has looked
    if prefix := getattr(user, "prefix", ""):
        return f"token:{prefix}", str(user.cooperation_id)
    return str(getattr(user, "pk", None) or "-"), "-"
