"""What the page of an outage says: whom it hits, what survives, and how it stands."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.portal import few, listed
from services.models import Outage, OutageEffect
from services.portal import long_in_words
from services.reports import survivors_of
from sharedict.common.days import date_format
from sharedict.common.figures import NOTHING

LOOK = {
    OutageEffect.State.DOWN: "danger",
    OutageEffect.State.LESS: "warning",
    OutageEffect.State.UP: "ok",
}


def moment(at: dt.datetime | None) -> str:
    return date_format(at, "DATETIME_FORMAT") if at else NOTHING


def opening_of_outage(
    outage: Outage, effects: Sequence[OutageEffect], now: dt.datetime, own: Collection[int]
) -> dict[str, Any]:
    """Which services are down, for whom, and what goes on, as ``components/lede.html`` shows it."""
    down = [row for row in effects if row.state == OutageEffect.State.DOWN]
    less = [row for row in effects if row.state == OutageEffect.State.LESS]
    stopped = {row.application_id for row in down}
    thinner = {row.application.name for row in less if row.application_id not in stopped}
    survivors = [row.name for row in survivors_of(outage, effects)]
    said = []
    if down:
        places = sorted({row.municipality.name for row in down})
        said.append({"bold": _("Down for %(names)s.") % {"names": listed(places)}, "text": ""})
    if mine := [row for row in down if row.municipality_id in own]:
        names = sorted({row.application.name for row in mine})
        said.append({"bold": "", "text": _("Of your own: %(names)s.") % {"names": listed(names)}})
    if thinner:
        words = _("With less: %(names)s.") % {"names": few(sorted(thinner))}
        said.append({"bold": "", "text": words})
    if survivors:
        said.append({"bold": "", "text": _("Goes on: %(names)s.") % {"names": few(survivors)}})
    elif effects:
        said.append({"bold": "", "text": _("Everything that is used is hit.")})
    facts = [
        {"label": _("Priority"), "value": outage.get_priority_display()},
        {"label": _("Since"), "value": moment(outage.starts_at)},
    ]
    if outage.ends_at:
        lasted = long_in_words(outage.ends_at - outage.starts_at)
        facts.append({"label": _("Until"), "value": moment(outage.ends_at), "note": lasted})
    if outage.is_open and outage.next_update_at:
        fact = {"label": _("Next update due"), "value": moment(outage.next_update_at)}
        if outage.is_late(now):
            late = long_in_words(now - outage.next_update_at)
            fact["note"] = _("late by %(span)s") % {"span": late}
        facts.append(fact)
    return {
        "label": _("Services down"),
        "value": len(stopped),
        "unit": ngettext("with %(count)s more hit", "with %(count)s more hit", len(thinner))
        % {"count": len(thinner)}
        if thinner
        else "",
        "sentences": said,
        "facts": facts,
    }


def effects_by_application(
    effects: Iterable[OutageEffect], own: Collection[int]
) -> list[tuple[Any, list[tuple[OutageEffect, str, bool]]]]:
    """For each application its effects, those of the reader's own first, with their look."""
    rows = sorted(effects, key=lambda row: (row.application.name.lower(), row.application_id))
    found = []
    for _pk, each in groupby(rows, key=lambda row: row.application_id):
        listed_rows = sorted(
            each, key=lambda row: (row.municipality_id not in own, row.municipality.name.lower())
        )
        shown = [
            (row, LOOK[OutageEffect.State(row.state)], row.municipality_id in own) for row in listed_rows
        ]
        found.append((listed_rows[0].application, shown))
    return found


def facts_of_outage(outage: Outage, now: dt.datetime) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [
        (_("Kind"), _("planned work") if outage.is_planned else _("outage")),
        (_("Announced"), moment(outage.announced_at)),
        (_("Extent"), outage.get_extent_display()),
        (_("Seen by"), outage.source.name if outage.source else outage.get_seen_by_display()),
        (_("Effect"), outage.get_effect_display()),
        (_("Urgency"), outage.get_urgency_display()),
        (_("Cause"), outage.cause),
        (_("Follow-up"), outage.follow_up),
    ]
    if outage.follow_up:
        done = outage.followed_up_on
        today = timezone.localdate(now)
        due = date_format(outage.follow_up_on, "DATE_FORMAT") if outage.follow_up_on else NOTHING
        if done:
            due = _("done %(day)s") % {"day": date_format(done, "DATE_FORMAT")}
        elif outage.follow_up_on and outage.follow_up_on < today:
            due = _("%(day)s, overdue") % {"day": due}
        facts += [(_("Who follows up"), outage.follow_up_owner), (_("Follow up by"), due)]
    return facts
