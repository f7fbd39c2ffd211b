from fractions import Fraction

from billing.engine.statement import Bar, largest, percent_of


def test_bars_that_fit_are_all_shown() -> None:
    bars = [Bar("a", 5), Bar("b", -7), Bar("c", 1)]
    assert largest(bars, 2) == bars


def test_bars_of_nothing_are_left_out() -> None:
    assert largest([Bar("a", 0), Bar("b", 1)], 5) == [Bar("b", 1)]


def test_the_small_ones_are_summed_into_one_bar_without_a_name() -> None:
    bars = [Bar("a", 1), Bar("b", -90), Bar("c", 2), Bar("d", 50), Bar("e", -4)]
    assert largest(bars, 2) == [Bar("b", -90), Bar("d", 50), Bar("", -1)]


def test_summing_never_changes_the_sum() -> None:
    bars = [Bar(str(size), size) for size in range(-20, 30, 3)]
    assert sum(bar.minor for bar in largest(bars, 5)) == sum(bar.minor for bar in bars)


def test_a_percentage_of_nothing_is_none() -> None:
    assert percent_of(5, 0) is None
    assert percent_of(1, 3) == Fraction(100, 3)
