"""Whoever is not signed in any more is told so of what they sent: it leads to the sign-in page, unsaved."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import sync_only_middleware

from sharedict.common.requests import STOP_POLLING

SIGN_IN_PAGES = ("sign-in", "admin:login")


@sync_only_middleware
def tell_unsaved(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Middleware: a form that leads to a sign-in page lets it say that nothing was saved.

    What was sent is not kept here, for nobody knows who sent it: the browser's tab does (``unsaved.js``). A
    part of a page that is asked for again and again says that it is not any more, instead of showing another
    page inside.
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not leads_to_sign_in(request, response):
            return response
        if request.headers.get("HX-Request"):
            return render(request, "components/signed_out.html", status=STOP_POLLING)
        if request.method == "POST":
            response.headers["Location"] += "&unsaved=1"
        return response

    return answered


def leads_to_sign_in(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether ``response`` asks to sign in first, and then for the same page again."""
    address = urlsplit(response.headers.get("Location", ""))
    wanted = QueryDict(address.query).get(REDIRECT_FIELD_NAME)
    return wanted == request.get_full_path() and address.path in map(reverse, SIGN_IN_PAGES)
