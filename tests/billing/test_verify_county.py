"""``manage.py verify`` in a process of its own, over a county's year."""

import datetime as dt
import os
from decimal import Decimal

import pytest
from django.db import connection

from billing.models import Period, Share, Statement
from sharedict.kernel.money import minor_text
from tests.bench.workload import Workload, load_one
from tests.billing.books import close_month, month
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.platform.portal import program
from tests.tampering import as_somebody_who_may
from tests.workers import database_url


def verify_in_a_process(slug: str) -> tuple[int, str, list[str]]:
    """What ``manage.py verify`` ends with, says, and says is wrong."""
    done = program(
        *("manage.py", "verify", slug), DATABASE_URL=database_url(), REDIS_URL=os.environ["REDIS_URL"]
    )
    return done.returncode, done.stdout, done.stderr.splitlines()


@pytest.mark.django_db(transaction=True)
def test_one_oere_in_the_year_of_a_county_is_found() -> None:
    """16 municipalities, three applications, twelve closed months: 1,152 shares, and one of them is wrong.

    Whoever tampers mends the total that it adds up to, too.
    """
    MunicipalityFactory.create_batch(16)
    proposer, closer = UserFactory(username="proposer"), UserFactory(username="closer")
    county = load_one(Workload("county", municipalities=16, applications=3, costs=2), proposer)
    for first_day in Period.objects.of(county).order_by("first_day").values_list("first_day", flat=True):
        close_month(county, first_day, proposer, closer)
    counted = "12 closed months, 192 statements and 1152 shares were computed again"
    code, said, wrong = verify_in_a_process("county")
    assert (code, said.splitlines()[-1], wrong) == (0, f"{counted}: all are as they were.", [])

    run = month(county, dt.date(2026, 7, 1)).current_run
    share = Share.objects.filter(run_id=run.pk).select_related("municipality", "line")[41]
    place, was = share.municipality, share.amount_minor
    total = run.totals.get(municipality=place).amount
    at = [run.pk, place.pk]
    with as_somebody_who_may(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_shareblock SET amounts_minor[array_position(line_numbers, %s)] = %s"
            " WHERE run_id = %s AND municipality_id = %s",
            [share.line_number, was + 1, *at],
        )
        assert cursor.rowcount == 1
        cursor.execute(
            "UPDATE billing_runtotal SET amount = amount + 0.01 WHERE run_id = %s AND municipality_id = %s",
            at,
        )
        assert cursor.rowcount == 1
    code, said, wrong = verify_in_a_process("county")
    assert (code, said) == (1, "county 2026-12: 12 of 12 months\n")
    number, line = Statement.objects.get(run=run, municipality=place).number, share.line.reference
    july, wrong_share, right_share = "county 2026-07:", minor_text(was + 1), minor_text(was)
    assert wrong == [
        f"{july} {place.key}'s share of line {line} is {wrong_share}, computed {right_share}",
        f"{july} {place.key}'s total is {total + Decimal('0.01')}, computed {total}",
        f"{july} statement {number} ({place.name}): it does not add up, or is not what its hash was made of",
        f"CommandError: {counted}: 3 differences.",
    ]
