"""The same call twice gives one row, also when both come at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from billing.models import Cost
from municipalities.models import Cooperation, Reading
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests.api.conftest import ALL, Caller
from tests.api.test_bad_input import READING
from tests.api.test_costs import LICENCE
from tests.factories.municipalities import DriverFactory, TokenFactory

CALLS = 4


def _at_once(cooperation: Cooperation, path: str, bodies: list[dict[str, Any]]) -> list[tuple[int, Any]]:
    token, barrier = TokenFactory(cooperation=cooperation, scopes=ALL), Barrier(len(bodies))

    def call(body: dict[str, Any]) -> tuple[int, Any]:
        try:
            barrier.wait()
            return Caller(token).post(path, body)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return sorted(pool.map(call, bodies), key=lambda answer: answer[0])


@pytest.mark.django_db(transaction=True)
def test_one_cost_for_calls_at_once(north: Cooperation) -> None:
    answers = _at_once(north, "costs/", [LICENCE] * CALLS)
    assert [status for status, _ in answers] == [200] * (CALLS - 1) + [201]
    assert {cost["id"] for _, cost in answers} == {Cost.objects.get().pk}
    assert Entry.objects.filter(subject_type="billing.cost").count() == 1
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_different_costs_at_once_get_references_of_their_own(north: Cooperation) -> None:
    bodies = [LICENCE | {"external_id": f"ledger-{number}"} for number in range(CALLS)]
    answers = _at_once(north, "costs/", bodies)
    assert [status for status, _ in answers] == [201] * CALLS
    assert len({cost["reference"] for _, cost in answers}) == CALLS


@pytest.mark.django_db(transaction=True)
def test_one_reading_for_calls_at_once(north: Cooperation) -> None:
    DriverFactory(cooperation=north, code="users")
    answers = _at_once(north, "readings/", [READING] * CALLS)
    assert [status for status, _ in answers] == [200] * (CALLS - 1) + [201]
    assert Reading.objects.filter(external_id="ad-1").count() == 1
