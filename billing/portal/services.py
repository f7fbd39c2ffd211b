"""What a service costs, for its page: of all in the newest month, and of the reader's own."""

import datetime as dt
from typing import Any

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import Period, RunLine, Share
from billing.reports.rows import minor_of
from municipalities.access import Rights
from municipalities.models import Cooperation
from municipalities.portal import listed
from services.models import Application
from sharedict.common.access import Viewer
from sharedict.common.days import date_format
from sharedict.common.figures import minor


def cost_of_application(
    application: Application, cooperation: Cooperation, viewer: Viewer, rights: Rights, day: dt.date
) -> list[dict[str, Any]]:
    """One fact: what it costs in the newest month that has begun by ``day``; three queries at most.

    Corrections of earlier months are no part of it. What nothing divides yet is, and is said beside.
    """
    periods = Period.objects.visible_to(viewer).of(cooperation).select_related("current_run")
    newest = periods.filter(current_run__isnull=False, first_day__lte=day).order_by("-first_day").first()
    if newest is None or newest.current_run is None:
        return []
    run, month = newest.current_run, newest.month
    lines = RunLine.objects.visible_to(viewer).filter(
        run=run, application_code=application.code, concerns=None
    )
    sums = lines.aggregate(whole=Sum("amount"), undivided=Sum("amount", filter=~Q(reason="")))
    whole, undivided = minor_of(sums["whole"]), minor_of(sums["undivided"])
    fact = {
        "label": _("Cost in %(month)s") % {"month": date_format(month.first, "F Y")},
        "value": minor(whole, cooperation.currency),
        "url": reverse("period", args=[cooperation.slug, month]),
    }
    own = _own(run, application, viewer, rights) if rights.municipality_ids else {}
    said = [f"{name} {minor(amount)}" for (_key, name), amount in own.items()]
    if undivided:
        said.append(_("nobody yet %(amount)s") % {"amount": minor(undivided)})
    if said:
        fact["note"] = _("of it %(said)s") % {"said": listed(said)}
    if len(own) == 1:
        [(key, _name)] = own
        fact["url"] = reverse("statement", args=[cooperation.slug, month, key])
    return [fact]


def _own(run: Any, application: Application, viewer: Viewer, rights: Rights) -> dict[tuple[str, str], int]:
    """What each of the reader's own carries of it, by key and name."""
    rows = Share.objects.in_runs([run], viewer).filter(
        municipality__in=rights.municipality_ids,
        line__run_id=run.pk,
        line__application_code=application.code,
        line__concerns=None,
    )
    sums = rows.values_list("municipality__country", "municipality__code", "municipality__name")
    return {
        (f"{country}{code}", name): int(amount)
        for country, code, name, amount in sums.annotate(sum=Sum("amount_minor")).order_by(
            "municipality__name"
        )
    }
