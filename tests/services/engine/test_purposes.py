"""A tree of purposes, in order and below what."""

from dataclasses import dataclass

from services.engine.purposes import in_tree, parts_of


@dataclass(frozen=True)
class Row:
    pk: int
    parent_id: int | None
    code: str

    @property
    def name(self) -> str:
        return self.code.upper()


def test_parts_stand_right_below_what_they_are_part_of() -> None:
    rows = [Row(1, None, "b"), Row(2, 1, "z"), Row(3, None, "c"), Row(4, 2, "a"), Row(5, 1, "d")]
    assert [names for _row, names in in_tree(rows)] == [
        ("B",),
        ("B", "D"),
        ("B", "Z"),
        ("B", "Z", "A"),
        ("C",),
    ]
    assert parts_of(rows, 1) == {1, 2, 4, 5}
    assert parts_of(rows, 3) == {3}


def test_a_circle_and_a_lost_top_are_told_once_each() -> None:
    rows = [Row(1, 2, "a"), Row(2, 1, "b"), Row(3, 9, "c")]
    assert [row.pk for row, _names in in_tree(rows)] == [3, 1, 2]
    assert parts_of(rows, 1) == {1, 2}
