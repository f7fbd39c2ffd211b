"""One shape for every error of the API: ``{"code", "message", "fields": {name: [{"code", "message"}]}}``."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response

from sharedict.kernel.errors import ConflictError, SharedictError

Said = dict[str, str]
Fields = dict[str, list[Said]]

API_ROOT = "/api/"
BUSY_SECONDS = 10
WHOLE = ("non_field_errors", "__all__")
"""What the frameworks call a message that is about no field in particular."""


class RefusedError(exceptions.ValidationError):
    """The body is well-formed, but contradicts what is there."""

    status_code = status.HTTP_409_CONFLICT


class TooLargeError(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The body is too large: send one row at a time.")
    default_code = "too_large"


class BusyError(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = gettext_lazy(
        "The database does not answer, or not in time. Nothing was saved: try again."
    )
    default_code = "busy"
    wait = BUSY_SECONDS


class FieldProblemSerializer(serializers.Serializer[Any]):
    """What is wrong with one field."""

    code = serializers.CharField(help_text="Stable: programs may depend on it.")
    message = serializers.CharField(help_text="For people, in the language that was asked for.")


class ProblemSerializer(serializers.Serializer[Any]):
    """Every error has this shape, whatever its status."""

    code = serializers.CharField(help_text="Stable: programs may depend on it.")
    message = serializers.CharField(help_text="For people, in the language that was asked for.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=FieldProblemSerializer(many=True),
        help_text="What is wrong with which field or parameter; empty when the error is about none.",
    )


def handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to ``error``, or None for one that nobody expected: Django reports it and answers 500."""
    found = _as_api_exception(error)
    if found is None:
        return None
    headers = {}
    if challenge := getattr(found, "auth_header", ""):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(found, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return Response(_body(found), status=found.status_code, headers=headers)


def problem(code: str, message: str, fields: Fields | None = None) -> dict[str, Any]:
    return {"code": code, "message": str(message), "fields": fields or {}}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler400``: what Django itself refuses, before any view is asked."""
    if not request.path_info.startswith(API_ROOT):
        return defaults.bad_request(request, exception)
    return JsonResponse(problem("bad_request", _("The request is malformed.")), status=400)


def too_large(request: HttpRequest) -> HttpResponse:
    """A body that nobody has read, because it said how long it is."""
    return _unread(request, 413, "too_large", _("What was sent is larger than anything this portal takes."))


def without_length(request: HttpRequest) -> HttpResponse:
    """A body that nobody has read, because it did not say how long it is."""
    return _unread(request, 411, "length_required", _("Say how long the body is: send Content-Length."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler403``."""
    if not request.path_info.startswith(API_ROOT):
        return defaults.permission_denied(request, exception)
    return JsonResponse(problem("permission_denied", _("You may not do this.")), status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler404``."""
    if not request.path_info.startswith(API_ROOT):
        return defaults.page_not_found(request, exception)
    message = _("There is nothing at this address. Addresses of the API end with a slash.")
    return JsonResponse(problem("not_found", message), status=404)


def busy(request: HttpRequest) -> HttpResponse:
    """The database is away or took too long: that passes, and is no fault of whoever asked."""
    if request.path_info.startswith(API_ROOT):
        error = BusyError()
        response: HttpResponse = JsonResponse(problem(error.default_code, str(error.detail)), status=503)
    else:
        response = HttpResponse(render_to_string("busy.html"), status=503)
    response.headers["Retry-After"] = str(BUSY_SECONDS)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``."""
    if isinstance(sys.exception(), OperationalError):  # before any view was asked
        return busy(request)
    if not request.path_info.startswith(API_ROOT):
        return defaults.server_error(request)
    message = _("Something went wrong here, and it has been noted. Nothing was saved.")
    return JsonResponse(problem("server_error", message), status=500)


def _unread(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    if request.path_info.startswith(API_ROOT):
        return JsonResponse(problem(code, message), status=status)
    return HttpResponse(render_to_string("not_read.html", {"lead": message}), status=status)


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    match error:
        case exceptions.APIException():
            return error
        case Http404():
            return exceptions.NotFound(_("There is no such thing here."))
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case ValidationError():
            return exceptions.ValidationError(_details(error))
        case SharedictError():
            kind = RefusedError if isinstance(error, ConflictError) else exceptions.ValidationError
            return kind({error.field or WHOLE[0]: [exceptions.ErrorDetail(error.message, error.code)]})
        case OperationalError():
            return BusyError()
        case IntegrityError():
            message = _("Somebody else changed this at the same moment: read it and try again.")
            return RefusedError({WHOLE[0]: [exceptions.ErrorDetail(message, "conflict")]})
    return None


def _details(error: ValidationError) -> dict[str, list[exceptions.ErrorDetail]]:
    """A model's refusal in the framework's words, with the codes kept."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {WHOLE[1]: error.error_list}
    return {
        name: [
            exceptions.ErrorDetail(message, one.code or "invalid")
            for one in errors
            for message in one.messages
        ]
        for name, errors in by_field.items()
    }


def _body(error: exceptions.APIException) -> dict[str, Any]:
    if not isinstance(error, exceptions.ValidationError):
        detail = error.detail
        code = detail.code if isinstance(detail, exceptions.ErrorDetail) else error.default_code
        return problem(str(code), str(detail))
    whole: list[Said] = []
    fields: Fields = {}
    for path, said in _flat(error.get_full_details()):
        name = ".".join(part for part in path if part not in WHOLE)
        (fields.setdefault(name, []) if name else whole).append(
            {"code": str(said["code"]), "message": str(said["message"])}
        )
    if whole:
        return problem(whole[0]["code"], whole[0]["message"], fields)
    return problem("invalid", _("Please check: %(names)s.") % {"names": ", ".join(fields)}, fields)


def _flat(details: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every message of nested details with the path of names and positions that leads to it."""
    if isinstance(details, Mapping) and set(details) == {"message", "code"}:
        yield path, details
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            yield from _flat(inner, (*path, str(name)))
    elif isinstance(details, Sequence):
        for index, inner in enumerate(details):
            is_message = isinstance(inner, Mapping) and set(inner) == {"message", "code"}
            yield from _flat(inner, path if is_message else (*path, str(index)))
