"""``python -m tests.published FILE...``: published cases through the product's own engines.

Exit status 1 when a case differs, 2 when a file is none of published cases.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.published.cases import CaseFileError, Verdict, judge, read, summary


def main(names: Sequence[str]) -> int:
    if not names:
        print("usage: python -m tests.published FILE...", file=sys.stderr)
        return 2
    verdicts, odd = [], 0
    for name in names:
        try:
            found = [judge(case) for case in read(Path(name))]
        except CaseFileError as error:
            print(f"{name} {error.message}", file=sys.stderr)
            odd += 1
        else:
            print(f"{name}: {summary(found)}")
            verdicts += found
    if verdicts:
        tell(verdicts)
    return 2 if odd else int(any(verdict.outcome == "differs" for verdict in verdicts))


def tell(verdicts: Sequence[Verdict]) -> None:
    """Name what differs and, by kind, what has no engine; the sum of all files is the last line."""
    without = defaultdict[str, list[str]](list)
    for verdict in verdicts:
        if verdict.outcome == "differs":
            print(f"differs: {verdict.case.id} ({verdict.case.kind}): {verdict.why}")
        elif verdict.outcome == "without an engine":
            without[verdict.case.kind].append(verdict.case.id)
    for kind, ids in sorted(without.items()):
        print(f"without an engine: {kind}: {', '.join(ids)}")
    print(summary(verdicts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
