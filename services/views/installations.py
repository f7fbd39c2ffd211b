"""Where applications run."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.portal import (
    ChangePage,
    EndPage,
    ImportPage,
    ListPage,
    SeveralPage,
    WithdrawPage,
    import_kind,
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

    def more_actions(self) -> list[dict[str, Any]]:
        if not self.rights.may_edit:
            return []
        return [{"url": self.url("installations-import"), "label": _("Import")}]


class InstallationsImport(ImportPage):
    kind = import_kind("installations")
    example = "erp;Data centre;primary;2026-01-01"
    title = gettext_lazy("Import installations")
    lead = gettext_lazy(
        "An installation is found again by application, site, purpose and first day: the same file twice "
        "changes nothing. From where it can be administered is chosen on its own page, because undoing an "
        "import could not bring that back."
    )


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
