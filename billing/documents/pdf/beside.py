"""What stands on a statement's paper beside the statement itself, as it was when the paper was made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from billing.engine.ways import Ways
from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class Payer:
    """What one municipality, or several others together, pay of the month."""

    name: str
    minor: int


@dataclass(frozen=True, slots=True)
class Beside:
    """Beside a statement.

    ``changed`` is the finding in bold, and what follows it; ``causes`` are the largest changes behind it.
    ``months`` are what the months of the agreement year came to, none where they do not add up to the year
    so far. ``payers`` are all that may be told of who pays the month, the statement's own first; they add up
    to what is shared. ``rules`` says in words when a driver is read, by code; ``left`` what late was left
    uncharged. ``banner`` is what stands above all figures of demonstration data.
    """

    changed: tuple[str, str]
    causes: Sequence[tuple[str, int]]
    months: Mapping[Month, int]
    payers: Sequence[Payer]
    ways: Ways
    rules: Mapping[str, str]
    left: str = ""
    banner: str = ""

    @property
    def shared_minor(self) -> int:
        return sum(payer.minor for payer in self.payers)
