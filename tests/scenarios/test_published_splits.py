"""Every published unit-test case of money libraries comes out of ``split_minor`` as it was published."""

import json
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

import pytest

from billing.engine.split import split_minor

CASES = json.loads((Path(__file__).parent / "data" / "allocation_cases.json").read_text(encoding="utf-8"))[
    "cases"
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['library']}")
def test_the_split_is_as_published(case: dict[str, Any]) -> None:
    ratios = [Fraction(str(ratio)) for ratio in case["ratios"]]
    common = lcm(*(ratio.denominator for ratio in ratios))
    weights = {f"{place:04d}": int(ratio * common) for place, ratio in enumerate(ratios)}
    assert list(split_minor(case["total"], weights).values()) == case["expected"], case["source"]


def test_all_cases_are_there() -> None:
    assert len(CASES) == 49
