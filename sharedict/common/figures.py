"""The one way an amount or a number is shown, in the language of whoever reads it."""

from decimal import Decimal
from fractions import Fraction
from functools import cache
from html import escape

from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from sharedict.kernel.money import MINOR_DIGITS, digits, rounded

MINUS = "\u2212"
NOTHING = "\N{EM DASH}"
"""What stands on a page where nothing is said; files leave it empty."""


def money(amount: Decimal | None, currency: str = "") -> str:
    """``amount`` with two decimals in the reader's language, then the currency; empty for None."""
    if amount is None:
        return ""
    text = formats.number_format(abs(amount), 2, use_l10n=True, force_grouping=True)
    sign = MINUS if amount < 0 else ""
    return f"{sign}{text}\u00a0{currency}" if currency else f"{sign}{text}"


def signed(amount: Decimal | None, currency: str = "") -> str:
    """Like ``money``, with a plus sign before an increase."""
    text = money(amount, currency)
    return f"+{text}" if amount and amount > 0 else text


def count(number: int | None) -> str:
    """A whole number with its digits in groups."""
    return "" if number is None else formats.number_format(number, 0, use_l10n=True, force_grouping=True)


def percent(value: Decimal | None) -> str:
    """``value`` percent without needless zeros."""
    if value is None:
        return ""
    plain = value.normalize()
    places = max(0, -int(plain.as_tuple().exponent))
    return f"{formats.number_format(plain, places, use_l10n=True)}\u00a0%"


def minor(amount: int | None, currency: str = "") -> str:
    """Like ``money``, for whole minor units: a statement may show thousands of them."""
    if amount is None:
        return ""
    text = _written(amount, *_marks(get_language()))
    return f"{text}\u00a0{currency}" if currency else text


def whole_minor(amount: int) -> str:
    """Like ``minor``, rounded to whole units: for labels of a picture, whose table has the amount."""
    whole = int(rounded(Fraction(amount, 10**MINOR_DIGITS), 0))
    return f"{MINUS if whole < 0 else ''}{count(abs(whole))}"


def signed_minor(amount: int | None, currency: str = "") -> str:
    """Like ``signed``, for whole minor units."""
    text = minor(amount, currency)
    return f"+{text}" if amount and amount > 0 else text


def change_minor(amount: int | None) -> str:
    """A change of minor units: one of nothing is a word on screen, and a number on paper."""
    if amount != 0:
        return signed_minor(amount)
    word = escape(gettext("unchanged"))
    return SafeString(
        f'<span class="sd-screen-only">{word}</span><span class="sd-paper-only">{minor(0)}</span>'
    )


class PlainAmounts:
    """What ``minor`` and ``signed_minor`` give, in the language in which this was made.

    A table with thousands of amounts asks for the language once, and not in each of them.
    """

    def __init__(self) -> None:
        self._marks = _marks(get_language())

    def __call__(self, amount: int) -> str:
        return _written(amount, *self._marks)

    def signed(self, amount: int) -> str:
        return f"{'+' if amount > 0 else ''}{self(amount)}"


class Amounts(PlainAmounts):
    """The same as markup, and what ``change_minor`` gives."""

    def __init__(self) -> None:
        group, mark = _marks(get_language())
        self._marks = escape(group), escape(mark)
        self._unchanged = SafeString(change_minor(0))

    def __call__(self, amount: int) -> SafeString:
        return SafeString(_written(amount, *self._marks))

    def change(self, amount: int) -> SafeString:
        return self._unchanged if amount == 0 else SafeString(self.signed(amount))


def exact(value: Fraction | None, places: int = 6) -> str:
    """``value`` with up to ``places`` decimals, and an ellipsis where more would follow."""
    if value is None:
        return ""
    shown, is_whole = digits(value, places)
    length = max(0, -int(shown.as_tuple().exponent)) if is_whole else places
    text = formats.number_format(abs(shown), length, use_l10n=True, force_grouping=True)
    return f"{MINUS if value < 0 else ''}{text}{'' if is_whole else '…'}"


def exact_percent(value: Fraction | None, places: int = 6) -> str:
    """Like ``exact``, with the sign of a percentage, which stays on its line."""
    return "" if value is None else f"{exact(value, places)}\u00a0%"


def exact_minor(value: Fraction | None, places: int = 6) -> str:
    """Like ``exact``, for a fraction of minor units shown in whole ones."""
    return "" if value is None else exact(Fraction(value, 10**MINOR_DIGITS), places)


def about(value: Fraction | None, places: int = 1) -> str:
    """A percentage rounded to ``places`` decimals, with its sign."""
    if value is None:
        return ""
    shown = rounded(value, places)
    return f"{MINUS if shown < 0 else ''}{percent(abs(shown))}"


def aligned(value: Fraction | None, places: int = 2) -> str:
    """Like ``about``, with all of its decimals: for a column, where they stand below each other."""
    if value is None:
        return ""
    shown = rounded(value, places)
    text = formats.number_format(abs(shown), places, use_l10n=True)
    return f"{MINUS if shown < 0 else ''}{text}\u00a0%"


def _written(amount: int, group: str, mark: str) -> str:
    whole, rest = divmod(abs(amount), 10**MINOR_DIGITS)
    return f"{MINUS if amount < 0 else ''}{whole:,}".replace(",", group) + f"{mark}{rest:02d}"


@cache
def _marks(language: str | None) -> tuple[str, str]:
    """What stands between groups of three digits in ``language``, and before decimals."""
    group, mark = (
        formats.get_format(name, language, use_l10n=True)
        for name in ("THOUSAND_SEPARATOR", "DECIMAL_SEPARATOR")
    )
    groups = formats.get_format("NUMBER_GROUPING", language, use_l10n=True)
    return str(group) if groups else "", str(mark)
