"""What is wrong with an order, and what becomes of subscriptions where it is approved."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from municipalities.models import Member
from services.engine import lifecycle
from services.engine.accounting import fits
from services.models import MOST_QUANTITY, OF_ANOTHER, Order, OrderLine, Subscription, code_problem, hint_of
from sharedict.common.days import date_format

SHORTLY_BEFORE, LONG_AFTER = dt.timedelta(days=31), dt.timedelta(days=5 * 366)
"""So long before the day it is written an order may begin, and so long after it."""

NOT_OFFERED = (lifecycle.IDEA, lifecycle.RETIRED)
"""Stages in which nobody begins to use an application."""

Pair = tuple[Subscription | None, Subscription | None]
"""A subscription as it is stored, if it is, and as it is to be, if it is."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that an order is refused for: at which field, of the line with which place or of itself."""

    field: str
    said: str
    line: int | None = None


def problems_of(order: Order, lines: Sequence[OrderLine], *, today: dt.date | None) -> list[Problem]:
    """All that is wrong with ``order`` and its ``lines``; ``today`` where its day is still to be chosen.

    A fixed number of queries, however many the lines.
    """
    day = order.wanted_on
    if today is not None and not today - SHORTLY_BEFORE <= day <= today + LONG_AFTER:
        words = {"first": date_format(today - SHORTLY_BEFORE, "j F Y")}
        words["last"] = date_format(today + LONG_AFTER, "j F Y")
        return [Problem("wanted_on", _("Choose a day between %(first)s and %(last)s.") % words)]
    member = Member.objects.filter(cooperation=order.cooperation_id, municipality=order.municipality_id)
    member_then = member.as_of(day).first()
    if member_then is None:
        words = {"name": str(order.municipality), "day": date_format(day, "j F Y")}
        return [Problem("wanted_on", _("%(name)s is no member on %(day)s.") % words)]
    found = [*_code_problems(order, member_then)]
    if order.kind == Order.Kind.REPLACEMENT and not order.returns:
        found.append(Problem("returns", _("Say what comes back for the replacement.")))
    if not lines:
        found.append(Problem("lines", _("Say what is ordered: at least one line.")))
    return [*found, *_line_problems(order, lines)]


def _code_problems(order: Order, member: Member) -> Iterable[Problem]:
    code, pattern = order.accounting_code, member.accounting_pattern
    words = {"name": str(order.municipality), "pattern": pattern}
    if not code and member.demands_accounting_code:
        said = _("%(name)s wants an accounting code with every order.") % words
        yield Problem("accounting_code", f"{said} {hint_of(pattern)}".strip())
    elif code and not fits(code, pattern):
        said = _("%(name)s writes its accounting codes otherwise.") % words
        yield Problem("accounting_code", f"{said} {hint_of(pattern)}")


def refuse_odd_code(row: Subscription) -> None:
    """Raise ValidationError, at the field, for a new code that the municipality writes otherwise."""
    code = row.accounting_code
    if not code or code == row.as_read.get("accounting_code"):
        return
    members = Member.objects.filter(cooperation=row.cooperation_id, municipality=row.municipality_id)
    if problem := code_problem(row, members.as_of(row.valid_from).first()):
        raise ValidationError({"accounting_code": problem})


def _line_problems(order: Order, lines: Sequence[OrderLine]) -> Iterable[Problem]:
    rows = list(_rows(order, lines))
    times = Counter(line.application_id for line in lines)
    starts = Counter(line.application_id for line in lines if line.what == OrderLine.What.START)
    for place, line in enumerate(lines):
        said = _amiss(order, line, [row for row in rows if row.application_id == line.application_id])
        if times[line.application_id] not in (1, starts[line.application_id]):
            said = _("It stands here more than once: only what begins can, and is added up then.")
        if said:
            yield Problem("application", said, place)
        if line.quantity is not None and not 1 <= line.quantity <= MOST_QUANTITY:
            yield Problem("quantity", _("A quantity is between 1 and 100,000."), place)
        elif line.what == OrderLine.What.CHANGE and line.quantity is None and line.variant is None:
            yield Problem("quantity", _("Say how many it is to be, or choose a variant."), place)
        if said := _odd_variant(line, lines):
            yield Problem("variant", said, place)


def _odd_variant(line: OrderLine, lines: Sequence[OrderLine]) -> str:
    """Why ``line`` cannot be in its variant; empty where it can, or names none."""
    same = [each for each in lines if each.application_id == line.application_id]
    if len({each.variant_id for each in same}) > 1:
        return _("A municipality uses one variant of a service: choose the same in each of its lines.")
    if line.variant is None:
        return ""
    if line.variant.application_id != line.application_id:
        return str(OF_ANOTHER)
    if line.what == OrderLine.What.END:
        return _("What ends has no variant to choose: leave it empty.")
    return ""


def _amiss(order: Order, line: OrderLine, rows: Sequence[Subscription]) -> str:
    """Why ``line`` cannot be, with the subscriptions of the municipality to its application from then on."""
    now = next((row for row in rows if row.holds_on(order.wanted_on)), None)
    words = {"name": str(order.municipality), "what": str(line.application)}
    words["day"] = date_format(order.wanted_on, "j F Y")
    if line.what != OrderLine.What.START:
        if now is None:
            return _("%(name)s does not use %(what)s on %(day)s.") % words
        if line.what == OrderLine.What.END and now.valid_from == order.wanted_on:
            return _("%(name)s begins to use %(what)s on that day: let it end later.") % words
        return ""
    if line.application.lifecycle in NOT_OFFERED:
        words["stage"] = str(line.application.get_lifecycle_display())
        return _("%(what)s cannot be ordered: it is “%(stage)s”.") % words
    if now is not None:
        return _("%(name)s has %(what)s already on %(day)s: change the number instead.") % words
    if rows:
        words["day"] = date_format(rows[0].valid_from, "j F Y")
        return _("%(name)s has %(what)s from %(day)s on already.") % words
    return ""


def _rows(order: Order, lines: Iterable[OrderLine]) -> "Iterable[Subscription]":
    wanted = {line.application_id for line in lines}
    rows = Subscription.objects.filter(municipality=order.municipality_id, application__in=wanted)
    return rows.lasting(order.wanted_on).select_related("application", "variant").order_by("valid_from")


def plan_order(order: Order, lines: Sequence[OrderLine]) -> list[Pair]:
    """The subscriptions that approving ``order`` would save, in that order; nothing is saved here.

    Of an order that has problems, what can be planned.
    """
    day, rows = order.wanted_on, list(_rows(order, lines))
    used = {row.application_id: row for row in rows if row.valid_from <= day}
    begun: dict[int, Subscription] = {}
    found: list[Pair] = []
    for line in lines:
        now = used.get(line.application_id)
        if line.what == OrderLine.What.START and now is None:
            row = begun.get(line.application_id)
            if row is None:
                row = begun[line.application_id] = _new(order, line)
                found.append((None, row))
            elif line.quantity is not None:
                row.users = (row.users or 0) + line.quantity
        elif line.what == OrderLine.What.END and now is not None and now.valid_from < day:
            found.append((now, _ended(now, day)))
            # whoever uses it no more does not begin again by what was ordered before
            later = [row for row in rows if row.application_id == line.application_id and row is not now]
            found += [(row, None) for row in later]
        elif line.what == OrderLine.What.CHANGE and now is not None:
            found += _changed(order, line, now)
    return found


def _new(order: Order, line: OrderLine) -> Subscription:
    return Subscription(
        cooperation_id=order.cooperation_id,
        application=line.application,
        municipality=order.municipality,
        users=line.quantity,
        variant=line.variant,
        accounting_code=order.accounting_code,
        valid_from=order.wanted_on,
    )


def _ended(now: Subscription, day: dt.date) -> Subscription:
    row = copy(now)
    row.valid_until = day
    return row


def _changed(order: Order, line: OrderLine, now: Subscription) -> list[Pair]:
    """What is used goes on otherwise from the day: the days before stay as they were."""
    is_new = now.valid_from != order.wanted_on
    row = _new(order, line) if is_new else copy(now)
    row.users = now.users if line.quantity is None else line.quantity
    row.variant = line.variant or now.variant
    row.accounting_code = order.accounting_code or now.accounting_code
    row.valid_until = now.valid_until
    if not is_new:
        return [(now, row)]
    return [(now, _ended(now, order.wanted_on)), (None, row)]
