"""The tree of purposes that applications serve."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.portal import ChangePage, DeletePage, EditorsOnly, FormPage, ListPage
from services.actions import ship_purposes
from services.forms import PurposeFilter, PurposeForm
from services.models import Purpose
from services.tables import PurposeTable


class Purposes(ListPage):
    model = Purpose
    table_class = PurposeTable
    filterset_class = PurposeFilter
    title = gettext_lazy("Purposes")
    lead = gettext_lazy("What applications are for, as a tree: so it is seen what serves the same purpose.")
    add_name = "purpose-add"
    add_label = gettext_lazy("Add a purpose")
    api_name = "v1:purposes-list"

    def more_actions(self) -> list[dict[str, Any]]:
        if not self.rights.may_edit:
            return []
        return [{"url": self.url("purposes-ship"), "label": _("Add the shipped tree")}]


class PurposesShip(EditorsOnly):
    """Asks once, then adds what is shipped and not there."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        context = {
            "title": _("Add the shipped tree?"),
            "lead": _("Purposes that are there already, by their codes, stay as they are."),
            "confirm_label": _("Add the shipped tree"),
            "cancel_url": self.url("purposes"),
        }
        return self.page("components/confirm_page.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        count = len(ship_purposes(cooperation=self.cooperation, by=self.viewer))
        said = ngettext("%(count)s purpose is added.", "%(count)s purposes are added.", count)
        messages.success(request, said % {"count": count})
        return redirect(self.url("purposes"))


class PurposeAdd(FormPage):
    form_class = PurposeForm
    title = gettext_lazy("Add a purpose")
    done_name = "purposes"
    said = gettext_lazy("Added.")


class PurposeChange(ChangePage):
    other_steps = (("purpose-delete", gettext_lazy("Remove")),)
    model = Purpose
    form_class = PurposeForm
    title = gettext_lazy("Change a purpose")
    done_name = "purposes"


class PurposeDelete(DeletePage):
    model = Purpose
    done_name = "purposes"
