"""Every pair of colours that meets on a page, in light and dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

from tests.front.sheets import SHEETS, TOKENS, declared, rules

COLOURS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(
        r"--sd-([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", TOKENS.read_text(encoding="utf-8")
    )
}
TEXT, CONTROL = 4.5, 3.0
GROUNDS = ["page", "panel", "raised", "hover", "own-ground"]
STATES = {
    "ok": "ok-ground",
    "warning": "warning-ground",
    "danger-text": "danger-ground",
    "info": "info-ground",
    "neutral": "neutral-ground",
}
PAIRS = [
    *(
        (front, ground, TEXT)
        for ground in GROUNDS
        for front in ("text", "strong", "muted", "link", "link-hover", "degraded", "down", "info")
    ),
    *((front, ground, TEXT) for ground in ("page", "panel") for front in ("primary", "danger")),
    *((front, ground, CONTROL) for ground in GROUNDS for front in ("control", "focus")),
    *((front, "control-surface", TEXT) for front in ("text", "muted", "link")),
    *((front, "control-surface", CONTROL) for front in ("control", "focus", "danger")),
    *((front, ground, TEXT) for front, ground in STATES.items()),
    *(("text", ground, TEXT) for ground in STATES.values()),
    *((front, "danger-ground", TEXT) for front in ("down", "muted")),
    *(("link", ground, TEXT) for ground in ("mark-ground",)),
    *(("own", ground, CONTROL) for ground in ("page", "panel", "faint")),
    ("down", "page", CONTROL),
    ("text", "faint", TEXT),
    *((front, "page", CONTROL) for front in ("degraded",)),
    ("on-primary", "own", TEXT),
    ("on-primary", "primary", TEXT),
    ("on-primary", "primary-hover", TEXT),
    ("on-danger", "danger", TEXT),
    ("on-danger", "danger-hover", TEXT),
    ("on-bar", "bar", TEXT),
    ("bar-muted", "bar", TEXT),
    ("on-bar", "bar-hover", TEXT),
    ("bar-muted", "bar-hover", TEXT),
]


COLOURED = re.compile(r"^color$|-color$|^background$|^fill$|^stroke$")
WRITTEN = ("rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch(", "color(")
NO_COLOUR = {
    *("none", "inherit", "transparent", "currentcolor", "color-mix(", "in", "srgb", "unset", "initial"),
    *("30", "40", "0", "url(", "no-repeat", "center"),
}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_colours_that_meet_can_be_told_apart(front: str, ground: str, least: float, theme: str) -> None:
    assert contrast(COLOURS[front][theme], COLOURS[ground][theme]) >= least


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_stylesheet_of_ours_has_a_colour_beside_the_tokens(sheet: Path) -> None:
    found = [
        (name, value)
        for name, value in declared(sheet)
        for part in re.findall(r"#?[\w-]+\(?", re.sub(r"var\([^()]*\)|\"[^\"]*\"", "", value.lower()))
        if part.startswith("#") or part in WRITTEN or (COLOURED.search(name) and part not in NO_COLOUR)
    ]
    assert found == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_nothing_fades(sheet: Path) -> None:
    """What is told apart from its ground by computing stays so."""
    found = [
        (name, value) for name, value in declared(sheet) if name in ("opacity", "filter", "mix-blend-mode")
    ]
    assert {*found} <= {("opacity", "1")}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_text_and_its_ground_are_a_pair_that_is_computed(sheet: Path) -> None:
    """On the ground that its rule gives, else on the page."""
    computed = {(front, ground) for front, ground, least in PAIRS if least >= TEXT}
    on_bars = {(front, "bar") for front in ("on-bar", "bar-muted")}
    unknown = []
    for selector, found in rules(sheet.read_text(encoding="utf-8")):
        front = re.fullmatch(r"var\(--sd-([\w-]+)\)", found.get("color", ""))
        ground = re.fullmatch(
            r"var\(--sd-([\w-]+)\)", found.get("background", found.get("background-color", ""))
        )
        if front:
            grounds = [ground[1]] if ground else ["page", "bar", *STATES.values(), "primary", "danger"]
            if not any((front[1], each) in computed | on_bars for each in grounds):
                unknown.append((selector, front[1], ground and ground[1]))
    assert unknown == []


def test_every_token_that_is_used_is_defined() -> None:
    defined = set(re.findall(r"--sd-[\w-]+(?=:)", TOKENS.read_text(encoding="utf-8")))
    used = {
        name
        for sheet in TOKENS.parent.glob("*.css")
        for name in re.findall(r"var\((--sd-[\w-]+)", sheet.read_text(encoding="utf-8"))
    }
    assert used - defined == set()
