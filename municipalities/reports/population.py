"""Tables of population as statistics offices publish them, against the public readings that are stored.

PX-Web writes one row for each region and one column for each year: code and name in one cell (``1737
Torsby``), a title above, footnotes and the source below, ``..`` where nothing is known.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.models import Driver, Municipality, Reading
from municipalities.models.driver import POPULATION
from municipalities.reports.readings import reading_in_words
from sharedict.common.numbers import plain
from sharedict.common.sheets import Cell
from sharedict.common.uploads import (
    MAX_ROWS,
    Finding,
    Lines,
    Outcome,
    UploadedRow,
    UploadedTable,
    UploadError,
    shortened,
    sources_of,
)

MARKS = re.compile(r"(?:\s*[0-9]\)|\s*[*†‡¹²³⁴]+|\s+[epr])+$")
"""Footnote marks behind a name, a year or a number, and the letters of estimates and revisions."""
YEAR = re.compile(r"[^0-9]*(?P<year>(?:19|20)[0-9]{2})")
REGION = re.compile(r"(?:[A-Z]{1,2}-?)?(?P<code>[0-9]{2,6})(?:\s+(?P<name>.+))?")
WHOLE = re.compile(r"(?P<digits>[0-9]{1,3}(?:[\s.,][0-9]{3})+|[0-9]+)(?:[.,]0+)?")
UNKNOWN = {"", ".", "..", "...", "-", "\N{EN DASH}", ":", "x"}
MOST_DIGITS = 10
SHOWN_REGIONS = 8


@dataclass(frozen=True, slots=True)
class Laid:
    """How a table is laid out: the place of each year, before the first of which the region is named."""

    years: Mapping[int, int]

    @property
    def first(self) -> int:
        return min(self.years)


def read_population(content: bytes) -> UploadedTable:
    """The figures of a table, one row for each region and year: ``code``, ``name``, ``year``, ``value``.

    What is not known is left out, and so are titles and footers. Raises UploadError where no column is named
    by a year or no row begins with the code of a region, and for more than MAX_ROWS figures.
    """
    sources, notices = sources_of(content, is_strict=False)
    rows, left_out, has_years = max(map(_read, sources), key=lambda one: len(one[0]))
    if not has_years:
        raise UploadError(
            _("No column is named by a year. Choose years as columns where you take the table.")
        )
    if not rows:
        raise UploadError(
            _("No row begins with the code of a region, such as “1737 Torsby”. Take the table with codes.")
        )
    if len(rows) > MAX_ROWS:
        raise UploadError(_("More than %(rows)d figures. Take fewer years.") % {"rows": MAX_ROWS})
    said = ngettext(
        "%(count)d figure is not known in the file and left out.",
        "%(count)d figures are not known in the file and left out.",
        left_out,
    )
    return UploadedTable(content, rows, [*notices, *([said % {"count": left_out}] if left_out else [])])


def _read(lines: Lines) -> tuple[list[UploadedRow], int, bool]:
    """The figures, how many are not known, and whether columns are named by years."""
    laid: Laid | None = None
    rows: list[UploadedRow] = []
    left_out = 0
    for line, given in lines:
        cells = [cell.replace("\xa0", " ").strip() for cell in given]
        region = _region(cells[: laid.first]) if laid and len(cells) > laid.first else None
        if region is None or laid is None:
            laid = laid if rows else _laid(cells) or laid
            continue
        for place, year in laid.years.items():
            value = MARKS.sub("", cells[place]).strip() if place < len(cells) else ""
            if value in UNKNOWN:
                left_out += 1
                continue
            values = {"code": region[0], "name": region[1], "year": str(year), "value": value}
            rows.append(UploadedRow(line, values))
    return rows, left_out, laid is not None


def _laid(cells: Sequence[str]) -> Laid | None:
    """The layout that a header tells; None for a line that is none. A region is named before the years."""
    found = {place: YEAR.fullmatch(MARKS.sub("", cell)) for place, cell in enumerate(cells)}
    years = {place: int(match["year"]) for place, match in found.items() if match}
    return Laid(years) if years and 0 not in years else None


def _region(cells: Sequence[str]) -> tuple[str, str] | None:
    """Code and name of the region that a row is about; None for any other line."""
    match = REGION.fullmatch(cells[0]) if cells else None
    if not match:
        return None
    name = match["name"] or (cells[1] if len(cells) > 1 else "")
    return match["code"], MARKS.sub("", name).strip()


def listed_population(country: str, month_and_day: tuple[int, int]) -> Iterator[list[Cell]]:
    """The public figures of a country on that day of each year, laid out as an upload is read; one query."""
    month, day = month_and_day
    rows = Reading.objects.filter(
        driver__code=POPULATION,
        driver__cooperation=None,
        cooperation=None,
        municipality__country=country,
        reference_on__month=month,
        reference_on__day=day,
    ).select_related("municipality")
    found: dict[str, dict[int, Cell]] = {}
    for reading in rows.order_by("municipality__code"):
        place = f"{reading.municipality.code} {reading.municipality.name}"
        found.setdefault(place, {})[reading.reference_on.year] = Decimal(plain(reading.value))
    years = sorted({year for values in found.values() for year in values})
    yield [_("Region"), *map(str, years)]
    for place, values in found.items():
        yield [place, *(values.get(year, "..") for year in years)]


def compare_population(
    driver: Driver, table: UploadedTable, *, country: str, month_and_day: tuple[int, int], source: str
) -> tuple[list[Finding], list[str]]:
    """What each figure would do to the public readings of ``driver``, and notices; two queries.

    A figure holds for that day of its year. Regions that the register does not know are left out and named:
    a table of a whole country has its counties too.
    """
    places = {place.code: place for place in Municipality.objects.filter(country=country)}
    public = Reading.objects.filter(driver__code=driver.code, driver__cooperation=None, cooperation=None)
    stored = public.filter(municipality__country=country)
    known = {(reading.municipality_id, reading.reference_on): reading for reading in stored}
    findings: list[Finding] = []
    strange: dict[str, int] = {}
    seen: dict[tuple[int, dt.date], int] = {}
    for row in table.rows:
        place = places.get(row.values["code"]) or places.get(row.values["code"].zfill(4))
        if place is None:
            strange[f"{row.values['code']} {row.values['name']}".strip()] = row.line
            continue
        day = dt.date(int(row.values["year"]), *month_and_day)
        earlier = seen.get((place.pk, day), 0)
        seen[place.pk, day] = earlier or row.line
        reading = Reading(driver=driver, municipality=place, reference_on=day, source=source)
        findings.append(_compare(row, reading, known.get((place.pk, day)), earlier))
    if not findings:
        raise UploadError(_("No municipality of that country in the register has a code of the file."))
    return findings, _notices(list(strange))


def _notices(strange: Sequence[str]) -> list[str]:
    if not strange:
        return []
    said = ngettext(
        "%(count)d region is not in the register and left out: %(names)s.",
        "%(count)d regions are not in the register and left out: %(names)s.",
        len(strange),
    )
    names = ", ".join(shortened(name, 40) for name in strange[:SHOWN_REGIONS])
    return [said % {"count": len(strange), "names": names + (", …" if len(strange) > SHOWN_REGIONS else "")}]


def _compare(row: UploadedRow, reading: Reading, old: Reading | None, earlier: int) -> Finding:
    what = f"{reading.municipality} {reading.reference_on}"
    errors = []
    if earlier:
        said = _("Line %(line)d has the same municipality and year: take the table without other divisions.")
        errors.append(said % {"line": earlier})
    value = whole_number(row.values["value"])
    if value is None:
        said = _("“%(text)s” is no whole number.")
        errors.append(said % {"text": shortened(row.values["value"], 20)})
    if errors or value is None:
        return Finding(row.line, Outcome.WRONG, what, errors=tuple(errors))
    is_same = old is not None and old.value == value
    if old:
        source, reading = reading.source, copy(old)
        reading.source = old.source if is_same else source
    reading.value = value
    outcome = Outcome.NEW if old is None else Outcome.SAME if is_same else Outcome.CHANGED
    return Finding(
        row.line,
        outcome,
        what,
        before=reading_in_words(old) if old else "",
        after=reading_in_words(reading),
        row=reading,
        old=old,
        note=_called_otherwise(row.values["name"], reading.municipality),
    )


def whole_number(text: str) -> Decimal | None:
    """``text`` as a count, thousands grouped or not; None for anything else."""
    match = WHOLE.fullmatch(text)
    digits = re.sub(r"[^0-9]", "", match["digits"]) if match else ""
    return Decimal(digits) if digits and len(digits) <= MOST_DIGITS else None


def _called_otherwise(name: str, place: Municipality) -> str:
    """That a code has another name here than in the file, which may be one of another year or country."""
    own = {place.name.casefold(), place.official_name.casefold(), f"{place.name} kommun".casefold()}
    if not name or name.casefold() in own:
        return ""
    return _("The file calls it “%(name)s”.") % {"name": shortened(name, 60)}
