"""Priorities from effect and urgency, without a database."""

import pytest

from services.engine.priority import LEVELS, SHIPPED, PriorityError, PriorityTable, effect_of


def test_what_is_worse_never_has_a_lower_priority() -> None:
    for effect in LEVELS:
        assert [SHIPPED.of(effect, urgency) for urgency in LEVELS] == sorted(
            SHIPPED.of(effect, urgency) for urgency in LEVELS
        )
        assert [SHIPPED.of(level, effect) for level in LEVELS] == sorted(
            SHIPPED.of(level, effect) for level in LEVELS
        )


def test_effect_comes_before_urgency_in_the_table() -> None:
    table = PriorityTable((1, 1, 1, 1, 1, 2, 2, 3, 4), (10, 20, 30, 40))
    assert (table.of(2, 3), table.of(3, 2)) == (2, 3)
    assert table.minutes_until_update(3) == 30


@pytest.mark.parametrize(
    ("matrix", "minutes"),
    [
        ((1,) * 8, (1, 2, 3, 4)),
        ((1,) * 9, (1, 2, 3)),
        ((0, *(1,) * 8), (1, 2, 3, 4)),
        ((5,) * 9, (1, 2, 3, 4)),
        ((1,) * 9, (1, 0, 3, 4)),
        ((2, 1, 2, 2, 2, 2, 2, 2, 2), (1, 2, 3, 4)),
        ((2, 2, 2, 1, 2, 2, 2, 2, 2), (1, 2, 3, 4)),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(
    matrix: tuple[int, ...], minutes: tuple[int, ...]
) -> None:
    with pytest.raises(PriorityError):
        PriorityTable(matrix, minutes)


@pytest.mark.parametrize(
    ("stopped", "members", "effect"),
    [
        ({}, 3, 3),
        ({"torsby": 0}, 3, 3),
        ({"torsby": 2}, 3, 2),
        ({"torsby": 1}, 1, 2),
        ({"torsby": 1, "sunne": 1}, 3, 1),
        ({"torsby": 1, "sunne": 1}, 4, 1),
        ({"torsby": 1, "sunne": 1}, 5, 2),
    ],
)
def test_how_wide_it_is_follows_from_whom_it_stops(
    stopped: dict[str, int], members: int, effect: int
) -> None:
    assert effect_of(stopped, members) == effect
