"""What is imported of who takes part and of what is measured."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import (
    import_municipalities,
    import_public_readings,
    import_readings,
    naming,
    public_population,
    take_back_municipalities,
    take_back_readings,
)
from municipalities.models import Cooperation, Driver, Municipality, Reading, Upload
from municipalities.portal.hooks import Change, ShareEffect, effect_of
from municipalities.portal.kinds import ImportKind, cooperation_of
from municipalities.reports import (
    READING_COLUMNS,
    REGISTER_COLUMNS,
    compare_municipalities,
    compare_population,
    compare_readings,
    read_population,
    reading_in_words,
)
from sharedict.accounts.models import User
from sharedict.common.uploads import Columns, Finding, UploadedTable, UploadError


class ReadingImport(ImportKind):
    """Readings of one driver, which is named beside the file."""

    name = "readings"
    model = Reading
    title = gettext_lazy("Readings")
    columns = READING_COLUMNS

    def driver(self, upload: Upload) -> Driver:
        """Raises UploadError for one that has been removed since."""
        usable = Driver.objects.usable_in(cooperation_of(upload))
        if found := usable.filter(pk=upload.told["driver"]).first():
            return found
        raise UploadError(_("Its driver has been removed: there is nothing to import readings of."))

    def compare(self, upload: Upload, table: UploadedTable) -> Sequence[Finding]:
        return compare_readings(cooperation_of(upload), self.driver(upload), table.rows)

    def words(self, row: Reading) -> str:
        return reading_in_words(row)

    def apply(self, upload: Upload, moving: Sequence[Finding], by: User) -> None:
        import_readings(driver=self.driver(upload), readings=[each.row for each in moving], by=by)

    def undo(self, upload: Upload, changes: Sequence[Change], by: User) -> None:
        pairs: Any = [(change.before, change.after) for change in changes]
        take_back_readings(pairs=pairs, by=by)

    def address(self, slug: str, told: Mapping[str, str]) -> str:
        return reverse("readings", args=[slug, told["driver"]])


class PublicKind(ImportKind):
    """A table of public facts, which concern every cooperation that names one of them."""

    columns = Columns(())
    page: ClassVar[str]

    def effect(self, upload: Upload, changes: Sequence[Change]) -> ShareEffect:
        return ShareEffect(by_change=("",) * len(changes))

    def address(self, slug: str, told: Mapping[str, str]) -> str:
        return reverse("installation")


class PopulationImport(PublicKind):
    name = "population"
    model = Reading
    title = gettext_lazy("Population")

    def read(self, upload: Upload) -> UploadedTable:
        return read_population(bytes(upload.content))

    def headings(self, content: bytes) -> list[str]:
        """Its columns are years, which nobody has to choose."""
        return []

    def compare(self, upload: Upload, table: UploadedTable) -> Sequence[Finding]:
        month, day = map(int, upload.told["day"].split("-"))
        findings, notices = compare_population(
            public_population(),
            table,
            country=upload.told["country"],
            month_and_day=(month, day),
            source=upload.told["source"],
        )
        table.notices.extend(notices)
        return findings

    def words(self, row: Reading) -> str:
        return reading_in_words(row)

    def effect(self, upload: Upload, changes: Sequence[Change]) -> ShareEffect:
        """For each cooperation that names some of them as members, users or payers, what they do to it."""
        warnings, marks = [], []
        places = [(change, _place(change)) for change in changes]
        named = naming({place for _change, place in places})
        for cooperation in Cooperation.objects.filter(pk__in=named).order_by("name"):
            own = [change for change, place in places if place in named[cooperation.pk]]
            told = effect_of(cooperation, own, in_bulk=True)
            said = told.warnings or (_("its open months are recomputed."),)
            warnings += [f"{cooperation}: {each}" for each in said]
            marks.append(f"{cooperation.pk} {told.mark}")
        found = ShareEffect(by_change=("",) * len(changes))
        return found.asking(warnings, " ".join(marks)) if warnings else found

    def apply(self, upload: Upload, moving: Sequence[Finding], by: User) -> None:
        readings = [each.row for each in moving]
        import_public_readings(driver=public_population(), readings=readings, by=by)

    def undo(self, upload: Upload, changes: Sequence[Change], by: User) -> None:
        pairs: Any = [(change.before, change.after) for change in changes]
        take_back_readings(pairs=pairs, by=by)


class RegisterImport(PublicKind):
    name = "register"
    model = Municipality
    title = gettext_lazy("Municipalities")
    columns = REGISTER_COLUMNS

    def compare(self, upload: Upload, table: UploadedTable) -> Sequence[Finding]:
        return compare_municipalities(table.rows)

    def retold(self, findings: Sequence[Finding]) -> list[Finding]:
        """Names and keys are the same in every language."""
        return [*findings]

    def apply(self, upload: Upload, moving: Sequence[Finding], by: User) -> None:
        places = [each.row.place for each in moving]
        merged = {each.row.place.key: each.row.merged for each in moving if each.row.merged}
        import_municipalities(municipalities=places, merged=merged, by=by)

    def undo(self, upload: Upload, changes: Sequence[Change], by: User) -> None:
        pairs: Any = [(change.before, change.after) for change in changes]
        take_back_municipalities(pairs=pairs, by=by)


def _place(change: Change) -> int:
    row: Any = change.after if change.after is not None else change.before
    place: int = row.municipality_id
    return place


KINDS: tuple[ImportKind, ...] = (ReadingImport(), PopulationImport(), RegisterImport())
