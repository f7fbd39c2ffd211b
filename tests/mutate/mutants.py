"""The mutants of a module: copies with one thing changed that a test should notice."""

import ast
import builtins
import copy
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NAMES = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "lcm": "gcd",
    "gcd": "lcm",
    "add": "sub",
    "sub": "add",
}
ROUND_ITS_ARGUMENT = {"abs", "neg", "sorted", "reversed", "int"}
CHOICES = {"key", "reverse", "default"}
"""Named arguments that a call can do without, and then does something else."""

CONTEXT = 30
"""Characters of a label before and after what is changed."""

N = TypeVar("N", bound=ast.AST)

UNTOUCHED = (ast.Import, ast.ImportFrom)
UNTOUCHED_FIELDS = {"annotation", "returns", "decorator_list", "bases", "format_spec"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed copy (``code``) of the file ``path``: at ``line``, ``after`` stands instead of ``before``.

    It is known by its ``label``, whatever is changed elsewhere in the file.
    """

    path: str
    line: int
    before: str
    after: str
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a parsed node (``index`` where it is a list), the line of its statement and its function."""

    parent: ast.AST
    name: str
    index: int | None
    line: int
    where: str
    rebound: frozenset[str] = frozenset()

    @property
    def node(self) -> ast.AST:
        held = getattr(self.parent, self.name)
        node: ast.AST = held if self.index is None else held[self.index]
        return node

    def put(self, node: ast.AST | None) -> None:
        if self.index is None:
            setattr(self.parent, self.name, node)
        else:
            getattr(self.parent, self.name)[self.index] = node


def mutants(path: str, source: str) -> list[Mutant]:
    """Every mutant of ``source``, in the order of its lines, no two of them the same."""
    tree = ast.parse(source)
    known = {name.id for name in ast.walk(tree) if isinstance(name, ast.Name)} | set(dir(builtins))
    known |= {alias.name for node in ast.walk(tree) if isinstance(node, UNTOUCHED) for alias in node.names}
    original = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    named = Counter[str]()
    for place in _places(tree, Place(tree, "", None, 1, "module")):
        node = place.node
        for changed in replacements(node, place.rebound):
            if isinstance(changed, ast.Name) and changed.id not in known:
                continue
            place.put(ast.copy_location(changed, node))
            code = ast.unparse(tree)
            place.put(node)
            if code == original or code in found:
                continue
            before, after = _difference(original, code)
            label = f"{path} {place.where}: {_shortened(before, after)}"
            named[label] += 1
            label += f" ({named[label]})" if named[label] > 1 else ""
            found[code] = Mutant(path, place.line, before, after, code, label)
    return list(found.values())


def _difference(before: str, after: str) -> tuple[str, str]:
    """The changed lines of both, each as one line."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    old, new = ([line[2:].strip() for line in lines if line.startswith(sign)] for sign in ("- ", "+ "))
    return " ".join(old), " ".join(new)


def _shortened(before: str, after: str) -> str:
    """Both lines, cut off between words where they have been the same for long."""
    same = _in_common(before, after)
    start = before.rfind(" ", 0, max(0, same - CONTEXT)) + 1
    tail = before[len(before) - _in_common(before[same:][::-1], after[same:][::-1]) :]
    stop = tail.find(" ", CONTEXT)
    end = len(tail) - stop if stop >= 0 else 0
    cut = [
        ("... " if start else "") + line[start : len(line) - end] + (" ..." if end else "")
        for line in (before, after)
    ]
    return " -> ".join(cut)


def _in_common(one: str, other: str) -> int:
    """With how many characters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


def _places(node: ast.AST, at: Place) -> Iterator[Place]:
    """Every place below ``node`` where a change would be one of behaviour: no annotations, no docstrings."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        where = node.name if at.where == "module" else f"{at.where}.{node.name}"
        at = replace(at, where=where, rebound=_rebound(node))
    for name, held in ast.iter_fields(node):
        if name in UNTOUCHED_FIELDS or (isinstance(node, ast.ClassDef) and name == "keywords"):
            continue
        for index, child in enumerate(held) if isinstance(held, list) else [(None, held)]:
            if not isinstance(child, ast.AST) or _is_untouched(node, child):
                continue
            line = child.lineno if isinstance(child, ast.stmt) else at.line
            place = replace(at, parent=node, name=name, index=index, line=line)
            yield place
            yield from _places(child, place)


def _is_untouched(parent: ast.AST, child: ast.AST) -> bool:
    match child:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.ClassDef(bases=[ast.Name(id="Protocol"), *_]):
            return True
        case ast.Assign(targets=[ast.Name(id="__slots__")]) | ast.Call(func=ast.Name(id="TypeVar")):
            return True
        case ast.keyword(arg="strict"):
            return True  # strict=True of zip is itself a check
        case ast.Constant():
            return isinstance(parent, ast.JoinedStr)
    return False


def _rebound(function: ast.AST) -> frozenset[str]:
    """Names that the function gives a value more than once: without one of the times it still runs."""
    given = Counter[str]()
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                given[name] += 1
    return frozenset(name for name, times in given.items() if times > 1)


def replacements(node: ast.AST, rebound: frozenset[str]) -> Iterator[ast.AST]:
    """What may stand instead of ``node``; the names ``rebound`` have a value without it."""
    if isinstance(node, ast.stmt):
        yield from _statements(node, rebound)
    elif isinstance(node, ast.expr):
        yield from _expressions(node)
    elif isinstance(node, ast.comprehension):
        for index in range(len(node.ifs)):
            yield _changed(node, ifs=node.ifs[:index] + node.ifs[index + 1 :])


def _statements(node: ast.stmt, rebound: frozenset[str]) -> Iterator[ast.stmt]:
    match node:
        case ast.AugAssign():
            if type(node.op) in OPERATORS:
                yield _changed(node, op=OPERATORS[type(node.op)]())
            yield ast.Pass()
        case ast.If() | ast.While() if not isinstance(node.test, ast.Compare):
            yield _changed(node, test=_negated(node.test))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield _changed(node, value=ast.Constant(None))
        case ast.Assign(targets=[ast.Name(id=name)]) if name in rebound:
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
            yield ast.Pass()
        case ast.Expr() | ast.Raise() | ast.Delete() | ast.Assert() | ast.Break():
            yield ast.Pass()


def _expressions(node: ast.expr) -> Iterator[ast.expr]:  # noqa: C901 - a table, one kind of node each
    match node:
        case ast.Compare(ops=ops):
            for index, op in enumerate(ops):
                for other in COMPARISONS[type(op)]:
                    yield _changed(node, ops=[*ops[:index], other(), *ops[index + 1 :]])
        case ast.BinOp(op=op) if type(op) in OPERATORS:
            yield _changed(node, op=OPERATORS[type(op)]())
        case ast.BoolOp(op=op, values=values):
            yield _changed(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for index in range(len(values)):
                left = values[:index] + values[index + 1 :]
                yield left[0] if len(left) == 1 else _changed(node, values=left)
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield operand
        case ast.IfExp(test=test) if not isinstance(test, ast.Compare):
            yield _changed(node, test=_negated(test))
        case ast.Name(id=name, ctx=ast.Load()) if name in NAMES:
            yield ast.Name(NAMES[name], ast.Load())
        case ast.Call():
            yield from _calls(node)
        case ast.Slice(lower=lower, upper=upper):
            if lower:
                yield _changed(node, lower=None)
            if upper:
                yield _changed(node, upper=None)
                yield _changed(node, upper=ast.BinOp(upper, ast.Add(), ast.Constant(1)))
        case ast.Constant():
            yield from _constants(node)


def _calls(node: ast.Call) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[only]) if name in ROUND_ITS_ARGUMENT:
            yield only if name != "sorted" else ast.Call(ast.Name("list", ast.Load()), [only], [])
    for index, keyword in enumerate(node.keywords):
        if keyword.arg in CHOICES:
            yield _changed(node, keywords=node.keywords[:index] + node.keywords[index + 1 :])


def _constants(node: ast.Constant) -> Iterator[ast.expr]:
    """Numbers one off, the other truth; text only where it is a code, not a sentence for people."""
    match node.value:
        case bool(value):
            yield ast.Constant(not value)
        case int(value):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case str(value) if " " not in value:
            yield ast.Constant(f"{value}!")


def _negated(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _changed(node: N, **fields: object) -> N:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other
