"""What can be found of who pays what."""

from django.utils.translation import gettext_lazy

from billing.models import Cost
from municipalities.portal import SearchKind

COST = SearchKind(
    "cost",
    gettext_lazy("Costs"),
    Cost,
    title=("reference", "description"),
    detail=("supplier", "invoice_number"),
    column="searched",
    page="cost-change",
    recent="starts_on",
)
