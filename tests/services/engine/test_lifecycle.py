from services.engine.lifecycle import IDEA, IN_USE, MOVES, RETIRED, may_move
from services.models import Application


def test_every_stage_can_be_left_and_leads_to_stages_that_there_are() -> None:
    assert MOVES.keys() == {*Application.Lifecycle.values}
    for stage, after in MOVES.items():
        assert after
        assert {*after} <= MOVES.keys() - {stage}


def test_every_move_can_be_undone_within_two_steps() -> None:
    for stage, after in MOVES.items():
        for to in after:
            assert may_move(to, stage) or any(may_move(between, stage) for between in MOVES[to])


def test_what_is_in_use_is_phased_out_before_it_is_retired() -> None:
    assert not may_move(IN_USE, RETIRED)
    assert may_move(IDEA, RETIRED)


def test_staying_is_no_move_and_neither_is_anything_from_an_unknown_stage() -> None:
    assert not any(may_move(stage, stage) for stage in MOVES)
    assert not may_move("project", IN_USE)
