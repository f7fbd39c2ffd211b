"""What costs are shared by: drivers and their readings."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import django_tables2
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.actions import import_readings
from municipalities.forms import DriverForm, ReadingFilter, ReadingForm
from municipalities.models import Driver, Reading
from municipalities.portal import (
    ChangePage,
    CooperationPage,
    DeletePage,
    Filter,
    FormPage,
    ImportPage,
    ListPage,
)
from municipalities.reports import READING_COLUMNS, compare_readings
from municipalities.tables import DriverTable, ReadingTable
from sharedict.common.uploads import Columns, Finding, Outcome, UploadedRow


class Drivers(ListPage):
    model = Driver
    table_class = DriverTable
    title = gettext_lazy("Drivers and readings")
    lead = gettext_lazy("What is measured to share costs by, with its readings and their sources.")
    add_name = "driver-add"
    add_label = gettext_lazy("Add a driver")
    api_name = "v1:drivers-list"

    def queryset(self) -> Any:
        return Driver.objects.usable_in(self.cooperation).for_listing(self.cooperation)


class DriverAdd(FormPage):
    form_class = DriverForm
    title = gettext_lazy("Add a driver")
    lead: ClassVar[Any] = gettext_lazy(
        "Something that can be counted for each municipality: users, devices, tickets."
    )
    done_name = "drivers"


class DriverChange(DriverAdd, ChangePage):
    model = Driver
    title = gettext_lazy("Change a driver")
    lead = ""


class DriverMixin(CooperationPage):
    """A page about the readings of one driver: the cooperation's own, or a public one to look at."""

    @cached_property
    def driver(self) -> Driver:
        found = Driver.objects.usable_in(self.cooperation).filter(pk=self.kwargs["driver"]).first()
        if found is None:
            raise Http404
        return found

    @property
    def is_own(self) -> bool:
        return self.driver.cooperation_id == self.cooperation.pk

    def readings_url(self) -> str:
        return self.url("readings", self.driver.pk)


class OwnDriverMixin(DriverMixin):
    """A page that changes readings: a public driver has none to change here."""

    def is_allowed(self, rights: Rights) -> bool:
        return super().is_allowed(rights) and self.is_own


class Readings(DriverMixin, ListPage):
    model = Reading
    table_class = ReadingTable
    filterset_class = ReadingFilter
    api_name = "v1:readings-list"
    api_names = {"since": "reference_from"}

    @property
    def api_extra(self) -> dict[str, str]:
        of_nobody = {} if self.is_own else {"cooperation": ""}
        return {"driver": self.driver.code, **of_nobody}

    def queryset(self) -> Any:
        return Reading.objects.usable_in(self.cooperation).filter(driver=self.driver).for_listing()

    def table(self, rows: Any) -> django_tables2.Table:
        return ReadingTable(rows, request=self.request, is_editable=self.is_own)

    def context(self, table: django_tables2.Table, found: Filter | None) -> dict[str, Any]:
        if self.is_own and self.rights.may_edit:
            table.empty_url = self.url("reading-add", self.driver.pk)
        lead = _("Counted in %(unit)s.") % {"unit": self.driver.unit_label}
        if not self.is_own:
            public = _("A public fact, common to all cooperations: it is only read here.")
            lead = f"{lead} {public}"
        return super().context(table, found) | {
            "title": self.driver.label,
            "lead": lead,
            "back_url": self.url("drivers"),
        }

    def file_name(self) -> str:
        return self.driver.code

    def more_actions(self) -> list[dict[str, Any]]:
        if not (self.is_own and self.rights.may_edit):
            return []
        return [
            {"url": self.url("reading-add", self.driver.pk), "label": _("Add a reading"), "primary": True},
            {"url": self.url("readings-import", self.driver.pk), "label": _("Import")},
        ]


class ReadingAdd(OwnDriverMixin, FormPage):
    form_class = ReadingForm
    title = gettext_lazy("Add a reading")
    done_name = "drivers"

    def form_arguments(self) -> dict[str, Any]:
        return {"instance": Reading(driver=self.driver, cooperation=self.cooperation)}

    def done_url(self, row: Any) -> str:
        return self.readings_url()

    def context(self, form: Any) -> dict[str, Any]:
        return super().context(form) | {"lead": self.driver.label, "cancel_url": self.readings_url()}


class ReadingChange(ChangePage):
    other_steps = (("reading-delete", gettext_lazy("Remove")),)
    model = Reading
    form_class = ReadingForm
    title = gettext_lazy("Change a reading")
    done_name = "drivers"

    def done_url(self, row: Any) -> str:
        return self.url("readings", row.driver_id)

    def context(self, form: Any) -> dict[str, Any]:
        return super().context(form) | {
            "lead": form.instance.driver.label,
            "cancel_url": self.done_url(form.instance),
        }


class ReadingDelete(DeletePage):
    model = Reading
    done_name = "drivers"

    def done_url(self, row: Any) -> str:
        return self.url("readings", row.driver_id)


class ReadingsImport(OwnDriverMixin, ImportPage):
    columns = Columns(READING_COLUMNS, numbers=("value",))
    example = "1737;2026-06-30;412,5;Inventory system"
    title = gettext_lazy("Import readings")

    def compare(self, rows: Sequence[UploadedRow]) -> Sequence[Finding]:
        return compare_readings(self.cooperation, self.driver, rows)

    def apply(self, findings: Sequence[Finding]) -> None:
        wanted = (Outcome.NEW, Outcome.CHANGED)
        readings = [finding.row for finding in findings if finding.outcome in wanted]
        import_readings(driver=self.driver, readings=readings, by=self.request.user)

    def done_url(self) -> str:
        return self.readings_url()
