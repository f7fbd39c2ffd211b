"""The register of costs: what suppliers charge, listed and imported."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.forms import CostFilter
from billing.models import Cost
from billing.tables import CostTable
from municipalities.portal import ImportPage, ListPage, import_kind


class Costs(ListPage):
    model = Cost
    table_class = CostTable
    filterset_class = CostFilter
    title = gettext_lazy("Costs")
    lead = gettext_lazy("What suppliers charge the cooperation. Each cost is shared in the months it covers.")
    add_name = "cost-add"
    add_label = gettext_lazy("Add a cost")
    api_name = "v1:costs-list"

    def queryset(self) -> Any:
        return Cost.objects.visible_to(self.viewer).of(self.cooperation).for_listing().with_state()

    def more_actions(self) -> list[dict[str, Any]]:
        if not self.rights.may_edit:
            return []
        return [{"url": self.url("costs-import"), "label": _("Import")}]

    def file_name(self) -> str:
        return "costs"


class CostsImport(ImportPage):
    kind = import_kind("costs")
    example = "INV-2041;erp;licence;Fjord Software AB;2041;Licences, October;12500,00;2026-10-01;2026-10-31"
    title = gettext_lazy("Import costs")
    lead = gettext_lazy("A row is found again by its external id: the same file twice changes nothing.")
