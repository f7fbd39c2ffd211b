"""What may be kept of an answer: of static files everything, of all others nothing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

PRIVATE = "no-store, private"


def nothing_kept(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Middleware behind the one of static files: no cache keeps a page, a file or an answer of the API.

    The next person at the computer finds nothing of them, and no proxy gives them to somebody else.
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", PRIVATE)
        return response

    return answered
