"""What every resource of the API is made of: strict lists, and a schema that names the errors."""

from contextlib import ExitStack
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from sharedict.common import moments
from sharedict.common.access import sight_of
from sharedict.common.columns import columns_of
from sharedict.common.pagination import KeyPagination, refusal
from sharedict.common.problems import ProblemSerializer
from sharedict.common.sight import seeing

M = TypeVar("M", bound=Model)

ALWAYS = (401, 403, 429)
"""Statuses that any operation may answer with."""

ERRORS = {
    400: "Something in the body or a parameter is wrong: see `fields`.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "The token lacks the scope, or the person the role.",
    404: "Not there, or not yours to see: the two look the same.",
    409: "It contradicts what is there, or what the list began with is no longer there.",
    413: "The body is larger than a megabyte.",
    415: "The body is not JSON, or does not say so in Content-Type.",
    429: "Too many calls: wait as many seconds as Retry-After says.",
}


class ViewSet(GenericViewSet[M]):
    """Rows that the caller may see, one page at a time in the order of their keys.

    What only reads is answered from one moment of the database. It begins when the caller is known and
    counted, which writes, and ends with the answer, whatever that is. All that is asked of the database from
    then on is asked with the caller's sight.

    ``queryset`` is what one page loads. ``write_scope`` names the scope that a token needs for anything but
    reading; without one nothing is written here. ``write_parameters`` are those that writing takes.
    """

    pagination_class: type[KeyPagination] = KeyPagination
    lookup_value_converter = "int"
    write_scope: ClassVar[str] = ""
    write_parameters: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def as_view(cls, actions: Any = None, **initkwargs: Any) -> Any:
        """Without the redirect that adds a slash: it would turn a POST into a GET."""
        view: Any = super().as_view(actions, **initkwargs)
        view.should_append_slash = False
        return view

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as self.moment:
            return super().dispatch(request, *args, **kwargs)

    @property
    def is_described(self) -> bool:
        """Whether the API's description is made of this view: nobody asks it then."""
        return getattr(self, "swagger_fake_view", False)

    def get_queryset(self) -> QuerySet[M]:
        rows: Any = super().get_queryset()
        found: QuerySet[M] = rows.visible_to(self.request.user)
        return found

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """In a list by what is asked for; where nothing is, no filter has anything to look at."""
        filterset: Any = getattr(self, "filterset_class", None)
        is_narrowed = filterset and not self.request.query_params.keys().isdisjoint(filterset.base_filters)
        return super().filter_queryset(queryset) if self.action == "list" and is_narrowed else queryset

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        is_read = request.method in SAFE_METHODS
        if is_read:
            self.moment.enter_context(moments.reading())
        self.moment.enter_context(seeing(sight_of(request.user)))
        if self.action == "list":
            filterset: Any = getattr(self, "filterset_class", None)
            filters = filterset.base_filters if filterset else ()
            self.refuse_odd_parameters(request, {*self.pagination_class.names, *filters})
        elif not is_read:
            self.refuse_odd_parameters(request, {*self.write_parameters})

    def refuse_odd_parameters(self, request: Request, known: set[str]) -> None:
        """A filter that is misspelt or empty must not answer with everything, nor a dry run be none."""
        for name, values in request.query_params.lists():
            if name not in known:
                message = _("There is no such parameter. Those there are: %(names)s.")
                names = ", ".join(sorted(known)) or "\N{EM DASH}"
                raise refusal(name, message % {"names": names}, "unknown")
            if len(values) > 1 or not values[0]:
                raise refusal(name, _("Say it once, or leave the parameter out."), "blank")


class ReadViewSet(RetrieveModelMixin, ListModelMixin, ViewSet[M]):
    """Rows that are listed, and read one by one.

    A list whose rows are written as their columns are is read as these.
    """

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        queryset: Any = getattr(self, "queryset", None)
        serializer: Any = self.get_serializer_class()
        columns = columns_of(serializer, queryset.model) if queryset is not None else None
        if columns is None:
            return super().list(request, *args, **kwargs)
        rows = self.filter_queryset(self.get_queryset())
        page: Any = self.paginate_queryset(rows.values_list(*columns.read, "pk"))
        return self.get_paginated_response(columns.rows(page))


class Schema(AutoSchema):
    """Names, tags and errors of the operations, said once for all of them."""

    SUMMARIES: ClassVar = {
        "list": "List {many}",
        "retrieve": "Read one of the {many}",
        "create": "Add to the {many}",
        "partial_update": "Change one of the {many}",
    }

    def get_tags(self) -> list[str]:
        return [self.view.__module__.partition(".")[0]]

    def get_summary(self) -> str | None:
        many = str(getattr(self.view, "basename", "")).replace("-", " ")
        action = getattr(self.view, "action", "")
        return self.SUMMARIES[action].format(many=many) if action in self.SUMMARIES else None

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in (*ALWAYS, *self._refusals()):
            bodies.setdefault(str(status), self._refusal(status))
        return {status: bodies[status] for status in sorted(bodies)}

    def _refusal(self, status: int) -> dict[str, str]:
        """A reference to the one description of that error."""
        shared = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=f"Problem{status}",
            type=ResolvedComponent.RESPONSE,
            schema={
                "description": ERRORS[status],
                "content": {
                    "application/json": {"schema": self.resolve_serializer(ProblemSerializer, "response").ref}
                },
            },
            object=status,
        )
        self.registry.register_on_missing(shared)
        return shared.ref

    def _refusals(self) -> list[int]:
        found = [] if "{" not in self.path else [404]
        view: Any = self.view
        if self._is_list_view():
            found += [400, 404, *view.pagination_class.refusals]
        if self.method in ("POST", "PATCH"):
            found += [400, 409, 413, 415]
        refusals: dict[str, list[int]] = getattr(self.view, "refusals", {})
        return [*found, *refusals.get(getattr(self.view, "action", ""), [])]


class StrictSerializer(serializers.Serializer[Any]):
    """A body in which every name is known: a misspelt field is refused, not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            detail = serializers.ErrorDetail(_("There is no such field."), "unknown")
            raise serializers.ValidationError({name: [detail] for name in unknown})
        return super().to_internal_value(data)


class StrictBody(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says in the schema that other names are refused."""

    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}
