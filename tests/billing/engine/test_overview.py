"""A month as a whole: its parts are compared, and pictures sum what has no room in them."""

from fractions import Fraction

from billing.engine.overview import Bar, Correction, MunicipalityTotal, largest, percent_of
from sharedict.kernel.periods import Month


def test_bars_that_fit_are_all_shown() -> None:
    bars = [Bar("a", 5), Bar("b", -7), Bar("c", 1)]
    assert largest(bars, 2) == bars


def test_bars_of_nothing_are_left_out() -> None:
    assert largest([Bar("a", 0), Bar("b", 1)], 5) == [Bar("b", 1)]


def test_the_small_ones_are_summed_into_one_bar_without_a_name() -> None:
    bars = [Bar("a", 1), Bar("b", -90), Bar("c", 2), Bar("d", 50), Bar("e", -4)]
    assert largest(bars, 2) == [Bar("b", -90), Bar("d", 50), Bar("", -1)]


def test_two_bars_too_many_are_summed() -> None:
    bars = [Bar("a", 5), Bar("b", 1), Bar("c", 2)]
    assert largest(bars, 1) == [Bar("a", 5), Bar("", 3)]


def test_summing_never_changes_the_sum() -> None:
    bars = [Bar(str(size), size) for size in range(-20, 30, 3)]
    assert sum(bar.minor for bar in largest(bars, 5)) == sum(bar.minor for bar in bars)


def test_a_percentage_of_nothing_is_none() -> None:
    assert percent_of(5, 0) is None
    assert percent_of(1, 3) == Fraction(100, 3)


def test_a_municipality_s_month_is_compared_with_the_one_before() -> None:
    total = MunicipalityTotal("SE1737", "Torsby", 500, 720, 3, has_statement=True, percent=None)
    assert total.change_minor == -220


def test_a_correction_that_moves_nothing_says_so() -> None:
    assert Correction(Month(2026, 1), "C1", "Cost", "ERP", "Licence", 5).moved_minor == 0
