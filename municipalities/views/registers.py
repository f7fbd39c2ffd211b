"""For those who run the installation: the public registers, from tables that others publish."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import import_municipalities, import_public_readings, naming, public_population
from municipalities.forms import PopulationForm, RegisterForm
from municipalities.forms.registers import DAYS
from municipalities.models import Cooperation
from municipalities.portal import Change, OperatorImportPage, OperatorPage, ShareEffect, effect_of
from municipalities.reports import (
    REGISTER_COLUMNS,
    compare_municipalities,
    compare_population,
    listed_municipalities,
    listed_population,
    read_population,
)
from sharedict.common.sheets import Cell, csv_lines, xlsx_bytes
from sharedict.common.uploads import Finding, UploadedTable, read_table


class PopulationImport(OperatorImportPage):
    form_class = PopulationForm
    template_name = "municipalities/population_import.html"
    title = gettext_lazy("Load population")
    lead = gettext_lazy(
        "Public figures, common to all cooperations. An own figure of the same day or of the half-year after "
        "it counts no more; open months are recomputed, and what differs in closed ones waits for a decision "
        "there."
    )

    def compare(self, content: bytes, told: Mapping[str, str]) -> tuple[UploadedTable, Sequence[Finding]]:
        table = read_population(content)
        month, day = map(int, told["day"].split("-"))
        findings, notices = compare_population(
            public_population(),
            table,
            country=told["country"],
            month_and_day=(month, day),
            source=told["source"],
        )
        table.notices.extend(notices)
        return table, findings

    def effect(self, moving: Sequence[Finding]) -> ShareEffect:
        """For each cooperation that names some of them as members, users or payers, what they do to it."""
        warnings = []
        named = naming({finding.row.municipality_id for finding in moving})
        for cooperation in Cooperation.objects.filter(pk__in=named).order_by("name"):
            changes = [
                Change(finding.old, finding.row)
                for finding in moving
                if finding.row.municipality_id in named[cooperation.pk]
            ]
            told = effect_of(cooperation, changes, in_bulk=True)
            said = told.warnings or (_("its open months are recomputed."),)
            warnings += [f"{cooperation}: {each}" for each in said]
        return ShareEffect(warnings=tuple(warnings))

    def apply(self, moving: Sequence[Finding], told: Mapping[str, str]) -> None:
        readings = [finding.row for finding in moving]
        import_public_readings(driver=public_population(), readings=readings, by=self.viewer)


class RegisterImport(OperatorImportPage):
    form_class = RegisterForm
    columns = REGISTER_COLUMNS
    example = "NO;1507;Ålesund;Møre og Romsdal"
    title = gettext_lazy("Load municipalities")
    lead = gettext_lazy(
        "The register that all cooperations choose their members from. One that was merged names its "
        "successor by country and code, and the day; nothing else follows from it."
    )

    def compare(self, content: bytes, told: Mapping[str, str]) -> tuple[UploadedTable, Sequence[Finding]]:
        table = read_table(content, REGISTER_COLUMNS)
        return table, compare_municipalities(table.rows)

    def apply(self, moving: Sequence[Finding], told: Mapping[str, str]) -> None:
        places = [finding.row.place for finding in moving]
        merged = {finding.row.place.key: finding.row.merged for finding in moving if finding.row.merged}
        import_municipalities(municipalities=places, merged=merged, by=self.viewer)


class PublicFile(OperatorPage):
    """What all cooperations share as CSV, or with ``?format=xlsx``, to be changed and loaded again."""

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
            content = b"".join(csv_lines([header, *rows]))
            media = "text/csv; charset=utf-8"
        else:
            raise Http404
        name = f'attachment; filename="{self.name}.{kind}"'
        return HttpResponse(content, content_type=media, headers={"Content-Disposition": name})


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
