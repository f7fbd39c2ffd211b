"""Under /system/ nothing is removed that a closed month was computed with."""

import datetime as dt
import html
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from agreements.models import FixedPart, Term
from billing.models import Cost, Period
from municipalities.models import Driver, Member, Municipality, Reading
from services.models import Subscription
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.common.models import Fact
from sharedict.jobs.actions import run_all
from tests.billing.books import month
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import DriverFactory, ReadingFactory

pytestmark = pytest.mark.django_db
JANUARY = dt.date(2026, 1, 1)
FACTS = sorted(
    (each for each in admin.site._registry if issubclass(each, Fact)), key=lambda each: each.__name__
)


@pytest.fixture
def closed(by_population: Cost) -> Period:
    """January, whose cost was divided by population; February is open."""
    return month(by_population.cooperation, JANUARY)


@pytest.fixture
def operator(db: None, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))


def page(row: Any) -> str:
    return f"/system/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/delete/"


def is_unneeded(row: Any) -> bool:
    """A reading that is later than the closed month, or of a municipality that takes part nowhere."""
    return isinstance(row, Reading) and (row.reference_on > JANUARY or row.municipality.code == "2281")


@pytest.mark.parametrize("model", FACTS, ids=lambda model: model._meta.model_name)
def test_what_a_closed_month_was_computed_with_stays(closed: Period, operator: Client, model: Any) -> None:
    rows = [row for row in model._default_manager.all() if not is_unneeded(row)]
    assert rows or model is FixedPart
    for row in rows:
        operator.get(page(row))
        operator.post(page(row), {"post": "yes"})
    run_all()
    assert not {*rows} - {*model._default_manager.all()}
    assert not month(closed.cooperation, JANUARY).has_late_changes
    assert not Entry.objects.filter(verb="delete").exists()


@pytest.mark.parametrize("model", [Member, Reading, Subscription, Term])
def test_it_is_said_before_it_is_asked_and_when_it_is_sent(
    closed: Period, operator: Client, model: Any
) -> None:
    row = model.objects.order_by("pk").first()
    for answer in (
        operator.get(page(row), follow=True),
        operator.post(page(row), {"post": "yes"}, follow=True),
    ):
        said = html.unescape(answer.content.decode())
        assert "Months that are closed were computed with it: January 2026." in said
        assert answer.redirect_chain == [(page(row).replace("delete", "change"), 302)]


def test_what_no_month_was_computed_with_goes(closed: Period, operator: Client) -> None:
    later = ReadingFactory(
        driver=Driver.objects.get(code="population"),
        municipality=Municipality.objects.get(code="1737"),
        reference_on=dt.date(2026, 6, 30),
    )
    unused = DriverFactory(cooperation=closed.cooperation, code="tickets")
    for row in (later, unused):
        assert operator.get(page(row)).status_code == 200
        assert operator.post(page(row), {"post": "yes"}).status_code == 302
        assert not type(row)._default_manager.filter(pk=row.pk).exists()
