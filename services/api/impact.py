"""What falls if a part goes, and what alone stops somebody, for programs: as of today, as on the page."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from municipalities.models import Cooperation
from services.engine.impact import State
from services.models import OutageEffect
from services.reports import STATES, Falling, Things, graph_of, impact_of, people_stopped, points_of
from sharedict.common.pagination import refusal
from sharedict.common.viewsets import ViewSet

MOST_LOST = 100
"""More things at once are not asked about."""
COOPERATION = OpenApiParameter(
    "cooperation", str, description="Address of the cooperation; may be left out by whoever sees one alone."
)


class ReasonSerializer(serializers.Serializer[Any]):
    """A step of the shortest chain of reasons: a thing, as `lost` names it."""

    id = serializers.CharField(help_text="Such as `site:3`.")
    name = serializers.CharField()


class HitSerializer(serializers.Serializer[Any]):
    """What becomes of one municipality's use of an application."""

    municipality = serializers.CharField(help_text="Key such as SE1737.")
    state = serializers.ChoiceField(OutageEffect.State.choices)
    users = serializers.IntegerField(allow_null=True)
    because = ReasonSerializer(many=True)


class FallingSerializer(serializers.Serializer[Any]):
    """What becomes of one application that somebody uses."""

    application = serializers.CharField(help_text="Code.")
    state = serializers.ChoiceField(OutageEffect.State.choices, help_text="The worst of all uses.")
    uses = HitSerializer(many=True)


class ImpactSerializer(serializers.Serializer[Any]):
    """What falls, those that are hit hardest first."""

    cooperation = serializers.CharField()
    as_of = serializers.DateField()
    lost = ReasonSerializer(many=True)
    people = serializers.IntegerField(help_text="So many at least lose a service.")
    results = FallingSerializer(many=True)


class PointSerializer(serializers.Serializer[Any]):
    """A thing that alone stops somebody's use of something."""

    id = serializers.CharField(help_text="Such as `site:3`; `lost` takes it.")
    name = serializers.CharField()
    people = serializers.IntegerField(help_text="So many at least lose a service.")
    applications = serializers.ListField(child=serializers.CharField(), help_text="Codes.")
    municipalities = serializers.ListField(child=serializers.CharField(), help_text="Keys.")


class PointsSerializer(serializers.Serializer[Any]):
    """What alone stops something, what stops most people first."""

    cooperation = serializers.CharField()
    as_of = serializers.DateField()
    results = PointSerializer(many=True)


class ImpactViewSet(ViewSet[Cooperation]):
    """What falls if a thing goes, as things are today; computed, and stored nowhere."""

    queryset = Cooperation.objects.all()
    serializer_class = ImpactSerializer
    refusals: ClassVar = {"falls": [400, 404], "points": [400, 404]}

    @extend_schema(
        operation_id="impact",
        summary="What falls if things go",
        parameters=[
            OpenApiParameter(
                "lost",
                {"type": "array", "items": {"type": "string"}, "maxItems": MOST_LOST},
                description="What goes, such as `site:3`, `link:4`, `supplier:5` or `application:6`, by id. "
                "Without it everything is up.",
            ),
            OpenApiParameter("stay", bool, description="Whoever sits at a lost site cannot work elsewhere."),
            COOPERATION,
        ],
        responses=ImpactSerializer,
    )
    def falls(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every application that somebody uses, with what becomes of each use, and why."""
        self.refuse_odd_parameters(request, {"lost", "stay", "cooperation"})
        cooperation, today = self.asked_for(request), timezone.localdate()
        things = graph_of(cooperation, today)
        lost = [*dict.fromkeys(request.query_params.getlist("lost"))]
        if len(lost) > MOST_LOST:
            said = _("At most %(most)d things at once.") % {"most": MOST_LOST}
            raise refusal("lost", said, "invalid")
        if unknown := [name for name in lost if not things.names.get(name)]:
            said = _("There is no “%(text)s” here.") % {"text": unknown[0][:40]}
            raise refusal("lost", said, "no_such_choice")
        rows = impact_of(things, lost, stay=self.stays(request))
        stopped = [pair for row in rows if row.state is State.DOWN for pair in row.stopped.items()]
        answer = {
            "cooperation": cooperation.slug,
            "as_of": today,
            "lost": named(things, lost),
            "people": people_stopped(stopped),
            "results": [told(things, row) for row in rows],
        }
        return Response(self.get_serializer(answer).data)

    @extend_schema(
        operation_id="single_points",
        summary="What alone stops something",
        parameters=[COOPERATION],
        responses=PointsSerializer,
    )
    def points(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Sites, links, suppliers and others that alone stop somebody's use of something."""
        self.refuse_odd_parameters(request, {"cooperation"})
        cooperation, today = self.asked_for(request), timezone.localdate()
        things = graph_of(cooperation, today)
        found = [
            {
                "id": name,
                "name": things.names[name],
                "people": people_stopped((use.municipality, use.users or 0) for use in uses),
                "applications": sorted({things.applications[use.application_id].code for use in uses}),
                "municipalities": sorted({use.municipality.key for use in uses}),
            }
            for name, uses in points_of(things)
        ]
        answer = {"cooperation": cooperation.slug, "as_of": today, "results": found}
        return Response(PointsSerializer(answer).data)

    def asked_for(self, request: Request) -> Cooperation:
        """The cooperation that is meant; 404 for one that the caller does not see."""
        rows, slug = self.get_queryset(), request.query_params.get("cooperation")
        found = list((rows if slug is None else rows.filter(slug=slug))[:2])
        if len(found) > 1:
            raise refusal("cooperation", _("Say which of your cooperations."), "required")
        if not found:
            raise Http404
        return found[0]

    def stays(self, request: Request) -> bool:
        said = request.query_params.get("stay", "false")
        if said not in ("true", "false"):
            raise refusal("stay", _("Possible: %(names)s.") % {"names": "true, false"}, "no_such_choice")
        return said == "true"


def named(things: Things, steps: Any) -> list[dict[str, str]]:
    return [{"id": step, "name": things.names[step]} for step in steps]


def told(things: Things, row: Falling) -> dict[str, Any]:
    return {
        "application": row.application.code,
        "state": STATES[row.state],
        "uses": [
            {
                "municipality": use.municipality.key,
                "state": STATES[use.state],
                "users": use.users,
                "because": named(things, use.because),
            }
            for use in sorted(row.uses, key=lambda use: use.municipality.key)
        ],
    }
