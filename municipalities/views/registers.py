"""For those who run the installation: the public registers, from tables that others publish."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from municipalities.forms import PopulationForm, RegisterForm
from municipalities.forms.registers import DAYS
from municipalities.portal import OperatorImportPage, OperatorPage, import_kind
from municipalities.reports import listed_municipalities, listed_population
from sharedict.common.csv_forms import csv_in_form, remember_form
from sharedict.common.sheets import Cell, xlsx_bytes


class PopulationImport(OperatorImportPage):
    kind = import_kind("population")
    form_class = PopulationForm
    template_name = "municipalities/population_import.html"
    title = gettext_lazy("Load population")
    lead = gettext_lazy(
        "Public figures, common to all cooperations. An own figure of the same day or of the quarter after "
        "it counts no more; open months are recomputed, and what differs in closed ones waits for a decision "
        "there."
    )


class RegisterImport(OperatorImportPage):
    kind = import_kind("register")
    form_class = RegisterForm
    example = "NO;1507;Ålesund;Møre og Romsdal"
    title = gettext_lazy("Load municipalities")
    lead = gettext_lazy(
        "The register that all cooperations choose their members from. One that was merged names its "
        "successor by country and code, and the day; nothing else follows from it."
    )


class PublicFile(OperatorPage):
    """What all cooperations share as CSV, in either form, or with ``?format=xlsx``, to be loaded again."""

    name: ClassVar[str]
    title: ClassVar[Any]

    def lines(self) -> Iterable[Sequence[Cell]]:
        """The headings, then the rows."""
        raise NotImplementedError

    def get(self, request: HttpRequest) -> HttpResponse:
        kind = request.GET.get("format", "csv")
        header, *rows = self.lines()
        if kind == "xlsx":
            content = xlsx_bytes(str(self.title), [str(cell) for cell in header], rows)
            media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        elif kind == "csv":
            content = b"".join(csv_in_form(request, [header, *rows]))
            media = "text/csv; charset=utf-8"
        else:
            raise Http404
        name = f'attachment; filename="{self.name}.{kind}"'
        response = HttpResponse(content, content_type=media, headers={"Content-Disposition": name})
        remember_form(request, response)
        return response


class RegisterFile(PublicFile):
    name = "municipalities"
    title = gettext_lazy("Municipalities")

    def lines(self) -> Iterable[Sequence[Cell]]:
        return listed_municipalities()


class PopulationFile(PublicFile):
    """The figures of ``?country=`` (SE) on ``?day=`` of each year (12-31)."""

    name = "population"
    title = gettext_lazy("Population")

    def lines(self) -> Iterable[Sequence[Cell]]:
        day = self.request.GET.get("day", DAYS[0][0])
        if day not in dict(DAYS):
            raise Http404
        month, number = map(int, day.split("-"))
        return listed_population(self.request.GET.get("country", "SE"), (month, number))
