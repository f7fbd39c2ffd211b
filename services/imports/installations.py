"""An upload of where applications run against the installations that are stored: what each row would do."""

from collections.abc import Mapping, Sequence
from copy import copy

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from municipalities.actions import has_other, refuse_outside_site
from municipalities.models import Cooperation, Site
from services.imports.cells import day, one_of, rows_by, word_of
from services.imports.spans import Broken, Spans, days_in_words, fields_broken, read_into
from services.models import Application, Installation
from sharedict.common.uploads import Finding, UploadedRow


def compare_installations(cooperation: Cooperation, rows: Sequence[UploadedRow]) -> list[Finding]:
    """What each uploaded row would do, found by application, site, purpose and first day; three queries.

    A column that the file does not have stays as it is, and so does from where an installation can be
    administered. The findings carry the installation to save.
    """
    return Installed(cooperation).compare(rows)


class Installed(Spans[Installation]):
    """The installations of a cooperation, as they are and as the file would have them."""

    model = Installation
    named_by = ("application", "site")

    def __init__(self, cooperation: Cooperation) -> None:
        self.readers = {
            "valid_from": day,
            "purpose": word_of(Installation._meta.get_field("purpose")),
            "site": one_of(rows_by(Site.objects.of(cooperation), "name")),
            "application": one_of(rows_by(Application.objects.of(cooperation), "code")),
        }
        self.others_read = {
            "valid_until": day,
            "databases": word_of(Installation._meta.get_field("databases")),
        }
        self.twice = _("It is already installed there for that purpose in part of that time.")
        stored = Installation.objects.of(cooperation).select_related("application", "site").order_by("pk")
        super().__init__(Installation(cooperation=cooperation), stored)

    def fill(self, new: Installation, old: Installation | None, said: Mapping[str, str]) -> Broken:
        unread = list(read_into(new, said, self.others_read))
        new.version = said.get("version", new.version)
        broken = unread or list(fields_broken(new, ("application", "site")))
        yield from broken or self._outside_site(new)

    def beside_others(self, row: Installation) -> Broken:
        """That it would run and be mirrored at one site, as saving it refuses too."""
        if row.counterpart is None:
            return
        other = copy(row)
        other.purpose = row.counterpart
        if any(self.at_once(row, self.without_day(other))):
            yield "site", str(row.mirrors_itself)

    def _outside_site(self, new: Installation) -> Broken:
        """That it lasts before or after the site is there, as saving it refuses too."""
        if not has_other(new, "valid_from", "valid_until"):
            return
        try:
            refuse_outside_site(new, new.site)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                yield name, " ".join(messages)

    def words(self, row: Installation) -> str:
        return installation_in_words(row)


def installation_in_words(row: Installation) -> str:
    """What runs where and as what, from when until when, with which databases and version."""
    what = str(row.get_purpose_display())
    told = [row.application.name, row.site.name, what, days_in_words(row), str(row.get_databases_display())]
    return " | ".join(filter(None, [*told, row.version]))
