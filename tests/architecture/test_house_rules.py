"""Rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

from tests.architecture.tree import CODE, ROOT, found_in, name_of, parsed, python_files

SAVE_SIGNALS = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"}
QUERIES = re.compile(r"\bSELECT\b.+\bFROM\b", re.DOTALL)
DATABASE = ("django.db", "sharedict.common.copying", "sharedict.common.loading", "billing.models")
LOCKS_ABOVE = 0x5D
"""What the first keys of our advisory locks begin with."""
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INLINE = {
    "inline script": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")[^>]*>", re.IGNORECASE
    ),
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "another host": re.compile(
        r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE
    ),
}


def test_imports_stand_at_the_top() -> None:
    """An import inside a function is a cycle in disguise."""
    assert found_in(python_files(*CODE), imports_inside) == {}


def imports_inside(path: Path) -> list[str]:
    return [
        f"line {inner.lineno} in {function.name}()"
        for function in ast.walk(parsed(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name != "ready"
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def test_no_signal_on_save_or_delete() -> None:
    assert found_in(python_files(*CODE), signals) == {}


def signals(path: Path) -> set[str]:
    named = {node.id for node in ast.walk(parsed(path)) if isinstance(node, ast.Name)}
    named |= {
        alias.name
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return named & SAVE_SIGNALS


def test_rows_are_read_with_the_sight_of_who_asks() -> None:
    """The database is told who asks before each statement; what goes on after it, or past it, is not one."""
    past = {"iterator", "copy_expert", "copy_from", "copy_to"}
    own = ("sharedict/common/copying.py", "sharedict/common/loading.py")
    paths = [path for path in python_files(*CODE) if name_of(path) not in own]
    assert found_in(paths, lambda path: attributes(path) & past) == {}


def attributes(path: Path) -> set[str]:
    return {node.attr for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute)}


def test_days_are_told_by_the_clock_of_the_readers() -> None:
    """Django's own would tell the day of a moment in UTC: for an hour or two each night, the day before."""
    assert found_in(python_files(*CODE), lambda path: "date_format" in of_formats(path)) == {}


def of_formats(path: Path) -> set[str]:
    """What a file takes of Django's own formats."""
    imports = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom)]
    return {alias.name for node in imports if node.module == "django.utils.formats" for alias in node.names}


def test_documents_write_what_reports_give() -> None:
    """They ask the database nothing."""
    assert found_in(python_files("billing/documents"), questions) == {}


def questions(path: Path) -> list[str]:
    """The names of what asks the database, and what it is asked in its own words."""
    nodes = list(ast.walk(parsed(path)))
    named = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    named += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [name for name in named if name.startswith(DATABASE)] + [
        text for text in texts if QUERIES.search(text)
    ]


INCLUDED = re.compile(r'{% include "(?P<name>[^"]+)"(?P<given>.*?)%}')


def test_a_form_that_is_included_has_its_token() -> None:
    """``only`` leaves the token out, and whatever the form sends is refused."""
    texts = {path.relative_to(ROOT / "templates").as_posix(): path.read_text() for path in TEMPLATES}
    forms = {name for name, text in texts.items() if "{% csrf_token %}" in text}
    assert forms
    found = [
        (name, included["name"])
        for name, text in texts.items()
        for included in INCLUDED.finditer(text)
        if included["name"] in forms and included["given"].split()[-1:] == ["only"]
    ]
    assert found == []


def test_templates_keep_to_the_content_security_policy() -> None:
    assert found_in(TEMPLATES, inline) == {}


def inline(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return [f"{what}: {match.group(0)}" for what, rule in INLINE.items() for match in rule.finditer(text)]


def test_browsers_wait_for_what_they_asked_for() -> None:
    """An address that is waited for may be that of the page that is left; ``follow`` waits for the next."""
    assert found_in(python_files("tests"), lambda path: "wait_for_url" in attributes(path)) == {}


def test_each_kind_of_advisory_lock_has_a_first_key_of_its_own() -> None:
    """Two that share one would wait for each other, or take each other's for their own."""
    keys = [
        node.value
        for path in python_files(*CODE)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >> 8 == LOCKS_ABOVE
    ]
    assert len(keys) == len({*keys}) > 4
