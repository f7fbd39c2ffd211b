"""Division of an amount of money into whole minor units that add up to it, now and over a year."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import repeat
from math import inf, lcm
from operator import neg, sub, truediv

from sharedict.kernel.errors import SharedictError

EXACT_BITS = 256
"""Up to this size a carry's denominator stays exact; past it the carry is kept to 2**-128 of a minor unit."""
COARSE_BITS = 128


class SplitError(SharedictError):
    """The amount cannot be divided."""

    code = "split_impossible"


class NegativeWeightError(SplitError):
    """A weight is negative: weights are 0 or more."""

    code = "negative_weight"


class NoBasisError(SplitError):
    """No weight is positive: there is nobody to carry the amount."""

    code = "no_basis"


class UnknownKeyError(SplitError):
    """The carry owes a municipality that has no weight here: give it a weight, 0 if it takes no part."""

    code = "unknown_key"


class Carry:
    """What rounding owes each municipality so far, as exact fractions of a minor unit.

    Positive: charged too little until now. One carry belongs to one key and one agreement year, and is
    updated in place by every split that is given it. Its parts add up to 0 after every split.
    """

    __slots__ = ("denominator", "owed")

    def __init__(self, denominator: int = 1, owed: Mapping[str, int] | None = None) -> None:
        self.denominator = denominator
        self.owed: dict[str, int] = dict(owed or {})

    def of(self, code: str) -> Fraction:
        return Fraction(self.owed.get(code, 0), self.denominator)

    def copy(self) -> "Carry":
        return Carry(self.denominator, self.owed)

    def fit(self, basis: int) -> int:
        """Make the denominator a multiple of ``basis``; gives back how many times it holds it."""
        if self.denominator % basis:
            common = lcm(self.denominator, basis)
            if common.bit_length() > EXACT_BITS:
                self._coarsen()
                common = lcm(self.denominator, basis)
            factor = common // self.denominator
            self.owed = {code: owed * factor for code, owed in self.owed.items()}
            self.denominator = common
        return self.denominator // basis

    def owe(self, codes: Sequence[str], weights: Sequence[int], amount: int, shares: Sequence[int]) -> None:
        """Count ``amount`` as divided by ``weights`` where ``shares`` were given: the difference is owed."""
        factor = self.fit(sum(weights)) * amount
        for code, weight, share in zip(codes, weights, shares, strict=True):
            self.owed[code] = self.owed.get(code, 0) + factor * weight - share * self.denominator

    def add(self, denominator: int, owed: Mapping[str, int]) -> None:
        """Owe ``owed`` / ``denominator`` beside what is owed already."""
        factor = self.fit(denominator)
        for code, part in owed.items():
            self.owed[code] = self.owed.get(code, 0) + factor * part

    def _coarsen(self) -> None:
        """Keep what is owed to 2**-128 of a unit, its sum as it was, and the mirror of a mirrored carry."""
        kept, lost = {}, {}
        for code, owed in self.owed.items():
            size, rest = divmod(abs(owed) << COARSE_BITS, self.denominator)
            kept[code], lost[code] = (size, rest) if owed >= 0 else (-size, -rest)
        whole = sum(self.owed.values())
        size = (abs(whole) << COARSE_BITS) // self.denominator
        missing = (size if whole >= 0 else -size) - sum(kept.values())
        step = 1 if missing >= 0 else -1
        for code in sorted(lost, key=lambda code: (-step * lost[code], code))[: abs(missing)]:
            kept[code] += step
        self.owed, self.denominator = kept, 1 << COARSE_BITS


class Proportions:
    """Weights of codes in ascending order, and what every split by them asks of them again.

    ``alike`` are the places of equal weights, ``divisors`` the weights with 1 for 0. Raises
    NegativeWeightError and NoBasisError.
    """

    __slots__ = ("alike", "basis", "codes", "divisors", "has_zero", "is_even", "weights")

    def __init__(self, codes: Sequence[str], weights: Sequence[int]) -> None:
        self.codes, self.weights, self.basis = tuple(codes), weights, sum(weights)
        if not weights or min(weights) < 0:
            raise NegativeWeightError if weights else NoBasisError
        if self.basis <= 0:
            raise NoBasisError
        self.has_zero = 0 in weights
        self.divisors = [weight or 1 for weight in weights] if self.has_zero else weights
        groups = defaultdict[int, list[int]](list)
        for place, weight in enumerate(weights):
            groups[weight].append(place)
        self.alike = [places for places in groups.values() if len(places) > 1]
        self.is_even = len(groups) == 1


def split_minor(total: int, weights: Mapping[str, int], carry: Carry | None = None) -> dict[str, int]:
    """Divide ``total`` minor units (either sign) in proportion to ``weights``.

    ``weights`` maps municipality code to a whole weight >= 0. The result has the same keys in the same
    order, adds up to ``total`` exactly, has no share of the wrong sign and gives weight 0 nothing; equal
    weights differ by at most one unit, and a negative total mirrors the positive one.

    Without ``carry``: largest remainders (Hamilton), ties to the lowest code.
    With it: each exact share is first moved by what rounding owes, the whole units are given, and the units
    left go to those who would soonest be owed a whole one, ties to who is owed most, then to the lowest code.
    As long as the weights stay the same and the totals have one sign, nobody is then ever a whole unit from
    the exact amount, however many splits follow: earliest deadline first is optimal for unit jobs (Steiner &
    Yeomans 1993, "Level schedules for mixed-model, just-in-time processes"). Largest remainders alone break
    that promise.

    Raises NegativeWeightError, NoBasisError, and UnknownKeyError for a carry that owes a code not in
    ``weights``.
    """
    codes = sorted(weights)
    by = Proportions(codes, [weights[code] for code in codes])
    if carry is None:
        shares = split_plain(total, by)
    else:
        if carry.owed.keys() - weights.keys():
            raise UnknownKeyError
        shares = split_carried(total, by, carry)
    by_code = dict(zip(codes, shares, strict=True))
    return {code: by_code[code] for code in weights}


def split_plain(total: int, by: Proportions) -> list[int]:
    """``split_minor`` without carry."""
    size = abs(total)
    parts = [divmod(size * weight, by.basis) for weight in by.weights]
    shares = [floor for floor, _ in parts]
    left = size - sum(shares)
    for place in sorted(range(len(parts)), key=lambda place: -parts[place][1])[:left]:
        shares[place] += 1
    return shares if total >= 0 else [-share for share in shares]


def split_carried(total: int, by: Proportions, carry: Carry) -> list[int]:
    """``split_minor`` with carry; codes the carry lacks are owed 0.

    This is where a nation's year spends its time: what is done for each payer is left to operators.
    """
    size = abs(total) * carry.fit(by.basis)
    unit, owed = carry.denominator, carry.owed
    before: Iterable[int] = (
        owed.values() if tuple(owed) == by.codes else [owed.get(code, 0) for code in by.codes]
    )
    if total < 0:
        before = map(neg, before)
    shares, rest = [], []
    for weight, owing in zip(by.weights, before, strict=True):
        share, over = divmod(weight * size + owing, unit)
        shares.append(share)
        rest.append(over)
    if by.has_zero or min(shares) < 0:
        for place, (share, weight) in enumerate(zip(shares, by.weights, strict=True)):
            if share < 0 or not weight:
                rest[place] += share * unit
                shares[place] = 0
    left = abs(total) - sum(shares)
    if left > 0:
        _give(left, shares, rest, by, unit)
    elif left < 0:
        _take(-left, shares, rest, unit)
    if by.alike and max(shares) - min(shares) > 1:
        _level(shares, rest, by, unit)
    if total < 0:
        rest, shares = list(map(neg, rest)), list(map(neg, shares))
    owed.update(zip(by.codes, rest, strict=True))
    return shares


def _give(left: int, shares: list[int], rest: list[int], by: Proportions, unit: int) -> None:
    """Add ``left`` units where a whole one would be owed soonest.

    Only when nobody is owed anything do those get more who are not.
    """
    while left > 0:
        if by.has_zero or min(rest) <= 0:
            order = [place for place, owing in enumerate(rest) if owing > 0 and by.weights[place]]
            order = order or [place for place, weight in enumerate(by.weights) if weight]
        else:
            order = list(range(len(rest)))
        _soonest_first(order, left, rest, by, unit)
        for place in order[:left]:
            shares[place] += 1
            rest[place] -= unit
        left -= min(left, len(order))


def _soonest_first(order: list[int], left: int, rest: Sequence[int], by: Proportions, unit: int) -> None:
    """Sort places by their deadline (unit - rest) / weight so far that the first ``left`` are the right ones.

    Python rounds a quotient of whole numbers correctly, so floats never stand in the wrong order: only where
    the last that is in and the first that is out are the same float are fractions compared.
    """
    if by.is_even:
        order.sort(key=rest.__getitem__, reverse=True)
        return
    missing = list(map(sub, repeat(unit), rest))
    try:
        due = list(map(truediv, missing, by.divisors))
    except OverflowError:
        due = [inf] * len(missing)
    order.sort(key=due.__getitem__)
    if left < len(order) and due[order[left]] == due[order[left - 1]]:
        order.sort(key=lambda place: (Fraction(missing[place], by.divisors[place]), missing[place], place))


def _take(excess: int, shares: list[int], rest: list[int], unit: int) -> None:
    """Take ``excess`` units back where it leaves least owed: only after the participants changed."""
    while excess > 0:
        order = [index for index, share in enumerate(shares) if share > 0]
        order.sort(key=lambda index: (rest[index], -index))
        for index in order[:excess]:
            shares[index] -= 1
            rest[index] += unit
        excess -= min(excess, len(order))


def _level(shares: list[int], rest: list[int], by: Proportions, unit: int) -> None:
    """Let equal weights differ by one unit at most, also when they came owing differently."""
    for places in by.alike:
        held = [shares[place] for place in places]
        if max(held) - min(held) <= 1:
            continue
        floor, extra = divmod(sum(held), len(places))
        first = sorted(places, key=lambda place: (-(rest[place] + shares[place] * unit), place))
        for turn, place in enumerate(first):
            level = floor + (turn < extra)
            rest[place] += (shares[place] - level) * unit
            shares[place] = level
