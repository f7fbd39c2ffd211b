"""Fields that only the billing API writes: amounts of the engine, and months by their first day."""

from typing import Any

from municipalities.api.serializers import AmountField, MonthField
from sharedict.kernel.money import minor_text
from sharedict.kernel.periods import Month


class MinorField(AmountField):
    """Minor units of the engine as decimal text."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(source=name, read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return minor_text(value)


class FirstDayField(MonthField):
    """A month by its first day; null where there is none."""

    def __init__(self, source: str, **kwargs: Any) -> None:
        super().__init__(source, allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return str(Month.of(value))
