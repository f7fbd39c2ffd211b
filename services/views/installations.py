"""Where applications run."""

from django.utils.translation import gettext_lazy

from municipalities.portal import (
    ChangePage,
    EndPage,
    ListPage,
    SeveralPage,
    WithdrawPage,
)
from services.forms import (
    InstallationFilter,
    InstallationForm,
)
from services.models import Installation
from services.tables import InstallationTable
from services.views.for_application import ForApplication


class Installations(ListPage):
    several_name = "installations-several"
    model = Installation
    table_class = InstallationTable
    filterset_class = InstallationFilter
    title = gettext_lazy("Installations")
    lead = gettext_lazy("Where each application runs, and what can take over.")
    add_name = "installation-add"
    add_label = gettext_lazy("Add an installation")
    api_name = "v1:installations-list"


class InstallationAdd(ForApplication):
    form_class = InstallationForm
    title = gettext_lazy("Add an installation")
    done_name = "installations"
    said = gettext_lazy("Added.")


class InstallationChange(ChangePage):
    other_steps = (("installation-end", gettext_lazy("End")), ("installation-delete", gettext_lazy("Remove")))
    model = Installation
    form_class = InstallationForm
    title = gettext_lazy("Change an installation")
    done_name = "installations"


class InstallationEnd(EndPage):
    model = Installation
    done_name = "installations"


class InstallationWithdraw(WithdrawPage):
    model = Installation
    done_name = "installations"


class InstallationsSeveral(SeveralPage):
    list_page = Installations
    change_page = InstallationChange
    list_name = "installations"
    fields = ("site", "purpose", "databases", "version", "valid_from", "valid_until", "administered_by")
