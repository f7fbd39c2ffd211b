"""``make mutate``: which changes of the engines does no engine test notice?

``python -m tests.mutate [FILE...]`` tries every mutant of the pure modules, or of the named ones. Exit status
1 when one survives that is not in ``accepted.txt``, or one stands there that does not survive any more.
"""

import argparse
import os
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from random import Random

from tests.mutate.mutants import Mutant, mutants
from tests.mutate.trial import ROOT, TrialError, prepare, seconds_without, survivors

ACCEPTED = Path(__file__).parent / "accepted.txt"
MUTATED = ("billing/engine", "agreements/engine", "sharedict/kernel")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutate", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("files", nargs="*", help="modules to mutate, like billing/engine/split.py")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sample", type=int, metavar="N", help="try N of the mutants only, others each time")
    options = parser.parse_args(arguments)
    try:
        paths = chosen(options.files)
        tried = [mutant for path in paths for mutant in mutants(path, (ROOT / path).read_text("utf-8"))]
        accepted = {
            label: reason
            for label, reason in read_accepted(ACCEPTED.read_text("utf-8")).items()
            if label.split()[0] in paths
        }
        if options.sample:
            tried = Random().sample(tried, min(options.sample, len(tried)))  # noqa: S311 - not for secrets
            labels = {mutant.label for mutant in tried}
            accepted = {label: reason for label, reason in accepted.items() if label in labels}
        return attempt(tried, accepted, processes=options.processes)
    except (TrialError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


def chosen(names: Sequence[str]) -> list[str]:
    """The modules to mutate, as paths from the root. Raises ValueError for one that is no such module."""
    whole = [
        str(path.relative_to(ROOT))
        for name in MUTATED
        for path in ([ROOT / name] if name.endswith(".py") else sorted((ROOT / name).glob("*.py")))
    ]
    wanted = [os.path.relpath(Path(name).resolve(), ROOT) for name in names]
    if unknown := sorted(set(wanted) - set(whole)):
        raise ValueError(f"not a module that is mutated: {', '.join(unknown)}")
    return wanted or whole


def read_accepted(text: str) -> dict[str, str]:
    """Label -> reason. Labels begin their lines; the reason of all since the last one stands indented below.

    Raises ValueError for a label without a reason.
    """
    found: dict[str, str] = {}
    bare: list[str] = []
    for line in text.splitlines():
        if line.startswith(" ") and line.strip():
            found |= dict.fromkeys(bare, line.strip())
            bare = []
        elif line.strip() and not line.startswith("#"):
            bare.append(line.rstrip())
    if bare:
        raise ValueError(f"accepted without a reason: {bare[0]}")
    return found


def attempt(tried: Sequence[Mutant], accepted: Collection[str], *, processes: int) -> int:
    """Try the mutants, print each survivor that is not accepted, and what the list holds needlessly."""
    started = time.monotonic()
    prepare()
    seconds = seconds_without()
    print(
        f"{len(tried)} mutants, {processes} at a time; all tests without one take {seconds:.1f} s", flush=True
    )
    lived, new = set(), 0
    for mutant in survivors(tried, processes=processes, seconds=seconds):
        lived.add(mutant.label)
        if mutant.label not in accepted:
            new += 1
            print(f"\n{mutant.path}:{mutant.line}: survives\n- {mutant.before}\n+ {mutant.after}")
            print(f"  to accept it: {mutant.label}", flush=True)
    stale = [label for label in accepted if label not in lived]
    for label in stale:
        print(f"\naccepted, but found by a test or not there any more: {label}")
    counts = f"{len(tried) - len(lived)} found, {len(lived) - new} accepted, {new} survive"
    print(f"\n{len(tried)} mutants: {counts} ({time.monotonic() - started:.0f} s)")
    return int(bool(new or stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
