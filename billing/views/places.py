"""What the first page of those with several cooperations tells of each, and of all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.generic.base import View

from billing.engine.statement import Statement as StatementOfMonth
from billing.engine.statement import StatementError
from billing.models import Period
from billing.reports.rows import minor_of
from billing.views.months import STAMPS
from billing.views.own import OwnPage
from billing.views.pictures import month_name
from billing.views.todo import ToDoPage
from municipalities.access import cooperations_of
from municipalities.models import Cooperation
from sharedict.common.moments import in_one_moment
from sharedict.kernel.periods import Month


@dataclass
class Place:
    """What the first page tells of one cooperation: ``own`` as ``OwnPage.own_places`` gives it.

    ``whole_minor`` is what all pay, for who answers for nobody there. ``waits`` is how much needs a person.
    """

    cooperation: Cooperation
    url: str
    period: Period | None = None
    label: str = ""
    variant: str = ""
    own: list[dict[str, Any]] = field(default_factory=list)
    whole_minor: int | None = None
    waits: int = 0
    has_months: bool = False
    cannot_be_read: bool = False
    before_name: str = ""

    @property
    def statements(self) -> list[StatementOfMonth]:
        return [place["statement"] for place in self.own if place["statement"]]

    @property
    def own_minor(self) -> int:
        return sum(statement.total_minor for statement in self.statements)

    @property
    def change_minor(self) -> int | None:
        """Since the month before; None where there is none, or nothing of the reader's own."""
        changes = [statement.change_minor for statement in self.statements if statement.before]
        return sum(changes) if changes else None


def whole_of(places: Sequence[Place]) -> dict[str, Any] | None:
    """What the reader's own pay in all of ``places``, if in more than one and in one currency."""
    paying = [place for place in places if place.statements]
    if len(paying) < 2 or len({place.cooperation.currency for place in paying}) > 1:
        return None
    changes = [place.change_minor for place in paying if place.change_minor is not None]
    return {
        "minor": sum(place.own_minor for place in paying),
        "currency": paying[0].cooperation.currency,
        "change_minor": sum(changes) if len(changes) == len(paying) else None,
    }


class PlacePage(OwnPage, ToDoPage):
    """The pages of one cooperation, asked for what the first page tells of it."""

    def told(self, month: Month | None) -> Place:
        """What there is to tell of ``month``; what cannot be read is said to be so."""
        place = Place(self.cooperation, self.url("overview"), has_months=bool(self.months_with_costs))
        if self.rights.is_administrator or self.rights.is_auditor:
            place.waits = len(self.todo())
        period = self.periods.get(month) if month else None
        if period is None or period.current_run is None:
            return place
        place.period, before = period, self.calendar.before(period.month)
        label, place.variant = STAMPS[Period.State(period.state)]
        place.label = str(label)
        place.before_name = month_name(before) if before else ""
        try:
            place.own = self.own_places(period, self.calendar)
        except StatementError:
            place.cannot_be_read = True
        if not self.own and (self.rights.sees_all_shares or self.rights.is_administrator):
            place.whole_minor = minor_of(period.current_run.shared)
        return place


class HomePage(LoginRequiredMixin, View):
    """A page about all cooperations of whoever is signed in, of one moment of the database."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return in_one_moment(super().dispatch)(request, *args, **kwargs)

    def cooperations(self) -> list[Cooperation]:
        return cooperations_of(self.request)

    def places(self, found: Sequence[Cooperation]) -> tuple[Month | None, list[Place]]:
        """The newest month that has costs in any of them, and what there is to tell of it in each."""
        pages, today = [self.page_of(cooperation) for cooperation in found], timezone.localdate()
        for page in pages:
            page.read_months(today)
        past = [month for page in pages for month in page.months_with_costs if month.first <= today]
        newest = max(past, default=None)
        return newest, [page.told(newest) for page in pages]

    def page_of(self, cooperation: Cooperation) -> PlacePage:
        page = PlacePage()
        page.setup(self.request)
        page.enter(cooperation)
        return page
