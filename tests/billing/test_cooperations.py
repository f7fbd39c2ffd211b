"""What computed months fix of their cooperation, and where those that were there before begin."""

import datetime as dt
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from billing.models import Period
from municipalities.actions import save_row
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.billing import CostFactory, PeriodFactory, compute
from tests.tampering import as_somebody_who_may

FIXED = "The currency is fixed since months have been computed."
FILL = import_module("municipalities.migrations.0002_cooperations_have_a_first_month").FILL


@pytest.fixture
def operator(db: None, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))


@pytest.fixture
def computed(north: Cooperation) -> Cooperation:
    CostFactory(cooperation=north)
    compute(north)
    return north


def in_norwegian(cooperation: Cooperation) -> dict[str, Any]:
    return {
        "slug": cooperation.slug,
        "name": cooperation.name,
        "currency": "NOK",
        "charging": "invoiced",
        "payment_days": "30",
        "first_month": "2026-01-01",
        "year_starts_in": "1",
    }


def change(operator: Client, cooperation: Cooperation, **options: Any) -> Any:
    address = f"/system/municipalities/cooperation/{cooperation.pk}/change/"
    return operator.post(address, in_norwegian(cooperation), **options)


def test_the_currency_is_fixed_once_a_month_is_computed(computed: Cooperation) -> None:
    computed.currency = "NOK"
    with pytest.raises(ValidationError) as refused:
        save_row(row=computed, by=None)
    assert refused.value.message_dict == {"currency": [FIXED]}


def test_the_operators_form_says_so(operator: Client, computed: Cooperation) -> None:
    answer = change(operator, computed)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors == {"currency": [FIXED]}


def test_a_month_computed_while_the_form_was_checked_is_seen_when_it_is_saved(
    operator: Client, computed: Cooperation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("municipalities.admin.rows.check_row", lambda row: None)
    answer = change(operator, computed, follow=True)
    assert (answer.status_code, answer.redirect_chain[0][1]) == (200, 302)
    assert FIXED in answer.content.decode()
    assert Cooperation.objects.get(pk=computed.pk).currency == "SEK"


def test_the_database_refuses_it_whoever_asks(computed: Cooperation) -> None:
    with pytest.raises(IntegrityError, match="have been computed in SEK"), transaction.atomic():
        Cooperation.objects.filter(pk=computed.pk).update(currency="NOK")
    Cooperation.objects.filter(pk=computed.pk).update(currency="SEK", name="Renamed")


def test_another_cooperations_months_fix_nothing(
    operator: Client, computed: Cooperation, outside: Cooperation
) -> None:
    assert change(operator, outside).status_code == 302
    assert Cooperation.objects.get(pk=outside.pk).currency == "NOK"


def test_cooperations_that_were_there_begin_with_their_first_month_or_now(
    north: Cooperation, outside: Cooperation
) -> None:
    for first_day in (dt.date(2025, 3, 1), dt.date(2024, 11, 1), dt.date(2026, 1, 1)):
        PeriodFactory(cooperation=north, first_day=first_day)
    with as_somebody_who_may(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE municipalities_cooperation ALTER first_month DROP NOT NULL")
        cursor.execute("UPDATE municipalities_cooperation SET first_month = NULL")
        cursor.execute(FILL)
    now = timezone.now().date().replace(day=1)
    begins = dict(Cooperation.objects.values_list("slug", "first_month"))
    assert begins == {"north": dt.date(2024, 11, 1), "outside": now}
    assert Period.objects.count() == 3
