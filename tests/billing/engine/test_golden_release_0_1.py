"""The engine still reads, writes and divides every month as release 0.1 did (tests/release_0_1/README.md)."""

import gzip
import json
from typing import Any

import pytest

from billing.engine.allocate import Allocation, Line, allocate
from billing.engine.facts import Facts, fingerprint
from tests.architecture.tree import ROOT

Case = dict[str, Any]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    with gzip.open(ROOT / "tests" / "release_0_1" / "golden.json.gz", "rt", encoding="utf-8") as file:
        found: list[Case] = json.load(file)
    return found


def test_all_cases_are_there(cases: list[Case]) -> None:
    assert len(cases) == 583 + 150
    assert len({case["fingerprint"] for case in cases}) == len(cases)
    lines = [line for case in cases for line in case["lines"].values()]
    assert sum(bool(line["shares"]) for line in lines) == 2_303
    assert {line["reason"] for line in lines} == {
        "",
        "no_term",
        "no_key_version",
        "no_payers",
        "missing_reading",
        "driver_is_zero",
        "limits_impossible",
        "percentages_not_100",
    }


def test_the_facts_are_written_as_they_were_to_the_byte(cases: list[Case]) -> None:
    for case in cases:
        assert Facts.from_json(case["facts"]).to_json() == case["facts"]
        assert fingerprint(case["facts"]) == case["fingerprint"]


def test_every_line_is_divided_as_it_was(cases: list[Case]) -> None:
    for case in cases:
        allocation = allocate(Facts.from_json(case["facts"]))
        lines = {line.cost.reference: _plain(line, allocation) for line in allocation.lines}
        assert lines == case["lines"], case["fingerprint"]


def test_the_carry_that_goes_on_is_as_it_was(cases: list[Case]) -> None:
    for case in cases:
        allocation = allocate(Facts.from_json(case["facts"]))
        carry = {key: [left.denominator, left.owed] for key, left in allocation.carry.items()}
        assert carry == case["carry"], case["fingerprint"]


def _plain(line: Line, allocation: Allocation) -> Case:
    codes = () if line.division is None else allocation.divisions[line.division].codes
    return {
        "amount": line.amount_minor,
        "reason": line.reason,
        "detail": line.detail,
        "days": line.days,
        "key": line.term.key if line.term else None,
        "shares": dict(zip(codes, line.shares, strict=True)),
    }
