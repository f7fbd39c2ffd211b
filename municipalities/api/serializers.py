"""Who takes part and where things run, as the API writes it; and the fields that every app shares."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from municipalities.models import (
    Cooperation,
    Driver,
    Link,
    Member,
    Municipality,
    Reading,
    Site,
)
from municipalities.portal import FarDay
from sharedict.common.viewsets import StrictSerializer
from sharedict.jobs.models import Job
from sharedict.kernel.periods import DayError, parse_day

NO_SUCH_CHOICE = _("There is no such choice: choose another.")
"""The same for what does not exist and for what is another cooperation's."""

KEY = re.compile(r"([A-Z]{2})([0-9]{3,6})")
CODE = re.compile(r"[-a-zA-Z0-9_]{1,60}")
MONTH_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


def municipality_by_key(rows: QuerySet[Municipality], key: str) -> Municipality | None:
    """The one of ``rows`` that ``key`` (SE1737) names."""
    found = KEY.fullmatch(key)
    return rows.filter(country=found[1], code=found[2]).first() if found else None


class CooperationField(serializers.SlugField):
    """The cooperation a row belongs to, by its address."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Address of the cooperation.")
        super().__init__(source="cooperation.slug", read_only=True, **kwargs)


class MunicipalityField(serializers.CharField):
    """A municipality by country and official code."""

    def __init__(self, name: str = "municipality", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Country and official code, such as SE1737.")
        super().__init__(source=f"{name}.key", read_only=True, **kwargs)


class MunicipalitiesField(serializers.SlugRelatedField[Municipality]):
    """Several municipalities by country and official code."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Country and official codes, such as SE1737.")
        super().__init__(slug_field="key", read_only=True, **kwargs)


class CodeField(serializers.CharField):
    """The code of a row that this one refers to."""

    def __init__(self, name: str, attribute: str = "code", **kwargs: Any) -> None:
        super().__init__(source=f"{name}.{attribute}", read_only=True, **kwargs)


@extend_schema_field(
    {"type": "string", "pattern": MONTH_PATTERN, "example": "2026-10", "description": "Year and month."}
)
class MonthField(serializers.CharField):
    """A calendar month, such as 2026-10."""

    def __init__(self, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(source=name, read_only=True, **kwargs)


class AmountField(serializers.DecimalField):
    """An amount of money as decimal text; plain digits only, so that nothing is lost on the way in."""

    default_error_messages = {
        "invalid": _("Write the amount in plain digits with at most two decimals, such as 1234.50.")
    }
    digits, places = 18, 2

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": self.digits, "decimal_places": self.places, **kwargs})

    def to_internal_value(self, data: Any) -> Decimal:
        is_number = isinstance(data, str | int | Decimal) and not isinstance(data, bool)
        if not is_number or not re.fullmatch(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", str(data)):
            self.fail("invalid")
        found: Decimal = super().to_internal_value(str(data))
        return found


class DayField(serializers.DateField):
    """A day as YYYY-MM-DD; ISO 8601 has other ways to write one, which are refused."""

    def to_internal_value(self, value: Any) -> dt.date:
        try:
            return super().to_internal_value(parse_day(value) if isinstance(value, str) else value)
        except DayError:
            self.fail("invalid", format="YYYY-MM-DD")


class ValueField(AmountField):
    """A measured value: not negative, at most four decimals."""

    default_error_messages = {
        "invalid": _("Write the value in plain digits with at most four decimals, such as 11404 or 2.5.")
    }
    places = 4


@extend_schema_field(OpenApiTypes.STR)
class ChoiceByCode(serializers.Field[Any, str, str, Any]):
    """What a body names by code, found among the rows of the cooperation that is written to.

    ``rows`` gives those for a cooperation; whatever is not among them gets one and the same answer.
    """

    default_error_messages = {"no_such_choice": NO_SUCH_CHOICE}

    def __init__(self, rows: Any, attribute: str = "code", **kwargs: Any) -> None:
        self.rows, self.attribute = rows, attribute
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Model:
        found = self.find(self.rows(self.context["cooperation"]), data) if isinstance(data, str) else None
        if found is None:
            self.fail("no_such_choice")
        return found

    def find(self, rows: QuerySet[Any], text: str) -> Model | None:
        return rows.filter(**{self.attribute: text}).first() if CODE.fullmatch(text) else None

    def to_representation(self, value: Any) -> str:
        return str(getattr(value, self.attribute))


class MunicipalityByKey(ChoiceByCode):
    """A municipality that is or was a member of the cooperation that is written to."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Municipality.objects.ever_in, "key", **kwargs)

    def find(self, rows: QuerySet[Any], text: str) -> Model | None:
        return municipality_by_key(rows, text)


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
    key = serializers.CharField(read_only=True, help_text="Country and official code, such as SE1737.")

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
        ]


class MemberSerializer(serializers.ModelSerializer[Member]):
    cooperation = CooperationField()
    municipality = MunicipalityField()
    municipality_name = CodeField("municipality", "name")

    class Meta:
        model = Member
        fields = ["id", "cooperation", "municipality", "municipality_name", "valid_from", "valid_until"]


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
            "supplier",
            "mbps",
            "routed_by",
            "valid_from",
            "valid_until",
        ]


class DriverSerializer(serializers.ModelSerializer[Driver]):
    cooperation = CooperationField(
        allow_null=True, default=None, help_text="Address of the cooperation; null for a public fact."
    )

    class Meta:
        model = Driver
        fields = ["id", "cooperation", "code", "name", "unit", "retired_on"]


class ReadingSerializer(serializers.ModelSerializer[Reading]):
    cooperation = CooperationField(
        allow_null=True, default=None, help_text="Address of the cooperation; null for a public fact."
    )
    driver = CodeField("driver")
    driver_name = CodeField("driver", "name")
    unit = CodeField("driver", "unit")
    municipality = MunicipalityField()
    municipality_name = CodeField("municipality", "name")

    class Meta:
        model = Reading
        fields = [
            "id",
            "cooperation",
            "external_id",
            "driver",
            "driver_name",
            "unit",
            "municipality",
            "municipality_name",
            "reference_on",
            "value",
            "source",
        ]


class FarDaySerializer(serializers.Serializer[FarDay]):
    """A day that was written and is more than 5 years ahead, or more than 20 back."""

    code = serializers.ChoiceField([FarDay.code])
    message = serializers.CharField()


class ReadingAnswerSerializer(ReadingSerializer):
    """A reading as it was written, and what that means for months that are closed."""

    closed_months = serializers.SerializerMethodField(
        help_text="Closed months in which shares may have to be otherwise now; they keep what they charged."
    )
    decide_before = serializers.SerializerMethodField(
        help_text="Null; or the month that cannot be proposed before somebody has decided whether such "
        "differences are charged or left."
    )

    warnings = serializers.SerializerMethodField(
        help_text="Days so far away that they may be a mistake. It is saved all the same: correct it where "
        "it was not meant."
    )

    class Meta(ReadingSerializer.Meta):
        fields = [*ReadingSerializer.Meta.fields, "closed_months", "decide_before", "warnings"]

    @extend_schema_field(FarDaySerializer(many=True))
    def get_warnings(self, reading: Reading) -> Any:
        return FarDaySerializer(self.context["far_days"], many=True).data

    @extend_schema_field(serializers.ListField(child=MonthField()))
    def get_closed_months(self, reading: Reading) -> list[str]:
        return [str(month) for month in self.context["effect"].closed]

    @extend_schema_field(MonthField(allow_null=True))
    def get_decide_before(self, reading: Reading) -> str | None:
        month = self.context["effect"].decided_before
        return str(month) if month else None


class CooperationOfBody(StrictSerializer):
    cooperation = serializers.SlugField(
        required=False,
        write_only=True,
        help_text="Needed when a person writes; a token's cooperation goes without saying.",
    )


class ReadingChangeSerializer(StrictSerializer):
    reference_on = DayField(help_text="The day the value holds for.")
    value = ValueField(min_value=Decimal(0), help_text="0 or more, at most four decimals.")
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=300, help_text="Where the value comes from."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Users of a municipality",
            request_only=True,
            value={
                "external_id": "ad-2026-10-SE1737",
                "driver": "users",
                "municipality": "SE1737",
                "reference_on": "2026-10-01",
                "value": "412",
                "source": "Directory export of 1 October",
            },
        )
    ]
)
class ReadingWriteSerializer(ReadingChangeSerializer, CooperationOfBody):
    external_id = serializers.CharField(
        max_length=100, help_text="Its id in the system it comes from: the same twice gives one row."
    )
    driver = ChoiceByCode(Driver.objects.of, help_text="Code of one of the cooperation's own drivers.")
    municipality = MunicipalityByKey(help_text="Country and official code, such as SE1737.")


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
