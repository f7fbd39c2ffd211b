"""What is fetched piece by piece is read with the sight of who asks, whoever else asks in between."""

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from municipalities.models import Cooperation
from services.models import Application
from sharedict.common.copying import fetched
from sharedict.common.sight import everything, of_cooperation, seeing
from tests.factories.services import ApplicationFactory


@pytest.mark.django_db
def test_nothing_of_others_is_fetched_after_somebody_else_has_asked(
    north: Cooperation, outside: Cooperation
) -> None:
    for cooperation in (north, outside):
        for number in range(6):
            ApplicationFactory(cooperation=cooperation, code=f"a{number}")
    with transaction.atomic(), seeing(of_cooperation(north.pk)):
        rows = fetched(Application.objects.order_by("code", "pk"), 2)
        found = [next(rows)]
        for row in rows:
            found.append(row)
            with seeing(everything("a question in between")):
                assert Application.objects.count() == 14
    assert {row.cooperation_id for row in found} == {north.pk}
    assert len(found) == 7


@pytest.mark.django_db(transaction=True)
def test_no_cursor_is_left_open_behind_a_transaction(north: Cooperation) -> None:
    assert not connection.in_atomic_block
    with pytest.raises(TransactionManagementError):
        next(fetched(Application.objects.all(), 2))
