"""Lists: filtered, sorted and paged, and the same rows as a file."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

import django_filters
import django_tables2
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django_tables2.utils import Accessor

from municipalities.models import Cooperation, Municipality
from municipalities.portal.beside import views_beside
from municipalities.portal.columns import in_one_word, query_without
from municipalities.portal.files import FileTable, file_rows
from municipalities.portal.pages import CooperationPage
from municipalities.portal.words import banner_of
from sharedict.common.csv_forms import csv_in_form, remember_form
from sharedict.common.days import date_format, last_day
from sharedict.common.figures import count
from sharedict.common.moments import streamed
from sharedict.common.sheets import Cell, xlsx_bytes

NUMBER = {"th": {"class": "sd-num"}, "td": {"class": "sd-num"}}
MAIN_AMOUNT = {"th": {"class": "sd-num"}, "td": {"class": "sd-num sd-main-amount"}}
"""The one column of amounts that a row is about."""
BAR = {"th": {"class": "sd-bar-td-wide"}, "td": {"class": "sd-bar-td sd-bar-td-wide"}}
"""A column of bars, which goes first where there is little room."""
DATE = {"td": {"class": "sd-nowrap"}}
ADDRESS = {"td": {"class": "sd-address"}}
"""How a column of numbers, and one of dates, stands in a list."""
KEPT = ("columns", "sort")
"""What a list keeps of its address while it is narrowed."""


class LastDayColumn(django_tables2.Column):  # type: ignore[misc]
    """The last day of rows that keep the first one after."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(gettext_lazy("Last day"), *args, attrs=DATE, **kwargs)

    def render(self, value: dt.date) -> str:
        return date_format(last_day(value), "DATE_FORMAT")

    def value(self, value: dt.date | None) -> dt.date | None:
        return last_day(value) if value else None


class Filter(django_filters.FilterSet):  # type: ignore[misc]
    """A filter of a list; its choices are the cooperation's own, given as ``cooperation``."""

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        self.cooperation = cooperation
        super().__init__(*args, **kwargs)
        self.form.auto_id = "filter_%s"


class RowTable(FileTable):
    """A list whose last column leads administrators to ``row_page``: (name, label), the one step of a row.

    What else can be done with a row stands on that page. ``row_field`` is what its address names a row by.
    """

    row_page: ClassVar[tuple[str, Any] | None] = None
    row_field: ClassVar[str] = "pk"
    not_exported: ClassVar[tuple[str, ...]] = ("actions",)
    actions = django_tables2.Column(
        gettext_lazy("Actions"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "sd-row-step"}, "td": {"class": "sd-nowrap sd-row-step"}},
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        kwargs.setdefault("sequence", ("...", "actions"))
        super().__init__(*args, request=request, **kwargs)
        if not (self.row_page and request.rights.may_edit):  # type: ignore[attr-defined]
            self.columns.hide("actions")

    def render_actions(self, record: Any) -> str:
        if self.row_page is None:
            return ""
        name, label = self.row_page
        address = page_of(name, self.row_field)(record, self)
        return format_html('<a href="{}">{}<span class="sd-hidden"> {}</span></a>', address, label, record)


class CountColumn(django_tables2.Column):  # type: ignore[misc]
    """A whole number, its digits in groups on the page and plain in files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, attrs=NUMBER, **kwargs)

    def render(self, value: int) -> str:
        return count(value)

    def value(self, value: int) -> int:
        return value


def page_of(name: str, field: str = "pk") -> Callable[[Any, Any], str]:
    """For ``linkify`` of a column: the address of the page ``name`` about the record, named by ``field``.

    ``field`` may follow relations (``key__code``); the address is empty, and so no link, where one is null.
    """

    def address(record: Any, table: Any) -> str:
        value = Accessor(field).resolve(record, quiet=True)
        return reverse(name, args=[table.request.cooperation.slug, value]) if value is not None else ""

    return address


class ListPage(CooperationPage):
    """A filtered, sorted, paged list; the same address gives all its rows as ``?format=csv`` or ``xlsx``.

    Query parameters that no filter knows are ignored, malformed values are explained in the filter.
    """

    model: ClassVar[type[models.Model]]
    table_class: ClassVar[type[FileTable]]
    filterset_class: ClassVar[type[Filter] | None] = None
    template_name = "components/list_page.html"
    title: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    add_name: ClassVar[str] = ""
    add_label: ClassVar[Any] = gettext_lazy("Add")
    several_name: ClassVar[str] = ""
    """The page that changes several rows at once, for administrators."""
    api_name: ClassVar[str] = ""
    api_names: ClassVar[Mapping[str, str]] = {"on": "as_of"}

    @property
    def api_extra(self) -> dict[str, str]:
        """What the API must be told besides, to give the same rows; an empty text takes a filter away."""
        return {}

    def queryset(self) -> models.QuerySet[Any]:
        manager: Any = self.model._default_manager
        rows: models.QuerySet[Any] = manager.visible_to(self.request.user).of(self.cooperation).for_listing()
        return rows

    def narrowed(self, asked: QueryDict) -> tuple[models.QuerySet[Any], Filter | None]:
        """The rows that the filter finds for ``asked``, and the filter, where the list has one."""
        rows = self.queryset()
        if not self.filterset_class:
            return rows, None
        found = self.filterset_class(
            asked or None, queryset=rows, request=self.request, cooperation=self.cooperation
        )
        return found.qs, found

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        rows, found = self.narrowed(request.GET)
        table = self.table(rows)
        choice = table.choose_columns()
        table.is_narrowed = bool(found and found.form.changed_data)
        table.empty_url = self.url(self.add_name) if self.add_name and self.rights.may_edit else None
        kind = request.GET.get("format", "")
        if kind in ("csv", "xlsx"):
            return self.export(table, kind)
        if len(request.GET.getlist(choice.name)) > 1:  # as the form sends them
            return redirect(f"{request.path}{in_one_word(request.GET, choice)}")
        self.turn(table)
        return self.page(self.template_name, self.context(table, found))

    def turn(self, table: FileTable) -> None:
        """Let ``table`` show the page that is asked for."""
        table.turn_to_page()

    def table(self, rows: models.QuerySet[Any]) -> FileTable:
        return self.table_class(rows, request=self.request)

    def context(self, table: FileTable, found: Filter | None) -> dict[str, Any]:
        actions = []
        if self.add_name and self.rights.may_edit:
            actions.append({"url": self.url(self.add_name), "label": self.add_label, "primary": True})
        return {
            "title": self.title,
            "lead": self.lead,
            "actions": [*actions, *self.more_actions()],
            "table": table,
            "filter": found,
            "filter_keeps": [(name, self.request.GET[name]) for name in KEPT if name in self.request.GET],
            "filter_clear": query_without(self.request.GET, *(found.filters if found else ())),
            "beside": views_beside(self, found),
            "several_url": self.several_url(),
            "csv_url": self.same_rows("csv"),
            "xlsx_url": self.same_rows("xlsx"),
            "api_url": self.api_url(found) if self.api_name else "",
        }

    def several_url(self) -> str:
        if not (self.several_name and self.rights.may_edit):
            return ""
        return f"{self.url(self.several_name)}{query_without(self.request.GET)}"

    def more_actions(self) -> list[dict[str, Any]]:
        return []

    def api_url(self, found: Filter | None) -> str:
        """The same list over the API, narrowed as here as far as the API knows the filters.

        ``api_names`` are the filters that the API calls otherwise; rows that are chosen here by their primary
        key have a key or code there.
        """
        address = reverse(self.api_name)
        resource: Any = resolve(address).func
        known = resource.cls.filterset_class.base_filters
        query = {"cooperation": self.cooperation.slug, **self.api_extra}
        for name, value in found.form.cleaned_data.items() if found and found.is_bound else ():
            if isinstance(value, models.Model):
                told = value.key if isinstance(value, Municipality) else getattr(value, "code", "")
            else:
                told = self.request.GET.get(name) if value not in (None, "") else ""
            there = self.api_names.get(name, name)
            if told and there in known:
                query[there] = str(told)
        return f"{address}?{urlencode({name: text for name, text in query.items() if text})}"

    def same_rows(self, kind: str) -> str:
        query = query_without(self.request.GET)
        return f"{query}{'&' if query[1:] else ''}format={kind}"

    def file_name(self) -> str:
        """What an exported file is called after, besides the cooperation: the last part of the address."""
        return self.request.path.strip("/").rpartition("/")[2]

    def export(self, table: FileTable, kind: str) -> HttpResponseBase:
        table.put_in_one_order()
        if not (table.choice and table.choice.is_chosen):
            for name in table.in_files:
                table.columns.show(name)
        names = [column for column in table.columns if column.name not in getattr(table, "not_exported", ())]
        header = [str(column.header) for column in names]
        rows = file_rows(table, names)
        return rows_as_file(self, kind, self.file_name(), str(self.title), header, rows)


def rows_as_file(
    page: CooperationPage, kind: str, name: str, title: str, header: list[str], rows: Iterator[Sequence[Cell]]
) -> HttpResponseBase:
    """What ``page`` shows as a file of its own: ``kind`` is csv, in the form the reader chose, or xlsx."""
    banner = banner_of(page.cooperation)
    response: HttpResponseBase
    if kind == "csv":
        response = StreamingHttpResponse(
            streamed(csv_in_form(page.request, _with(header, rows), banner)),
            content_type="text/csv; charset=utf-8",
        )
        remember_form(page.request, response)
    else:
        response = HttpResponse(
            xlsx_bytes(title, header, rows, language=get_language(), banner=banner),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    response["Content-Disposition"] = f'attachment; filename="{page.cooperation.slug}-{name}.{kind}"'
    return response


def _with(header: list[str], rows: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    yield header
    yield from rows
