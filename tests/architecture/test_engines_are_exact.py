"""Money is whole minor units and exact ratios: nothing in the pure code can make a float."""

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import name_of, parsed, python_files

PURE = python_files(
    "billing/engine", "agreements/engine", "services/engine", "municipalities/engine", "sharedict/kernel"
)


def _inexact(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=float() | complex()):
            return "a float literal"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return "the operator /"
        case ast.Call(func=ast.Name(id="round" | "float" as name)):
            return f"{name}()"
        case ast.Attribute(value=ast.Name(id="math"), attr=name) if name not in (
            "gcd",
            "lcm",
            "prod",
            "isqrt",
        ):
            return f"math.{name}"
    return ""


def test_the_pure_code_is_where_it_is_looked_for() -> None:
    assert {"split.py", "money.py"} <= {path.name for path in PURE}


@pytest.mark.parametrize("path", PURE, ids=name_of)
def test_no_float_no_slash_no_round(path: Path) -> None:
    found = [f"line {node.lineno}: {why}" for node in ast.walk(parsed(path)) if (why := _inexact(node))]
    assert not found


@pytest.mark.parametrize("path", PURE, ids=name_of)
def test_no_clock(path: Path) -> None:
    """Today is an argument; a function that asks for it cannot be computed again years later."""
    clocks = {"today", "now", "utcnow", "time", "monotonic"}
    found = [
        f"line {node.lineno}: {node.func.attr}()"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in clocks
    ]
    assert not found
