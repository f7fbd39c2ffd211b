"""Form fields for numbers that people type: by the habits of their language, as the portal shows them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format, number_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sharedict.common.figures import MINUS
from sharedict.kernel.written import NumberError, has_two_readings, number, readings

NOT_A_NUMBER = gettext_lazy("This is no number: write digits, like %(example)s.")


def plain(value: Decimal) -> str:
    """``value`` in digits with a point, without needless zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(value: Decimal, decimals: int = 0) -> str:
    """``value`` as the reader's language writes it, thousands grouped, with at least so many ``decimals``."""
    text = plain(value)
    places = max(len(text.partition(".")[2]), decimals)
    return str(number_format(text, places, use_l10n=True, force_grouping=True)).replace("-", MINUS)


def both_said(values: Iterable[Decimal], decimals: int = 0) -> str:
    """Two readings of one text, the smaller first, for a message."""
    smaller, larger = sorted(values, key=abs)
    return _("%(smaller)s or %(larger)s") % {
        "smaller": shown(smaller, decimals),
        "larger": shown(larger, decimals),
    }


def typed(text: str, decimals: int) -> Decimal:
    """What somebody typed, read by the mark of the active language.

    Three digits behind that mark are no decimals of a number that has fewer: whoever types ``12.500`` as an
    amount in English may well mean thousands, so it is refused with both readings. Raises ValidationError.
    """
    try:
        found = number(text, get_format("DECIMAL_SEPARATOR"))
    except NumberError:
        raise ValidationError(
            NOT_A_NUMBER, code="invalid", params={"example": number_format("1250.5", min(decimals, 1))}
        ) from None
    if has_two_readings(text) and -int(found.as_tuple().exponent) > decimals:
        raise two_readings(text, decimals)
    return found


def two_readings(text: str, decimals: int) -> ValidationError:
    return ValidationError(
        _("“%(text)s” can be read as %(readings)s. Write it without a mark between thousands."),
        code="two_readings",
        params={"text": text.strip(), "readings": both_said(readings(text).values(), decimals)},
    )


class NumberInput(forms.TextInput):
    """A text field with a keyboard of digits: ``type=number`` drops the comma without a word."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, inputmode: str = "decimal") -> None:
        super().__init__({"inputmode": inputmode, "autocomplete": "off", "class": "sd-num", **(attrs or {})})


class NumberField(forms.DecimalField):
    """A number with decimals; cleaned to a Decimal without needless zeros.

    ``unit`` may stand behind it, as it does where the portal shows it: ``12,5 %``, ``1 250,50 SEK``. Where
    the field's bounds refuse what the reader's language makes of it and take the other reading, both are
    said: whoever types ``33,333`` as a percentage in English means no thousands.
    """

    widget = NumberInput
    unit = "%"

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        return Decimal(plain(typed(self.digits_of(value), self.decimal_places or 0)))

    def digits_of(self, value: Any) -> str:
        return str(value).strip().removesuffix(self.unit)

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            text = self.digits_of(value)
            is_said = getattr(error, "code", "") == "two_readings"
            if has_two_readings(text) and not is_said and any(map(self.takes, readings(text).values())):
                raise two_readings(text, 0) from None
            raise

    def takes(self, value: Decimal) -> bool:
        try:
            self.run_validators(value)
        except ValidationError:
            return False
        return True

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal | int):
            return value
        text = plain(Decimal(value))
        return number_format(text, len(text.partition(".")[2]), use_l10n=True, force_grouping=False)


def _amount_said() -> str:
    return _("Write the amount with at most two decimals and 16 digits before them, like %(example)s.") % {
        "example": number_format("1250.50", 2, use_l10n=True, force_grouping=False)
    }


class AmountField(NumberField):
    """An amount of money; cleaned to a Decimal of two decimals. Its ``unit`` is the currency, where known."""

    unit = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 18, "decimal_places": 2, **kwargs})
        said = lazy(_amount_said, str)()
        codes = ("invalid", "max_digits", "max_decimal_places", "max_whole_digits")
        self.error_messages |= dict.fromkeys(codes, said)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "invalid":
                raise
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return None if amount is None else amount.quantize(Decimal("0.01"))

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal | int):
            return value
        return number_format(value, 2, use_l10n=True, force_grouping=False)


class CountField(forms.IntegerField):
    """A whole number of things, thousands grouped or not."""

    widget = NumberInput(inputmode="numeric")

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        found = typed(str(value), 0)
        if found != found.to_integral_value():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(found)
