"""A password that somebody else has seen is changed before anything else is done with it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sharedict.common.problems import API_ROOT, problem

LEFT_ALONE = frozenset(
    {"change-password", "password-new", "sign-in", "sign-out", "set-language", "set-theme", "accessibility"}
)
"""What is there for everybody, besides the signs of life, which ask nobody who they are."""


class OwnPasswordFirst:
    """Middleware: leads whoever signed in by a first password to the page where they choose their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.view_name in LEFT_ALONE or request.path.startswith("/health/"):
            return None
        if not request.user.is_authenticated or not request.user.has_first_password:
            return None
        if request.path_info.startswith(API_ROOT):
            message = _("Choose a password of your own first.")
            return JsonResponse(problem("first_password", message), status=403)
        return redirect("change-password")
