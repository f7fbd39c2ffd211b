"""The fields that every app's serializers share."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F, Func, Model, QuerySet, TextField, Value
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from municipalities.models import Municipality
from sharedict.common.nearest import instead_of
from sharedict.common.viewsets import StrictSerializer
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
    """A municipality by country and official code; without ``name`` the row itself."""

    def __init__(self, name: str = "municipality", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Country and official code, such as SE1737.")
        super().__init__(source=f"{name}.key" if name else None, read_only=True, **kwargs)

    def as_column(self, way: Sequence[str]) -> Func:
        """What ``Municipality.key`` is made of."""
        columns = [LOOKUP_SEP.join([*way, name]) for name in ("country", "code")]
        return Func(*columns, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField())


class NameField(serializers.CharField):
    """The name of a row that this one may refer to; empty where it refers to none."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(source=f"{name}.name", read_only=True, default="", **kwargs)

    def as_column(self, way: Sequence[str]) -> Combinable:
        """The name, or an empty text."""
        return Coalesce(F(LOOKUP_SEP.join([*way, "name"])), Value(""), output_field=TextField())


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

    ``rows`` gives those for a cooperation; whatever is not among them gets one and the same answer, which
    names what could be meant where the rows go by a code that people choose.
    """

    default_error_messages = {"no_such_choice": NO_SUCH_CHOICE}

    def __init__(self, rows: Any, attribute: str = "code", **kwargs: Any) -> None:
        self.rows, self.attribute = rows, attribute
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Model:
        found = self.find(self.rows(self.context["cooperation"]), data) if isinstance(data, str) else None
        if found is None:
            said = str(self.error_messages["no_such_choice"])
            raise serializers.ValidationError(f"{said}{self._instead_of(data)}", "no_such_choice")
        return found

    def _instead_of(self, data: Any) -> str:
        text = data if isinstance(data, str) else ""
        return instead_of(text, self.known(self.rows(self.context["cooperation"])))

    def known(self, rows: QuerySet[Any]) -> dict[str, tuple[str, ...]]:
        """What can be named, with all that it goes by; none of what only has a number."""
        if self.attribute != "code":
            return {}
        return {code: (code, name) for code, name in rows.order_by("code").values_list("code", "name")}

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

    def known(self, rows: QuerySet[Any]) -> dict[str, tuple[str, ...]]:
        return {place.key: (place.key, place.name) for place in rows.order_by("country", "code")}


class CooperationOfBody(StrictSerializer):
    cooperation = serializers.SlugField(
        required=False,
        write_only=True,
        help_text="Needed when a person writes; a token's cooperation goes without saying.",
    )
