"""Small cases of what once went wrong, from files that say what is right: see ``data/README.md``."""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.test import Client

from agreements.models import Agreement, CostType, Key, Term
from billing.models import Cost, Period, Statement
from billing.snapshots import late_states
from municipalities.models import Cooperation, Driver, Member, Municipality, Reading
from services.models import Application
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests.billing.books import charged, charged_of, close_month, corrections, credit, month, post
from tests.factories.agreements import KeyFactory, TermFactory, add_version
from tests.factories.billing import compute
from tests.factories.municipalities import MemberFactory, MunicipalityFactory, ReadingFactory
from tests.uploading import apply, is_applied, upload

DATA = Path(__file__).parent / "data"
SignIn = Callable[[User], Client]
Shut = Callable[[dt.date], Period]


def case(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def begin(cooperation: Cooperation, first_month: dt.date) -> None:
    Cooperation.objects.filter(pk=cooperation.pk).update(first_month=first_month)
    cooperation.refresh_from_db()


def test_an_invoice_for_half_a_year_that_comes_in_april_is_charged_in_full(
    north: Cooperation,
    erp: Application,
    licence: CostType,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    """``late_invoice.csv``: January to March are closed; their 2983.42 stand in April."""
    months = [dt.date(2025, number, 1) for number in range(1, 8)]
    begin(north, months[0])
    Period.objects.create(cooperation=north, first_day=months[2])
    compute(north)
    close_month(north, months[2], administrator, second_administrator)
    assert [period.state for period in compute(north)] == ["closed", "closed", "closed", "open"]

    client, register = sign_in(administrator), "/north/costs/register/import/"
    content = (DATA / "late_invoice.csv").read_bytes()
    assert is_applied(apply(client, upload(client, register, content)))
    run_all()
    cost = Cost.objects.get(external_id="LATE")
    own = [month(north, day).current_run.lines.get(concerns=None).amount for day in months[3:6]]
    assert own == [Decimal("994.48"), Decimal("1027.62"), Decimal("994.48")]
    found = corrections(month(north, months[3]))
    assert [(reference, concerns) for reference, concerns, _shares in found] == [
        (cost.reference, day) for day in months[:3]
    ]
    assert sum(sum(shares.values()) for _reference, _concerns, shares in found) == 298342
    for first_day in months[3:6]:
        close_month(north, first_day, administrator, second_administrator)
    april = Statement.objects.filter(first_day=months[3]).values_list("payer", "total")
    assert dict(april) == {"SE1737": Decimal("1988.95"), "SE1783": Decimal("1988.95")}
    assert sum(charged(north).values()) == 600000
    assert charged_of(cost) == {"SE1737": 300000, "SE1783": 300000}
    assert late_states(north) == []


def test_a_refund_after_a_member_left_is_divided_as_the_invoice_was(north: Cooperation, shut: Shut) -> None:
    """``refund_after_member_left.json``: 100.00 each come back, to the one that has left too."""
    told = case("refund_after_member_left.json")
    january, february, march = (dt.date(2025, number, 1) for number in (1, 2, 3))
    begin(north, january)
    for key, since, until in told["members"]:
        place = MunicipalityFactory(country=key[:2], code=key[2:], name=key)
        Member.objects.filter(cooperation=north, municipality=place).delete()
        MemberFactory(cooperation=north, municipality=place, valid_from=since, valid_until=until)
    cost = post(north, "300.00", january, february)
    shut(january)
    assert charged(north) == {"SE1737": 10000, "SE1766": 10000, "SE1783": 10000}
    note = credit(cost)
    back = {"SE1737": -10000, "SE1766": -10000, "SE1783": -10000}
    assert corrections(month(north, february)) == [(note.reference, january, back)]
    shut(february)
    assert charged(north) == dict.fromkeys(back, 0)
    issued = Statement.objects.filter(first_day=february).values_list("payer", "total")
    assert dict(issued) == dict.fromkeys(back, Decimal("-100.00"))
    assert [str(period) for period in Period.objects.of(north)] == ["2025-03", "2025-02", "2025-01"]
    assert month(north, march).current_run.total == 0


def test_readings_that_are_too_old_are_named_before_the_month_is_proposed(
    north: Cooperation,
    default_term: Term,
    population: Driver,
    population_key: Key,
) -> None:
    """``stale_population.json``: 2035 by what was read in 2023; a notice names driver, payers and day."""
    told = case("stale_population.json")
    first_day = dt.date.fromisoformat(f"{told['cost']['month']}-01")
    begin(north, first_day)
    MemberFactory(cooperation=north, municipality=MunicipalityFactory(code="1766", name="Sunne"))
    Reading.objects.filter(reference_on__gt=told["newest_readings"]).delete()
    for code, value in (("1737", 11600), ("1766", 13616), ("1783", 11752)):
        place = Municipality.objects.get(code=code)
        Reading.objects.filter(municipality=place).delete()
        ReadingFactory(
            driver=population,
            municipality=place,
            value=value,
            reference_on=dt.date.fromisoformat(told["newest_readings"]),
        )
    Term.objects.filter(pk=default_term.pk).update(key=population_key)
    post(north, told["cost"]["amount"], first_day, first_day + dt.timedelta(days=31))
    run = month(north, first_day).current_run
    assert run.unallocated_lines == 0
    assert run.notices == [
        {
            "code": "stale_reading",
            "about": "population",
            "places": told["members"],
            "dates": [told["newest_readings"]],
        }
    ]


def test_fixed_parts_that_no_longer_add_up_stop_the_month(north: Cooperation) -> None:
    """``fixed_parts_member_left.json``: who stays does not silently pay for who left."""
    assert "SE0834 leaves on 2025-03-01" in case("fixed_parts_member_left.json")["steps"][0]
    february, march, april = (dt.date(2025, number, 1) for number in (2, 3, 4))
    begin(north, february)
    stays = MunicipalityFactory(code="0862", name="Emmaboda")
    leaves = MunicipalityFactory(code="0834", name="Torsås")
    Member.objects.filter(cooperation=north).delete()
    MemberFactory(cooperation=north, municipality=stays)
    MemberFactory(cooperation=north, municipality=leaves, valid_until=march)
    key = KeyFactory(cooperation=north)
    fixed = {"kind": "fixed", "percent": Decimal(100), "fixed": {stays: "61.2", leaves: "38.8"}}
    add_version(key, fixed)
    kind = CostType.objects.create(cooperation=north, code="operation", name="Operation")
    agreement = Agreement.objects.get(cooperation=north)
    TermFactory(agreement=agreement, key=key, cost_type=kind, payers="members")
    for first_day, after in ((february, march), (march, april)):
        post(north, "1000.00", first_day, after, cost_type=kind)
    totals = month(north, february).current_run.totals.values_list("municipality__code", "amount")
    assert dict(totals) == {"0862": Decimal("612.00"), "0834": Decimal("388.00")}
    run = month(north, march).current_run
    assert (run.unallocated_lines, run.unallocated) == (1, Decimal("1000.00"))
    line = run.lines.get()
    assert (line.reason, line.detail) == ("fixed_parts_differ", "SE0834")
    assert not run.totals.exists()
