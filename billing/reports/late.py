"""Late changes of closed months, as people look at them and decide."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from billing.models import Cost, Period
from billing.snapshots import LateState, late_states
from municipalities.models import Cooperation, Municipality
from sharedict.jobs.models import Job
from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class LateRow:
    """A late change and its cost; ``charged_in`` is the month that charges it, if it is charged."""

    state: LateState
    cost: Cost
    charged_in: Month | None

    @property
    def moved_minor(self) -> int:
        return self.state.moved_minor


@dataclass(frozen=True, slots=True)
class Effect:
    """What corrections make of one municipality's next statement: minor units, by the month they correct."""

    municipality: str
    name: str
    by_month: Mapping[Month, int]

    @property
    def total_minor(self) -> int:
        return sum(self.by_month.values())


def late_rows(cooperation: Cooperation) -> list[LateRow]:
    """All late changes that are not charged as they should be, by month and reference; two queries more."""
    states = late_states(cooperation)
    costs = Cost.objects.of(cooperation).for_listing().in_bulk([state.cost_id for state in states])
    charged_in = first_open_month(cooperation)
    return [LateRow(state, costs[state.cost_id], charged_in) for state in states]


def late_job(cooperation: Cooperation) -> Job | None:
    """The job that may still change what closed months should have been charged, or that could not do so."""
    closed = Period.objects.of(cooperation).filter(state=Period.State.CLOSED).order_by("-first_day").first()
    if closed is None:
        return None
    jobs, after = Job.objects.filter(cooperation=cooperation), closed.month.after
    working = jobs.unfinished().filter(touches_from__lt=after).order_by("id").first()
    return working or jobs.lost(dt.date.min, after).order_by("-id").first()


def first_open_month(cooperation: Cooperation) -> Month | None:
    """The month that charges the corrections of those that are closed."""
    open_months = Period.objects.of(cooperation).exclude(state=Period.State.CLOSED).order_by("first_day")
    first = open_months.values_list("first_day", flat=True).first()
    return Month.of(first) if first else None


def effects_of(states: Iterable[LateState], names: Mapping[str, str]) -> list[Effect]:
    """What charging ``states`` makes of each municipality's statement, by code; ``names`` by code."""
    found: dict[str, dict[Month, int]] = {}
    for state in states:
        for code, minor in state.correction.shares.items():
            months = found.setdefault(code, {})
            months[state.month] = months.get(state.month, 0) + minor
    return [Effect(code, names.get(code, code), found[code]) for code in sorted(found)]


def names_in(cooperation: Cooperation) -> dict[str, str]:
    """The names of those that are, were or will be members, by country and code; one query."""
    return {place.key: place.name for place in Municipality.objects.ever_in(cooperation)}
