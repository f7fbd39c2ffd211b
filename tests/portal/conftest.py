"""A signed-in Chromium on a portal where a worker does the jobs, as `make run` has it."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.db import connection
from playwright.sync_api import Page

from agreements.models import CostType
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests.browser import sign_in
from tests.factories.billing import CostFactory, compute

PASSWORD = "a password of a person in a test"


@pytest.fixture
def signed_in(page: Page) -> Callable[[User], Page]:
    """Signs a person in as people do: with name and password on the sign-in page."""

    def enter(user: User) -> Page:
        user.set_password(PASSWORD)
        user.save()
        sign_in(page, user.username, PASSWORD)
        return page

    return enter


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """Does jobs beside the test, in a thread with a connection of its own, until the test ends."""
    is_over = threading.Event()

    def work() -> None:
        try:
            while not is_over.wait(0.1):
                run_all()
        finally:
            connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    is_over.set()
    thread.join()


@pytest.fixture
def two_months(
    transactional_db: None, north: Cooperation, erp: Application, licence: CostType
) -> Cooperation:
    """``north`` with an odd cost in September and a larger one in October, computed."""
    for month, amount in ((9, "1000.01"), (10, "1200.03")):
        CostFactory(
            cooperation=north,
            application=erp,
            cost_type=licence,
            reference=f"C{month:08d}",
            description="ERP licences",
            supplier="Fjord Software",
            amount=Decimal(amount),
            starts_on=dt.date(2026, month, 1),
            ends_on=dt.date(2026, month + 1, 1),
        )
    compute(north)
    return north
