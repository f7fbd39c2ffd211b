"""The way in: the only cooperation of the reader, or what concerns them in each of several and in all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic.base import View

from billing.engine.statement import Statement as StatementOfMonth
from billing.engine.statement import StatementError
from billing.models import Period
from billing.reports.rows import minor_of
from billing.views.files import CSV, XLSX, attachment
from billing.views.months import STAMPS
from billing.views.openings import opening_in_all
from billing.views.own import OwnPage, Service
from billing.views.pictures import month_name
from billing.views.todo import ToDoPage
from municipalities.access import cooperations_of
from municipalities.models import Cooperation
from municipalities.portal import banner_of
from sharedict.common.csv_forms import csv_in_form, remember_form
from sharedict.common.moments import in_one_moment
from sharedict.common.sheets import Cell, xlsx_bytes
from sharedict.kernel.money import to_major
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


class Home(HomePage):
    """The overview of the only cooperation, all of several, or what to do without any.

    Who runs the installation is led to set up the first cooperation, or else to all of them.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.cooperations()
        if len(found) == 1:
            return redirect("overview", found[0].slug)
        if not found and request.user.is_superuser:
            return redirect("cooperations" if Cooperation.objects.exists() else "cooperation-add")
        if not found:
            return render(request, "municipalities/no_role.html")
        month, places = self.places(found)
        statements = [statement for place in places for statement in place.statements]
        names = {statement.name for statement in statements}
        title = _("%(name)s in all cooperations") % {"name": names.pop()} if len(names) == 1 else ""
        told = [(place.cooperation.name, place.url, place.statements) for place in places]
        context = {
            "title": title or _("Your cooperations"),
            "places": places,
            "whole": whole_of(places),
            "has_changes": any(place.change_minor is not None for place in places),
            "has_waits": any(place.waits for place in places),
            "has_demonstration": any(place.cooperation.is_demonstration for place in places),
            "month_name": month_name(month) if month else "",
            "opening": opening_in_all(told),
            "csv_url": reverse("home-file", args=["csv"]) if statements else "",
            "xlsx_url": reverse("home-file", args=["xlsx"]) if statements else "",
        }
        return render(request, "billing/home.html", context)


class HomeFile(HomePage):
    """What the reader's municipalities use and pay in all their cooperations, as one table."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        month, places = self.places(self.cooperations())
        rows = list(home_rows(places))
        if kind not in ("csv", "xlsx"):
            raise Http404
        name = f"cooperations-{month}.{kind}" if month else f"cooperations.{kind}"
        banner = next(filter(None, (banner_of(place.cooperation) for place in places)), "")
        if kind == "csv":
            content = b"".join(csv_in_form(request, [COLUMNS, *rows], banner))
            response = attachment(HttpResponse(content, content_type=CSV), name)
            remember_form(request, response)
            return response
        title = _("All cooperations, %(month)s") % {"month": month_name(month) if month else ""}
        content = xlsx_bytes(title, heads(), rows, language=get_language(), banner=banner)
        return attachment(HttpResponse(content, content_type=XLSX), name)


COLUMNS = (
    "cooperation",
    "cooperation_name",
    "month",
    "state",
    "municipality",
    "municipality_name",
    "kind",
    "application",
    "application_name",
    "users",
    "amount",
    "before",
    "currency",
)


def heads() -> list[str]:
    """COLUMNS in the reader's language."""
    return [
        _("Code"),
        _("Cooperation"),
        _("Month"),
        _("State"),
        _("Code of the municipality"),
        _("Municipality"),
        _("Kind"),
        _("Code of the service"),
        _("Service"),
        _("Users"),
        _("Amount"),
        _("Month before"),
        _("Currency"),
    ]


def home_rows(places: Sequence[Place]) -> Iterator[tuple[Cell, ...]]:
    """Rows under COLUMNS: those of a municipality and cooperation add up to its statement."""
    for place in places:
        for own in place.own:
            statement = own["statement"]
            if statement is None:
                continue
            head = (
                place.cooperation.slug,
                place.cooperation.name,
                str(statement.month),
                statement.state,
                statement.municipality,
                statement.name,
            )
            for service in own["services"]:
                yield (
                    *head,
                    "month",
                    *_of_service(service, has_before=bool(statement.before)),
                    statement.currency,
                )
            if statement.all_corrections_minor or statement.before_corrections_minor:
                before = to_major(statement.before_corrections_minor) if statement.before else None
                yield (
                    *head,
                    "corrections",
                    None,
                    None,
                    None,
                    to_major(statement.all_corrections_minor),
                    before,
                    statement.currency,
                )


def _of_service(service: Service, *, has_before: bool) -> tuple[Cell, ...]:
    part = service.part
    amount, before = (part.this_minor, part.before_minor) if part else (0, 0)
    return (
        service.code,
        service.name,
        service.users,
        to_major(amount),
        to_major(before) if has_before else None,
    )
