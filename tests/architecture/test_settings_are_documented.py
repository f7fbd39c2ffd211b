"""Every variable of the environment that the program reads stands in README.md."""

import ast

from tests.architecture.tree import CODE, ROOT, parsed, python_files

READERS = {
    "text",
    "words",
    "flag",
    "integer",
    "choice",
    "secret",
    "url",
    "postgresql",
    "smtp",
    "sender",
    "require",
}


def _variables() -> set[str]:
    found = set()
    for node in (node for path in python_files(*CODE) for node in ast.walk(parsed(path))):
        if isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if called in READERS and isinstance(first, ast.Constant) and str(first.value).isupper():
                found.add(str(first.value))
    return found


def test_the_readers_are_found() -> None:
    assert {"DATABASE_URL", "REDIS_URL", "SHAREDICT_MODE", "SHAREDICT_PORT", "PORT"} <= _variables()


def test_every_variable_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(name for name in _variables() if f"`{name}`" not in readme) == []


def test_only_the_readers_read_the_environment() -> None:
    """``os.environ`` is written to in a few places; reading it elsewhere would skip the checks."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files(*CODE)
        if path.name != "env.py"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute)
        and node.attr in ("get", "getenv")
        and ast.unparse(node).startswith(("os.environ.get", "os.getenv"))
    ]
    assert not found
