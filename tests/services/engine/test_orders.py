"""Which states of an order follow each other, who decides, and how accounting codes are written."""

import pytest

from services.engine.accounting import fits
from services.engine.orders import DECIDED_BY, MOVES, OPEN, may_decide, may_move


def test_an_order_moves_forward_only_and_ends() -> None:
    assert may_move("draft", "sent")
    assert may_move("sent", "approved")
    assert may_move("approved", "done")
    assert not may_move("draft", "approved")
    assert not may_move("approved", "withdrawn")
    assert not may_move("sent", "sent")
    assert not may_move("nothing", "sent")
    assert {state for state, following in MOVES.items() if following} == {*OPEN}


@pytest.mark.parametrize(
    ("kind", "administrator", "coordinator", "others", "may"),
    [
        ("standard", False, True, True, True),
        ("standard", True, False, True, False),
        ("standard", True, False, False, True),
        ("standard", False, False, False, False),
        ("new_service", True, False, True, True),
        ("new_service", False, True, True, False),
        ("replacement", False, True, True, False),
        ("replacement", True, False, False, True),
    ],
)
def test_each_kind_has_its_own_who_decide(
    kind: str, administrator: bool, coordinator: bool, others: bool, may: bool
) -> None:
    found = may_decide(
        DECIDED_BY[kind], is_administrator=administrator, is_coordinator=coordinator, has_coordinator=others
    )
    assert found is may


@pytest.mark.parametrize(
    ("code", "pattern", "fit"),
    [
        ("anything", "", True),
        ("", "", True),
        ("1234-AB", "9999-AA", True),
        ("1234-ab", "9999-AA", True),
        ("1234-A1", "9999-AA", False),
        ("12345-AB", "9999-AA", False),
        ("", "9", False),
        ("\u0661", "9", False),
        ("K-17 x", "K-99*", True),
        ("K-17", "K-99*", True),
        ("K-1", "K-99*", False),
        ("(", ".", False),
    ],
)
def test_a_code_fits_the_pattern(code: str, pattern: str, fit: bool) -> None:
    assert fits(code, pattern) is fit
