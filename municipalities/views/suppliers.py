"""Whoever delivers what is shared."""

from django.utils.translation import gettext_lazy as _

from municipalities.forms import SupplierForm
from municipalities.models import Supplier
from municipalities.portal import ChangePage, DeletePage, FormPage, ListPage
from municipalities.tables import SupplierTable


class Suppliers(ListPage):
    model = Supplier
    table_class = SupplierTable
    title = _("Suppliers")
    lead = _("Who delivers what is shared, and whom to reach when it is down.")
    add_name = "supplier-add"
    add_label = _("Add a supplier")
    api_name = "v1:suppliers-list"


class SupplierAdd(FormPage):
    form_class = SupplierForm
    title = _("Add a supplier")
    done_name = "suppliers"


class SupplierChange(ChangePage):
    other_steps = (("supplier-delete", _("Remove")),)
    model = Supplier
    form_class = SupplierForm
    title = _("Change a supplier")
    done_name = "suppliers"


class SupplierDelete(DeletePage):
    model = Supplier
    done_name = "suppliers"
