import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.engine.terms import notice_day, reading_span, term_for
from sharedict.kernel.periods import Month


@dataclass(frozen=True)
class Scope:
    application: str | None = None
    cost_type: str | None = None


BOTH, APPLICATION, TYPE, DEFAULT = Scope("erp", "licence"), Scope("erp"), Scope(None, "licence"), Scope()
OTHERS = [Scope("helpdesk"), Scope("helpdesk", "licence"), Scope(None, "work"), Scope("erp", "work")]


@given(st.permutations([BOTH, APPLICATION, TYPE, DEFAULT, *OTHERS]), st.integers(0, 4))
def test_the_most_specific_term_wins_in_whatever_order(terms: list[Scope], gone: int) -> None:
    ladder = [BOTH, APPLICATION, TYPE, DEFAULT]
    left = [term for term in terms if term not in ladder[:gone]]
    expected = ladder[gone] if gone < 4 else None
    assert term_for(left, application="erp", cost_type="licence") == expected


def test_a_cost_without_application_falls_under_its_type_or_the_default() -> None:
    assert term_for([BOTH, APPLICATION, TYPE, DEFAULT], application=None, cost_type="licence") == TYPE
    assert term_for([BOTH, APPLICATION, TYPE, DEFAULT], application=None, cost_type="work") == DEFAULT
    assert term_for([BOTH, APPLICATION], application=None, cost_type="licence") is None


@pytest.mark.parametrize(
    ("rule", "first", "last"),
    [
        ("year_start", dt.date.min, dt.date(2026, 1, 1)),
        ("midyear_before", dt.date.min, dt.date(2025, 6, 30)),
        ("latest_before", dt.date.min, dt.date(2026, 9, 30)),
        ("month", dt.date(2026, 10, 1), dt.date(2026, 10, 31)),
    ],
)
def test_a_reading_counts_up_to_the_day_its_rule_names(rule: str, first: dt.date, last: dt.date) -> None:
    start, after = reading_span(rule, Month(2026, 10))
    assert start == first
    assert after - dt.timedelta(days=1) == last


def test_an_unknown_rule_is_no_silent_default() -> None:
    with pytest.raises(KeyError):
        reading_span("whenever", Month(2026, 10))


@pytest.mark.parametrize(
    ("ends_on", "months", "expected"),
    [
        (dt.date(2027, 12, 31), 12, dt.date(2026, 12, 31)),
        (dt.date(2027, 3, 31), 1, dt.date(2027, 2, 28)),
        (dt.date(2028, 3, 31), 1, dt.date(2028, 2, 29)),
        (dt.date(2027, 1, 1), 0, dt.date(2027, 1, 1)),
        (dt.date(1, 12, 31), 1, dt.date(1, 11, 30)),
        (dt.date(2027, 1, 1), 32_767, dt.date.min),
    ],
)
def test_notice_is_given_whole_months_before_the_end(
    ends_on: dt.date, months: int, expected: dt.date
) -> None:
    assert notice_day(ends_on, months) == expected
