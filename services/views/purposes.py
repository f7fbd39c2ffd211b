"""The tree of purposes that applications serve."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.portal import ChangePage, DeletePage, FormPage, ListPage
from services.actions import save_purpose, ship_purposes
from services.forms import PurposeFilter, PurposeForm
from services.models import Purpose
from services.tables import PurposeTable
from services.views.shipping import ShipPage


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


class PurposesShip(ShipPage):
    title = gettext_lazy("Add the shipped tree?")
    lead = gettext_lazy("Purposes that are there already, by their codes, stay as they are.")
    label = gettext_lazy("Add the shipped tree")
    done_name = "purposes"

    def ship(self) -> str:
        count = len(ship_purposes(cooperation=self.cooperation, by=self.viewer))
        said = ngettext("%(count)s purpose is added.", "%(count)s purposes are added.", count)
        return said % {"count": count}


class PurposeAdd(FormPage):
    form_class = PurposeForm
    title = gettext_lazy("Add a purpose")
    done_name = "purposes"
    said = gettext_lazy("Added.")

    def save(self, form: Any) -> Purpose:
        return save_purpose(purpose=form.save(commit=False), by=self.viewer)


class PurposeChange(PurposeAdd, ChangePage):
    other_steps = (("purpose-delete", gettext_lazy("Remove")),)
    model = Purpose
    title = gettext_lazy("Change a purpose")
    said = gettext_lazy("Saved.")


class PurposeDelete(DeletePage):
    model = Purpose
    done_name = "purposes"
