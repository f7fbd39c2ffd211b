"""What every page of a cooperation is made of: who may come in, lists, forms, and steps that ask once."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urlencode

import django_filters
import django_tables2
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import View
from django_tables2 import RequestConfig
from django_tables2.utils import Accessor

from municipalities.access import Rights, rights_of
from municipalities.actions import delete_row, end_row, save_row
from municipalities.models import Cooperation, Municipality
from sharedict.accounts.models import User
from sharedict.common.sheets import Cell, csv_lines, xlsx_bytes
from sharedict.common.uploads import (
    Finding,
    Outcome,
    UploadedRow,
    UploadedTable,
    UploadError,
    UploadForm,
    counts,
    is_as_shown,
    opened,
    read_table,
    read_upload,
    sealed,
)

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm  # Django's is generic in its stubs only

PAGE_ROWS = 50
XLSX_ROWS = 100_000
SHOWN_FINDINGS = 1_000


class CooperationPage(View):
    """A page under ``/<cooperation>/``: for people with a role there; to anyone else it does not exist.

    ``request.cooperation`` and ``request.rights`` are set for views and templates. A page that needs more
    than a role says so in ``is_allowed``, and answers 403 to those who lack it.
    """

    cooperation: Cooperation
    rights: Rights

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        found = Cooperation.objects.visible_to(request.user).filter(slug=kwargs.pop("cooperation")).first()
        if found is None:
            raise Http404
        self.cooperation, self.rights = found, rights_of(request.user, found)
        request.cooperation, request.rights = self.cooperation, self.rights  # type: ignore[attr-defined]
        self.kwargs = kwargs
        if not self.is_allowed(self.rights):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self, rights: Rights) -> bool:
        return True

    @property
    def viewer(self) -> User:
        """The person signed in."""
        return cast("User", self.request.user)

    def url(self, name: str, *args: object) -> str:
        """The address of the page ``name`` in this cooperation."""
        return reverse(name, args=[self.cooperation.slug, *args])

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(
            self.request,
            template,
            {"cooperation": self.cooperation, "rights": self.rights, **context},
            status=status,
        )


class EditorsOnly(CooperationPage):
    """A page for the administrators of the cooperation."""

    def is_allowed(self, rights: Rights) -> bool:
        return rights.may_edit


class Filter(django_filters.FilterSet):  # type: ignore[misc]
    """A filter of a list; its choices are the cooperation's own, given as ``cooperation``."""

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        self.cooperation = cooperation
        super().__init__(*args, **kwargs)
        self.form.auto_id = "filter_%s"


class RowTable(django_tables2.Table):  # type: ignore[misc]
    """A list whose last column leads administrators to the pages ``row_pages``: (name, label) of each.

    ``row_field`` is what their addresses name a row by.
    """

    row_pages: ClassVar[Sequence[tuple[str, Any]]] = ()
    row_field: ClassVar[str] = "pk"
    not_exported = ("actions",)
    actions = django_tables2.Column(
        gettext_lazy("Actions"), empty_values=(), orderable=False, attrs={"td": {"class": "sd-nowrap"}}
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        kwargs.setdefault("sequence", ("...", "actions"))
        super().__init__(*args, request=request, **kwargs)
        if not (self.row_pages and request.rights.may_edit):  # type: ignore[attr-defined]
            self.columns.hide("actions")

    def render_actions(self, record: Any) -> str:
        pages = [
            (page_of(name, self.row_field)(record, self), label, record) for name, label in self.row_pages
        ]
        links = format_html_join(" ", '<a href="{}">{}<span class="sd-hidden"> {}</span></a>', pages)
        return format_html("<span>{}</span>", links)


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
    table_class: ClassVar[type[django_tables2.Table]]
    filterset_class: ClassVar[type[Filter] | None] = None
    template_name = "components/list_page.html"
    title: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    add_name: ClassVar[str] = ""
    add_label: ClassVar[Any] = gettext_lazy("Add")
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

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        rows, found = self.queryset(), None
        if self.filterset_class:
            found = self.filterset_class(
                request.GET or None, queryset=rows, request=request, cooperation=self.cooperation
            )
            rows = found.qs
        table = self.table(rows)
        table.empty_url = self.url(self.add_name) if self.add_name and self.rights.may_edit else None
        kind = request.GET.get("format", "")
        if kind in ("csv", "xlsx"):
            return self.export(table, kind)
        RequestConfig(request, paginate={"per_page": PAGE_ROWS, "silent": True}).configure(table)
        return self.page(self.template_name, self.context(table, found))

    def table(self, rows: models.QuerySet[Any]) -> django_tables2.Table:
        return self.table_class(rows, request=self.request)

    def context(self, table: django_tables2.Table, found: Filter | None) -> dict[str, Any]:
        actions = []
        if self.add_name and self.rights.may_edit:
            actions.append({"url": self.url(self.add_name), "label": self.add_label, "primary": True})
        return {
            "title": self.title,
            "lead": self.lead,
            "actions": [*actions, *self.more_actions()],
            "table": table,
            "filter": found,
            "csv_url": self.same_rows("csv"),
            "xlsx_url": self.same_rows("xlsx"),
            "api_url": self.api_url(found) if self.api_name else "",
        }

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
        query = self.request.GET.copy()
        query.pop("page", None)
        query["format"] = kind
        return f"?{query.urlencode()}"

    def file_name(self) -> str:
        """What an exported file is called after, besides the cooperation: the last part of the address."""
        return self.request.path.strip("/").rpartition("/")[2]

    def export(self, table: django_tables2.Table, kind: str) -> HttpResponseBase:
        order = self.request.GET.getlist("sort")
        if order:
            table.order_by = order
        names = [column for column in table.columns if column.name not in getattr(table, "not_exported", ())]
        header = [str(column.header) for column in names]
        name = f"{self.cooperation.slug}-{self.file_name()}.{kind}"
        rows = export_rows(table, names)
        response: HttpResponseBase
        if kind == "csv":
            response = StreamingHttpResponse(
                csv_lines(_with(header, rows)), content_type="text/csv; charset=utf-8"
            )
        else:
            response = HttpResponse(
                xlsx_bytes(str(self.title), header, rows),
                content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            )
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def export_rows(table: django_tables2.Table, columns: Sequence[Any]) -> Iterator[list[Cell]]:
    """The table's rows as plain values: what ``value_x`` gives, else the record's own value."""
    for row in table.rows:
        cells: list[Cell] = []
        for column in columns:
            value = row.get_cell_value(column.name)
            cells.append(value if isinstance(value, Cell) else str(value))
        yield cells


def _with(header: list[str], rows: Iterator[list[Cell]]) -> Iterator[Sequence[Cell]]:
    yield header
    yield from rows


class RowMixin(CooperationPage):
    """A page about one row of the cooperation, found by ``pk``."""

    model: ClassVar[type[models.Model]]

    def row(self) -> Any:
        manager: Any = self.model._default_manager
        rows = manager.visible_to(self.request.user).of(self.cooperation)
        found = rows.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found


class FormPage(EditorsOnly):
    """A form whose POST calls one action; what the action refuses is shown at its field, nothing is lost.

    ``form_class`` is built with ``cooperation`` and, when changing, ``instance``. After saving it goes on to
    ``done_name``.
    """

    form_class: ClassVar[type[forms.BaseForm]]
    template_name = "components/form_page.html"
    title: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    done_name: ClassVar[str] = ""
    said: ClassVar[Any] = gettext_lazy("Saved. The shares it concerns are recomputed.")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            with transaction.atomic():
                row = self.save(form)
        except ValidationError as error:
            refuse(form, error)
            return self.show(form, 422)
        except IntegrityError:
            form.add_error(None, _("Somebody else saved something that stands in the way: try again."))
            return self.show(form, 409)
        return self.done(row)

    def done(self, row: Any) -> HttpResponse:
        messages.success(self.request, str(self.said))
        return redirect(self.done_url(row))

    def form(self, data: Any = None) -> Any:
        form_class: Any = self.form_class
        return form_class(data, cooperation=self.cooperation, **self.form_arguments())

    def form_arguments(self) -> dict[str, Any]:
        return {}

    def save(self, form: Any) -> Any:
        """The action; by default the plain saving of the row with the form's many-to-many choices."""
        row = save_row(row=form.save(commit=False), by=self.request.user)
        form.save_m2m()
        return row

    def done_url(self, row: Any) -> str:
        return self.url(self.done_name)

    def shown_once(self, context: dict[str, Any]) -> HttpResponse:
        """A page with a ``secret`` that is kept nowhere, neither here nor in a cache."""
        response = self.page("municipalities/shown_once.html", context)
        add_never_cache_headers(response)
        return response

    def show(self, form: Any, status: int = 200) -> HttpResponse:
        return self.page(self.template_name, self.context(form), status)

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "title": self.title,
            "lead": self.lead,
            "form": form,
            "cancel_url": self.url(self.done_name),
        }


class ChangePage(RowMixin, FormPage):
    """A form that changes one row."""

    def form_arguments(self) -> dict[str, Any]:
        return {"instance": self.row()}

    def context(self, form: Any) -> dict[str, Any]:
        return {**super().context(form), "lead": self.lead or str(form.instance)}


class EndForm(forms.Form):
    """When something stops holding."""

    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"),
        help_text=gettext_lazy("The first day it no longer holds."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class EndPage(RowMixin, EditorsOnly):
    """Asks from which day a row no longer holds, and lets it end; undone by changing the date again."""

    title: ClassVar[Any] = gettext_lazy("End")
    done_name: ClassVar[str] = ""
    template_name = "components/confirm_page.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row()
        return self.show(
            row, EndForm(initial={"valid_until": row.valid_until or next_month(timezone.localdate())})
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row, form = self.row(), EndForm(request.POST)
        if not form.is_valid():
            return self.show(row, form, 422)
        try:
            end_row(row=row, on=form.cleaned_data["valid_until"], by=request.user)
        except ValidationError as error:
            refuse(form, error, self.model)
            return self.show(row, form, 422)
        messages.success(request, _("%(what)s ends.") % {"what": row})
        return redirect(self.url(self.done_name))

    def show(self, row: Any, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "title": _("End %(what)s?") % {"what": row},
            "lead": _("It stays in the months before that day. Change the date to undo this."),
            "confirm_label": _("End it"),
            "cancel_url": self.url(self.done_name),
            "form": form,
        }
        return self.page(self.template_name, context, status)


class DeletePage(RowMixin, EditorsOnly):
    """Asks once, then removes a row that nothing depends on; says what depends on it where something does."""

    done_name: ClassVar[str] = ""
    template_name = "components/confirm_page.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(self.row())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row()
        try:
            self.remove(row)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self.show(row, 409)
        except ProtectedError as error:
            kinds = sorted({str(other._meta.verbose_name) for other in error.protected_objects})
            said = _("It cannot be removed: it is used by %(kinds)s. End it instead.") % {
                "kinds": ", ".join(kinds)
            }
            messages.error(request, said)
            return self.show(row, 409)
        messages.success(request, _("%(what)s is removed.") % {"what": row})
        return redirect(self.done_url(row))

    def remove(self, row: Any) -> None:
        """The action; what it refuses is said above the question."""
        delete_row(row=row, by=self.request.user)

    def done_url(self, row: Any) -> str:
        return self.url(self.done_name)

    def show(self, row: Any, status: int = 200) -> HttpResponse:
        context = {
            "title": _("Remove %(what)s?") % {"what": row},
            "lead": _("This cannot be undone. What it was stays in the change log."),
            "confirm_label": _("Remove it"),
            "cancel_url": self.done_url(row),
        }
        return self.page(self.template_name, context, status)


class ImportPage(EditorsOnly):
    """Upload a CSV table, look at what each row would do, then apply all of it or nothing.

    The subclass names the ``columns``, compares rows with what is stored and saves what is new or changed.
    The table travels signed between the two steps, and is compared again before it is applied.
    """

    columns: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    example: ClassVar[str] = ""
    title: ClassVar[Any] = gettext_lazy("Import")
    lead: ClassVar[Any] = ""
    template_name = "municipalities/import_page.html"

    def compare(self, rows: Sequence[UploadedRow]) -> Sequence[Finding]:
        """What each row would do; a row with errors is ``wrong``. The number of queries is constant."""
        raise NotImplementedError

    def apply(self, findings: Sequence[Finding]) -> None:
        """Save the new and changed ones, in the transaction that is already open."""
        raise NotImplementedError

    def done_url(self) -> str:
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(UploadForm())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "seal" in request.POST:
            return self.apply_sealed(request.POST["seal"])
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            table = read_upload(form.cleaned_data["file"], self.columns, self.optional)
        except UploadError as error:
            form.add_error("file", error.message)
            return self.show(form, status=422)
        findings = self.compare(table.rows)
        return self.show(UploadForm(), table, findings, 422 if counts(findings)[Outcome.WRONG] else 200)

    def apply_sealed(self, seal: str) -> HttpResponse:
        """Do what the dry run showed; where it would do something else by now, show the new dry run."""
        try:
            content = opened(seal, self.purpose)
        except UploadError as error:
            messages.error(self.request, error.message)
            return self.show(UploadForm(), status=422)
        table = read_table(content["text"], self.columns, self.optional)
        try:
            with transaction.atomic():
                Cooperation.objects.select_for_update(no_key=True).get(pk=self.cooperation.pk)
                findings = self.compare(table.rows)
                is_sound = is_as_shown(content, findings) and not counts(findings)[Outcome.WRONG]
                if is_sound:
                    self.apply(findings)
        except (ValidationError, IntegrityError) as error:
            said = " ".join(error.messages) if isinstance(error, ValidationError) else ""
            messages.error(self.request, said or _("Nothing is saved: somebody has just saved the same."))
            return self.show(UploadForm(), table, self.compare(table.rows), 422)
        if not is_sound:
            messages.warning(
                self.request, _("Nothing is saved: something has changed since. Look at it again.")
            )
            return self.show(UploadForm(), table, findings, 422)
        messages.success(self.request, _("Imported. The shares it concerns are recomputed."))
        return redirect(self.done_url())

    @property
    def purpose(self) -> str:
        return f"{self.request.path}:{self.request.user.pk}"

    def show(
        self,
        form: UploadForm,
        table: UploadedTable | None = None,
        findings: Sequence[Finding] = (),
        status: int = 200,
    ) -> HttpResponse:
        found = counts(findings)
        order = list(reversed(Outcome))
        context = {
            "title": self.title,
            "lead": self.lead,
            "form": form,
            "columns": self.columns,
            "optional": self.optional,
            "example": self.example,
            "back_url": self.done_url(),
            "is_dry_run": table is not None,
            "notices": table.notices if table else [],
            "counts": {outcome.value: number for outcome, number in found.items()},
            "findings": sorted(findings, key=lambda one: (order.index(one.outcome), one.line))[
                :SHOWN_FINDINGS
            ],
            "left_out": max(0, len(findings) - SHOWN_FINDINGS),
            "seal": sealed(table, findings, self.purpose) if table and not found[Outcome.WRONG] else "",
            "has_effect": bool(found[Outcome.NEW] + found[Outcome.CHANGED]),
        }
        return self.page(self.template_name, context, status)


class RowForm(ModelForm):
    """A form of a row of a cooperation: its choices are the cooperation's own, its dates have pickers.

    ``layout`` names the fields from top to bottom; a tuple of them stands side by side.
    """

    layout: ClassVar[Sequence[str | tuple[str, ...]]] = ()

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation = cooperation
        if hasattr(self.instance, "cooperation_id") and self.instance.cooperation_id is None:
            self.instance.cooperation = cooperation
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = choices_in(cooperation, field.queryset)
        if self.layout:
            self.helper = side_by_side(self.layout)

    def _post_clean(self) -> None:
        """Let the action validate the row: it does so once, in its transaction, with every field filled."""
        self.instance = self._construct()

    def _construct(self) -> Any:
        return forms.models.construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)


def side_by_side(rows: Sequence[str | tuple[str, ...]]) -> FormHelper:
    """The layout of a form in ``components/form.html``: a line for each of ``rows``."""
    helper = FormHelper()
    helper.form_tag, helper.disable_csrf = False, True
    helper.layout = Layout(
        *(
            Row(*(Column(name, css_class="col-md") for name in ([row] if isinstance(row, str) else row)))
            for row in rows
        )
    )
    return helper


def choices_in(cooperation: Cooperation, rows: Any) -> Any:
    """``rows`` of a choice field limited to ``cooperation``; public registers as far as they concern it."""
    if hasattr(rows, "usable_in"):
        return rows.usable_in(cooperation)
    if hasattr(rows, "ever_in"):
        return rows.ever_in(cooperation)
    return rows.of(cooperation)


def refuse(form: Any, error: ValidationError, model: type[models.Model] | None = None) -> None:
    """Show what an action refused: each message at its field, a constraint's at one it is about."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    about = fields_by_message(model or form._meta.model) if model or hasattr(form, "_meta") else {}
    for name, errors in error.error_dict.items():
        for each in errors:
            names = [name] if name in form.fields else about.get(str(each.message), ())
            form.add_error(next((name for name in reversed(form.fields) if name in names), None), each)


def fields_by_message(model: type[models.Model]) -> dict[str, set[str]]:
    """What a broken constraint of ``model`` says, and the fields that it is about."""
    return {
        str(constraint.violation_error_message): _fields_of(constraint)
        for constraint in model._meta.constraints
    }


def _fields_of(constraint: models.BaseConstraint) -> set[str]:
    if isinstance(constraint, models.UniqueConstraint):
        return set(constraint.fields)
    if isinstance(constraint, models.CheckConstraint):
        return set(getattr(constraint.condition, "referenced_base_fields", ()))
    if isinstance(constraint, ExclusionConstraint):  # two spans that overlap: mended where this one begins
        return {"valid_from"}
    return set()


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after ``day``."""
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


RunsAt = Callable[[Cooperation, dt.date], dict[int, list[str]]]
_runs_at: list[RunsAt] = []


def add_runs_at(maker: RunsAt) -> None:
    """Let an app above say, for the list of sites, what runs where on a day: names by the site's key."""
    if maker not in _runs_at:
        _runs_at.append(maker)


def runs_at(cooperation: Cooperation, day: dt.date) -> dict[int, list[str]] | None:
    """What runs at each site; None while no app knows."""
    if not _runs_at:
        return None
    found: dict[int, list[str]] = {}
    for maker in _runs_at:
        for site_id, names in maker(cooperation, day).items():
            found.setdefault(site_id, []).extend(names)
    return found
