"""Who plays in the tests, and where: two municipalities that share costs, and one that must see nothing."""

import datetime as dt
from decimal import Decimal

from municipalities.models import Cooperation, Driver, Municipality, Reading, Role
from sharedict.accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.agreements import AgreementFactory, CostTypeFactory, TermFactory, driver_key, even_key
from tests.factories.municipalities import (
    CooperationFactory,
    DriverFactory,
    MemberFactory,
    MunicipalityFactory,
    ReadingFactory,
    RoleFactory,
)
from tests.factories.services import ApplicationFactory, SubscriptionFactory

POPULATIONS = {"1737": Decimal(12000), "1783": Decimal(8000), "2281": Decimal(100000)}
"""Round figures, read on the last day of each year: Torsby has 60 % of what Torsby and Hagfors have."""

READ_ON = [dt.date(year, 12, 31) for year in range(2023, 2027)]


def torsby() -> Municipality:
    return MunicipalityFactory(code="1737", name="Torsby")


def hagfors() -> Municipality:
    return MunicipalityFactory(code="1783", name="Hagfors")


def sundsvall() -> Municipality:
    return MunicipalityFactory(code="2281", name="Sundsvall")


def north() -> Cooperation:
    """Torsby and Hagfors, who use ``erp`` and divide everything evenly by their default term."""
    return cooperation("north", [torsby(), hagfors()])


def outside() -> Cooperation:
    """Sundsvall alone, with an ``erp``, keys and terms of its own under the same codes."""
    return cooperation("outside", [sundsvall()])


def population() -> Driver:
    """The public driver, with a reading for each of the three at the turns of the years."""
    driver: Driver = DriverFactory(cooperation=None, code="population", name="Population", unit="inhabitants")
    if not driver.readings.exists():
        Reading.objects.bulk_create(
            ReadingFactory.build(
                driver=driver,
                municipality=place,
                reference_on=day,
                value=POPULATIONS[place.code],
                source="Statistics Sweden",
            )
            for place in (torsby(), hagfors(), sundsvall())
            for day in READ_ON
        )
    return driver


def person(
    username: str, cooperation: Cooperation, kind: Role.Kind, municipality: Municipality | None = None
) -> User:
    """Whoever has that name, with that role: the same one when asked for again."""
    user: User = UserFactory(username=username)
    role = {"cooperation": cooperation, "user": user, "kind": kind, "municipality": municipality}
    if not Role.objects.filter(**role).exists():
        RoleFactory(**role)
    return user


def cooperation(slug: str, members: list[Municipality]) -> Cooperation:
    """``members`` with an ``erp`` that all of them use, two keys, and a default term that divides evenly.

    The same one when asked for again: a module's books may be kept for all its tests.
    """
    if found := Cooperation.objects.filter(slug=slug).first():
        return found
    cooperation: Cooperation = CooperationFactory(slug=slug)
    application = ApplicationFactory(cooperation=cooperation, code="erp", name="ERP")
    for place in members:
        MemberFactory(cooperation=cooperation, municipality=place)
        SubscriptionFactory(application=application, municipality=place)
    CostTypeFactory(cooperation=cooperation, code="licence", name="Licence")
    even = even_key(cooperation=cooperation, code="even", name="Evenly")
    driver_key(population(), cooperation=cooperation, code="population", name="By population")
    agreement = AgreementFactory(cooperation=cooperation, name="Cooperation agreement")
    TermFactory(agreement=agreement, key=even)
    return cooperation
