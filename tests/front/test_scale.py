"""Sizes, weights and steps: those of the scale, and no others."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
TOKENS = CSS / "tokens.css"
SHEETS = sorted(path for path in CSS.glob("*.css") if path != TOKENS)
DECLARED = re.compile(r"^\s*([\w-]+):\s*([^;{}]+);", re.MULTILINE)
SIZES = {f"var(--sd-t-{name})" for name in ("figure", "title", "lede", "section", "body", "small")}
WEIGHTS = {f"var(--sd-w-{name})" for name in ("text", "name", "head")}
STEP = re.compile(
    r"0|auto|-?1px|var\(--sd-(?:[1-7]|row|gap)\)|calc\((?:(?:-1|2) \*|100% \+) var\(--sd-[1-7]\)\)"
)
SPACES = re.compile(r"(?:margin|padding|gap|row-gap|column-gap)(?:-[\w-]+)?")


def declared(sheet: Path) -> list[tuple[str, str]]:
    """Name and value of each declaration; the margins of paper are no part of the sheet."""
    text = re.sub(r"/\*.*?\*/|@page \{.*?\}", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [(name, value.removesuffix(" !important").strip()) for name, value in DECLARED.findall(text)]


def parts(value: str) -> list[str]:
    """The lengths of a shorthand: ``0 var(--sd-1)`` -> two."""
    return re.findall(r"(?:[\w-]+)?\((?:[^()]|\([^()]*\))*\)|[^\s()]+", value)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_size_is_one_of_the_scale(sheet: Path) -> None:
    used = {value for name, value in declared(sheet) if name == "font-size"}
    assert used <= SIZES | {"inherit"}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_weight_is_one_of_three(sheet: Path) -> None:
    used = {value for name, value in declared(sheet) if name == "font-weight"}
    assert used <= WEIGHTS | {"var(--sd-w-figure)"}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_space_is_a_step(sheet: Path) -> None:
    found = [
        (name, value)
        for name, value in declared(sheet)
        if SPACES.fullmatch(name) and not all(STEP.fullmatch(part) for part in parts(value))
    ]
    assert found == []


def test_one_rule_alone_has_the_size_and_the_weight_of_the_figure() -> None:
    used = [value for sheet in SHEETS for _, value in declared(sheet)]
    assert used.count("var(--sd-t-figure)") == used.count("var(--sd-w-figure)") == 1


def test_the_scale_has_five_sizes_and_the_smallest() -> None:
    names = re.findall(r"--sd-t-(\w+):", TOKENS.read_text(encoding="utf-8"))
    assert {*names} == {"figure", "title", "lede", "section", "body", "small"}


@pytest.mark.parametrize(
    ("value", "is_step"), [("0.5rem", False), ("7px 0", False), ("0 var(--sd-2)", True), ("0 auto", True)]
)
def test_a_step_is_told_from_any_other_length(value: str, *, is_step: bool) -> None:
    assert all(STEP.fullmatch(part) for part in parts(value)) is is_step
