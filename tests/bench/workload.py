"""The two workloads: a county and a nation that share every application among all municipalities."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from agreements.actions import ComponentDraft, adopt_key_version, save_term
from agreements.models import Agreement, Component, CostType, Key, Term
from billing.models import Cost, Period
from municipalities.actions import create_token
from municipalities.models import Cooperation, Driver, Member, Municipality, Reading, Role, Token
from services.models import Application
from sharedict.accounts.models import User
from sharedict.common.roles import as_owner
from sharedict.jobs.models import Job
from sharedict.kernel.money import to_major
from sharedict.kernel.periods import Month

YEAR = 2026
NEW_YEAR = dt.date(YEAR, 1, 1)


@dataclass(frozen=True, slots=True)
class Workload:
    """How large: each month every application has ``costs`` costs, shared by all ``municipalities``."""

    name: str
    municipalities: int
    applications: int
    costs: int

    @property
    def shares(self) -> int:
        """In a year."""
        return self.municipalities * self.applications * self.costs * 12


COUNTY = Workload("county", 16, 60, 4)
NATION = Workload("nation", 290, 300, 2)
WORKLOADS = {workload.name: workload for workload in (COUNTY, NATION)}
COUNTIES = [replace(COUNTY, name=f"county-{number:02}") for number in range(1, 17)]
SMALL = Workload("small", 3, 5, 2)


def load() -> str:
    """Both workloads, with nothing computed yet; gives back the secret of a token for the nation."""
    call_command("migrate", verbosity=0)
    call_command("load_registers", verbosity=0)
    by = User.objects.create(username="bench")
    for workload in WORKLOADS.values():
        cooperation = load_one(workload, by)
    Job.objects.all().delete()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    _token, secret = create_token(
        cooperation=cooperation,
        name="bench",
        scopes=[Token.Scope.READ],
        expires_at=timezone.now() + dt.timedelta(days=1),
        by=by,
    )
    return secret


def load_many() -> None:
    """Sixteen counties and a small cooperation beside what is there, with nothing computed yet."""
    by = User.objects.get(username="bench")
    for workload in (*COUNTIES, SMALL):
        load_one(workload, by)
    Job.objects.all().delete()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def load_one(workload: Workload, by: User) -> Cooperation:
    """One cooperation: 30 % even and 70 % by a driver, so that no two municipalities weigh the same."""
    chance = Random(workload.name)  # noqa: S311 - the same numbers in every run, not secrets
    places = list(Municipality.objects.filter(country="SE").order_by("code")[: workload.municipalities])
    cooperation = Cooperation.objects.create(
        slug=workload.name, name=workload.name.title(), first_month=NEW_YEAR
    )
    Role.objects.create(cooperation=cooperation, user=by, kind=Role.Kind.ADMINISTRATOR)
    Member.objects.bulk_create(
        Member(cooperation=cooperation, municipality=place, valid_from=NEW_YEAR) for place in places
    )
    driver = Driver.objects.create(cooperation=cooperation, code="users", name="Users", unit="users")
    Reading.objects.bulk_create(
        Reading(
            cooperation=cooperation,
            driver=driver,
            municipality=place,
            reference_on=NEW_YEAR,
            value=chance.randint(2_000, 1_000_000),
            source="bench",
        )
        for place in places
    )
    _agree(cooperation, driver, by)
    applications = Application.objects.bulk_create(
        Application(
            cooperation=cooperation, code=f"a{number:03d}", name=f"Application {number}", purpose="bench"
        )
        for number in range(workload.applications)
    )
    _subscribe(cooperation)
    types = CostType.objects.bulk_create(
        CostType(cooperation=cooperation, code=f"t{number}", name=f"Type {number}")
        for number in range(workload.costs)
    )
    months = [Month(YEAR, number) for number in range(1, 13)]
    Period.objects.bulk_create(Period(cooperation=cooperation, first_day=month.first) for month in months)
    scopes = [
        (month, application, kind) for month in months for application in applications for kind in types
    ]
    Cost.objects.bulk_create(
        Cost(
            cooperation=cooperation,
            reference=f"C{number:08d}",
            application=application,
            cost_type=kind,
            supplier=f"Supplier {number % 40}",
            description=f"{application.name}, {kind.name.lower()}, {month}",
            amount=to_major(chance.randint(10_000, 50_000_000)),
            currency=cooperation.currency,
            starts_on=month.first,
            ends_on=month.after,
        )
        for number, (month, application, kind) in enumerate(scopes, start=1)
    )
    return cooperation


def _agree(cooperation: Cooperation, driver: Driver, by: User) -> None:
    agreement = Agreement.objects.create(cooperation=cooperation, name="Bench", valid_from=NEW_YEAR)
    key = Key.objects.create(cooperation=cooperation, code="mixed", name="Mixed")
    adopt_key_version(
        key=key,
        valid_from=NEW_YEAR,
        decision="bench",
        decided_on=NEW_YEAR,
        components=[
            ComponentDraft(Component.Kind.EVEN, Decimal(30)),
            ComponentDraft(Component.Kind.DRIVER, Decimal(70), driver, Component.Rule.YEAR_START),
        ],
        by=by,
    )
    term = Term(cooperation=cooperation, agreement=agreement, key=key, valid_from=NEW_YEAR)
    save_term(term=term, named=[], by=by)


def _subscribe(cooperation: Cooperation) -> None:
    """Every member to every application; 87,000 rows for the nation."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO services_subscription
                (cooperation_id, application_id, municipality_id, valid_from, accounting_code)
            SELECT application.cooperation_id, application.id, member.municipality_id, member.valid_from, ''
            FROM services_application AS application
            JOIN municipalities_member AS member USING (cooperation_id)
            WHERE application.cooperation_id = %s
            """,
            [cooperation.pk],
        )
