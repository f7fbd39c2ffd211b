"""What the reader's municipalities use and pay in all their cooperations, as a file."""

from collections.abc import Iterator, Sequence

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from billing.views.files import CSV, XLSX, attachment
from billing.views.own import Service
from billing.views.pictures import month_name
from billing.views.places import HomePage, Place
from municipalities.portal import banner_of
from sharedict.common.csv_forms import csv_in_form, remember_form
from sharedict.common.sheets import Cell, xlsx_bytes
from sharedict.kernel.money import to_major

COLUMNS = (
    ("cooperation", gettext_lazy("Code")),
    ("cooperation_name", gettext_lazy("Cooperation")),
    ("month", gettext_lazy("Month")),
    ("state", gettext_lazy("State")),
    ("municipality", gettext_lazy("Code of the municipality")),
    ("municipality_name", gettext_lazy("Municipality")),
    ("kind", gettext_lazy("Kind")),
    ("application", gettext_lazy("Code of the service")),
    ("application_name", gettext_lazy("Service")),
    ("users", gettext_lazy("Users")),
    ("amount", gettext_lazy("Amount")),
    ("before", gettext_lazy("Month before")),
    ("currency", gettext_lazy("Currency")),
)
"""What programs call each column, and what its reader does."""


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
            content = b"".join(csv_in_form(request, [[name for name, _head in COLUMNS], *rows], banner))
            response = attachment(HttpResponse(content, content_type=CSV), name)
            remember_form(request, response)
            return response
        title = _("All cooperations, %(month)s") % {"month": month_name(month) if month else ""}
        content = xlsx_bytes(
            title, [str(head) for _name, head in COLUMNS], rows, language=get_language(), banner=banner
        )
        return attachment(HttpResponse(content, content_type=XLSX), name)


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
