"""How urgent an outage is, and when the next word of it is due: by effect and urgency, in a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sharedict.kernel.errors import SharedictError

LEVELS = (1, 2, 3)
"""Of effect (many, one municipality, few) and of urgency, the worst first."""
PRIORITIES = (1, 2, 3, 4)
"""The most pressing first."""

Matrix = Sequence[int]
"""Nine priorities: the first three are those of the widest effect, in order of urgency."""


class PriorityError(SharedictError):
    """A table that does not say for every effect and urgency what the priority is."""

    code = "priority_invalid"


@dataclass(frozen=True, slots=True)
class PriorityTable:
    """The priority of each effect and urgency, and after how many minutes the next update of each is due.

    Raises PriorityError where one is missing, is no priority, or is milder for what is worse.
    """

    matrix: tuple[int, ...] = (1, 1, 2, 1, 2, 3, 2, 3, 4)
    minutes: tuple[int, ...] = (120, 480, 1440, 2880)

    def __post_init__(self) -> None:
        if len(self.matrix) != len(LEVELS) ** 2 or len(self.minutes) != len(PRIORITIES):
            raise PriorityError("There are nine priorities and four times.")
        if not {*self.matrix} <= {*PRIORITIES} or min(self.minutes) < 1:
            raise PriorityError("A priority is between one and four, and a time at least a minute.")
        for effect in LEVELS:
            for urgency in LEVELS:
                here = self.of(effect, urgency)
                if (effect > 1 and here < self.of(effect - 1, urgency)) or (
                    urgency > 1 and here < self.of(effect, urgency - 1)
                ):
                    raise PriorityError("What is worse has no lower priority.")

    def of(self, effect: int, urgency: int) -> int:
        """The priority, 1 to 4; both arguments are of ``LEVELS``."""
        return self.matrix[(effect - 1) * len(LEVELS) + urgency - 1]

    def minutes_until_update(self, priority: int) -> int:
        return self.minutes[priority - 1]


SHIPPED = PriorityTable()
"""Holds until a cooperation adopts its own. Two hours, a day and two days between updates are what Falkenberg
agreed with its supplier; a third of a day stands between."""


def effect_of(stopped: Mapping[str, int], members: int) -> int:
    """How wide it is: ``stopped`` tells for each municipality how many services are down there.

    At least half of the members, and more than one: 1. Somebody: 2. Nobody: 3.
    """
    hit = sum(count > 0 for count in stopped.values())
    if hit > 1 and hit * 2 >= members:
        return 1
    return 2 if hit else 3
