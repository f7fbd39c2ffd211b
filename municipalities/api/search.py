"""Searching, for programs: what the portal's box finds."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from municipalities.access import rights_of
from municipalities.models import Cooperation
from municipalities.portal import MOST, Found, Group, search, search_kinds
from sharedict.common.pagination import refusal
from sharedict.common.searching import LONGEST, MOST_WORDS, typed
from sharedict.common.viewsets import ViewSet


class FoundSerializer(serializers.Serializer[Any]):
    """One thing that fits."""

    cooperation = serializers.CharField(help_text="Address of its cooperation.")
    kind = serializers.CharField(help_text="What it is, such as `application` or `cost`.")
    id = serializers.IntegerField(help_text="Its id in the list of its kind.")
    title = serializers.CharField()
    detail = serializers.CharField(help_text="What stands below the title; may be empty.")
    page = serializers.CharField(help_text="Address of its page in the portal, without the host.")


class GroupSerializer(serializers.Serializer[Any]):
    """The best of one kind."""

    kind = serializers.CharField()
    total = serializers.IntegerField(help_text="How many fit that the caller may see.")
    results = FoundSerializer(many=True)


class AnswerSerializer(serializers.Serializer[Any]):
    """What fits, the kind with the best first."""

    total = serializers.IntegerField()
    groups = GroupSerializer(many=True)


class SearchViewSet(ViewSet[Cooperation]):
    """Anything that the caller may see, by words in any form, as in the portal."""

    queryset = Cooperation.objects.all()
    serializer_class = AnswerSerializer
    names = ("q", "cooperation", "kind")
    refusals: ClassVar = {"find": [400, 404]}

    @extend_schema(
        operation_id="search",
        summary="Search everything",
        description=f"Up to {MOST_WORDS} words in {LONGEST} characters; the best {MOST} of each kind.",
        parameters=[
            OpenApiParameter(
                "q",
                {"type": "string", "minLength": 1},
                description="Words, or parts of them.",
            ),
            OpenApiParameter("cooperation", str, description="Address of the cooperation."),
            OpenApiParameter("kind", str, description="Only of this kind, as results name it."),
        ],
    )
    def find(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.refuse_odd_parameters(request, {*self.names})
        asked = request.query_params
        if (kind := asked.get("kind")) is not None and kind not in search_kinds():
            names = ", ".join(search_kinds())
            raise refusal("kind", _("Possible: %(names)s.") % {"names": names}, "no_such_choice")
        seen = self.seen(asked.get("cooperation"))
        groups = search(
            typed(asked.get("q", "")),
            request.user,
            cooperation=next(iter(seen.values())) if "cooperation" in asked else None,
            kinds=[kind] if kind else (),
            most=MOST,
        )
        answer = {
            "total": sum(group.total for group in groups),
            "groups": [self.told(group, seen) for group in groups],
        }
        return Response(self.get_serializer(answer).data)

    def seen(self, slug: str | None) -> dict[str, Cooperation]:
        """The caller's cooperations by address, or the one that is asked for; 404 for any other."""
        rows = self.get_queryset()
        if slug is not None:
            rows = rows.filter(slug=slug)
        found = {each.slug: each for each in rows}
        if slug is not None and not found:
            raise Http404
        return found

    def told(self, group: Group, seen: dict[str, Cooperation]) -> dict[str, Any]:
        return {
            "kind": group.kind.name,
            "total": group.total,
            "results": [self.row(group, found, seen) for found in group.results],
        }

    def row(self, group: Group, found: Found, seen: dict[str, Cooperation]) -> dict[str, Any]:
        rights = rights_of(self.request.user, seen[found.cooperation])
        return {
            "cooperation": found.cooperation,
            "kind": found.kind,
            "id": found.pk,
            "title": found.title,
            "detail": found.detail,
            "page": group.kind.address(found, rights),
        }
