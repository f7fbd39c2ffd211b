"""Every class that a page names is one of a style sheet, and what was retired stays away."""

import re
from collections.abc import Callable
from pathlib import Path

import drf_spectacular_sidecar
import pytest

from tests.architecture.tree import found_in
from tests.front.sheets import rules

ROOT = Path(__file__).parents[2]
SHEETS = [*ROOT.glob("static/css/*.css"), ROOT / "static/vendor/tabler/tabler.min.css"]
OWN_SHEETS = [each for each in SHEETS if each.parent.name == "css"]
STYLED = {
    name
    for sheet in SHEETS
    for name in re.findall(r"\.(-?[a-zA-Z][\w-]*)", sheet.read_text(encoding="utf-8"))
}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CODE = sorted(
    path
    for app in ("sharedict", "municipalities", "services", "agreements", "billing")
    for path in (ROOT / app).rglob("*.py")
)
LIBRARY = Path(*drf_spectacular_sidecar.__path__).joinpath(
    "static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css"
)
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
PLAIN = {
    "sd-nav-wide",
    "sd-costs",
    "sd-state-danger",
    "button",
    "errornote",
}
"""Named so that another rule, a script or a test finds them; they look like nothing of their own, or
are of Django's admin."""
RETIRED = re.compile(
    r"\b(?:card-(?:header|footer|title)|sd-(?:figures|second|todo|checks|inset|tight|grid|opening)\b|"
    r"components/(?:card|figures)\.html)"
)
ALONE = re.compile(
    r"^(?:40\d(?:_csrf)?|500|login|forgotten|new_password|confirm_address|not_confirmed|(?:not_)?first|(?:not_)?invited|not_read|busy"
    r"|shown_once|no_role|list_page|empty|key_detail|overview)\.html$"
)
CARD = re.compile(r'class="(?:[^"]*\s)?card[\s"]')


PUT_TOGETHER = re.compile(
    r"sd-(?:state|status|message)-(?:ok|success|debug|info|neutral|warning|danger|error|down|degraded)"
    r"|(?:from|until)-\d+|(?:rail|joint)-\w+"
    r"|form-[\w-]+|mb-3|fs-6|asteriskField"
)
"""Named by what a template or crispy-forms puts together: a state, a look, a width."""


LIBRARIES = re.compile(
    r"(?:btn|card|form|swagger|opblock)(?:-[\w-]+)?|fs-6|mb-3|asteriskField|is-invalid|invalid-feedback"
)
"""What Tabler and crispy-forms name."""


def classes(text: str) -> set[str]:
    """``a{% if x %} b{% endif %} c-{{ d }}`` -> a and b: what is put together is not looked at."""
    found: set[str] = set()
    for value in re.findall(r"\bclass=\\?\"((?:[^\"{\\]|\{%.*?%\}|\{\{.*?\}\})*)", text):
        plain = re.sub(r"[\w-]*\{\{.*?\}\}[\w-]*", " ", value)
        found |= {*re.sub(r"\{%.*?%\}", " ", plain).split()}
    return {name for name in found if re.fullmatch(r"[a-zA-Z][\w-]*[\w]", name)}


def test_classes_are_found_however_their_quotes_are_written() -> None:
    assert classes('<p class="a-b{% if x %} c-d{% endif %} e-{{ f }} g-h">') == {"a-b", "c-d", "g-h"}
    assert classes(r'"<p class=\"a-b c-d\">", "<i class=\"e-f\">"') == {"a-b", "c-d", "e-f"}


def test_every_class_of_a_template_is_styled() -> None:
    assert found_in(TEMPLATES, unstyled) == {}


def test_every_class_that_code_writes_is_styled() -> None:
    assert found_in(CODE, unstyled) == {}


def unstyled(path: Path) -> set[str]:
    return classes(path.read_text(encoding="utf-8")) - STYLED - PLAIN


def test_classes_stand_in_double_quotes() -> None:
    """So that they are found; the templates of a page are no place for a second way."""
    assert found_in([*TEMPLATES, *CODE], finding(re.compile(r"<[^>]*\bclass='"))) == {}


def test_nothing_retired_is_named() -> None:
    assert found_in([*TEMPLATES, *CODE, *OWN_SHEETS], finding(RETIRED)) == {}


def test_a_card_holds_what_stands_alone() -> None:
    """Sign-in, invitations, error pages and empty states; nothing else is in a box."""
    assert found_in([path for path in TEMPLATES if not ALONE.match(path.name)], finding(CARD)) == {}


def finding(pattern: re.Pattern[str]) -> Callable[[Path], list[str]]:
    return lambda path: pattern.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("sheet", OWN_SHEETS, ids=lambda path: path.name)
def test_every_class_of_a_sheet_is_named(sheet: Path) -> None:
    """What styles nothing any more goes; one sheet styles what a library draws."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    styled = {name for name in re.findall(r"\.([a-zA-Z][\w-]*)", text) if not PUT_TOGETHER.fullmatch(name)}
    drawn = [LIBRARY] if sheet.name == "docs.css" else []
    named = "\n".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES, *CODE, *SCRIPTS, *drawn])
    assert styled - {*re.findall(r"[a-zA-Z][\w-]*", named)} == set()


@pytest.mark.parametrize("sheet", OWN_SHEETS, ids=lambda path: path.name)
def test_a_class_of_a_sheet_is_known_as_ours(sheet: Path) -> None:
    """A plain word would be found anywhere in the code; pictures and libraries alone have such names."""
    if sheet.name not in ("pictures.css", "docs.css"):
        selectors = " ".join(selector for selector, _found in rules(sheet.read_text(encoding="utf-8")))
        names = {*re.findall(r"\.([a-zA-Z][\w-]*)", selectors)}
        assert {name for name in names if not (name.startswith("sd-") or LIBRARIES.fullmatch(name))} == set()


def test_the_names_in_a_class_are_read_past_tags() -> None:
    text = '<p class="one{% if x == "y" %} two{% endif %} three-{{ four }} five">'
    assert classes(text) >= {"one", "two", "five"}
