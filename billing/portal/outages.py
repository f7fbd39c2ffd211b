"""What an outage cost at once, for its page."""

from django.db.models import Q, Sum

from billing.models import Cost, OutageCost
from billing.reports.rows import minor_of
from municipalities.access import Rights
from municipalities.models import Cooperation
from services.models import Outage
from services.portal import Panel
from sharedict.common.access import Viewer


def costs_of_outage(outage: Outage, cooperation: Cooperation, viewer: Viewer, rights: Rights) -> Panel | None:
    """The costs linked to it that the viewer sees, and their sum: two queries.

    What was linked to a report of the same outage, before both were merged, is a cost of the one that stays.
    """
    seen = Cost.objects.visible_to(viewer).of(cooperation).valid()
    links = OutageCost.objects.visible_to(viewer).filter(
        Q(outage=outage) | Q(outage__merged_into=outage), cost__in=seen
    )
    rows = list(links.for_listing().order_by("cost__starts_on", "cost__reference"))
    if not rows and (not rights.may_edit or outage.merged_into_id):
        return None
    whole = links.aggregate(sum=Sum("cost__amount"))["sum"]
    context = {
        "rows": rows,
        "outage": outage,
        "whole_minor": minor_of(whole),
        "currency": cooperation.currency,
    }
    return Panel("billing/outage_costs.html", context)
