"""Money as whole minor units (öre, øre, cents): every currency here has two decimals."""

from decimal import Decimal
from fractions import Fraction

from sharedict.kernel.errors import SharedictError

MINOR_DIGITS = 2
MAX_MINOR = 10**18 - 1
"""The largest amount a row can hold: 18 digits, two of them decimals."""


class AmountError(SharedictError):
    """The amount must be a number with at most two decimals, at most 16 digits before them."""

    code = "amount_invalid"


def to_minor(amount: Decimal) -> int:
    """Minor units in ``amount``; raises AmountError for a fraction of one, NaN, infinity or too large."""
    if not amount.is_finite() or amount.adjusted() > len(str(MAX_MINOR)):
        raise AmountError  # so large an exponent is refused before anything is computed with it
    scaled = amount.scaleb(MINOR_DIGITS)
    minor = int(scaled)
    if minor != scaled or abs(minor) > MAX_MINOR:
        raise AmountError
    return minor


def to_major(minor: int) -> Decimal:
    """``minor`` units as an amount with exactly two decimals."""
    return Decimal(minor).scaleb(-MINOR_DIGITS)


def minor_text(minor: int) -> str:
    """``minor`` as the decimal text that files and the API carry: ``-1234.05``."""
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**MINOR_DIGITS)
    return f"{sign}{whole}.{rest:02d}"


def digits(value: Fraction, places: int) -> tuple[Decimal, bool]:
    """``value`` cut off after ``places`` decimals, and whether that is all of it; no needless zeros."""
    whole, rest = divmod(abs(value.numerator) * 10**places, value.denominator)
    text = f"{whole:0{places + 1}d}"
    cut = f"{text[:-places]}.{text[-places:]}".rstrip("0").rstrip(".") if places else text
    return Decimal(cut if value >= 0 else f"-{cut}"), rest == 0


def rounded(value: Fraction, places: int) -> Decimal:
    """``value`` to ``places`` decimals for a reader's eye, halves away from zero; no needless zeros."""
    half = Fraction(1 if value >= 0 else -1, 2 * 10**places)
    return digits(value + half, places)[0]
