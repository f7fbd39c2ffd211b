"""What is imported of the catalogue: applications, who uses them, and where they run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy

from municipalities.models import Upload
from municipalities.portal import Change, ImportKind, cooperation_of
from services.actions import (
    import_rows,
    take_back_applications,
    take_back_installations,
    take_back_subscriptions,
)
from services.imports import (
    APPLICATION_COLUMNS,
    INSTALLATION_COLUMNS,
    SUBSCRIPTION_COLUMNS,
    application_in_words,
    compare_applications,
    compare_installations,
    compare_subscriptions,
    installation_in_words,
    subscription_in_words,
    told_of_change,
)
from services.models import Application, Installation, Subscription
from sharedict.accounts.models import User
from sharedict.common.uploads import Finding, UploadedTable


class CatalogueImport(ImportKind):
    """Rows of the catalogue: saved together, and taken back together by ``take_back``."""

    take_back: ClassVar[Callable[..., None]]

    def apply(self, upload: Upload, moving: Sequence[Finding], by: User) -> None:
        import_rows(cooperation=cooperation_of(upload), rows=[each.row for each in moving], by=by)

    def undo(self, upload: Upload, changes: Sequence[Change], by: User) -> None:
        pairs = [(change.before, change.after) for change in changes]
        type(self).take_back(cooperation=cooperation_of(upload), pairs=pairs, by=by)

    def address(self, slug: str, told: Mapping[str, str]) -> str:
        return reverse(self.name, args=[slug])


class ApplicationImport(CatalogueImport):
    """The catalogue; an application is found again by its code, or by its name."""

    name = "applications"
    model = Application
    title = gettext_lazy("Applications")
    columns = APPLICATION_COLUMNS
    take_back = staticmethod(take_back_applications)

    def compare(self, upload: Upload, table: UploadedTable) -> Sequence[Finding]:
        return compare_applications(cooperation_of(upload), table.rows)

    def words(self, row: Application) -> str:
        return application_in_words(row)

    def retold(self, findings: Sequence[Finding]) -> list[Finding]:
        found = []
        for each in findings:
            if each.old is None:
                found.append(replace(each, after=self.words(each.row)))
                continue
            before, after = told_of_change(each.old, each.row)
            found.append(replace(each, before=before, after=after))
        return found


class SubscriptionImport(CatalogueImport):
    """Who uses what; found again by application, municipality and first day."""

    name = "subscriptions"
    model = Subscription
    title = gettext_lazy("Subscriptions")
    columns = SUBSCRIPTION_COLUMNS
    take_back = staticmethod(take_back_subscriptions)

    def compare(self, upload: Upload, table: UploadedTable) -> Sequence[Finding]:
        return compare_subscriptions(cooperation_of(upload), table.rows)

    def words(self, row: Subscription) -> str:
        return subscription_in_words(row)


class InstallationImport(CatalogueImport):
    """Where applications run; found again by application, site, purpose and first day."""

    name = "installations"
    model = Installation
    title = gettext_lazy("Installations")
    columns = INSTALLATION_COLUMNS
    take_back = staticmethod(take_back_installations)

    def compare(self, upload: Upload, table: UploadedTable) -> Sequence[Finding]:
        return compare_installations(cooperation_of(upload), table.rows)

    def words(self, row: Installation) -> str:
        return installation_in_words(row)


IMPORTS: tuple[ImportKind, ...] = (ApplicationImport(), SubscriptionImport(), InstallationImport())
