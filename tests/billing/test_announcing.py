"""Whatever shares depend on recomputes the months it touches, however it is changed; nothing else does."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.db.models import Model, ProtectedError
from django.forms.models import model_to_dict
from django.test import Client

from agreements.models import Agreement, CostType, Term
from billing.actions import propose_period
from billing.models import Cost, Period
from municipalities.actions import delete_row, save_row
from municipalities.models import Cooperation, Driver, Member, Municipality, Reading
from services.models import Application, Subscription
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from sharedict.jobs.models import Job
from tests.announcing import announced
from tests.factories.accounts import UserFactory
from tests.factories.agreements import KeyFactory, TermFactory, add_version
from tests.factories.billing import CostFactory, compute
from tests.factories.municipalities import LinkFactory, MemberFactory, MunicipalityFactory, SiteFactory
from tests.factories.services import InstallationFactory, SubscriptionFactory

Change = Callable[..., None]


@pytest.fixture
def january(north: Cooperation, erp: Application, licence: CostType) -> Period:
    """January 2026, computed, with a cost that both members use."""
    CostFactory(cooperation=north, application=erp, cost_type=licence)
    return compute(north)[0]


@pytest.fixture
def operator(db: None, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))


@pytest.mark.django_db
def test_what_writes_facts_and_tells_nobody_is_found(north: Cooperation) -> None:
    with pytest.raises(AssertionError, match="announced nothing"), announced():
        CostType.objects.filter(cooperation=north).update(name="Another")
    with (
        pytest.raises(AssertionError, match="announced nothing"),
        announced(),
        connection.cursor() as cursor,
    ):
        cursor.execute("update agreements_costtype set name = 'Another'")
    with announced():
        Driver.objects.update(unit="people")  # which no share depends on


def typed(row: Model, **changes: Any) -> dict[str, Any]:
    """What the operators' form of ``row`` sends, with ``changes``."""
    values = {name: value for name, value in model_to_dict(row).items() if value not in (None, False)}
    return {**values, **changes}


def by_action(operator: Client, row: Any, name: str) -> None:
    row.name = name
    save_row(row=row, by=None)


def by_operator(operator: Client, row: Any, name: str) -> None:
    address = f"/system/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
    assert operator.post(address, typed(row, name=name)).status_code == 302


def by_register(operator: Client, row: Any, name: str) -> None:
    """The register gives its own name to a municipality that was known under another."""
    Municipality.objects.filter(pk=row.pk).update(name="Fryksände")
    run_all()
    compute(Cooperation.objects.get(slug="north"))
    call_command("load_registers", verbosity=0)
    assert Municipality.objects.get(pk=row.pk).name == "Torsby"


def assert_recomputed(period: Period, by: User) -> None:
    """The month waits for a job, and can be proposed once that is done."""
    assert Job.objects.unfinished().filter(cooperation=period.cooperation_id).exists()
    with pytest.raises(ValidationError, match="recomputed"):
        propose_period(period=period, by=by)
    run_all()
    assert propose_period(period=period, by=by).state == "proposed"


@pytest.mark.parametrize("rename", [by_action, by_operator, by_register])
def test_a_renamed_municipality_recomputes_its_months(
    january: Period, torsby: Municipality, administrator: User, operator: Client, rename: Change
) -> None:
    rename(operator, torsby, "Torsby stad")
    assert_recomputed(january, administrator)


@pytest.mark.parametrize("rename", [by_action, by_operator])
def test_a_renamed_cooperation_recomputes_its_months(
    january: Period, outside: Cooperation, administrator: User, operator: Client, rename: Change
) -> None:
    rename(operator, january.cooperation, "Northernmost")
    assert list(Job.objects.values_list("cooperation", flat=True)) == [january.cooperation_id]
    run_all()
    assert propose_period(period=january, by=administrator).state == "proposed"


def test_another_address_of_a_cooperation_recomputes_its_months(
    january: Period, administrator: User, operator: Client
) -> None:
    address = f"/system/municipalities/cooperation/{january.cooperation_id}/change/"
    assert operator.post(address, typed(january.cooperation, slug="far-north")).status_code == 302
    assert_recomputed(january, administrator)


def test_registers_that_say_the_same_order_no_job(january: Period, torsby: Municipality) -> None:
    call_command("load_registers", verbosity=0)
    run_all()
    before = Job.objects.count()
    call_command("load_registers", verbosity=0)
    assert Job.objects.count() == before


def subscribes(north: Cooperation, place: Municipality) -> None:
    SubscriptionFactory(application=Application.objects.get(cooperation=north), municipality=place)


def is_named(north: Cooperation, place: Municipality) -> None:
    agreement = Agreement.objects.get(cooperation=north)
    kind = CostType.objects.get(cooperation=north)
    key = KeyFactory(cooperation=north)
    TermFactory(agreement=agreement, key=key, cost_type=kind, payers="named", named=[place])


def has_a_fixed_part(north: Cooperation, place: Municipality) -> None:
    key = KeyFactory(cooperation=north)
    add_version(key, {"kind": "fixed", "percent": Decimal(100), "fixed": {place: "100"}})


def was_a_member(north: Cooperation, place: Municipality) -> None:
    MemberFactory(cooperation=north, municipality=place, valid_until="2021-01-01")


@pytest.mark.parametrize("concern", [subscribes, is_named, has_a_fixed_part, was_a_member])
def test_a_municipality_is_announced_to_whoever_has_a_fact_of_it(
    north: Cooperation,
    outside: Cooperation,
    operator: Client,
    concern: Callable[[Cooperation, Municipality], None],
) -> None:
    place = MunicipalityFactory(code="0099", name="Elsewhere")
    concern(north, place)
    by_action(operator, place, "Nowhere")
    assert list(Job.objects.values_list("cooperation", flat=True)) == [north.pk]


def test_a_municipality_that_a_term_names_is_not_removed(north: Cooperation) -> None:
    """It would fall out of the term unsaid, and others would pay in its place."""
    place = MunicipalityFactory(code="0099", name="Elsewhere")
    is_named(north, place)
    with pytest.raises(ProtectedError):
        delete_row(row=place, by=None)
    assert Term.objects.get(named=place).cooperation == north
    assert not Job.objects.exists()


def test_a_fact_stays_in_its_cooperation(north: Cooperation, outside: Cooperation) -> None:
    member = Member.objects.get(cooperation=outside)
    member.cooperation = north
    with pytest.raises(ValidationError, match="stays in its cooperation"):
        save_row(row=member, by=None)
    assert not Job.objects.exists()


def change(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    save_row(row=row, by=None)


NO_FACTS: list[Callable[[Cooperation, Municipality], Any]] = [
    lambda north, torsby: change(SiteFactory.build(cooperation=north)),
    lambda north, torsby: change(SiteFactory(cooperation=north), valid_until="2026-01-15"),
    lambda north, torsby: change(LinkFactory(site=SiteFactory(cooperation=north)), mbps=100),
    lambda north, torsby: change(
        InstallationFactory(
            application=Application.objects.get(cooperation=north), site=SiteFactory(cooperation=north)
        ),
        valid_until="2026-01-15",
    ),
    lambda north, torsby: change(torsby, peppol_id="0007:212000"),
    lambda north, torsby: change(torsby, official_name="Torsby kommun", organisation_number="212000-1850"),
    lambda north, torsby: change(north, shares_are_open=False, charging="settled"),
    lambda north, torsby: change(Agreement.objects.get(cooperation=north), notice_months=12),
    lambda north, torsby: change(Application.objects.get(cooperation=north), lifecycle="phasing_out"),
    lambda north, torsby: change(Subscription.objects.get(cooperation=north, municipality=torsby), users=120),
    lambda north, torsby: change(Driver.objects.get(code="population"), unit="people"),
    lambda north, torsby: change(Reading.objects.filter(municipality=torsby)[0], external_id="x"),
    lambda north, torsby: change(Cost.objects.get(cooperation=north), invoice_number="7", external_id="x"),
]


@pytest.mark.parametrize("changed", NO_FACTS)
def test_what_no_share_depends_on_recomputes_nothing(
    january: Period, torsby: Municipality, changed: Callable[[Cooperation, Municipality], Any]
) -> None:
    changed(january.cooperation, torsby)
    assert not Job.objects.exists()
    assert compute(january.cooperation)[0].current_run_id == january.current_run_id
