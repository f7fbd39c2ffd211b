"""An import of costs is undone: what it added is withdrawn, what it changed is as before."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from agreements.models import CostType
from billing.actions import close_period, propose_period, save_cost
from billing.models import Cost, Period
from municipalities.models import Cooperation, Upload
from services.models import Application
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.actions import run_all
from tests import uploading
from tests.factories.agreements import CostTypeFactory
from tests.factories.services import ApplicationFactory
from tests.uploading import address_of, apply, is_applied, undo

PAGE = "/north/costs/register/import/"
HEADER = "external_id;application;cost_type;supplier;invoice_number;description;amount;starts_on;ends_on"
ROW = "L-1;erp;licence;Fjord;2041;Licences;1250,50;2026-01-01;2026-02-01"
OTHER = "L-2;;licence;Fjell;2042;Insurance;100;2026-02-01;2026-03-01"


@pytest.fixture
def client(sign_in: Callable[[User], Client], administrator: User, erp: Application) -> Client:
    return sign_in(administrator)


def upload(client: Client, *rows: str) -> Any:
    return uploading.upload(client, PAGE, "\n".join([HEADER, *rows]).encode(), "costs.csv")


def state(shown: Any) -> str:
    return Upload.objects.get(pk=shown.context["upload"].pk).state


def test_what_was_added_is_withdrawn_and_the_mended_file_can_be_imported(client: Client) -> None:
    done = apply(client, upload(client, ROW, OTHER))
    undone = undo(client, done)
    assert state(undone) == Upload.State.UNDONE
    assert "The shares of January 2026 to February 2026 are recomputed." in undone.context["upload"].said
    costs = Cost.objects.order_by("reference")
    assert [(cost.external_id, cost.is_withdrawn) for cost in costs] == [("", True), ("", True)]
    entry = Entry.objects.filter(subject_type="billing.cost", verb="change").order_by("id")[0]
    assert entry.changes["external_id"] == ["L-1", ""]
    again = upload(client, ROW.replace("1250,50", "1000"), OTHER)
    assert again.context["counts"]["new"] == 2
    assert is_applied(apply(client, again))
    run_all()
    assert Period.objects.get(first_day="2026-01-01").current_run.total == 1000


def test_what_was_changed_is_as_before(client: Client, erp: Application) -> None:
    apply(client, upload(client, ROW, OTHER))
    before = list(Cost.objects.order_by("pk").values())
    moved = "L-1;;licence;;;Moved;7;2026-03-01;2027-03-01"
    done = apply(client, upload(client, moved, OTHER))
    assert Cost.objects.get(external_id="L-1").application is None
    undo(client, done)
    assert list(Cost.objects.order_by("pk").values()) == before


def test_a_closed_month_is_corrected_as_by_withdrawing(
    client: Client, administrator: User, second_administrator: User, north: Cooperation
) -> None:
    done = apply(client, upload(client, ROW))
    run_all()
    january = Period.objects.get(first_day=dt.date(2026, 1, 1))
    close_period(period=propose_period(period=january, by=administrator), by=second_administrator)
    asked = client.get(f"{address_of(done)}undo/").content.decode()
    assert "it is charged as a correction in February 2026, unless somebody decides to leave it" in asked
    assert "-1,250.50" in asked.replace("\N{MINUS SIGN}", "-")
    undo(client, done)
    run_all()
    february = Period.objects.get(first_day=dt.date(2026, 2, 1))
    [correction] = february.current_run.lines.exclude(concerns=None)
    assert (correction.concerns, correction.amount) == (dt.date(2026, 1, 1), Decimal("-1250.50"))


def test_a_cost_that_a_credit_note_refunds_is_not_taken_back(
    client: Client, north: Cooperation, licence: CostType, administrator: User
) -> None:
    done = apply(client, upload(client, OTHER))
    cost = Cost.objects.get()
    note = Cost(
        cooperation=north, cost_type=licence, description="Back", amount=Decimal(-100),
        currency=cost.currency, starts_on=cost.starts_on, ends_on=cost.ends_on, credits=cost,
    )  # fmt: skip
    save_cost(cost=note, by=administrator)
    refused = undo(client, done)
    assert state(refused) == Upload.State.APPLIED
    assert "A credit note refunds this cost" in refused.context["upload"].said
    assert Cost.objects.valid().count() == 2


def test_a_cost_that_somebody_changed_or_withdrew_since_is_left(client: Client, administrator: User) -> None:
    done = apply(client, upload(client, ROW, OTHER))
    cost = Cost.objects.get(external_id="L-1")
    cost.description = "Licences, mended"
    save_cost(cost=cost, by=administrator)
    said = undo(client, done).context["upload"].said
    assert said == f"Nothing is undone: cost {cost} was changed since, by {administrator}."
    assert Cost.objects.valid().count() == 2


@pytest.mark.parametrize("what", ["application", "cost type"])
def test_what_a_cost_had_before_and_is_not_here_any_more_is_said(
    client: Client, north: Cooperation, what: str
) -> None:
    had: Any = (
        ApplicationFactory(cooperation=north, code="old", name="Old")
        if what == "application"
        else CostTypeFactory(cooperation=north, code="old", name="Old")
    )
    before = ROW.replace("erp" if what == "application" else "licence", "old")
    apply(client, upload(client, before))
    done = apply(client, upload(client, ROW))
    type(had).objects.filter(pk=had.pk).delete()
    assert client.get(f"{address_of(done)}undo/").status_code == 200
    refused = undo(client, done)
    assert state(refused) == Upload.State.APPLIED
    assert "what its rows had before is not here any more" in refused.context["upload"].said
    assert Cost.objects.get(external_id="L-1").cost_type.code == "licence"
