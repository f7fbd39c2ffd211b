"""Every action on a cost against every other one, both begun before either is done.

Both have read what they read without a lock, and wait for the one that all of them take, when the first may
go on: so each pair is tried in both orders, and none by luck. An action that takes another lock, or none, or
takes it too late, does not wait, waits in vain, or leaves behind what ``assert_sound`` finds.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client

from agreements.models import CostType
from billing.actions import restore_cost, save_cost, withdraw_cost
from billing.models import Cost
from municipalities.actions import APPLY
from municipalities.models import Cooperation, Role, Token, Upload
from municipalities.portal import take_step
from sharedict.accounts.models import User
from sharedict.audit.actions import field_values
from sharedict.audit.models import Entry
from sharedict.common import sight
from sharedict.jobs.actions import run_all
from sharedict.jobs.models import Job
from tests import cast
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import TokenFactory, bearer
from tests.forms import typed
from tests.uploading import upload
from tests.workers import PATIENCE_SECONDS, Beside, wait_until, waiting_for_locks

pytestmark = pytest.mark.django_db(transaction=True)
REGISTER = "/north/costs/register/"
FIRST_DAY, AFTER = date(2026, 1, 1), date(2026, 2, 1)
HEADER = "external_id;application;cost_type;supplier;invoice_number;description;amount;starts_on;ends_on"

Act = Callable[[], bool]
"""What is done beside another; gives back whether it was done, False where it was refused."""


@dataclass(frozen=True)
class Side:
    """One of the two who act: as a person, as an operator, as a token of another system."""

    number: int
    person: User
    operator: User
    token: Token

    def browser(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    @property
    def names(self) -> set[str]:
        return {str(self.person), str(self.operator), str(self.token)}


@dataclass(frozen=True)
class Scene:
    """A cost of 100.00 and a credit note of it in full that was withdrawn; the cost too, where asked."""

    cooperation: Cooperation
    cost: Cost
    note: Cost

    def read(self) -> Cost:
        return Cost.objects.get(pk=self.cost.pk)


def tried(work: Callable[[], object]) -> Act:
    def act() -> bool:
        try:
            work()
        except ValidationError:
            return False
        return True

    return act


def answered(send: Callable[[], Any], done: int, refused: set[int]) -> Act:
    def act() -> bool:
        status = send().status_code
        assert status in {done, *refused}, status
        return bool(status == done)

    return act


def save_form(scene: Scene, side: Side) -> Act:
    client, address = side.browser(side.person), f"{REGISTER}{scene.cost.pk}/"
    shown = client.get(address)
    sent = typed(shown, description=f"{scene.cost.description}, form {side.number}")
    return answered(lambda: client.post(address, sent), 302, {422})


def change(scene: Scene, side: Side) -> Act:
    cost = scene.read()
    cost.amount = Decimal(80 + side.number)
    return tried(lambda: save_cost(cost=cost, by=side.person))


def withdraw(scene: Scene, side: Side) -> Act:
    cost = scene.read()
    return tried(lambda: withdraw_cost(cost=cost, on=FIRST_DAY, by=side.person))


def withdraw_by_api(scene: Scene, side: Side) -> Act:
    return by_api(side, "post", f"{scene.cost.pk}/withdraw/", {})


def restore(scene: Scene, side: Side) -> Act:
    cost = scene.read()
    return tried(lambda: restore_cost(cost=cost, by=side.person))


def restore_note(scene: Scene, side: Side) -> Act:
    note = Cost.objects.get(pk=scene.note.pk)
    return tried(lambda: restore_cost(cost=note, by=side.person))


def credit(scene: Scene, side: Side, amount: str) -> Act:
    note = credit_of(scene.read(), amount, f"Credit {side.number}")
    return tried(lambda: save_cost(cost=note, by=side.person))


def credit_in_full(scene: Scene, side: Side) -> Act:
    return credit(scene, side, "-100.00")


def credit_in_part(scene: Scene, side: Side) -> Act:
    return credit(scene, side, "-60.00")


def import_it(scene: Scene, side: Side) -> Act:
    client, cost = side.browser(side.person), scene.cost
    row = f"{cost.external_id};;licence;Import {side.number};;{cost.description};90,00;2026-01-01;2026-02-01"
    content = f"{HEADER}\r\n{row}".encode()
    found: Upload = upload(client, f"{REGISTER}import/", content).context["upload"]

    def act() -> bool:
        with sight.seeing(sight.of_cooperation(scene.cooperation.pk)):
            take_step(pk=found.pk, step=APPLY, shown=found.shown, by=side.person, tell=lambda *_: None)
        found.refresh_from_db()
        return found.state == Upload.State.APPLIED

    return act


def change_by_api(scene: Scene, side: Side) -> Act:
    return by_api(side, "patch", f"{scene.cost.pk}/", {"amount": f"{70 + side.number}.00"})


def by_api(side: Side, method: str, path: str, body: dict[str, str]) -> Act:
    client = Client(raise_request_exception=False)
    send = getattr(client, method)
    headers = {"Authorization": f"Bearer {bearer(side.token)}"}
    url = f"/api/v1/costs/{path}"
    return answered(
        lambda: send(url, body, content_type="application/json", headers=headers), 200, {400, 409}
    )


def change_in_admin(scene: Scene, side: Side) -> Act:
    client = side.browser(side.operator)
    address = f"/system/billing/cost/{scene.cost.pk}/change/"
    sent = typed(client.get(address), invoice_number=f"Admin {side.number}", amount=f"{60 + side.number}.00")
    return answered(lambda: client.post(address, sent), 302, {200})


ACTIONS: dict[str, tuple[Callable[[Scene, Side], Act], set[str]]] = {
    "save": (save_form, {"description"}),
    "change": (change, {"amount"}),
    "withdraw": (withdraw, {"withdrawn_on"}),
    "restore": (restore, {"withdrawn_on"}),
    "credit in full": (credit_in_full, set()),
    "credit in part": (credit_in_part, set()),
    "import": (import_it, {"supplier", "amount"}),
    "change by API": (change_by_api, {"amount"}),
    "withdraw by API": (withdraw_by_api, {"withdrawn_on"}),
    "admin": (change_in_admin, {"invoice_number", "amount"}),
    "restore a credit note": (restore_note, {"withdrawn_on"}),
}
"""What is done to a cost, and the columns of a stored row that it means to change."""

OUTCOMES = {(True, True): "both", (True, False): "1st", (False, True): "2nd", (False, False): "none"}
TABLE = {
    # second:                save change withdraw restore in-full in-part import API API-withdraw admin note
    "save": "                1st  both   both     2nd     both    both    1st   both    both    both  both",
    "change": "              both 1st    both     2nd     1st     both    1st   both    both    1st   1st",
    "withdraw": "            1st  1st    both     both    1st     1st     1st   1st     both    1st   1st",
    "restore": "             both both   both     both    both    both    1st   both    both    both  both",
    "credit in full": "      both 1st    1st      2nd     1st     1st     1st   1st     1st     1st   1st",
    "credit in part": "      both 1st    1st      2nd     1st     1st     1st   1st     1st     1st   1st",
    "import": "              both 1st    both     2nd     1st     both    1st   both    both    1st   1st",
    "change by API": "       both 1st    both     2nd     1st     both    1st   both    both    1st   1st",
    "withdraw by API": "     1st  1st    both     both    1st     1st     1st   1st     both    1st   1st",
    "admin": "               both 1st    both     2nd     1st     both    1st   both    both    1st   1st",
    "restore a credit note": "both 1st   1st      2nd     1st     1st     1st   1st     1st     1st   both",
}
"""By the one that goes first, then by the one that goes second: which of the two are done.

The cost is withdrawn before a pair that restores it. Doing what is done already is done; a file that was
looked at before something changed is shown again; what the API names is meant, whatever stood there.
"""


@pytest.fixture
def sides(north: Cooperation) -> list[Side]:
    return [
        Side(
            number,
            cast.person(f"person-{number}", north, Role.Kind.ADMINISTRATOR),
            UserFactory(username=f"operator-{number}", is_staff=True, is_superuser=True),
            TokenFactory(cooperation=north, name=f"token-{number}", scopes=["read", "costs:write"]),
        )
        for number in (1, 2)
    ]


def credit_of(cost: Cost, amount: str, description: str) -> Cost:
    return Cost(
        cooperation=cost.cooperation,
        cost_type=cost.cost_type,
        description=description,
        amount=Decimal(amount),
        currency=cost.currency,
        starts_on=cost.starts_on,
        ends_on=cost.ends_on,
        credits=cost,
    )


def scene_in(north: Cooperation, name: str, *, is_withdrawn: bool) -> Scene:
    cost = save_cost(
        cost=Cost(
            cooperation=north,
            cost_type=CostType.objects.get(cooperation=north, code="licence"),
            external_id=name,
            description=f"Licences: {name}",
            amount=Decimal("100.00"),
            currency=north.currency,
            starts_on=FIRST_DAY,
            ends_on=AFTER,
        ),
        by=None,
    )
    note = save_cost(cost=credit_of(cost, "-100.00", "Taken back"), by=None)
    note = withdraw_cost(cost=note, on=FIRST_DAY, by=None)
    if is_withdrawn:
        cost = withdraw_cost(cost=cost, on=FIRST_DAY, by=None)
    return Scene(north, cost, note)


@contextmanager
def held(cooperation: Cooperation) -> Iterator[None]:
    """Somebody else holds the lock that every action on a cost takes."""
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Cooperation.objects.select_for_update(no_key=True).get(pk=cooperation.pk)
            is_held.set()
            assert may_go.wait(PATIENCE_SECONDS)

    holder = Beside(hold)
    assert is_held.wait(PATIENCE_SECONDS)
    try:
        yield
    finally:
        may_go.set()
        holder.value()


def raced(scene: Scene, first: Act, second: Act) -> tuple[bool, bool]:
    """Both begun, and waiting in this order; whether each was done."""
    with held(scene.cooperation):
        one = Beside(first)
        wait_until(lambda: waiting_for_locks() == 1 or not one.is_alive(), "the first to wait")
        other = Beside(second)
        wait_until(
            lambda: waiting_for_locks() == 2 or not (one.is_alive() and other.is_alive()), "both to wait"
        )
        early = not one.is_alive(), not other.is_alive()
    done = one.value(), other.value()
    assert not [act for act in zip(early, done, strict=True) if all(act)], "it was done without the lock"
    return done


def assert_sound(scene: Scene) -> None:
    """No credit note without a cost that counts, no more given back than it is, all of it in the log."""
    rows = [scene.cost, *Cost.objects.filter(credits=scene.cost)]
    for row in rows:
        row.refresh_from_db()
        assert told_by_log(row) == field_values(row)
    notes = [row for row in rows if row.credits_id and not row.is_withdrawn]
    assert not (notes and scene.cost.is_withdrawn)
    assert 0 <= scene.cost.amount + sum(note.amount for note in notes) <= scene.cost.amount


def told_by_log(row: Cost) -> dict[str, str]:
    """The columns as the change log says they became, one entry after the other."""
    found: dict[str, str] = dict.fromkeys(field_values(row), "")
    for entry in entries_of(row):
        for name, (before, after) in entry.changes.items():
            assert found[name] == before, (name, entry)
            found[name] = after
    return found


def entries_of(row: Cost) -> list[Entry]:
    rows = Entry.objects.for_listing().filter(subject_type="billing.cost", subject_id=str(row.pk))
    return list(rows.order_by("id"))


def assert_each_wrote_what_it_meant(scene: Scene, sides: list[Side], meant: list[set[str]]) -> None:
    """Nobody has put back what the other changed: each one's entries name its own columns only."""
    for row in (scene.cost, scene.note):
        for entry in entries_of(row):
            for side, columns in zip(sides, meant, strict=True):
                if entry.who in side.names:
                    assert set(entry.changes) <= columns


@pytest.mark.parametrize("name", ACTIONS)
def test_whatever_is_done_to_a_cost_at_once_leaves_it_sound(
    north: Cooperation, sides: list[Side], name: str
) -> None:
    for other, wanted in zip(ACTIONS, TABLE[name].split(), strict=True):
        pair = (name, other)
        is_withdrawn = "restore" in pair
        scene = scene_in(north, " and ".join(pair), is_withdrawn=is_withdrawn)
        acts = [ACTIONS[each][0](scene, side) for each, side in zip(pair, sides, strict=True)]
        done = raced(scene, *acts)
        assert_sound(scene)
        assert_each_wrote_what_it_meant(scene, sides, [ACTIONS[each][1] for each in pair])
        assert OUTCOMES[done] == wanted, pair
        run_all()
        assert not Job.objects.exclude(state=Job.State.DONE).exists()
