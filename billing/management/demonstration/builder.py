"""Filling a demonstration cooperation through the same actions that people use."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Model
from django.utils import timezone

from agreements.actions import ComponentDraft, adopt_key_version, save_term
from agreements.models import Agreement, CostType, Key, Term
from billing.actions import add_costs, close_period, compute_period, propose_period, save_cost
from billing.management.demonstration.swedish import said, say
from billing.models import Cost, Period
from municipalities.actions import save_row
from municipalities.models import (
    Cooperation,
    Driver,
    Link,
    Member,
    Municipality,
    Notice,
    Reading,
    Role,
    Site,
    Supplier,
)
from services.actions import ship_calendars
from services.models import Application, Dependency, Installation, Subscription
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from sharedict.kernel.money import to_major
from sharedict.kernel.periods import Month

R = TypeVar("R", bound=Model)
People = Mapping[str, User]

COST_TYPES = {
    "licence": "Licences",
    "operations": "Operations",
    "support": "Support",
    "network": "Network",
    "personnel": "Personnel",
}


@dataclass(frozen=True, slots=True)
class Contract:
    """What one supplier invoices again and again: about ``minor`` each time, for ``months`` at once.

    ``swing`` is by how many per cent the amount moves up and down.
    """

    application: str | None
    cost_type: str
    supplier: str
    description: str
    minor: int
    months: int = 1
    swing: int = 0

    def amount_minor(self, month: Month) -> int:
        """The same for the same month, and never a round sum: a wave over the year."""
        step = (month.year * 12 + month.number) * 7 % 11 - 5
        return self.minor + self.minor * self.swing * step // 500


class Builder:
    """One cooperation under construction; every row is entered by its first administrator."""

    def __init__(self, cooperation: Cooperation, people: People, since: dt.date) -> None:
        self.people, self.by, self.closer = people, people["admin"], people["admin2"]
        say(cooperation)
        self.cooperation = save_row(row=cooperation, by=self.by)
        self.since = since
        self.members: dict[str, Municipality] = {}
        self.applications: dict[str, Application] = {}
        self.keys: dict[str, Key] = {}
        self.calendars = ship_calendars(
            cooperation=self.cooperation, country="NO" if cooperation.currency == "NOK" else "SE", by=self.by
        )
        self.types = {
            code: self.add(CostType(cooperation=cooperation, code=code, name=name))
            for code, name in COST_TYPES.items()
        }
        self.role("admin", Role.Kind.ADMINISTRATOR)
        self.role("admin2", Role.Kind.ADMINISTRATOR)
        self.role("auditor", Role.Kind.AUDITOR)

    def add(self, row: R, **chosen: Collection[Model]) -> R:
        """Save ``row``, which says in the active language what it says in English."""
        say(row)
        return save_row(row=row, by=self.by, chosen=chosen)

    def role(self, username: str, kind: str, place: Municipality | None = None) -> None:
        user = self.people[username]
        self.add(Role(cooperation=self.cooperation, user=user, kind=kind, municipality=place))

    def join(self, places: Iterable[Municipality]) -> None:
        """Make ``places`` members since the beginning."""
        for place in places:
            self.members[place.name] = place
            self.add(Member(cooperation=self.cooperation, municipality=place, valid_from=self.since))

    def agree(self, name: str, decision: str, notice_months: int) -> None:
        self.agreement = self.add(
            Agreement(
                cooperation=self.cooperation,
                name=name,
                decision=decision,
                notice_months=notice_months,
                valid_from=self.since,
            )
        )

    def supplier(self, name: str) -> Supplier:
        """The supplier of that name, added the first time it is asked for."""
        found = Supplier.objects.of(self.cooperation).filter(name=name).first()
        return found or self.add(Supplier(cooperation=self.cooperation, name=name))

    def driver(self, code: str, name: str, unit: str) -> Driver:
        return self.add(Driver(cooperation=self.cooperation, code=code, name=name, unit=unit))

    def read(self, driver: Driver, day: dt.date, values: Mapping[str, int], source: str) -> None:
        """Enter a reading of ``driver`` for each member named."""
        for name, value in values.items():
            self.add(
                Reading(
                    driver=driver,
                    cooperation=driver.cooperation,
                    municipality=self.members[name],
                    reference_on=day,
                    value=Decimal(value),
                    source=source,
                )
            )

    def correct(self, code: str, day: dt.date, name: str, more: int, source: str) -> None:
        """Raise the reading of the driver ``code`` of ``day`` for one member by ``more``."""
        rows = Reading.objects.filter(driver__code=code, driver__cooperation=self.cooperation)
        reading = rows.get(municipality=self.members[name], reference_on=day)
        reading.value, reading.source = reading.value + more, source
        self.add(reading)

    def key(
        self,
        code: str,
        name: str,
        decision: str,
        components: Sequence[ComponentDraft],
        *,
        since: dt.date | None = None,
        **rules: Any,
    ) -> Key:
        """Add a version of the key ``code``, and the key itself if it is the first."""
        if code not in self.keys:
            self.keys[code] = self.add(Key(cooperation=self.cooperation, code=code, name=name))
        valid_from = since or self.since
        adopt_key_version(
            key=self.keys[code],
            valid_from=valid_from,
            decision=said(decision),
            decided_on=valid_from - dt.timedelta(days=41),
            components=components,
            by=self.by,
            **rules,
        )
        return self.keys[code]

    def term(
        self,
        key: Key,
        *,
        application: str | None = None,
        cost_type: str | None = None,
        payers: str = Term.Payers.SUBSCRIBERS,
        named: Sequence[Municipality] = (),
        by_days: bool = False,
    ) -> None:
        term = Term(
            cooperation=self.cooperation,
            agreement=self.agreement,
            application=self.applications[application] if application else None,
            cost_type=self.types[cost_type] if cost_type else None,
            key=key,
            payers=payers,
            by_days=by_days,
            valid_from=self.since,
        )
        save_term(term=term, named=named, by=self.by)

    def share(
        self,
        code: str,
        name: str,
        purpose: str,
        *,
        used_by: Mapping[Municipality, int] | None = None,
        **fields: Any,
    ) -> Application:
        """Add an application to the catalogue, used since the beginning by ``used_by`` (with users)."""
        application = self.applications[code] = self.add(
            Application(cooperation=self.cooperation, code=code, name=name, purpose=purpose, **fields)
        )
        for place, users in (used_by or {}).items():
            self.subscribe(code, place, users, self.since)
        return application

    def subscribe(self, code: str, place: Municipality, users: int, since: dt.date) -> Subscription:
        return self.add(
            Subscription(
                cooperation=self.cooperation,
                application=self.applications[code],
                municipality=place,
                users=users,
                valid_from=since,
            )
        )

    def install(self, code: str, site: Site, purpose: str, databases: str) -> None:
        self.add(
            Installation(
                cooperation=self.cooperation,
                application=self.applications[code],
                site=site,
                purpose=purpose,
                databases=databases,
                valid_from=self.since,
            ),
            administered_by=[*self.members.values()],
        )

    def need(
        self,
        code: str,
        purpose: str,
        *,
        at_least: int | None = None,
        applications: Iterable[str] = (),
        links: Iterable[Link] = (),
        suppliers: Iterable[Supplier] = (),
    ) -> None:
        """Say what an application needs beside its sites: ``applications`` by code."""
        needed: dict[str, list[Any]] = {
            "applications": [self.applications[other] for other in applications],
            "links": [*links],
            "suppliers": [*suppliers],
        }
        row = Dependency(
            cooperation=self.cooperation,
            application=self.applications[code],
            purpose=purpose,
            at_least=at_least,
            valid_from=self.since,
        )
        self.add(row, **needed)

    def cost(
        self, contract: Contract, start: dt.date, end: dt.date, *, minor: int | None = None, **fields: Any
    ) -> Cost:
        """What ``contract`` costs for ``[start, end)``, not saved."""
        return Cost(
            cooperation=self.cooperation,
            application=self.applications[contract.application] if contract.application else None,
            cost_type=self.types[contract.cost_type],
            supplier=said(contract.supplier),
            description=said(contract.description),
            amount=to_major(contract.amount_minor(Month.of(start)) if minor is None else minor),
            currency=self.cooperation.currency,
            starts_on=start,
            ends_on=end,
            **fields,
        )

    def enter(self, cost: Cost) -> Cost:
        return save_cost(cost=cost, by=self.by)

    def live(
        self,
        months: Sequence[Month],
        contracts: Sequence[Contract],
        *,
        open_months: int,
        events: Mapping[Month, Callable[[Month], object]] | None = None,
        afterwards: Mapping[Month, Callable[[Month], object]] | None = None,
    ) -> None:
        """Enter every invoice of ``months``, compute the shares, and close all but the last months.

        ``events`` happen before any month is closed, ``afterwards`` right after their month was.
        """
        invoices = [
            self.cost(
                contract,
                month.first,
                month.plus(contract.months).first,
                invoice_number=f"{month.year}{month.number:02d}{number:03d}",
            )
            for index, month in enumerate(months)
            for number, contract in enumerate(contracts, start=1)
            if index % contract.months == 0 and index + contract.months <= len(months)
        ]
        add_costs(cooperation=self.cooperation, costs=invoices, by=self.by)
        for month, happen in (events or {}).items():
            happen(month)
        run_all()
        for period in Period.objects.of(self.cooperation).order_by("first_day")[: len(months) - open_months]:
            Notice.objects.of(self.cooperation).unread().update(
                read_at=timezone.now()
            )  # but the last month's
            compute_period(period_id=period.pk)  # with the rounding that the month before left
            close_period(period=propose_period(period=period, by=self.by), by=self.closer)
            run_all()  # no month closes while a change of closed ones is being worked in
            if happen_late := (afterwards or {}).get(period.month):
                happen_late(period.month)
                run_all()
        run_all()
