"""What one municipality carries of one month: who may see it, and the figures it has."""

from functools import cached_property

from django.http import Http404

from billing.engine.statement import Statement
from billing.models import Period, RunTotal
from billing.reports import (
    head_of,
    period_of,
    statement_of,
)
from billing.views.months import MonthPage
from billing.views.pictures import month_name
from municipalities.models import Municipality


class StatementBase(MonthPage):
    """A page about what one municipality carries of one month; others' only where the reader may see them."""

    @property
    def key(self) -> str:
        key: str = self.kwargs["key"]
        return key

    @property
    def currency(self) -> str:
        return self.cooperation.currency

    def found_period(self) -> Period | None:
        return period_of(self.viewer, self.cooperation, self.month, with_keys=True)

    @cached_property
    def total_row(self) -> RunTotal | None:
        return head_of(self.viewer, self.period, self.key)

    @cached_property
    def statement(self) -> Statement:
        if self.total_row is None:
            raise Http404
        return statement_of(self.total_row, self.period, self.calendar)

    @cached_property
    def payer(self) -> Municipality | None:
        """The municipality as the register has it today."""
        ever = Municipality.objects.ever_in(self.cooperation).select_related("successor")
        return ever.filter(country=self.key[:2], code=self.key[2:]).first()

    def place(self) -> Municipality:
        """The municipality, for a month in which it carries nothing; not for those who may not ask."""
        found = self.payer
        if found is None or not (self.rights.sees_all_shares or found.pk in self.rights.municipality_ids):
            raise Http404
        return found

    def change_told(self) -> dict[str, str]:
        """What ``billing/parts_of_change.html`` needs to lead to the parts of the statement's change."""
        before = self.calendar.before(self.month)
        url = self.url("statement", self.month, self.key)
        return {"before_name": month_name(before), "parts_url": f"{url}?parts"} if before else {}
