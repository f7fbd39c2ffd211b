"""What a service costs in the newest month, for its page: in all, of the reader's own, and cost by cost."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Key
from billing.models import Period, Run, RunLine, Share
from billing.reports.rows import minor_of
from municipalities.access import Rights
from municipalities.models import Cooperation, Municipality
from municipalities.portal import listed
from services.models import Application
from services.portal import Panel
from sharedict.common.access import Viewer
from sharedict.common.days import date_format
from sharedict.common.figures import NOTHING, count, minor, percent
from sharedict.kernel.money import rounded
from sharedict.kernel.periods import Month

MOST_LINES = 20


def cost_of_application(
    application: Application, cooperation: Cooperation, viewer: Viewer, rights: Rights, day: dt.date
) -> list[dict[str, Any]]:
    """What it costs in the newest month that has begun by ``day``, also for each user; four queries at most.

    Corrections of earlier months are no part of it. What nothing divides yet is, and is said beside.
    """
    newest = _newest(cooperation, viewer, day)
    if newest is None:
        return []
    run, month = newest
    lines = _lines(run, application, viewer)
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
    return [fact, *_per_user(application, cooperation, month, whole)]


def _per_user(
    application: Application, cooperation: Cooperation, month: Month, whole: int
) -> list[dict[str, Any]]:
    """What the month costs for each user that it tells of, to the nearest; one query.

    Nothing where somebody who uses it has not told how many they are: the others would seem dearer.
    """
    rows = application.subscriptions.overlapping(month.first, month.after).values_list("users", flat=True)
    told = list(rows)
    users = sum(each or 0 for each in told)
    if whole <= 0 or None in told or not users:
        return []
    return [
        {
            "label": _("Cost per user"),
            "value": minor(int(rounded(Fraction(whole, users), 0)), cooperation.currency),
            "note": ngettext("%(count)s user", "%(count)s users", users) % {"count": count(users)},
        }
    ]


def opening_of_own(
    application: Application, cooperation: Cooperation, viewer: Viewer, rights: Rights, day: dt.date
) -> dict[str, Any] | None:
    """What the reader's one municipality pays of it in the newest month, and what part of the whole that is.

    None for whoever answers for none or for several, and where theirs pays nothing. Seven queries at most.
    """
    newest = _newest(cooperation, viewer, day) if len(rights.municipality_ids) == 1 else None
    if newest is None:
        return None
    run, month = newest
    own = _own(run, application, viewer, rights)
    if not own or not any(own.values()):
        return None
    [((key, name), amount)] = own.items()
    whole = minor_of(_lines(run, application, viewer).aggregate(sum=Sum("amount"))["sum"])
    period = Period.objects.get(current_run=run)
    words = {"name": name, "month": date_format(month.first, "F Y")}
    of_it = {"part": _percent(amount, whole), "whole": minor(whole, cooperation.currency)}
    sentences = [{"bold": _("%(part)s of %(whole)s.") % of_it, "text": ""}]
    if period.state != Period.State.CLOSED:
        sentences[0]["text"] = _("The month is not closed yet.")
    if before := _before(cooperation, viewer, month):
        then = sum(_own(before, application, viewer, rights).values())
        sentences.append({"text": _difference(amount - then, date_format(month.plus(-1).first, "F Y"))})
    return {
        "label": _("%(name)s pays for it in %(month)s") % words,
        "value": minor(amount),
        "unit": cooperation.currency,
        "sentences": sentences,
        "link": {
            "url": reverse("statement", args=[cooperation.slug, month, key]),
            "label": _("Why this share"),
        },
    }


def _before(cooperation: Cooperation, viewer: Viewer, month: Month) -> Run | None:
    """The run of the month before, where that is computed."""
    periods = Period.objects.visible_to(viewer).of(cooperation).select_related("current_run")
    found = periods.filter(first_day=month.plus(-1).first).first()
    return found.current_run if found else None


def _difference(change: int, month: str) -> str:
    words = {"amount": minor(abs(change)), "month": month}
    if change == 0:
        return _("As much as in %(month)s.") % words
    return (
        _("%(amount)s more than in %(month)s.") if change > 0 else _("%(amount)s less than in %(month)s.")
    ) % words


def _percent(part: int, whole: int) -> str:
    """``part`` of ``whole``, to a tenth of a per cent."""
    return percent((Decimal(100 * part) / whole).quantize(Decimal("0.1"))) if whole else NOTHING


def costs_of_application(
    application: Application, cooperation: Cooperation, viewer: Viewer, rights: Rights, day: dt.date
) -> Panel | None:
    """Its costs of that month, the largest first, and what the reader's own municipality pays of each.

    None where the month has none. ``own`` is None for whoever answers for none or for several, and for one
    that pays nothing of it. Five queries at most.
    """
    newest = _newest(cooperation, viewer, day)
    lines = list(_lines(newest[0], application, viewer).order_by("-amount", "reference")) if newest else []
    if newest is None or not lines:
        return None
    run, month = newest
    [own] = rights.municipality_ids if len(rights.municipality_ids) == 1 else [None]
    shares = _shares_of(own, run, application, viewer) if own else {}
    place = Municipality.objects.get(pk=own) if own else None
    keys = Key.objects.visible_to(viewer).of(cooperation).filter(code__in={line.key_code for line in lines})
    names = dict(keys.values_list("code", "name"))
    rows = [
        {
            "line": line,
            "key_name": names.get(line.key_code, ""),
            "own_minor": shares.get(line.number),
            "why_url": reverse("why", args=[cooperation.slug, month, place.key, line.reference])
            if place and line.number in shares
            else "",
        }
        for line in lines[:MOST_LINES]
    ]
    context = {
        "rows": rows,
        "own": place if shares else None,
        "month_name": date_format(month.first, "F Y"),
        "month": month,
        "currency": cooperation.currency,
        "whole_minor": sum(minor_of(line.amount) for line in lines),
        "own_minor": sum(shares.values()),
        "more": len(lines) - MOST_LINES,
    }
    return Panel("billing/costs_panel.html", context)


def _shares_of(municipality_id: int, run: Run, application: Application, viewer: Viewer) -> dict[int, int]:
    """What one municipality carries of each cost, in minor units, by the number of the line."""
    rows = Share.objects.in_runs([run], viewer).filter(
        municipality=municipality_id,
        line__run_id=run.pk,
        line__application_code=application.code,
        line__concerns=None,
    )
    return dict(rows.values_list("line__number", "amount_minor"))


def _newest(cooperation: Cooperation, viewer: Viewer, day: dt.date) -> tuple[Run, Month] | None:
    """The run of the newest computed month that has begun by ``day``."""
    periods = Period.objects.visible_to(viewer).of(cooperation).select_related("current_run")
    found = periods.filter(current_run__isnull=False, first_day__lte=day).order_by("-first_day").first()
    return (found.current_run, found.month) if found and found.current_run else None


def _lines(run: Run, application: Application, viewer: Viewer) -> Any:
    """What ``application`` costs in the month of ``run`` itself."""
    return RunLine.objects.visible_to(viewer).filter(
        run=run, application_code=application.code, concerns=None
    )


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
