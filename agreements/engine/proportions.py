"""What a key makes of one whole, before floor, cap and base amounts: exact, for showing it beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Part:
    """A component: what fraction of the whole it divides, and what each payer weighs in it."""

    fraction: Fraction
    weights: Mapping[str, Fraction]


def proportions(parts: Sequence[Part], *, even_when_zero: bool) -> dict[str, Fraction] | None:
    """Each payer's fraction of the whole; they add up to 1, as the parts' fractions must.

    All parts weigh the same payers. None where a part weighs nothing and that is not taken as even.
    """
    shares: dict[str, Fraction] = {}
    for part in parts:
        total = sum(part.weights.values(), Fraction(0))
        if not total and not even_when_zero:
            return None
        for code, weight in part.weights.items():
            own = Fraction(weight, total) if total else Fraction(1, len(part.weights))
            shares[code] = shares.get(code, Fraction(0)) + part.fraction * own
    return shares
