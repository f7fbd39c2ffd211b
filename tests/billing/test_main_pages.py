"""The pages that people open every day ask the database for little, whatever there is to show."""

from collections.abc import Callable, Iterable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.actions import decide_late
from billing.models import Cost, LateDecision, Period
from billing.snapshots import late_states
from municipalities.models import Cooperation, Member, Municipality, Role
from sharedict.accounts.models import User
from sharedict.jobs.models import Job
from tests import cast
from tests.architecture import worlds
from tests.budgets import MOMENT
from tests.factories.billing import CostFactory, compute

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
MOST = 15 + MOMENT
PAGES = [
    "overview/",
    "costs/",
    "costs/2026-01/{key}/",
    "costs/register/",
    "services/",
    "subscriptions/",
    "network/",
    "members/",
]
ROLES = [Role.Kind.ADMINISTRATOR, Role.Kind.AUDITOR, Role.Kind.COORDINATOR, Role.Kind.FINANCE]
EVERYBODY = pytest.mark.parametrize("kind", ROLES, ids=str)
OPEN, PROPOSED, CLOSED = Period.State.OPEN, Period.State.PROPOSED, Period.State.CLOSED


def reader(north: Cooperation, torsby: Municipality, kind: Role.Kind) -> User:
    """Somebody of the whole cooperation, or of Torsby."""
    return cast.person(f"the-{kind}", north, kind, None if kind in ROLES[:2] else torsby)


def asking_more(client: Client, addresses: Iterable[str]) -> dict[str, list[str]]:
    """What is asked by those pages that ask too often, by their addresses."""
    found = {}
    for address in addresses:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        if len(asked) > MOST:
            found[address] = [f"{len(asked)} queries", *(query["sql"][:120] for query in asked)]
    return found


@EVERYBODY
def test_a_main_page_asks_at_most_fifteen_times(
    north: Cooperation, torsby: Municipality, sign_in: SignIn, kind: Role.Kind
) -> None:
    world = worlds.north()
    client = sign_in(reader(north, torsby, kind))
    assert asking_more(client, [f"/north/{page.format(key=world.place.key)}" for page in PAGES]) == {}


@EVERYBODY
def test_the_overview_does_on_the_way_to_the_first_closed_month(
    north: Cooperation, torsby: Municipality, sign_in: SignIn, kind: Role.Kind
) -> None:
    CostFactory(cooperation=north)
    compute(north)
    assert asking_more(sign_in(reader(north, torsby, kind)), ["/north/overview/"]) == {}


@pytest.mark.parametrize("state", [OPEN, PROPOSED, CLOSED])
def test_a_month_does_in_every_state(
    north: Cooperation, torsby: Municipality, sign_in: SignIn, state: Period.State
) -> None:
    """January is closed and corrected, February charges the correction, and March comes after both."""
    people = [reader(north, torsby, kind) for kind in ROLES]
    busy(north, people[0], state)
    people.append(cast.person("another", north, ROLES[0]))
    for is_shown in (True, False):
        Cooperation.objects.filter(pk=north.pk).update(shares_are_open=is_shown)
        for person in people:
            pages = ["/north/overview/", *(f"/north/costs/2026-{month}/" for month in ("01", "02", "03"))]
            assert asking_more(sign_in(person), pages) == {}, (person, is_shown)


def busy(north: Cooperation, proposer: User, state: Period.State) -> None:
    """Three months in which much is to be told; February is in ``state``."""
    worlds.north()
    Job.objects.all().delete()
    cost = Cost.objects.of(north).get(description="Licences")
    for first_day, after in [("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-03-01")]:
        CostFactory(cooperation=north, cost_type=cost.cost_type, starts_on=first_day, ends_on=after)
    CostFactory(cooperation=north, cost_type=cost.cost_type, starts_on="2026-03-01", ends_on="2026-04-01")
    Member.objects.filter(cooperation=north, municipality=cast.hagfors()).update(valid_until="2026-02-01")
    compute(north)
    late = [each for each in late_states(north) if each.cost_id != cost.pk]
    decide_late(
        cooperation=north, states=late, verdict=LateDecision.Verdict.LEAVE, reason="Agreed", by=proposer
    )
    compute(north)
    now, closer = timezone.now(), cast.person("the-closer", north, ROLES[0])
    if state != OPEN:
        closing = {"closed_by": closer, "closed_at": now} if state == CLOSED else {}
        february = Period.objects.of(north).filter(first_day="2026-02-01")
        february.update(state=state, proposed_by=proposer, proposed_at=now, **closing)
