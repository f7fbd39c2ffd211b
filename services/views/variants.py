"""Variants of applications: in which forms each is offered, and at what price."""

from django.utils.translation import gettext_lazy as _

from municipalities.portal import ChangePage, DeletePage, ListPage
from services.forms import OfApplicationFilter, VariantForm
from services.models import Variant
from services.tables import VariantTable
from services.views.for_application import ForApplication


class Variants(ListPage):
    model = Variant
    table_class = VariantTable
    filterset_class = OfApplicationFilter
    title = _("Variants")
    lead = _("The forms in which applications are offered, each with its own price and content.")
    add_name = "variant-add"
    add_label = _("Add a variant")
    api_name = "v1:variants-list"


class VariantAdd(ForApplication):
    form_class = VariantForm
    title = _("Add a variant")
    lead = _("What it does not tell of itself is as for the application.")
    done_name = "variants"
    said = _("Added.")


class VariantChange(ChangePage):
    other_steps = (("variant-delete", _("Remove")),)
    model = Variant
    form_class = VariantForm
    title = _("Change a variant")
    done_name = "variants"


class VariantDelete(DeletePage):
    model = Variant
    done_name = "variants"
