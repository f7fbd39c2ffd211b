"""Views of lists that people keep under a name, and the counts of those on the reader's overview."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.actions import pin_view, remove_view, save_view
from municipalities.forms import PinForm, SavedViewForm
from municipalities.models import SavedView
from municipalities.portal import (
    ChangePage,
    CooperationPage,
    DeletePage,
    FormPage,
    ListPage,
    RowMixin,
    address_of_view,
    counted,
    list_of,
)
from municipalities.tables import SavedViewTable

NO_LIST = gettext_lazy("There is no such list, or it is not for you: open the list and save it from there.")


class SavedViews(ListPage):
    model = SavedView
    table_class = SavedViewTable
    title = gettext_lazy("Saved views")
    lead = gettext_lazy(
        "Lists with their filters and columns, kept under a name: yours, and what others share."
    )

    def queryset(self) -> Any:
        return SavedView.objects.visible_to(self.viewer).of(self.cooperation).for_listing(self.viewer)


class OneView(RowMixin):
    """A page about a saved view that the reader may open; some are for who made it alone."""

    model = SavedView

    def may(self, view: SavedView) -> bool:
        return view.maker_id == self.viewer.pk

    def row(self) -> SavedView:
        view: SavedView = super().row()
        if not self.may(view):
            raise PermissionDenied
        return view


class SavedViewAdd(FormPage):
    form_class = SavedViewForm
    title = gettext_lazy("Save this view")
    done_name = "views"

    def is_allowed(self, rights: Rights) -> bool:
        return True

    def form_arguments(self) -> dict[str, Any]:
        asked = self.request.GET
        return {
            "instance": SavedView(cooperation=self.cooperation, maker=self.viewer),
            "initial": {"path": asked.get("list", ""), "query": asked.get("query", "")},
        }

    def save(self, form: Any) -> SavedView:
        view = form.save(commit=False)
        if list_of(self.request, self.cooperation, view.path) is None:
            raise ValidationError({"path": [NO_LIST]})
        return save_view(view=view, is_pinned=form.cleaned_data["is_pinned"], by=self.viewer)

    def done_url(self, row: SavedView) -> str:
        return address_of_view(row, self.cooperation)

    def context(self, form: Any) -> dict[str, Any]:
        path = form["path"].value() or ""
        page = list_of(self.request, self.cooperation, path)
        lead = (
            _("It keeps filters, order and columns of the list “%(list)s”.") % {"list": page.title}
            if page
            else NO_LIST
        )
        back = self.back_url(path) if page else self.url("views")
        return {**super().context(form), "lead": lead, "cancel_url": back}

    def back_url(self, path: str) -> str:
        """The list, as whoever came from there saw it; else all views."""
        shown = self.request.GET.get("query")
        if shown is None:
            return self.url("views")
        return address_of_view(SavedView(path=path, query=shown), self.cooperation)


class SavedViewChange(OneView, SavedViewAdd, ChangePage):
    """Its name, for whom it is; or what it keeps, where the address names another ``query``."""

    other_steps = (("view-delete", gettext_lazy("Remove")),)
    title = gettext_lazy("Change a saved view")

    def form_arguments(self) -> dict[str, Any]:
        view = self.row()
        asked = self.request.GET.get("query")
        return {
            "instance": view,
            "is_pinned": view.pinned_by.filter(pk=self.viewer.pk).exists(),
            "initial": {} if asked is None else {"query": asked},
        }

    def context(self, form: Any) -> dict[str, Any]:
        told = super().context(form)
        if "query" in self.request.GET:
            said = _("Saving replaces what “%(name)s” keeps with what the list shows now.")
            told["lead"] = said % {"name": form.instance}
        return told


class SavedViewDelete(OneView, DeletePage):
    """For who made it; what is shared, for administrators too."""

    done_name = "views"

    def is_allowed(self, rights: Rights) -> bool:
        return True

    def may(self, view: SavedView) -> bool:
        return super().may(view) or (view.is_shared and self.rights.may_edit)

    def remove(self, row: Any) -> None:
        remove_view(view=row, by=self.viewer)


class SavedViewPin(OneView, FormPage):
    """Whether a view, also one of somebody else, is counted on the reader's overview."""

    form_class = PinForm
    title = gettext_lazy("Count a view on my overview")
    done_name = "views"

    def is_allowed(self, rights: Rights) -> bool:
        return True

    def may(self, view: SavedView) -> bool:
        return True

    def form_arguments(self) -> dict[str, Any]:
        return {"is_pinned": self.row().pinned_by.filter(pk=self.viewer.pk).exists()}

    def save(self, form: Any) -> SavedView:
        return pin_view(view=self.row(), is_pinned=form.cleaned_data["is_pinned"], by=self.viewer)

    def context(self, form: Any) -> dict[str, Any]:
        return {**super().context(form), "lead": str(self.row())}


class ViewCounts(CooperationPage):
    """The reader's views with their counts: what the overview fetches, or a page of its own."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        views = SavedView.objects.visible_to(self.viewer).of(self.cooperation).pinned_by(self.viewer)
        is_part = request.headers.get("HX-Request") == "true"
        template = "municipalities/pinned_views.html" if is_part else "municipalities/view_counts.html"
        context = {"counted": counted(request, self.cooperation, views), "views_url": self.url("views")}
        return self.page(template, context)
