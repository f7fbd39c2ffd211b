"""Outages and alarms, as the API reads and writes them."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from municipalities.api.serializers import (
    ChoiceByCode,
    CodeField,
    CooperationField,
    CooperationOfBody,
    MunicipalityField,
)
from municipalities.models import Link, Site, Supplier
from services.models import Alert, Application, Outage, OutageEffect, OutageUpdate, PriorityTable
from sharedict.common.viewsets import StrictSerializer
from sharedict.kernel.instants import EARLIEST, LATEST


class OutageSerializer(serializers.ModelSerializer[Outage]):
    cooperation = CooperationField()
    applications: Any = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)

    class Meta:
        model = Outage
        fields = [
            *("id", "cooperation", "external_id", "title", "is_planned", "announced_at"),
            *("starts_at", "ends_at", "extent", "seen_by", "effect", "urgency", "priority"),
            *("next_update_at", "cause", "follow_up", "follow_up_on", "followed_up_on"),
            *("applications", "sites", "links", "suppliers", "merged_into", "source"),
        ]


class MomentField(serializers.DateTimeField):
    """A moment with its zone, between the years 2000 and 2200."""

    default_error_messages = {"far": _("Write a moment between the years 2000 and 2200.")}

    def to_internal_value(self, value: Any) -> dt.datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        try:
            found: dt.datetime = super().to_internal_value(value)
            if not EARLIEST <= found <= LATEST:
                self.fail("far")
        except OverflowError:
            self.fail("far")
        return found


class ChoiceByNumber(ChoiceByCode):
    """What a body names by its id."""

    def __init__(self, rows: Any, **kwargs: Any) -> None:
        super().__init__(rows, "pk", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(str(data) if type(data) is int else "")

    def find(self, rows: Any, text: str) -> Any:
        return rows.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None

    def to_representation(self, value: Any) -> str:
        return str(value.pk)


def _several(child: ChoiceByCode, said: str) -> serializers.ListField:
    return serializers.ListField(child=child, required=False, max_length=200, help_text=said)


class OutageFields(StrictSerializer):
    title = serializers.CharField(max_length=150, required=False)
    ends_at = MomentField(required=False, allow_null=True, help_text="Null while it goes on.")
    extent = serializers.ChoiceField(Outage.Extent.choices, required=False)
    seen_by = serializers.ChoiceField(Outage.SeenBy.choices, required=False)
    effect = serializers.ChoiceField(
        Outage.Effect.choices, required=False, help_text="Left out: it follows from whom it stops."
    )
    urgency = serializers.ChoiceField(Outage.Urgency.choices, required=False)
    cause = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    applications = _several(ChoiceByCode(Application.objects.of), "Codes of applications that are lost.")
    sites = _several(ChoiceByNumber(Site.objects.of), "Ids of sites that are lost.")
    links = _several(ChoiceByNumber(Link.objects.of), "Ids of links that are lost.")
    suppliers = _several(ChoiceByNumber(Supplier.objects.of), "Ids of suppliers that are lost.")


class OutageChangeSerializer(OutageFields):
    starts_at = MomentField(required=False)


class OutageWriteSerializer(OutageFields, CooperationOfBody):
    external_id = serializers.CharField(
        max_length=100, help_text="Its id in the system it comes from: the same twice gives one row."
    )
    title = serializers.CharField(max_length=150)
    is_planned = serializers.BooleanField(required=False, default=False)
    starts_at = MomentField(help_text="Not in the future, unless planned.")


class OutageEffectSerializer(serializers.ModelSerializer[OutageEffect]):
    cooperation = CooperationField()
    application = CodeField("application")
    municipality = MunicipalityField()

    class Meta:
        model = OutageEffect
        fields = [
            *("id", "cooperation", "outage", "application", "municipality", "state", "derived"),
            *("because", "reason"),
        ]


class OutageUpdateSerializer(serializers.ModelSerializer[OutageUpdate]):
    cooperation = CooperationField()

    class Meta:
        model = OutageUpdate
        fields = ["id", "cooperation", "outage", "at", "text"]


class PriorityTableSerializer(serializers.ModelSerializer[PriorityTable]):
    cooperation = CooperationField()

    class Meta:
        model = PriorityTable
        fields = ["id", "cooperation", "matrix", "minutes"]


class AlertSerializer(serializers.ModelSerializer[Alert]):
    cooperation = CooperationField()
    source_name = CodeField("source", "name")

    class Meta:
        model = Alert
        fields = [
            *("id", "cooperation", "source", "source_name", "outage", "fingerprint", "name", "labels"),
            *("starts_at", "ends_at"),
        ]


class ReceivedSerializer(serializers.Serializer[Any]):
    """What became of a call."""

    outages = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of those it is about.")
    new = serializers.IntegerField(help_text="Alarms that were not known.")
    ended = serializers.IntegerField(help_text="Known alarms that have ended.")
