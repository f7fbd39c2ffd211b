"""Who takes part and where things run, to read; readings to push; and the base of what is written."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as Refusal
from django.db import transaction
from django.db.models import Model
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from municipalities.access import rights_of
from municipalities.actions import add_once, lock_cooperation, save_row
from municipalities.api import filters
from municipalities.api.serializers import (
    CODE,
    NO_SUCH_CHOICE,
    CooperationSerializer,
    DriverSerializer,
    JobSerializer,
    LinkSerializer,
    MemberSerializer,
    MunicipalitySerializer,
    ReadingAnswerSerializer,
    ReadingChangeSerializer,
    ReadingSerializer,
    ReadingWriteSerializer,
    SiteSerializer,
    SupplierSerializer,
    municipality_by_key,
)
from municipalities.models import (
    Cooperation,
    Driver,
    Link,
    Member,
    Municipality,
    Reading,
    Site,
    Supplier,
    Token,
)
from municipalities.portal import Change, effect_of, far_days_of, fields_by_message
from sharedict.common.viewsets import ReadViewSet
from sharedict.jobs.models import Job

M = TypeVar("M", bound=Model)


class WriteViewSet(ReadViewSet[M]):
    """Rows that are also written: by a token with ``write_scope``, or by an administrator."""

    cooperation: Cooperation

    def cooperation_of(self, request: Request) -> Cooperation:
        """The cooperation that the body is for; a token's own one, whatever the body says.

        Raises ValidationError, in the same words for one that does not exist and one that is not the
        caller's, and PermissionDenied for one that the caller may only read.
        """
        body = request.data if isinstance(request.data, dict) else {}
        slug = body.get("cooperation")
        caller: Any = request.user
        seen = Cooperation.objects.visible_to(caller)
        if slug is None:
            if not isinstance(caller, Token):
                raise ValidationError(
                    {"cooperation": [ErrorDetail(_("This field is required."), "required")]}
                )
            found = seen.first()
        else:
            found = seen.filter(slug=slug).first() if CODE.fullmatch(str(slug)) else None
        if found is None:
            raise ValidationError({"cooperation": [ErrorDetail(str(NO_SUCH_CHOICE), "no_such_choice")]})
        self.refuse_readers(request, found)
        return found

    def refuse_readers(self, request: Request, cooperation: Cooperation) -> None:
        caller: Any = request.user
        if not isinstance(caller, Token) and not rights_of(caller, cooperation).may_edit:
            raise PermissionDenied(_("Only administrators of the cooperation change this."))

    def row_to_write(self, request: Request, *, lock: bool = True) -> M:
        """The row of the address, locked until the transaction ends; sets ``cooperation`` to its own.

        Its cooperation is locked before it, as actions do, so that two of them never wait for each other.
        """
        rows = self.get_queryset().filter(pk=self.kwargs["pk"])
        row: Any = rows.first()
        if row is None or row.cooperation is None:
            raise Http404
        self.cooperation = row.cooperation
        self.refuse_readers(request, self.cooperation)
        if lock:
            lock_cooperation(self.cooperation.pk)
            row = rows.select_for_update(of=("self",)).first()
        if row is None:
            raise Http404
        found: M = row
        return found

    def validated(
        self, kind: type[serializers.Serializer[Any]], cooperation: Cooperation, *, partial: bool = False
    ) -> dict[str, Any]:
        """What the body says, with the rows it names looked up in ``cooperation``."""
        serializer = kind(data=self.request.data, partial=partial, context={"cooperation": cooperation})
        serializer.is_valid(raise_exception=True)
        found: dict[str, Any] = serializer.validated_data
        found.pop("cooperation", None)
        return found


@contextmanager
def said_at_fields(model: type[Model], kind: type[serializers.Serializer[Any]]) -> Iterator[None]:
    """What a constraint of ``model`` refuses is said at the field of the body that it is about."""
    try:
        yield
    except Refusal as error:
        if not hasattr(error, "error_dict"):
            raise
        about, placed = fields_by_message(model), defaultdict[str, list[Refusal]](list)
        sent = [field.name for field in model._meta.fields if field.name in kind._declared_fields]
        for name, errors in error.error_dict.items():
            for each in errors:
                names = {name, *about.get(str(each.message), ())}
                found = next((field for field in reversed(sent) if field in names), NON_FIELD_ERRORS)
                placed[name if name in kind._declared_fields else found].append(each)
        raise Refusal(dict(placed)) from error


class CooperationViewSet(ReadViewSet[Cooperation]):
    """The joint organisations that the caller belongs to: a token to one, a person to any number."""

    queryset = Cooperation.objects.all()
    serializer_class = CooperationSerializer
    filterset_class = filters.CooperationFilters
    lookup_field = "slug"
    lookup_value_converter = "slug"


class MunicipalityViewSet(ReadViewSet[Municipality]):
    """The municipalities by country and official code: a public register, the same for everybody."""

    queryset = Municipality.objects.select_related("successor")
    serializer_class = MunicipalitySerializer
    filterset_class = filters.MunicipalityFilters
    lookup_field = "key"
    lookup_value_converter = "slug"

    def get_object(self) -> Municipality:
        found = municipality_by_key(self.get_queryset(), self.kwargs["key"])
        if found is None:
            raise Http404
        return found

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "key", OpenApiTypes.STR, "path", description="Country and official code, such as SE1737."
            )
        ]
    )
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)


class MemberViewSet(ReadViewSet[Member]):
    """Which municipalities take part in a cooperation, from when until when."""

    queryset = Member.objects.select_related("cooperation", "municipality")
    serializer_class = MemberSerializer
    filterset_class = filters.MemberFilters


class SiteViewSet(ReadViewSet[Site]):
    """The places where applications run, and which site can take over for which."""

    queryset = Site.objects.select_related("cooperation", "municipality").prefetch_related("mirrors")
    serializer_class = SiteSerializer
    filterset_class = filters.SiteFilters


class LinkViewSet(ReadViewSet[Link]):
    """Network links between sites, or between a site and an outside provider."""

    queryset = Link.objects.select_related("cooperation", "site", "other_site", "routed_by", "supplier")
    serializer_class = LinkSerializer
    filterset_class = filters.LinkFilters


class SupplierViewSet(ReadViewSet[Supplier]):
    """Whoever delivers what is shared, and whom to reach there."""

    queryset = Supplier.objects.select_related("cooperation")
    serializer_class = SupplierSerializer
    filterset_class = filters.SupplierFilters


class DriverViewSet(ReadViewSet[Driver]):
    """The measured facts that costs are shared by: the cooperation's own, and public ones (population)."""

    queryset = Driver.objects.select_related("cooperation")
    serializer_class = DriverSerializer
    filterset_class = filters.DriverFilters


class ReadingViewSet(WriteViewSet[Reading]):
    """Values of drivers, each for a municipality and a date, with its source.

    Those of public drivers are read here too. Where the public register lacks one, a cooperation enters it
    for itself alone.
    """

    queryset = Reading.objects.select_related("cooperation", "driver", "municipality")
    serializer_class = ReadingSerializer
    filterset_class = filters.ReadingFilters
    write_scope = Token.Scope.WRITE_READINGS

    @extend_schema(
        request=ReadingWriteSerializer,
        responses={
            201: ReadingAnswerSerializer,
            200: OpenApiResponse(ReadingAnswerSerializer, "It was there already, with the same content."),
        },
    )
    def create(self, request: Request) -> Response:
        """Add a reading of one of the cooperation's own drivers, or one that the public register lacks.

        Safe to repeat: the same `external_id` with the same content answers 200 with the row that is there;
        with other content it answers 409, because a change is a PATCH.
        """
        cooperation = self.cooperation_of(request)
        values = self.validated(ReadingWriteSerializer, cooperation)
        with said_at_fields(Reading, ReadingWriteSerializer), transaction.atomic():
            reading, is_new = add_once(
                row=Reading(cooperation=cooperation, **values),
                same=["driver_id", "municipality_id", "reference_on", "value", "source"],
                save=lambda row: save_row(row=row, by=request.user),
            )
            before = None if is_new else reading
            return self.answer(cooperation, before, reading, status=201 if is_new else 200)

    @extend_schema(request=ReadingChangeSerializer, responses=ReadingAnswerSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Correct a reading. The open months that it counts in are computed again.

        Closed ones keep what they charged: see `closed_months` and `decide_before`.
        """
        with said_at_fields(Reading, ReadingChangeSerializer), transaction.atomic():
            reading = self.row_to_write(request)
            before = copy(reading)
            values = self.validated(ReadingChangeSerializer, self.cooperation, partial=True)
            for name, value in values.items():
                setattr(reading, name, value)
            save_row(row=reading, by=request.user)
            return self.answer(self.cooperation, before, reading)

    def answer(
        self, cooperation: Cooperation, before: Reading | None, reading: Reading, status: int = 200
    ) -> Response:
        """What was done, said before the lock is given up: no month closes between the two."""
        context = {
            "effect": effect_of(cooperation, [Change(before, reading)]),
            "far_days": far_days_of(reading, timezone.localdate()),
        }
        return Response(ReadingAnswerSerializer(reading, context=context).data, status=status)


class JobViewSet(ReadViewSet[Job]):
    """Work that was ordered and how far it is: after a write, wait here until its shares are computed."""

    queryset = Job.objects.select_related("cooperation")
    serializer_class = JobSerializer
    filterset_class = filters.JobFilters
