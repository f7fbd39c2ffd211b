"""Sizes, weights and steps: those of the scale, and no others."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import found_in
from tests.front.sheets import SHEETS, TOKENS, declared, rules

ROOT = Path(__file__).parents[2]
SIZES = {f"var(--sd-t-{name})" for name in ("figure", "title", "lede", "section", "body", "small")}
WEIGHTS = {f"var(--sd-w-{name})" for name in ("text", "name", "head")}
STEP = re.compile(
    r"0|auto|-?1px|var\(--sd-(?:[1-7]|row|gap)\)|calc\((?:(?:-1|2) \*|100% \+) var\(--sd-[1-7]\)\)"
)
SPACES = re.compile(
    r"(?:scroll-)?(?:margin|padding)(?:-[\w-]+)?|(?:grid-)?(?:row-|column-)?gap|border-spacing|text-indent"
)
FONTS = re.compile(r"font(?:-size-adjust|-stretch)?|zoom")
"""What would set a size or a weight by another name."""
PAGES = sorted(ROOT.glob("templates/**/*.html"))


def parts(value: str) -> list[str]:
    """The lengths of a shorthand: ``0 var(--sd-1)`` -> two."""
    return re.findall(r"(?:[\w-]+)?\((?:[^()]|\([^()]*\))*\)|[^\s()]+", value)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_size_is_one_of_the_scale(sheet: Path) -> None:
    used = {value for name, value in declared(sheet) if name == "font-size"}
    assert used <= SIZES | {"inherit"}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_size_or_weight_comes_by_another_name(sheet: Path) -> None:
    assert [name for name, _value in declared(sheet) if FONTS.fullmatch(name)] == []


def test_no_page_sets_a_size_or_a_weight_of_its_own() -> None:
    own = re.compile(r"\bfont-(?:size|weight)\s*=")
    assert found_in(PAGES, lambda path: own.findall(path.read_text(encoding="utf-8"))) == {}


def test_the_tokens_are_names_alone() -> None:
    used = [name for name, _value in declared(TOKENS) if not name.startswith("--sd-")]
    assert {*used} <= {"color-scheme"}


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


@pytest.mark.parametrize(
    "text",
    [
        ".a { top: 0; font-size: 9px; }",
        ".a {\n  font-size: 9px\n}",
        "@media screen { .a { FONT-SIZE: 9px !important } }",
        ".a { /* { */ .b { top: 0 } font-size:9px }",
    ],
)
def test_a_declaration_is_found_however_it_is_laid_out(text: str) -> None:
    assert ("font-size", "9px") in [pair for _selector, found in rules(text) for pair in found.items()]
