"""Orders: written, sent, decided on by somebody else, done; what is approved becomes subscriptions."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights, rights_of
from municipalities.actions import (
    changed,
    holders,
    lock_cooperation,
    notify,
    save_row,
    settle,
    validate_row,
    withdraw_row,
)
from municipalities.models import Role
from services.actions.order_lines import Pair, Problem, plan_order, problems_of
from services.engine import orders
from services.engine.orders import MOVES, may_decide, may_move
from services.models import Order, OrderLine, OrderStep
from services.reports import rules_of
from sharedict.accounts.models import User

WAITS, ANSWERED = "order-waits", "order-answered"
"""Kinds of notices: an order waits to be decided on; something became of one's order."""

KEPT = (
    *("title", "municipality_id", "kind", "wanted_on", "accounting_code", "note", "returns"),
    *("external_id", "ordered_by_id", "sent_by_id"),
)
"""What an order says: from when it is sent on, nobody changes it; the database holds it too."""
STAYS = gettext_lazy("What an order says when it is sent stays, and so do its steps: write another order.")

NOBODY_DECIDES = gettext_lazy("Nobody else here can decide on it: somebody needs a role for that.")

EffectMaker = Callable[[Order, Sequence[OrderLine], Sequence[Pair]], dict[str, Any] | None]
_effect_makers: list[EffectMaker] = []


def add_order_effect(maker: EffectMaker) -> None:
    """Let the app above that shares costs say what an order does; adding one twice changes nothing."""
    if maker not in _effect_makers:
        _effect_makers.append(maker)


def effect_of_order(order: Order, lines: Sequence[OrderLine]) -> dict[str, Any] | None:
    """What approving ``order`` would do, as the apps above keep it; None while nobody knows."""
    pairs = plan_order(order, lines)
    return next((told for maker in _effect_makers if (told := maker(order, lines, pairs))), None)


def refuse_rewriting(row: Order | OrderLine | OrderStep) -> None:
    """Raise ValidationError where ``row`` changes what an order says once it is sent, or a step of it."""
    if isinstance(row, OrderStep):
        is_kept = row.pk is not None
    elif isinstance(row, OrderLine):
        is_kept = row.order.state != orders.DRAFT
    else:
        was = row.as_read
        is_kept = was.get("state", orders.DRAFT) != orders.DRAFT and any(
            was.get(name, getattr(row, name)) != getattr(row, name) for name in KEPT
        )
    if is_kept:
        raise ValidationError(STAYS)


def refuse_removing(row: Order | OrderLine | OrderStep) -> None:
    """Raise ValidationError for an order that is a draft no more, its lines, and every step."""
    order = row if isinstance(row, Order) else row.order
    if isinstance(row, OrderStep) or order.state != orders.DRAFT:
        raise ValidationError(STAYS)


@transaction.atomic
def save_order(*, order: Order, lines: Sequence[OrderLine], today: dt.date, by: object) -> Order:
    """Add or change a draft with its ``lines``, which take the place of those it had.

    What a system has written is ordered by the first person who changes it: somebody else decides on that.
    Raises ValidationError, by field (``lines`` for what is wrong with one), and for what is a draft no more.
    """
    lock_cooperation(order.cooperation_id)
    if order.pk:
        state = Order.objects.filter(pk=order.pk).values_list("state", flat=True).get()
        refuse_move(state, orders.SENT)
    if order.ordered_by_id is None and isinstance(by, User):
        order.ordered_by = by
    refuse_problems(problems_of(order, lines, today=today), lines)
    save_row(row=order, by=by)
    was = sorted(map(told_of_line, order.lines.select_related("application", "variant"))) if order.pk else []
    order.lines.all().delete()
    for line in lines:
        line.pk, line.order, line.cooperation_id = None, order, order.cooperation_id
        line._state.adding = True
        if line.what == OrderLine.What.END:
            line.quantity = None
        validate_row(line)
        line.save()
    now = sorted(map(told_of_line, lines))
    if was != now:
        changed(done=[("change", order, {"lines": [", ".join(was), ", ".join(now)]})], by=by)
    return order


def told_of_line(line: OrderLine) -> str:
    """What ``line`` asks for and of how many, for the change log; for whom stays out of it."""
    return f"{line}, {line.quantity}" if line.quantity else str(line)


def refuse_problems(problems: Sequence[Problem], lines: Sequence[OrderLine]) -> None:
    """Raise the ValidationError of ``problems``, those of a line with its name before them."""
    errors: dict[str, list[str]] = {}
    for each in problems:
        if each.line is None:
            errors.setdefault(each.field, []).append(each.said)
        else:
            said = f"{lines[each.line].application}: {each.said}"
            errors.setdefault("lines", []).append(said)
    if errors:
        raise ValidationError(errors)


def refuse_move(state: str, to: str) -> None:
    """Raise ValidationError where ``to`` may not follow ``state``: somebody else may have been faster."""
    if may_move(state, to):
        return
    names = dict(Order.State.choices)
    words = {"state": names.get(state, state), "next": ", ".join(str(names[each]) for each in MOVES[state])}
    if MOVES[state]:
        said = _("The order is “%(state)s” by now: it can only become %(next)s.") % words
    else:
        said = _("The order is “%(state)s” by now, and stays so.") % words
    raise ValidationError(said, code="order_moved")


def deciders(order: Order) -> set[int]:
    """Who may decide on ``order``: primary keys of people, whoever ordered or sent it not among them."""
    own = {order.ordered_by_id, order.sent_by_id}
    administrators = holders(order.cooperation_id, [Role.Kind.ADMINISTRATOR])
    coordinators = coordinators_of(order) - own
    decided_by = rules_of(order.cooperation_id)[order.kind].decided_by
    return {
        pk
        for pk in (administrators | coordinators) - own
        if may_decide(
            decided_by,
            is_administrator=pk in administrators,
            is_coordinator=pk in coordinators,
            has_coordinator=bool(coordinators),
        )
    }


def coordinators_of(order: Order) -> set[int]:
    roles = Role.objects.filter(
        cooperation=order.cooperation_id,
        municipality=order.municipality_id,
        kind=Role.Kind.COORDINATOR,
        user__is_active=True,
    )
    return set(roles.order_by().values_list("user", flat=True))


def may_order_for(rights: Rights, municipality_id: int) -> bool:
    """Whether they write, send and withdraw orders of a municipality: its own people, and administrators."""
    return rights.is_administrator or municipality_id in rights.municipality_ids


def refuse_stranger(order: Order, to: str, by: Any) -> None:
    """Raise PermissionDenied where ``by`` may not move ``order`` to ``to``.

    A token stands for a system: it sends, withdraws and finishes, and never decides.
    """
    if to in orders.DECISIONS:
        if not isinstance(by, User):
            raise PermissionDenied(_("A person decides on orders, not a system."))
        if by.pk in (order.ordered_by_id, order.sent_by_id):
            raise PermissionDenied(_("Somebody else than who ordered it decides on it."))
        if by.pk not in deciders(order):
            raise PermissionDenied(_("You do not decide on orders of this kind."))
        return
    if isinstance(by, User):
        rights = rights_of(by, order.cooperation)
        is_allowed = (
            rights.is_administrator if to == orders.DONE else may_order_for(rights, order.municipality_id)
        )
        if not is_allowed:
            raise PermissionDenied(_("You cannot do this with orders."))


@transaction.atomic
def move_order(
    *,
    order: Order,
    to: str,
    by: object,
    now: dt.datetime,
    reason: str = "",
    returned_on: dt.date | None = None,
) -> Order:
    """Let ``order`` be in the state ``to``: kept as a step, and told to whom it concerns.

    Sending keeps what it does to costs; approving saves the subscriptions. Raises ValidationError where the
    state may not follow, also because somebody else was faster, and PermissionDenied for whoever may not.
    """
    order.cooperation = lock_cooperation(order.cooperation_id)
    Order.objects.select_for_update().order_by().get(pk=order.pk)
    order.refresh_from_db()
    refuse_move(order.state, to)
    refuse_stranger(order, to, by)
    before, order.state, reason = order.state, to, reason.strip()
    person = by if isinstance(by, User) else None
    lines = list(order.lines.select_related("application", "variant"))
    if to == orders.SENT:
        refuse_problems(problems_of(order, lines, today=timezone.localdate(now)), lines)
        order.sent_by, order.sent_at = person, now
        order.effect = effect_of_order(order, lines)
    if to in orders.DECISIONS:
        order.decided_by, order.decided_at = person, now
    if to == orders.APPROVED:
        refuse_problems(problems_of(order, lines, today=None), lines)
        if not reason and rules_of(order.cooperation_id)[order.kind].refers_to_decision:
            raise ValidationError({"reason": _("Name the decision, such as of a body, that it refers to.")})
    if to == orders.REJECTED:
        if not reason:
            raise ValidationError({"reason": _("Say why it is rejected.")})
        order.reason = reason
    if to == orders.DONE:
        order.returned_on = _returned(order, returned_on, timezone.localdate(now))
    save_row(row=order, by=by)
    step = OrderStep(
        cooperation_id=order.cooperation_id,
        order=order,
        from_state=before,
        to_state=to,
        reason=reason,
        moved_at=now,
        moved_by=person,
    )
    save_row(row=step, by=by)
    if to == orders.APPROVED:
        _follow(order, lines, by)
    _tell(order, by)
    return order


def _follow(order: Order, lines: Sequence[OrderLine], by: object) -> None:
    """Let the subscriptions be what ``order`` asks for."""
    for stored, row in plan_order(order, lines):
        if row is not None:
            save_row(row=row, by=by)
        elif stored is not None:
            withdraw_row(row=stored, by=by)


def _returned(order: Order, returned_on: dt.date | None, today: dt.date) -> dt.date | None:
    """The day on which the old device came back; nothing comes back for other kinds."""
    if order.kind != Order.Kind.REPLACEMENT:
        return None
    if returned_on is None:
        said = _("Say when it came back: %(what)s.") % {"what": order.returns}
        raise ValidationError({"returned_on": said})
    sent_on = timezone.localdate(order.sent_at)
    if not sent_on - dt.timedelta(days=366) <= returned_on <= today:
        raise ValidationError({"returned_on": _("Choose a day that has come, within the last year.")})
    return returned_on


def _tell(order: Order, by: object) -> None:
    """Tell those who must act, and whoever ordered it what became of it."""
    about = about_order(order, order.state)
    told: dict[str, Any] = {"cooperation_id": order.cooperation_id, "by": by}
    if order.state == orders.SENT:
        people = deciders(order)
        if not people:
            raise ValidationError(NOBODY_DECIDES)
        notify(kind=WAITS, about=about, event=f"order-{order.pk}-sent", people=people, **told)
        return
    settle(cooperation_id=order.cooperation_id, kind=WAITS, about=about_order(order, orders.SENT))
    mine = {pk for pk in (order.ordered_by_id, order.sent_by_id) if pk}
    if mine and order.state != orders.WITHDRAWN:
        event = f"order-{order.pk}-{order.state}"
        notify(kind=ANSWERED, about=about, event=event, people=mine, **told)


def about_order(order: Order, state: str) -> str:
    """What notices of ``order`` are about: its number, its state and, as far as there is room, its title."""
    return f"{order.pk} {state} {order.title}"[:80]
