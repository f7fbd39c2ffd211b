"""Who takes part and where things run, as the API writes it, and the jobs that follow from changes."""

from rest_framework import serializers

from municipalities.api.serializers.fields import (
    CodeField,
    CooperationField,
    MunicipalityField,
    NameField,
)
from municipalities.models import (
    Cooperation,
    Driver,
    Link,
    Member,
    Municipality,
    Site,
    Supplier,
)
from sharedict.jobs.models import Job


class CooperationSerializer(serializers.ModelSerializer[Cooperation]):
    class Meta:
        model = Cooperation
        fields = [
            "slug",
            "name",
            "organisation_number",
            "address",
            "currency",
            "charging",
            "payment_days",
            "first_month",
            "year_starts_in",
            "shares_are_open",
        ]


class MunicipalitySerializer(serializers.ModelSerializer[Municipality]):
    key = MunicipalityField("")
    successor = MunicipalityField(
        "successor",
        allow_null=True,
        default=None,
        help_text="Key of the municipality that it was merged into on `merged_on`; null for most.",
    )

    class Meta:
        model = Municipality
        fields = [
            "key",
            "country",
            "code",
            "name",
            "official_name",
            "county_code",
            "county",
            "organisation_number",
            "peppol_id",
            "successor",
            "merged_on",
        ]


class MemberSerializer(serializers.ModelSerializer[Member]):
    cooperation = CooperationField()
    municipality = MunicipalityField()
    municipality_name = CodeField("municipality", "name")
    successor = MunicipalityField(
        "municipality.successor",
        allow_null=True,
        default=None,
        help_text="What the municipality was merged into, if it was; nothing follows from it by itself.",
    )
    merged_on = serializers.DateField(
        source="municipality.merged_on",
        read_only=True,
        allow_null=True,
        help_text="The day it was merged; null for most.",
    )

    class Meta:
        model = Member
        fields = [
            "id",
            "cooperation",
            "municipality",
            "municipality_name",
            "successor",
            "merged_on",
            "valid_from",
            "valid_until",
            "accounting_pattern",
            "demands_accounting_code",
        ]


class SiteSerializer(serializers.ModelSerializer[Site]):
    cooperation = CooperationField()
    municipality = MunicipalityField(allow_null=True, default=None)
    municipality_name = CodeField("municipality", "name", allow_null=True, default=None)
    mirrors: "serializers.PrimaryKeyRelatedField[Site]" = serializers.PrimaryKeyRelatedField(
        many=True, read_only=True, help_text="The sites whose work it can take over."
    )

    class Meta:
        model = Site
        fields = [
            "id",
            "cooperation",
            "name",
            "kind",
            "municipality",
            "municipality_name",
            "address",
            "mirrors",
            "valid_from",
            "valid_until",
        ]


class LinkSerializer(serializers.ModelSerializer[Link]):
    cooperation = CooperationField()
    site_name = CodeField("site", "name")
    other_site_name = CodeField("other_site", "name", allow_null=True, default=None)
    supplier = NameField("supplier")
    routed_by = MunicipalityField("routed_by", allow_null=True, default=None)

    class Meta:
        model = Link
        fields = [
            "id",
            "cooperation",
            "name",
            "kind",
            "site",
            "site_name",
            "other_site",
            "other_site_name",
            "outside",
            "firewall",
            "other_firewall",
            "supplier",
            "redundancy_group",
            "mbps",
            "routed_by",
            "valid_from",
            "valid_until",
        ]


class SupplierSerializer(serializers.ModelSerializer[Supplier]):
    cooperation = CooperationField()

    class Meta:
        model = Supplier
        fields = ["id", "cooperation", "name", "contact"]


class DriverSerializer(serializers.ModelSerializer[Driver]):
    cooperation = CooperationField(
        allow_null=True, default=None, help_text="Address of the cooperation; null for a public fact."
    )

    class Meta:
        model = Driver
        fields = ["id", "cooperation", "code", "name", "unit", "retired_on"]


class JobSerializer(serializers.ModelSerializer[Job]):
    cooperation = CooperationField()

    class Meta:
        model = Job
        fields = [
            "id",
            "cooperation",
            "kind",
            "state",
            "attempts",
            "progress_done",
            "progress_total",
            "error",
            "created_at",
            "started_at",
            "finished_at",
        ]
