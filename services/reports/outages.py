"""What an outage hits: derived from what it takes away and what else is down, and how it stands."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils import timezone

from municipalities.models import Cooperation, Municipality
from services.engine.impact import State
from services.engine.priority import SHIPPED, effect_of
from services.engine.priority import PriorityTable as Table
from services.models import Application, Outage, OutageEffect, PriorityTable, Subscription
from services.reports.impact import Falling, impact_of
from services.reports.kept import graph_of
from services.reports.things import Things

STATES = {
    State.DOWN: OutageEffect.State.DOWN,
    State.LESS: OutageEffect.State.LESS,
    State.UP: OutageEffect.State.UP,
}
"""What the engine finds, as rows and programs say it."""
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Hit:
    """What becomes of one municipality's use of one application, and the shortest chain of reasons."""

    application: Application
    municipality: Municipality
    state: str
    because: str


def hits_of(outage: Outage, lost: Collection[str], already: Collection[str] = ()) -> list[Hit]:
    """Every use that ``lost`` hits on the day the outage begins, alone or because ``already`` is down too.

    Of an outage in part, what would be down goes on with less.
    """
    day = timezone.localdate(outage.starts_at)
    things = graph_of(Cooperation(pk=outage.cooperation_id), day)
    known = [name for name in lost if things.names.get(name)]
    down = [name for name in already if things.names.get(name) and name not in known]
    found = _hit_by(things, impact_of(things, known))
    if down:
        before = _states(impact_of(things, down))
        for key, hit in _hit_by(things, impact_of(things, [*known, *down])).items():
            if hit.state > max(before.get(key, State.UP), found[key].state if key in found else State.UP):
                found[key] = hit
    is_part = outage.extent == Outage.Extent.PARTIAL
    return [
        Hit(hit.application, hit.municipality, STATES[State.LESS if is_part else hit.state], hit.because)
        for hit in found.values()
    ]


@dataclass(frozen=True, slots=True)
class _Hit:
    application: Application
    municipality: Municipality
    state: State
    because: str


def _hit_by(things: Things, rows: Iterable[Falling]) -> dict[tuple[int, int], _Hit]:
    """Every use that is not up, by application and municipality."""
    found = {}
    for row in rows:
        for use in row.uses:
            if use.state is not State.UP:
                key, because = (row.application.pk, use.municipality.pk), _because(things, use.because)
                found[key] = _Hit(row.application, use.municipality, use.state, because)
    return found


def _states(rows: Iterable[Falling]) -> dict[tuple[int, int], State]:
    return {(row.application.pk, use.municipality.pk): use.state for row in rows for use in row.uses}


def _because(things: Things, chain: Iterable[str]) -> str:
    said = " → ".join(things.names[step] for step in chain)
    return said if len(said) <= LONGEST_REASON else f"{said[: LONGEST_REASON - 1]}…"


def others_lost(outage: Outage, now: dt.datetime) -> list[str]:
    """What other outages take away at the same time; nothing of one ahead: by then they may be over.

    While it goes on these are those that go on; of one that is over, those that met it.
    """
    if outage.starts_at > now:
        return []
    rows = Outage.objects.filter(cooperation=outage.cooperation_id).exclude(pk=outage.pk)
    end: dt.datetime | None = outage.ends_at
    rows = rows.meeting(outage.starts_at, end) if end and end <= now else rows.going_on(now)
    full = rows.filter(extent=Outage.Extent.FULL).for_listing()
    return sorted({name for row in full for name in row.lost_names()})


def effect_by_hits(outage: Outage, hits: Iterable[Hit]) -> int:
    """How wide it is, by whom it stops; see ``services.engine.priority.effect_of``."""
    day = timezone.localdate(outage.starts_at)
    down = Counter(str(hit.municipality.pk) for hit in hits if hit.state == OutageEffect.State.DOWN)
    cooperation = Cooperation(pk=outage.cooperation_id)
    members = Municipality.objects.members_of(cooperation, day, day + dt.timedelta(days=1)).count()
    return effect_of(down, members)


def table_of(cooperation_id: int) -> Table:
    """The cooperation's own priorities, or those that are shipped."""
    own = PriorityTable.objects.filter(cooperation=cooperation_id).first()
    return own.table() if own else SHIPPED


def survivors_of(outage: Outage, effects: Collection[OutageEffect]) -> list[Application]:
    """What somebody uses on the day it begins and nobody misses, by name."""
    hit = {row.application_id for row in effects if row.state != OutageEffect.State.UP}
    day = timezone.localdate(outage.starts_at)
    used = Subscription.objects.filter(cooperation=outage.cooperation_id).as_of(day)
    return list(
        Application.objects.filter(pk__in=used.order_by().values("application"))
        .exclude(pk__in=hit)
        .order_by("name")
    )
