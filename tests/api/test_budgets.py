"""A list costs as many queries for one row as for fifty and for a thousand."""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements.models import Agreement, Component, CostType, FixedPart, Key, KeyVersion, Term
from billing.engine.corrections import LateLine
from billing.models import Cost, LateChange, Period, Run, RunLine, RunTotal, ShareBlock
from billing.snapshots import cost_fact
from municipalities.models import (
    Absence,
    Colleague,
    Cooperation,
    Driver,
    Link,
    Member,
    Municipality,
    Reading,
    Site,
    Supplier,
    Token,
)
from services.models import (
    Alert,
    Application,
    Calendar,
    ClosedDay,
    Competence,
    DataProtection,
    Dependency,
    Document,
    Installation,
    LifecycleMove,
    OnCall,
    Order,
    OrderLine,
    OrderStep,
    Outage,
    OutageEffect,
    OutageUpdate,
    Purpose,
    Subscription,
    Task,
    Variant,
)
from sharedict.jobs.models import Job
from tests.api.conftest import Caller
from tests.budgets import MOMENT
from tests.factories.municipalities import LONG_AGO
from tests.factories.services import AlertSourceFactory, ApplicationFactory

pytestmark = pytest.mark.django_db
SIZES = (1, 50, 1000)
MOST = 6 + MOMENT
MORE = {"late-changes": 2, "outages": 1}
"""What is computed and not stored: changes, what is charged, decisions, costs and the month that charges. And
what outages take away, of four kinds, each read at once for all."""
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)

Maker = Callable[[Cooperation, int], Any]


def _days(count: int) -> list[dt.date]:
    return [LONG_AGO + dt.timedelta(days=number) for number in range(count)]


def _spans(count: int) -> list[dict[str, dt.date]]:
    return [{"valid_from": day, "valid_until": day + dt.timedelta(days=1)} for day in _days(count)]


def _places(count: int) -> list[Municipality]:
    return Municipality.objects.bulk_create(
        Municipality(country="NO", code=f"{number:04d}", name=f"Place {number}") for number in range(count)
    )


def _sites(north: Cooperation, count: int) -> list[Site]:
    place = Municipality.objects.get(code="1737")
    rows = Site.objects.bulk_create(
        Site(cooperation=north, name=f"Site {number}", kind="mirror", municipality=place, valid_from=LONG_AGO)
        for number in range(count)
    )
    rows[0].mirrors.add(*rows[1:])
    return rows


def _links(north: Cooperation, count: int) -> None:
    one, other = _sites(north, 2)
    Link.objects.bulk_create(
        Link(
            cooperation=north,
            name=f"Link {number}",
            kind="vpn",
            site=one,
            other_site=other,
            routed_by=one.municipality,
            valid_from=LONG_AGO,
        )
        for number in range(count)
    )


def _suppliers(north: Cooperation, count: int) -> None:
    Supplier.objects.bulk_create(
        Supplier(cooperation=north, name=f"Supplier {number}") for number in range(count)
    )


def _dependencies(north: Cooperation, count: int) -> None:
    _links(north, 2)
    _suppliers(north, 2)
    application = Application.objects.get(cooperation=north)
    rows = Dependency.objects.bulk_create(
        Dependency(cooperation=north, application=application, purpose=f"{number}", valid_from=LONG_AGO)
        for number in range(count)
    )
    for row in rows[:3]:
        row.links.set(Link.objects.of(north))
        row.suppliers.set(Supplier.objects.of(north))


def _colleagues(north: Cooperation, count: int) -> list[Colleague]:
    place = Municipality.objects.get(code="1737")
    return Colleague.objects.bulk_create(
        Colleague(cooperation=north, name=f"Colleague {number}", municipality=place, valid_from=LONG_AGO)
        for number in range(count)
    )


def _absences(north: Cooperation, count: int) -> None:
    Absence.objects.bulk_create(
        Absence(cooperation=north, colleague=colleague, valid_from=LONG_AGO)
        for colleague in _colleagues(north, count)
    )


def _competences(north: Cooperation, count: int) -> None:
    application = Application.objects.get(cooperation=north)
    Competence.objects.bulk_create(
        Competence(cooperation=north, application=application, colleague=colleague, valid_from=LONG_AGO)
        for colleague in _colleagues(north, count)
    )


def _on_call(north: Cooperation, count: int) -> None:
    [colleague] = _colleagues(north, 1)
    OnCall.objects.bulk_create(
        OnCall(cooperation=north, colleague=colleague, **span) for span in _spans(count)
    )


def _drivers(north: Cooperation, count: int) -> None:
    Driver.objects.bulk_create(
        Driver(cooperation=north, code=f"driver-{number}", name="Driver", unit="pcs")
        for number in range(count)
    )


def _readings(north: Cooperation, count: int) -> None:
    driver = Driver.objects.create(cooperation=north, code="users", name="Users", unit="users")
    place = Municipality.objects.get(code="1737")
    Reading.objects.bulk_create(
        Reading(driver=driver, cooperation=north, municipality=place, reference_on=day, value=1, source="-")
        for day in _days(count)
    )


def _applications(north: Cooperation, count: int) -> None:
    owner = Municipality.objects.get(code="1737")
    Application.objects.bulk_create(
        Application(cooperation=north, code=f"app-{number}", name="App", purpose="-", owner=owner)
        for number in range(count)
    )


def _purposes(north: Cooperation, count: int) -> None:
    top = Purpose.objects.create(cooperation=north, code="top", name="Top")
    Purpose.objects.bulk_create(
        Purpose(cooperation=north, code=f"purpose-{number}", name="Purpose", parent=top)
        for number in range(count)
    )


def _lifecycle_moves(north: Cooperation, count: int) -> None:
    application = Application.objects.get(cooperation=north)
    LifecycleMove.objects.bulk_create(
        LifecycleMove(
            cooperation=north,
            application=application,
            from_stage="pilot",
            to_stage="in_use",
            moved_at=NOON,
        )
        for _number in range(count)
    )


def _calendars(north: Cooperation, count: int) -> None:
    Calendar.objects.bulk_create(
        Calendar(cooperation=north, name=f"Calendar {number}", monday="08:00-16:30")
        for number in range(count)
    )


def _closed_days(north: Cooperation, count: int) -> None:
    calendar = Calendar.objects.create(cooperation=north, name="Office")
    ClosedDay.objects.bulk_create(
        ClosedDay(cooperation=north, calendar=calendar, day=day, name="Eve") for day in _days(count)
    )


def _tasks(north: Cooperation, count: int) -> None:
    application = Application.objects.get(cooperation=north)
    Task.objects.bulk_create(
        Task(cooperation=north, application=application, what=f"Task {number}", done_by="supplier")
        for number in range(count)
    )


def _data_protection(north: Cooperation, count: int) -> None:
    application, place = Application.objects.get(cooperation=north), Municipality.objects.get(code="1737")
    DataProtection.objects.bulk_create(
        DataProtection(cooperation=north, application=application, municipality=place, board=f"{number}")
        for number in range(count)
    )


def _variants(north: Cooperation, count: int) -> None:
    application = Application.objects.get(cooperation=north)
    Variant.objects.bulk_create(
        Variant(cooperation=north, application=application, name=f"Plus {number}", unit_price=number)
        for number in range(count)
    )


def _documents(north: Cooperation, count: int) -> None:
    application = Application.objects.get(cooperation=north)
    Document.objects.bulk_create(
        Document(
            cooperation=north, application=application, title=f"Manual {number}", url="https://a.example"
        )
        for number in range(count)
    )


def _installations(north: Cooperation, count: int) -> None:
    application, [site] = Application.objects.get(cooperation=north), _sites(north, 1)
    rows = Installation.objects.bulk_create(
        Installation(cooperation=north, application=application, site=site, **span) for span in _spans(count)
    )
    for row in rows[:3]:
        row.administered_by.set(Municipality.objects.all()[:2])


def _subscriptions(north: Cooperation, count: int) -> None:
    application, place = Application.objects.get(cooperation=north), Municipality.objects.get(code="2281")
    Subscription.objects.bulk_create(
        Subscription(cooperation=north, application=application, municipality=place, **span)
        for span in _spans(count)
    )


def _members(north: Cooperation, count: int) -> None:
    place = Municipality.objects.get(code="2281")
    Member.objects.bulk_create(
        Member(cooperation=north, municipality=place, **span) for span in _spans(count)
    )


def _agreements(north: Cooperation, count: int) -> None:
    Agreement.objects.bulk_create(
        Agreement(cooperation=north, name=f"Agreement {number}", valid_from=LONG_AGO)
        for number in range(count)
    )


def _cost_types(north: Cooperation, count: int) -> None:
    CostType.objects.bulk_create(
        CostType(cooperation=north, code=f"type-{number}", name="Type") for number in range(count)
    )


@transaction.atomic
def _keys(north: Cooperation, count: int) -> None:
    driver, place = Driver.objects.get(code="population"), Municipality.objects.get(code="1737")
    keys = Key.objects.bulk_create(
        Key(cooperation=north, code=f"key-{number}", name="Key") for number in range(count)
    )
    versions = KeyVersion.objects.bulk_create(
        KeyVersion(
            cooperation=north, key=key, number=1, valid_from=LONG_AGO, decision="-", decided_on=LONG_AGO
        )
        for key in keys
    )
    halves: list[dict[str, Any]] = [{"kind": "fixed"}, {"kind": "driver", "driver": driver, "rule": "month"}]
    components = Component.objects.bulk_create(
        Component(cooperation=north, version=version, position=position, percent=50, **half)
        for version in versions
        for position, half in enumerate(halves)
    )
    FixedPart.objects.bulk_create(
        FixedPart(cooperation=north, component=component, municipality=place, percent=100)
        for component in components
        if component.kind == "fixed"
    )


def _terms(north: Cooperation, count: int) -> None:
    application, default = Application.objects.get(cooperation=north), Term.objects.get(cooperation=north)
    rows = Term.objects.bulk_create(
        Term(
            cooperation=north,
            agreement=default.agreement,
            key=default.key,
            application=application,
            payers="named",
            **span,
        )
        for span in _spans(count)
    )
    for row in rows[:3]:
        row.named.set(Municipality.objects.all()[:2])


def _costs(north: Cooperation, count: int) -> list[Cost]:
    application, kind = Application.objects.get(cooperation=north), CostType.objects.get(cooperation=north)
    return Cost.objects.bulk_create(
        Cost(
            cooperation=north,
            reference=f"C{number:08d}",
            application=application,
            cost_type=kind,
            description="-",
            amount=Decimal(1),
            currency="SEK",
            starts_on=LONG_AGO,
            ends_on=LONG_AGO + dt.timedelta(days=31),
        )
        for number in range(count)
    )


def _runs(north: Cooperation, count: int) -> list[Run]:
    periods = Period.objects.bulk_create(
        Period(cooperation=north, first_day=dt.date(1950 + number // 12, number % 12 + 1, 1))
        for number in range(count)
    )
    runs = Run.objects.bulk_create(
        Run(
            cooperation=north,
            period=period,
            number=1,
            rule_version=1,
            facts="{}",
            fingerprint="0" * 64,
            total=1,
            unallocated=0,
            computed_at=NOON,
        )
        for period in periods
    )
    for period, run in zip(periods, runs, strict=True):
        period.current_run = run
    Period.objects.bulk_update(periods, ["current_run"])
    return runs


def _statements(north: Cooperation, count: int) -> Run:
    [run] = _runs(north, 1)
    RunTotal.objects.bulk_create(
        RunTotal(cooperation=north, run=run, municipality=place, name=place.name, amount=1)
        for place in _places(count)
    )
    return run


def _shares(north: Cooperation, count: int) -> None:
    run, [cost] = _statements(north, count), _costs(north, 1)
    line = RunLine.objects.create(
        cooperation=north,
        run=run,
        number=1,
        cost=cost,
        reference=cost.reference,
        cost_type_code="licence",
        cost_type_name="Licence",
        description="-",
        key_code="even",
        key_version=1,
        amount=1,
    )
    ShareBlock.objects.bulk_create(
        ShareBlock(
            cooperation=north, run=run, municipality_id=place, line_numbers=[line.number], amounts_minor=[100]
        )
        for place in run.totals.values_list("municipality_id", flat=True)
    )


def _late_changes(north: Cooperation, count: int) -> None:
    [run] = _runs(north, 1)
    LateChange.objects.bulk_create(
        LateChange(
            cooperation=north,
            period=run.period,
            cost=cost,
            run=run,
            cause="cost",
            content=asdict(
                LateLine(
                    cost=cost_fact(cost),
                    was={},
                    should={"SE1737": 100, "SE1783": 100},
                    owed={},
                    cause="cost",
                    key="even",
                    key_version=1,
                    amount_minor=200,
                    reason="",
                    detail="",
                    result="",
                )
            ),
        )
        for cost in _costs(north, count)
    )


def _jobs(north: Cooperation, count: int) -> None:
    Job.objects.bulk_create(
        Job(cooperation=north, kind="facts-changed", created_at=NOON, run_after=NOON) for _ in range(count)
    )


def _nothing(north: Cooperation, count: int) -> None:
    """A token has one cooperation."""


def _orders(north: Cooperation, count: int) -> list[Order]:
    place = Municipality.objects.get(code="1737")
    return Order.objects.bulk_create(
        Order(cooperation=north, municipality=place, title=f"Order {number}", wanted_on=LONG_AGO)
        for number in range(count)
    )


def _order_lines(north: Cooperation, count: int) -> None:
    application = ApplicationFactory(cooperation=north)
    OrderLine.objects.bulk_create(
        OrderLine(cooperation=north, order=order, application=application) for order in _orders(north, count)
    )


def _order_steps(north: Cooperation, count: int) -> None:
    OrderStep.objects.bulk_create(
        OrderStep(cooperation=north, order=order, from_state="draft", to_state="sent", moved_at=NOON)
        for order in _orders(north, count)
    )


def _outages(north: Cooperation, count: int) -> list[Outage]:
    return Outage.objects.bulk_create(
        Outage(cooperation=north, title=f"Outage {number}", starts_at=NOON, announced_at=NOON)
        for number in range(count)
    )


def _outage_updates(north: Cooperation, count: int) -> None:
    OutageUpdate.objects.bulk_create(
        OutageUpdate(cooperation=north, outage=outage, at=NOON, text="They look for it.")
        for outage in _outages(north, count)
    )


def _outage_effects(north: Cooperation, count: int) -> None:
    application, state = ApplicationFactory(cooperation=north), OutageEffect.State.DOWN
    place = Municipality.objects.get(code="1737")
    OutageEffect.objects.bulk_create(
        OutageEffect(
            cooperation=north,
            outage=outage,
            application=application,
            municipality=place,
            state=state,
            derived=state,
        )
        for outage in _outages(north, count)
    )


def _alerts(north: Cooperation, count: int) -> None:
    source = AlertSourceFactory(cooperation=north)
    Alert.objects.bulk_create(
        Alert(
            cooperation=north,
            source=source,
            outage=outage,
            fingerprint=f"{outage.pk:016x}",
            group="group",
            name="It does not answer",
            starts_at=NOON,
        )
        for outage in _outages(north, count)
    )


LISTS: dict[str, Maker] = {
    "cooperations": _nothing,
    "municipalities": lambda north, count: _places(count),
    "members": _members,
    "sites": _sites,
    "links": _links,
    "suppliers": _suppliers,
    "colleagues": _colleagues,
    "absences": _absences,
    "competences": _competences,
    "on-call": _on_call,
    "drivers": _drivers,
    "readings": _readings,
    "jobs": _jobs,
    "applications": _applications,
    "purposes": _purposes,
    "tasks": _tasks,
    "data-protection": _data_protection,
    "calendars": _calendars,
    "closed-days": _closed_days,
    "lifecycle-moves": _lifecycle_moves,
    "documents": _documents,
    "variants": _variants,
    "installations": _installations,
    "dependencies": _dependencies,
    "subscriptions": _subscriptions,
    "orders": _orders,
    "order-lines": _order_lines,
    "order-steps": _order_steps,
    "outages": _outages,
    "outage-updates": _outage_updates,
    "outage-effects": _outage_effects,
    "alerts": _alerts,
    "agreements": _agreements,
    "cost-types": _cost_types,
    "keys": _keys,
    "terms": _terms,
    "costs": _costs,
    "periods": _runs,
    "runs": _runs,
    "shares": _shares,
    "late-changes": _late_changes,
    "statements": _statements,
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_few_queries_whatever_its_size(
    caller: Caller, north: Cooperation, sundsvall: Municipality, name: str
) -> None:
    parameters = {} if name in ("cooperations", "municipalities") else {"cooperation": "north"}
    needed = set()
    for size in SIZES:
        with transaction.atomic():
            LISTS[name](north, size)
            Token.objects.update(last_used_at=timezone.now())
            with CaptureQueriesContext(connection) as found:
                status, page = caller.get(f"{name}/", page_size=1000, **parameters)
            assert status == 200
            assert len(page["results"]) >= (1 if name == "cooperations" else size)
            assert len(found) <= MOST + MORE.get(name, 0), [query["sql"] for query in found]
            needed.add(len(found))
            transaction.set_rollback(True)
    assert len(needed) == 1
