"""What is shared, as the API writes it."""

from typing import Any

from django.db.models import Case, CharField, Value, When
from rest_framework import serializers

from municipalities.api.serializers import (
    CodeField,
    CooperationField,
    MunicipalitiesField,
    MunicipalityField,
)
from services.models import (
    WEEK,
    Application,
    Calendar,
    ClosedDay,
    Competence,
    DataProtection,
    Dependency,
    Document,
    Installation,
    LifecycleMove,
    OnCall,
    Purpose,
    Subscription,
    Task,
    Variant,
)

INFORMATION_CLASSES = ("open", "internal", "confidential", "secret")
"""The words of release 0.1 for the levels of confidentiality; the highest was one with the one below it."""


class InformationClassField(serializers.ChoiceField):
    """Confidentiality by its word, for programs that read it before there were three aspects."""

    def __init__(self) -> None:
        said = "Confidentiality in a word; secret stands for security-classified too."
        super().__init__(
            INFORMATION_CLASSES, source="confidentiality", read_only=True, allow_null=True, help_text=said
        )

    def to_representation(self, value: Any) -> str:
        return INFORMATION_CLASSES[min(value, len(INFORMATION_CLASSES) - 1)]


HOURS = {
    "office": ("08:00-16:30", ""),
    "extended": ("06:00-22:00", "06:00-22:00"),
    "always": ("00:00-24:00", "00:00-24:00"),
}
"""The words of release 0.1 for service hours: those of its calendars on Mondays and on Sundays."""


class HoursField(serializers.ChoiceField):
    """Service hours by their word, for programs that read it before there were calendars."""

    def __init__(self) -> None:
        said = "The hours it runs in a word; null where its calendar is another than these."
        super().__init__(tuple(HOURS), source="runs", read_only=True, allow_null=True, help_text=said)

    def as_column(self, _way: Any) -> Case:
        """The word itself, where rows are read as columns."""
        words = (
            When(runs__monday=weekday, runs__sunday=sunday, then=Value(word))
            for word, (weekday, sunday) in HOURS.items()
        )
        return Case(*words, default=None, output_field=CharField())

    def to_representation(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        told = value.monday, value.sunday
        return next((word for word, hours in HOURS.items() if hours == told), None)


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    cooperation = CooperationField()
    owner = MunicipalityField("owner", allow_null=True, default=None)
    competence_centre = MunicipalityField("competence_centre", allow_null=True, default=None)
    serves = CodeField("serves", allow_null=True, default=None, help_text="Code of a purpose.")
    currency = CodeField("cooperation", "currency")
    information_class = InformationClassField()
    hours = HoursField()

    class Meta:
        model = Application
        fields = [
            "id",
            "cooperation",
            "code",
            "name",
            "purpose",
            "serves",
            "vendor",
            "owner",
            "competence_centre",
            "information_class",
            "confidentiality",
            "integrity",
            "availability",
            "hours",
            "runs",
            "measured",
            "supported",
            "lifecycle",
            "charging",
            "unit_price",
            "currency",
            "priced_per",
            "included",
            "not_included",
            "delivery_days",
            "review_on",
        ]


class CalendarSerializer(serializers.ModelSerializer[Calendar]):
    cooperation = CooperationField()

    class Meta:
        model = Calendar
        fields = ["id", "cooperation", "name", "country", *WEEK, "holiday"]


class ClosedDaySerializer(serializers.ModelSerializer[ClosedDay]):
    cooperation = CooperationField()

    class Meta:
        model = ClosedDay
        fields = ["id", "cooperation", "calendar", "day", "name"]


class TaskSerializer(serializers.ModelSerializer[Task]):
    cooperation = CooperationField()
    application = CodeField("application")

    class Meta:
        model = Task
        fields = ["id", "cooperation", "application", "what", "done_by", "note"]


class DataProtectionSerializer(serializers.ModelSerializer[DataProtection]):
    cooperation = CooperationField()
    application = CodeField("application")
    municipality = MunicipalityField()

    class Meta:
        model = DataProtection
        fields = [
            "id",
            "cooperation",
            "application",
            "municipality",
            "board",
            "role",
            "agreement",
            "signed_on",
            "sub_processors",
            "review_on",
        ]


class LifecycleMoveSerializer(serializers.ModelSerializer[LifecycleMove]):
    cooperation = CooperationField()
    application = CodeField("application")
    moved_by = CodeField("moved_by", "username", allow_null=True, default=None, help_text="User name.")

    class Meta:
        model = LifecycleMove
        fields = [
            *("id", "cooperation", "application", "from_stage", "to_stage", "reason", "moved_at", "moved_by"),
        ]


class PurposeSerializer(serializers.ModelSerializer[Purpose]):
    cooperation = CooperationField()
    parent: Any = CodeField("parent", allow_null=True, default=None)

    class Meta:
        model = Purpose
        fields = ["id", "cooperation", "code", "name", "parent"]


class DocumentSerializer(serializers.ModelSerializer[Document]):
    cooperation = CooperationField()
    application = CodeField("application")

    class Meta:
        model = Document
        fields = ["id", "cooperation", "application", "title", "url", "review_on"]


class VariantSerializer(serializers.ModelSerializer[Variant]):
    cooperation = CooperationField()
    application = CodeField("application")
    currency = CodeField("cooperation", "currency")

    class Meta:
        model = Variant
        fields = [
            "id",
            "cooperation",
            "application",
            "name",
            "unit_price",
            "currency",
            "included",
            "delivery_days",
        ]


class InstallationSerializer(serializers.ModelSerializer[Installation]):
    cooperation = CooperationField()
    application = CodeField("application")
    site_name = CodeField("site", "name")
    administered_by = MunicipalitiesField(many=True)

    class Meta:
        model = Installation
        fields = [
            "id",
            "cooperation",
            "application",
            "site",
            "site_name",
            "purpose",
            "databases",
            "administered_by",
            "version",
            "valid_from",
            "valid_until",
        ]


class DependencySerializer(serializers.ModelSerializer[Dependency]):
    cooperation = CooperationField()
    application = CodeField("application")
    applications: Any = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)

    class Meta:
        model = Dependency
        fields = [
            "id",
            "cooperation",
            "application",
            "purpose",
            "at_least",
            "applications",
            "links",
            "suppliers",
            "valid_from",
            "valid_until",
        ]


class CompetenceSerializer(serializers.ModelSerializer[Competence]):
    cooperation = CooperationField()
    application = CodeField("application")
    colleague_name = CodeField("colleague", "name")

    class Meta:
        model = Competence
        fields = [
            "id",
            "cooperation",
            "application",
            "colleague",
            "colleague_name",
            "level",
            "valid_from",
            "valid_until",
        ]


class OnCallSerializer(serializers.ModelSerializer[OnCall]):
    cooperation = CooperationField()
    application: Any = serializers.SlugRelatedField(
        slug_field="code", read_only=True, allow_null=True, help_text="Code; null for all that is shared."
    )
    colleague_name = CodeField("colleague", "name")

    class Meta:
        model = OnCall
        fields = [
            "id",
            "cooperation",
            "application",
            "colleague",
            "colleague_name",
            "valid_from",
            "valid_until",
        ]


class SubscriptionSerializer(serializers.ModelSerializer[Subscription]):
    cooperation = CooperationField()
    application = CodeField("application")
    municipality = MunicipalityField()
    municipality_name = CodeField("municipality", "name")

    class Meta:
        model = Subscription
        fields = [
            "id",
            "cooperation",
            "application",
            "municipality",
            "municipality_name",
            "users",
            "variant",
            "accounting_code",
            "valid_from",
            "valid_until",
        ]
