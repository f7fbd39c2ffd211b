"""What costs are shared by: drivers and their readings."""

import datetime as dt
from functools import cached_property
from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.forms import DriverForm, ReadingFilter, ReadingForm
from municipalities.models import Driver, Reading
from municipalities.portal import (
    ChangePage,
    CooperationPage,
    DeletePage,
    FileTable,
    Filter,
    FormPage,
    ImportPage,
    ListPage,
    import_kind,
    step_address,
)
from municipalities.tables import DriverTable, ReadingTable
from sharedict.kernel.periods import DayError, parse_day

PUBLIC_FACT = gettext_lazy(
    "A public fact, common to all cooperations. Where the register lacks a figure, an administrator enters "
    "it for this cooperation alone."
)
OWN_FIGURE = gettext_lazy(
    "It counts for this cooperation alone and nobody else sees it. When the public register has a figure of "
    "the same day or of the quarter before it, that one counts instead: open months are recomputed, closed "
    "ones stay as they were."
)


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
    """A page about the readings of one driver: the cooperation's own, or a public one.

    Of a public one the cooperation enters what the register lacks, for itself alone.
    """

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
        rows = Reading.objects.usable_in(self.cooperation).filter(driver=self.driver).for_listing()
        return rows if self.is_own else rows.with_replaced()

    def table(self, rows: Any) -> FileTable:
        return ReadingTable(rows, request=self.request, is_public=not self.is_own)

    def context(self, table: FileTable, found: Filter | None) -> dict[str, Any]:
        if self.rights.may_edit:
            table.empty_url = self.url("reading-add", self.driver.pk)
        lead = _("Counted in %(unit)s.") % {"unit": self.driver.unit_label}
        if not self.is_own:
            lead = f"{lead} {PUBLIC_FACT}"
        return super().context(table, found) | {
            "title": self.driver.label,
            "lead": lead,
            "back_url": self.url("drivers"),
        }

    def file_name(self) -> str:
        return self.driver.code

    def more_actions(self) -> list[dict[str, Any]]:
        if not self.rights.may_edit:
            return []
        label = _("Add a reading") if self.is_own else _("Enter an own figure")
        return [
            {"url": self.url("reading-add", self.driver.pk), "label": label, "primary": self.is_own},
            {"url": self.url("readings-import", self.driver.pk), "label": _("Import")},
        ]


class ReadingAdd(DriverMixin, FormPage):
    """A form for a reading, filled in with the municipality and day that its address names.

    Whoever comes from a step of the guided set-up, which it names too, comes back there.
    """

    form_class = ReadingForm
    title = gettext_lazy("Add a reading")
    done_name = "drivers"

    def form_arguments(self) -> dict[str, Any]:
        asked = self.request.GET
        return {
            "instance": Reading(driver=self.driver, cooperation=self.cooperation),
            "initial": {"municipality": asked.get("for", ""), "reference_on": _day(asked.get("on", ""))},
        }

    def done_url(self, row: Any) -> str:
        return step_address(self.cooperation, self.request.GET.get("step", "")) or self.readings_url()

    def context(self, form: Any) -> dict[str, Any]:
        told = {"lead": self.driver.label, "cancel_url": self.done_url(None)}
        if not self.is_own:
            told["title"] = _("Enter an own figure of %(driver)s") % {"driver": self.driver.label.lower()}
            told["lead"] = str(OWN_FIGURE)
        return super().context(form) | told


def _day(text: str) -> dt.date | None:
    try:
        return parse_day(text)
    except DayError:
        return None


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


class ReadingsImport(DriverMixin, ImportPage):
    kind = import_kind("readings")
    example = "1737;2026-06-30;412,5;Inventory system"
    title = gettext_lazy("Import readings")

    def told(self) -> dict[str, str]:
        return {"driver": str(self.driver.pk)}
