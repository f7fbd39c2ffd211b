"""What the reader's own municipalities use and pay in a month, service by service."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import FilteredRelation, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.engine.statement import ApplicationPart
from billing.engine.statement import Statement as StatementOfMonth
from billing.models import Period, RunTotal, Statement
from billing.reports import Calendar, head_of, statement_of
from billing.views.months import StatementsPage
from billing.views.pictures import month_name, whole_name
from municipalities.models import Municipality
from services.models import Application
from sharedict.common.days import date_format
from sharedict.common.figures import money
from sharedict.kernel.periods import Month
from sharedict.kernel.written import alphabetical
from sharedict.pictures.bar import BarLayout, bars


@dataclass(frozen=True, slots=True)
class Used:
    """An application that a municipality uses: its name, who owns it, and by how many it is used, if told."""

    name: str
    owner_id: int | None
    users: int | None


Use = Mapping[str, Used]
"""The code of an application -> how one municipality uses it."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service of a municipality in a month: who uses it, and what it costs.

    ``part`` is None for what is used and has no cost in the month; ``url`` is empty for what is in the
    catalogue no more; ``users`` is None where nobody has said how many, and for what nobody subscribes to.
    """

    code: str
    name: str
    url: str = ""
    users: int | None = None
    part: ApplicationPart | None = None
    bar: BarLayout | None = None


class OwnPage(StatementsPage):
    """A page that shows what each municipality that the reader answers for uses and pays.

    ``calendar`` is that of the cooperation.
    ``uses`` says how each, by its primary key, uses what, once ``own_places`` was asked.
    """

    calendar: Any
    uses: Mapping[int, Use]

    def own_places(self, period: Period, calendar: Calendar) -> list[dict[str, Any]]:
        """One for each of them, as ``billing/own_month.html`` shows it."""
        month, found = period.month, []
        uses, there = self.uses_in(month)
        self.uses = uses
        issued = self.issued_last(self.rights.municipality_ids)
        for place in self.own_municipalities:
            head = self.head(period, place)
            statement = statement_of(head, period, calendar) if head else None
            services = self.services(statement, uses[place.pk], there) if statement else []
            found.append(
                {
                    "key": place.key,
                    "name": statement.name if statement else str(place),
                    "anchor": f"own-{self.cooperation.slug}-{place.key}",
                    "issued": [self.as_issued(issued[place.pk])] if place.pk in issued else [],
                    "statement": statement,
                    "services": services,
                    "has_users": any(service.users is not None for service in services),
                    "url": self.url("statement", month, place.key),
                    **self.statement_files(period, place.key),
                }
            )
        return found

    def head(self, period: Period, place: Municipality) -> RunTotal | None:
        """The head of the statement of ``place``, where there is one."""
        return head_of(self.viewer, period, place.key)

    def uses_in(self, month: Month) -> tuple[Mapping[int, Use], set[str]]:
        """How each of the reader's own uses what on the last day of ``month``, or today where it lasts.

        Beside it the codes of all that is in the catalogue; one query for both.
        """
        found: dict[int, dict[str, Used]] = defaultdict(dict)
        if not self.own:
            return found, set()
        day = min(timezone.localdate(), month.after - dt.timedelta(days=1))
        lasts = Q(subscriptions__valid_until=None) | Q(subscriptions__valid_until__gt=day)
        holds = lasts & Q(
            subscriptions__valid_from__lte=day, subscriptions__municipality__in=self.rights.municipality_ids
        )
        rows = Application.objects.visible_to(self.viewer).of(self.cooperation)
        rows = rows.annotate(uses=FilteredRelation("subscriptions", condition=holds))
        codes = set()
        columns = ("code", "uses__municipality", "name", "owner", "uses__users")
        for code, place, *used in rows.values_list(*columns):
            codes.add(code)
            if place:
                found[place][code] = Used(*used)
        return found, codes

    def services(self, statement: StatementOfMonth, use: Use, there: set[str]) -> list[Service]:
        """The applications of a statement, the largest first, and what is used without a cost, by name."""
        parts = sorted(statement.applications, key=lambda part: -part.this_minor)
        before = [part.before_minor for part in parts]
        marks = before if statement.before else None
        drawn = bars([part.this_minor for part in parts], own=range(len(parts)), marks=marks)
        paid = [
            Service(
                part.application,
                whole_name(part.name),
                self.url("application", part.application) if part.application in there else "",
                _users(use.get(part.application)),
                part,
                bar,
            )
            for part, bar in zip(parts, drawn, strict=True)
        ]
        known = {service.code for service in paid}
        free = [
            Service(code, row.name, self.url("application", code), row.users)
            for code, row in use.items()
            if code not in known
        ]
        return [*paid, *sorted(free, key=lambda service: alphabetical(service.name))]

    def issued_last(self, places: Collection[int]) -> dict[int, Statement]:
        """Of those of ``places`` that have any, the statement that was issued last; at most one query."""
        if not places or not self.calendar.closed:
            return {}
        rows = Statement.objects.visible_to(self.viewer).of(self.cooperation).for_listing()
        rows = rows.filter(municipality__in=places).order_by("municipality_id", "-first_day")
        return {row.municipality_id: row for row in rows.distinct("municipality_id") if row.municipality_id}

    def as_issued(self, statement: Statement) -> dict[str, str]:
        words = {
            "number": statement.number,
            "name": statement.payer_name,
            "month": month_name(statement.period.month),
        }
        return {
            "text": _("Statement %(number)s: %(name)s, %(month)s") % words,
            "url": self.url("statement", statement.period.month, statement.payer),
            "day": date_format(statement.issued_at, "j F Y"),
            "due": date_format(statement.due_on, "j F Y") if statement.due_on else "",
            **self.statement_files(statement.period, statement.payer),
            "amount": money(statement.total, statement.currency),
        }


def _users(row: Used | None) -> int | None:
    return row.users if row else None
