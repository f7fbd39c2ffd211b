"""What the page of a cost begins with: what it is, and where it counts, as the table below lists it."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import Cost
from billing.portal.words import in_words
from billing.reports.rows import minor_of
from billing.snapshots import Verdict
from billing.views.openings import Opening
from billing.views.pictures import whole_name
from municipalities.portal import listed
from sharedict.common.days import date_format
from sharedict.common.figures import minor, money, signed_minor


def opening_of_cost(
    cost: Cost, counting: dict[str, Any], given_back: Decimal, own: Opening | None
) -> Opening:
    """What a cost is, where it counts, who divides it, and what of it comes back.

    ``counting`` is what ``billing/cost_months.html`` shows. ``given_back`` is what credit notes give back of
    it; ``own`` says what the reader's own carry in a month, and where the reasons stand.
    """
    days = {"first": date_format(cost.starts_on, "j F Y"), "last": date_format(cost.last_day, "j F Y")}
    sentences = _counted(cost, counting)
    if given_back:
        text = _("%(amount)s of it is refunded.")
        sentences.append({"text": text % {"amount": money(given_back, cost.currency)}})
    if own:
        sentences.append({"text": _("In %(month)s it is %(said)s.") % own})
    what = whole_name(cost.application.name if cost.application else "")
    return {
        "label": _("%(what)s, %(first)s to %(last)s") % {"what": what, **days},
        "value": money(cost.amount),
        "unit": cost.currency,
        "sentences": sentences,
        **({"link": {"url": own["url"], "label": _("See why")}} if own else {}),
    }


def _counted(cost: Cost, counting: dict[str, Any]) -> list[dict[str, str]]:
    """Whether the cost counts, in which months, and what divides it there: all that the table lists."""
    months, job = counting["months"], counting["job"]
    if cost.withdrawn_on:
        return _withdrawn(cost, cost.withdrawn_on, counting)
    if job:
        return [{"bold": _("Being recomputed:"), "text": _("its shares are there within moments.")}]
    late = [*_corrected(cost, counting["corrections"], is_alone=not months), *_uncharged(cost, counting)]
    if not months:
        return late or [_in_no_month(counting)]
    undivided = [row for row in months if row["line"].reason]
    if undivided:
        amount = minor(sum(minor_of(row["line"].amount) for row in undivided), cost.currency)
        bold = _("%(amount)s of it is paid by nobody yet:") % {"amount": amount}
        whys = dict.fromkeys(capfirst(str(row["why"])) for row in undivided)
        shared = len(months) - len(undivided)
        text = ngettext(
            "It is shared in %(count)s other month.", "It is shared in %(count)s other months.", shared
        )
        rest = [{"text": text % {"count": shared}}] if shared else []
        return [{"bold": bold, "text": " ".join(whys)}, *rest, *late]
    words = {"first": months[0]["name"], "last": months[-1]["name"], "count": len(months)}
    if len(months) == 1:
        bold = _("Shared in %(first)s,") % words
    else:
        bold = _("Shared in %(count)s months, %(first)s to %(last)s,") % words
    keys = sorted({row["key"] for row in months})
    text = _("by the key %(key)s.") % {"key": listed(keys)} if keys[0] else _("as the cost that it refunds.")
    return [{"bold": bold, "text": text}, *late]


def _withdrawn(cost: Cost, on: dt.date, counting: dict[str, Any]) -> list[dict[str, str]]:
    """A cost that was withdrawn: what is still to be taken out, and what closed months charged of it."""
    months, corrections = counting["months"], counting["corrections"]
    bold = _("Withdrawn on %(day)s:") % {"day": date_format(on, "j F Y")}
    still = {row["month"] for row in [*months, *corrections] if not row["is_closed"]}
    if still and counting["job"]:
        text = _("it is being taken out of %(months)s.") % {"months": in_words(still)}
        return [{"bold": bold, "text": text}]
    charged = [row for row in months if row["is_closed"]]
    late = [*_corrected(cost, corrections, is_alone=False), *_uncharged(cost, counting)]
    if not (months or late):
        return [{"bold": bold, "text": _("it counts in no month.")}]
    if not charged:
        bold, text = bold.rstrip(":") + ".", ""
    else:
        text = _("%(amount)s of it was charged in %(months)s, closed before that.") % {
            "months": in_words(row["month"] for row in charged),
            "amount": minor(sum(minor_of(row["line"].amount) for row in charged), cost.currency),
        }
    return [{"bold": bold, "text": text}, *late]


def _in_no_month(counting: dict[str, Any]) -> dict[str, str]:
    bold = _("It counts in no month.")
    if not counting["before_minor"]:
        return {"bold": bold, "text": ""}
    text = _("All its days are before %(month)s, the first month.")
    return {"bold": bold, "text": text % {"month": counting["first_month_name"]}}


def _corrected(cost: Cost, rows: Sequence[dict[str, Any]], *, is_alone: bool) -> list[dict[str, str]]:
    """What months charge of the cost for earlier ones, which were closed; first or beside others."""
    if not rows:
        return []
    amount = sum(minor_of(row["line"].amount) for row in rows)
    words = {
        "months": in_words({row["month"] for row in rows}),
        "concerned": in_words({row["concerns_month"] for row in rows}),
        "amount": minor(amount, cost.currency) if is_alone else signed_minor(amount, cost.currency),
    }
    if is_alone:
        text = _("%(amount)s, as a correction of %(concerned)s.") % words
        return [{"bold": _("It counts late, in %(months)s:") % words, "text": text}]
    if not any(minor_of(row["line"].amount) for row in rows):
        return [{"text": _("A correction in %(months)s moves shares of %(concerned)s.") % words}]
    return [{"text": _("Corrected in %(months)s, for %(concerned)s: %(amount)s in all.") % words}]


def _uncharged(cost: Cost, counting: dict[str, Any]) -> list[dict[str, str]]:
    """What closed months should have charged of the cost and no month does, by what happens to it."""
    said = {
        Verdict.WAITING: _("%(what)s of %(months)s waits for a decision and counts in no month."),
        Verdict.LEFT: _("%(what)s of %(months)s is left uncharged, by decision."),
        Verdict.UNALLOCATED: _("%(what)s of %(months)s came late, and nothing divides it."),
    }
    found = []
    for verdict, text in said.items():
        rows = [row for row in counting["uncharged"] if row["verdict"] == verdict]
        amount = sum(row["minor"] for row in rows)
        what = minor(amount, cost.currency) if amount else _("A change")
        if rows:
            months = in_words({row["month"] for row in rows})
            found.append({"text": text % {"what": what, "months": months}})
    if found and not (counting["months"] or counting["corrections"]):
        found[0] = {"bold": found[0]["text"], "text": ""}
    return found
