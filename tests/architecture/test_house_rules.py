"""Rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.tree import CODE, ROOT, name_of, parsed, python_files

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


@pytest.mark.parametrize("path", python_files(*CODE), ids=name_of)
def test_imports_stand_at_the_top(path: Path) -> None:
    """An import inside a function is a cycle in disguise."""
    found = [
        f"line {inner.lineno} in {function.name}()"
        for function in ast.walk(parsed(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name != "ready"
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not found


@pytest.mark.parametrize("path", python_files(*CODE), ids=name_of)
def test_no_signal_on_save_or_delete(path: Path) -> None:
    named = {node.id for node in ast.walk(parsed(path)) if isinstance(node, ast.Name)}
    named |= {
        alias.name
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert not named & SAVE_SIGNALS


@pytest.mark.parametrize("path", python_files(*CODE), ids=name_of)
def test_rows_are_read_with_the_sight_of_who_asks(path: Path) -> None:
    """The database is told who asks before each statement; what goes on after it, or past it, is not one."""
    if name_of(path) not in ("sharedict/common/copying.py", "sharedict/common/loading.py"):
        called = {node.attr for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute)}
        assert not called & {"iterator", "copy_expert", "copy_from", "copy_to"}


@pytest.mark.parametrize("path", python_files(*CODE), ids=name_of)
def test_days_are_told_by_the_clock_of_the_readers(path: Path) -> None:
    """Django's own would tell the day of a moment in UTC: for an hour or two each night, the day before."""
    imports = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom)]
    named = {alias.name for node in imports if node.module == "django.utils.formats" for alias in node.names}
    assert "date_format" not in named


@pytest.mark.parametrize("path", python_files("billing/documents"), ids=name_of)
def test_documents_write_what_reports_give(path: Path) -> None:
    """They ask the database nothing."""
    nodes = list(ast.walk(parsed(path)))
    named = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    named += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    assert not [name for name in named if name.startswith(DATABASE)]
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if QUERIES.search(text)]


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


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_keep_to_the_content_security_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [f"{what}: {match.group(0)}" for what, rule in INLINE.items() for match in rule.finditer(text)]
    assert not found


@pytest.mark.parametrize("path", python_files("tests"), ids=name_of)
def test_browsers_wait_for_what_they_asked_for(path: Path) -> None:
    """An address that is waited for may be that of the page that is left; ``follow`` waits for the next."""
    called = {node.attr for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute)}
    assert "wait_for_url" not in called


def test_each_kind_of_advisory_lock_has_a_first_key_of_its_own() -> None:
    """Two that share one would wait for each other, or take each other's for their own."""
    keys = [
        node.value
        for path in python_files(*CODE)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >> 8 == LOCKS_ABOVE
    ]
    assert len(keys) == len({*keys}) > 4
