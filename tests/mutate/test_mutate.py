"""What is changed in a module, what is left alone, and what a trial says of it."""

import subprocess
import sys
from textwrap import dedent

import pytest

from tests.mutate.__main__ import MUTATED, chosen, read_accepted
from tests.mutate.mutants import mutants
from tests.mutate.trial import ROOT


def changes(*lines: str, setting: str = "def f(a, b, c):\n    {}") -> dict[str, set[str]]:
    """Changed line -> what stands instead, for each of ``lines`` as the body of a function."""
    found: dict[str, set[str]] = {}
    for line in lines:
        for mutant in mutants("some.py", setting.format(line)):
            found.setdefault(mutant.before, set()).add(mutant.after)
    return found


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("x = a < b", {"x = a <= b", "x = a >= b"}),
        ("x = a == b != c", {"x = a != b != c", "x = a == b == c"}),
        ("x = a + b", {"x = a - b"}),
        ("x = a // b", {"x = a * b"}),
        ("x = a and b", {"x = a or b", "x = a", "x = b"}),
        ("x = not a", {"x = a"}),
        ("x = -a", {"x = a"}),
        ("x = 7", {"x = 8", "x = 6"}),
        ("x = True", {"x = False"}),
        ("x = 'code'", {"x = 'code!'"}),
        ("x = 'Text for people'", set()),
        ("x = min(a, b)", {"x = max(a, b)"}),
        ("x = abs(a)", {"x = a"}),
        ("x = sorted(a, key=b)", {"x = list(a)", "x = sorted(a)"}),
        ("x = zip(a, b, strict=True)", set()),
        ("x = a[b:c]", {"x = a[:c]", "x = a[b:]", "x = a[b:c + 1]"}),
        ("x = [y for y in a if y]", {"x = [y for y in a]"}),
        ("x = a if b else c", {"x = a if not b else c"}),
        ("x = f'{a + b:02d} SEK'", {"x = f'{a - b:02d} SEK'"}),
        ("a += b", {"a -= b", "pass"}),
        ("a = b", {"pass"}),
        ("a.b = c", {"pass"}),
        ("a(b)", {"pass"}),
        ("raise a", {"pass"}),
        ("return a", {"return None"}),
        ("return None", set()),
        ("x: int = a", set()),
    ],
)
def test_a_line_is_changed_in_every_small_way(line: str, instead: set[str]) -> None:
    assert changes(line) == ({line: instead} if instead else {})


def test_conditions_are_turned_round_and_loops_go_on_or_end() -> None:
    source = "def f(a, b):\n    for x in a:\n        if b:\n            continue\n        return x"
    assert {mutant.after for mutant in mutants("some.py", source)} == {
        "if not b:",
        "break",
        "pass",
        "return None",
    }


@pytest.mark.parametrize(
    "source",
    [
        '"""Words."""\nimport os\nfrom math import lcm\n',
        "class A(Protocol):\n    x = 1\n",
        "class A:\n    __slots__ = ('a', 'b')\n",
        "@dataclass(frozen=True)\nclass A(B, total=False):\n    x: Literal[1]\n",
        "T = TypeVar('T')\n",
    ],
)
def test_what_is_no_behaviour_is_left_alone(source: str) -> None:
    assert mutants("some.py", source) == []


def test_a_mutant_is_known_by_where_it_is_and_what_it_changes() -> None:
    source = "class A:\n    def f(self):\n        g(1)\n        g(1)\n"
    found = mutants("some.py", source)
    assert [mutant.line for mutant in found] == [3, 3, 3, 4, 4, 4]
    assert {mutant.label for mutant in found} >= {
        "some.py A.f: g(1) -> g(2)",
        "some.py A.f: g(1) -> g(2) (2)",
    }
    long = "x = first + second + third + fourth + fifth + 1 + sixth + seventh + eighth + ninth + tenth"
    labels = {mutant.label.removeprefix("some.py module: ") for mutant in mutants("some.py", long)}
    start, end = "... second + third + fourth + fifth +", "+ sixth + seventh + eighth + ninth ..."
    assert f"{start} 1 {end} -> {start} 2 {end}" in labels


def test_what_is_accepted_has_a_reason() -> None:
    text = "# words\n\nfirst\nsecond (2)\n    Both are the same.\n\nthird\n    Never reached.\n"
    assert read_accepted(text) == {
        "first": "Both are the same.",
        "second (2)": "Both are the same.",
        "third": "Never reached.",
    }
    with pytest.raises(ValueError, match="without a reason: third"):
        read_accepted("first\n    Why.\nthird\n")


def test_all_pure_modules_are_mutated_unless_one_is_named() -> None:
    assert {"billing/engine/split.py", "sharedict/kernel/money.py"} <= set(chosen([]))
    assert all(path.startswith(MUTATED) for path in chosen([]))
    assert chosen(["billing/engine/split.py"]) == ["billing/engine/split.py"]
    with pytest.raises(ValueError, match=r"not a module that is mutated: billing/actions\.py"):
        chosen(["billing/actions.py"])


def test_a_trial_tells_what_is_found_from_what_lives() -> None:
    """In a process of its own: trials begin in one that has loaded nothing of the project's engines."""
    script = """
        from dataclasses import replace
        from tests.mutate import trial
        from tests.mutate.mutants import mutants

        trial.FOLDERS = ("tests/kernel",)  # to be quick
        path = "sharedict/kernel/periods.py"
        source = (trial.ROOT / path).read_text("utf-8")
        found = next(mutant for mutant in mutants(path, source) if "after - self.first" in mutant.before)
        endless = replace(found, label="endless", code="while True: pass")
        same = replace(found, label="same", code=source)
        trial.prepare()
        print([mutant.label for mutant in trial.survivors([found, endless, same], processes=3, seconds=0.6)])
    """
    run = subprocess.run(
        [sys.executable, "-c", dedent(script)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "['same']\n"
