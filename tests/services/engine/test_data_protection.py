import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.engine.data_protection import Missing, Protection, missing_of, untold

TODAY = dt.date(2026, 11, 1)
WHOLE = Protection(1, "DPA 7", dt.date(2026, 1, 1), "none", TODAY)


def test_nothing_is_missing_of_what_is_told_whole_and_reviewed_in_time() -> None:
    assert missing_of(WHOLE, TODAY) == []
    assert missing_of(WHOLE, TODAY + dt.timedelta(days=1)) == [Missing.LATE]


def test_what_nobody_told_is_missing_the_gravest_first() -> None:
    assert missing_of(Protection(1), TODAY) == [Missing.AGREEMENT, Missing.SUB_PROCESSORS, Missing.REVIEW]
    assert missing_of(replace(WHOLE, signed_on=None), TODAY) == [Missing.SIGNATURE]
    assert missing_of(replace(WHOLE, agreement="  "), TODAY) == [Missing.AGREEMENT]


def test_who_uses_it_and_is_not_told_of_is_named() -> None:
    assert untold({1, 2}, [WHOLE]) == {2}
    assert untold({1}, []) == {1}
    assert untold(set(), [WHOLE]) == set()


told = st.builds(
    Protection,
    st.just(1),
    st.sampled_from(["", "DPA"]),
    st.none() | st.dates(),
    st.sampled_from(["", "none"]),
    st.none() | st.dates(),
)


@given(told, st.dates(), st.sampled_from(["agreement", "signed_on", "sub_processors", "review_on"]))
def test_taking_something_away_never_leaves_less_to_do(
    protection: Protection, today: dt.date, name: str
) -> None:
    fewer = replace(protection, **{name: None if name.endswith("_on") else ""})
    assert len(missing_of(fewer, today)) >= len(missing_of(protection, today)) or name == "review_on"
