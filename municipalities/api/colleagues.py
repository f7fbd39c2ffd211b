"""Colleagues to read, and absences to push."""

from django.db import transaction
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from municipalities.actions import add_once, save_row
from municipalities.api import filters
from municipalities.api.serializers import (
    AbsenceChangeSerializer,
    AbsenceSerializer,
    AbsenceWriteSerializer,
    ColleagueSerializer,
)
from municipalities.api.views import WriteViewSet, said_at_fields
from municipalities.models import Absence, Colleague, Token
from sharedict.common.viewsets import ReadViewSet


class ColleagueViewSet(ReadViewSet[Colleague]):
    """Who works with what is shared, at which municipality. Of one who was forgotten the texts are empty."""

    queryset = Colleague.objects.select_related("cooperation", "municipality")
    serializer_class = ColleagueSerializer
    filterset_class = filters.ColleagueFilters


class AbsenceViewSet(WriteViewSet[Absence]):
    """When colleagues are away; no reason is kept."""

    queryset = Absence.objects.select_related("cooperation", "colleague")
    serializer_class = AbsenceSerializer
    filterset_class = filters.AbsenceFilters
    write_scope = Token.Scope.WRITE_ABSENCES

    @extend_schema(
        request=AbsenceWriteSerializer,
        responses={
            201: AbsenceSerializer,
            200: OpenApiResponse(AbsenceSerializer, "It was there already, with the same content."),
        },
    )
    def create(self, request: Request) -> Response:
        """Add an absence.

        Safe to repeat: the same `external_id` with the same content answers 200 with the row that is there;
        with other content it answers 409, because a change is a PATCH.
        """
        cooperation = self.cooperation_of(request)
        values = self.validated(AbsenceWriteSerializer, cooperation)
        with said_at_fields(Absence, AbsenceWriteSerializer), transaction.atomic():
            absence, is_new = add_once(
                row=Absence(cooperation=cooperation, **values),
                same=["colleague_id", "valid_from", "valid_until"],
                save=lambda row: save_row(row=row, by=request.user),
            )
        return Response(AbsenceSerializer(absence).data, status=201 if is_new else 200)

    @extend_schema(request=AbsenceChangeSerializer, responses=AbsenceSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change the days of an absence, or end it."""
        with said_at_fields(Absence, AbsenceChangeSerializer), transaction.atomic():
            absence = self.row_to_write(request)
            values = self.validated(AbsenceChangeSerializer, self.cooperation, partial=True)
            for name, value in values.items():
                setattr(absence, name, value)
            save_row(row=absence, by=request.user)
        return Response(AbsenceSerializer(absence).data)
