"""What lists of who takes part can be narrowed by; and the filters that every app's lists share."""

import datetime as dt
from typing import Any, ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, QuerySet
from django.forms import CharField, DateField, Field, TextInput
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from municipalities.api.serializers import KEY
from municipalities.models import (
    Absence,
    Colleague,
    Cooperation,
    Driver,
    Link,
    Member,
    Municipality,
    Reading,
    Site,
    Supplier,
)
from sharedict.jobs.models import Job
from sharedict.kernel.periods import DayError, parse_day

YES_NO = {"true": True, "false": False}


class _KeyText(CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if value and not KEY.fullmatch(text or ""):  # what is blank in it names nothing either
            raise ValidationError(_("Write country and official code, such as SE1737."), "invalid")
        return text


class MunicipalityFilter(django_filters.Filter):  # type: ignore[misc]
    """Rows of the municipality with the key that is given (SE1737); ``field_name`` leads to it."""

    field_class = _KeyText

    def __init__(self, field_name: str = "municipality", **kwargs: Any) -> None:
        super().__init__(field_name, **kwargs)
        said = "Country and official code, such as SE1737."
        extend_schema_field({"type": "string", "pattern": f"^{KEY.pattern}$", "description": said})(self)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        found = KEY.fullmatch(value or "")
        if not found:
            return qs
        return qs.filter(**{f"{self.field_name}__country": found[1], f"{self.field_name}__code": found[2]})


class CodeFilter(django_filters.CharFilter):  # type: ignore[misc]
    """Rows that refer to what has the code that is given; ``path`` leads to that code."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(path, help_text=f"Code of the {what}.")


class CooperationFilter(django_filters.CharFilter):  # type: ignore[misc]
    """Rows of the cooperation whose address is given; 404 for one that the caller does not see."""

    def __init__(self, field_name: str = "cooperation", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Address of the cooperation.")
        super().__init__(field_name, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        seen = Cooperation.objects.visible_to(self.parent.request.user)
        found = seen.filter(slug=value).values_list("pk", flat=True).first()
        if found is None:
            raise Http404
        rows = qs.filter(**{self.field_name: found})
        return rows.distinct() if self.distinct else rows


class _Day(DateField):
    def to_python(self, value: Any) -> dt.date | None:
        try:
            return parse_day(value) if value else None
        except DayError:
            raise ValidationError(_("Write the day as YYYY-MM-DD."), "invalid") from None


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]
    """A day as YYYY-MM-DD, and in no other way."""

    field_class = _Day


class _YesNo(Field):
    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if value not in YES_NO:
            raise ValidationError(_("Write true or false."), "invalid")
        return YES_NO[value]


class YesNoFilter(django_filters.BooleanFilter):  # type: ignore[misc]
    """``true`` or ``false``, and nothing else: what is neither would narrow nothing, unsaid."""

    field_class = _YesNo

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "widget": TextInput})


class OfCooperation(django_filters.FilterSet):  # type: ignore[misc]
    """Rows that carry their cooperation."""

    FILTER_DEFAULTS: ClassVar[dict[Any, Any]] = {
        **django_filters.FilterSet.FILTER_DEFAULTS,
        BooleanField: {"filter_class": YesNoFilter},
    }

    cooperation = CooperationFilter()


class Spanned(OfCooperation):
    """Rows that hold for a span of days."""

    as_of = DayFilter(method="in_force", help_text="Only what is in force on this day.")

    def in_force(self, rows: Any, name: str, value: dt.date) -> QuerySet[Any]:
        found: QuerySet[Any] = rows.as_of(value)
        return found


class CooperationFilters(django_filters.FilterSet):  # type: ignore[misc]
    class Meta:
        model = Cooperation
        fields = ["slug", "currency"]


class MunicipalityFilters(django_filters.FilterSet):  # type: ignore[misc]
    cooperation = CooperationFilter(
        "memberships__cooperation",
        distinct=True,
        help_text="Ever a member of this cooperation (its address).",
    )
    name = django_filters.CharFilter(lookup_expr="istartswith", help_text="How the name begins.")

    class Meta:
        model = Municipality
        fields = ["country", "county_code"]


class MemberFilters(Spanned):
    municipality = MunicipalityFilter()

    class Meta:
        model = Member
        fields: list[str] = []


class SiteFilters(Spanned):
    municipality = MunicipalityFilter()

    class Meta:
        model = Site
        fields = ["kind"]


class LinkFilters(Spanned):
    class Meta:
        model = Link
        fields = ["kind"]


class SupplierFilters(OfCooperation):
    class Meta:
        model = Supplier
        fields: list[str] = []


class ColleagueFilters(Spanned):
    municipality = MunicipalityFilter()

    class Meta:
        model = Colleague
        fields: list[str] = []


class AbsenceFilters(Spanned):
    class Meta:
        model = Absence
        fields = ["colleague", "external_id"]


class DriverFilters(OfCooperation):
    class Meta:
        model = Driver
        fields = ["code"]


class ReadingFilters(OfCooperation):
    driver = CodeFilter("driver__code", "driver")
    municipality = MunicipalityFilter()
    reference_from = DayFilter("reference_on", "gte", help_text="Read on this day or later.")
    reference_until = DayFilter("reference_on", "lt", help_text="Read before this day.")

    class Meta:
        model = Reading
        fields = ["external_id"]


class JobFilters(OfCooperation):
    class Meta:
        model = Job
        fields = ["kind", "state"]
