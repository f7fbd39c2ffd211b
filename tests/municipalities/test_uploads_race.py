"""What was imported is undone while somebody else changes one of its rows: nobody's change is lost."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import models, transaction
from django.test import Client

from municipalities.actions import UNDO, save_row
from municipalities.management.commands.load_registers import load_municipalities
from municipalities.models import Municipality, Reading, Upload
from municipalities.portal import take_step, undoing
from sharedict.common.sight import everything, seeing
from tests.factories.accounts import UserFactory
from tests.municipalities.test_population import published, sent
from tests.uploading import apply, upload
from tests.workers import Beside, wait_until, waiting_for_locks

pytestmark = pytest.mark.django_db(transaction=True)
REGISTER = "/cooperations/register/"
FILE = b"country;code;name;county\nNO;9901;Nowhere;\nNO;9902;Elsewhere;"

KINDS: dict[str, tuple[Callable[[Client], Any], type[models.Model], str, Any]] = {
    "population": (lambda client: sent(client, published()), Reading, "value", 7),
    "register": (lambda client: upload(client, REGISTER, FILE), Municipality, "name", "Somewhere"),
}
"""By kind: how a file of it is looked at, and what somebody changes of its last row."""


@pytest.mark.parametrize("kind", KINDS)
def test_undoing_waits_for_whoever_changes_one_of_its_rows_and_is_refused(kind: str) -> None:
    """A public register is of no cooperation, whose lock would keep the two apart."""
    load_municipalities()
    operator = UserFactory(username="operator", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(operator)
    look, model, column, value = KINDS[kind]
    found: Upload = apply(client, look(client)).context["upload"]
    asked = undoing(found).mark
    row: Any = model._default_manager.order_by("pk").last()
    is_held, may_go = threading.Event(), threading.Event()

    def change() -> None:
        with seeing(everything("a test")), transaction.atomic():
            setattr(row, column, value)
            save_row(row=row, by=operator)
            is_held.set()
            assert may_go.wait(60)

    def undo() -> None:
        with seeing(everything("a test")):
            take_step(pk=found.pk, step=UNDO, shown=asked, by=operator, tell=lambda *_: None)

    changing = Beside(change)
    assert is_held.wait(60)
    undone = Beside(undo)
    wait_until(lambda: waiting_for_locks() or not undone.is_alive(), "undoing to wait")
    may_go.set()
    changing.value()
    undone.value()
    found.refresh_from_db()
    assert model._default_manager.filter(pk=row.pk, **{column: value}).exists()
    assert (found.state, "was changed since, by operator" in found.said) == (Upload.State.APPLIED, True)
