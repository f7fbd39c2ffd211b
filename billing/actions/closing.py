"""Months are proposed and closed, by two people, and their statements issued."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.actions.periods import add_periods
from billing.actions.runs import compute_period
from billing.actions.statements import issue_statements
from billing.actions.telling import tell_of_closing, tell_of_proposal, tell_of_return
from billing.engine.facts import fingerprint
from billing.models import Period, RunLine, Statement
from billing.querysets import lost_changes
from billing.snapshots import STOPS, gather, late_states, left_mark
from municipalities.actions import save_row
from municipalities.models import Cooperation
from municipalities.reports import has_let_in
from sharedict.accounts.addresses import mailbox_of
from sharedict.accounts.models import User
from sharedict.common.days import date_format
from sharedict.jobs.actions import announce_change
from sharedict.jobs.models import Job
from sharedict.kernel.periods import months_between

KNOWN_FOR = dt.timedelta(days=30)
"""So long who was let in is not taken to be another than who let them in, without it being said."""

MONTH_IS_CLOSED = gettext_lazy("The month is closed: what changes now is corrected in the next open month.")


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody looked at who proposes or closes a month.

    That is the key of its run, and the ``left_mark`` of what was left of closed months then: nothing of that
    is in the run.
    """

    run: int
    left: str = ""


class StaleError(ValidationError):
    """The month's facts have changed since its run."""


@contextmanager
def recomputed_where_stale(period: Period, by: User) -> Iterator[None]:
    """A transaction that, refused because the month is stale, orders its recomputing in another one.

    Whatever changed unannounced mends itself so: the order stays although what is refused is undone.
    """
    try:
        with transaction.atomic():
            yield
    except StaleError:
        with transaction.atomic():
            announce_change(
                cooperation_id=period.cooperation_id, touches=(dt.date.min, period.month.after), by=by
            )
        raise


def propose_period(*, period: Period, by: User, seen: Seen | None = None) -> Period:
    """Ask for the month to be closed. Raises ValidationError where it cannot be.

    A month that is stale is recomputed, whether or not a change was announced; one that has another run than
    ``seen``, which was looked at, is refused, and so is one beside which other late changes are left than
    then. The same holds for closing. Empty months before it will be closed together with it.
    """
    fill_gap(period)
    with recomputed_where_stale(period, by):
        return _propose(period, by, seen)


def close_period(*, period: Period, by: User, seen: Seen | None = None) -> Period:
    """Close a proposed month for good, issuing its statements; somebody else than the proposer does it.

    Empty months before it close in the same act. Later months of the agreement year carry its rounding on,
    and are recomputed. Raises ValidationError where it cannot be closed.
    """
    with recomputed_where_stale(period, by):
        return _close(period, by, seen)


def fill_gap(period: Period) -> None:
    """Make and compute the months without costs between the first month and ``period``."""
    cooperation = period.cooperation
    add_periods(cooperation, {*months_between(cooperation.first_month, period.first_day)})
    missing = Period.objects.of(cooperation).filter(first_day__lt=period.first_day, current_run=None)
    for pk in missing.order_by("first_day").values_list("pk", flat=True):
        compute_period(period_id=pk)


def _propose(period: Period, by: User, seen: Seen | None) -> Period:
    period = _locked(period)
    if period.is_closed:
        return period
    _refuse_unseen_run(period, seen)
    _refuse_unready(period, _empty_before(period))
    _refuse_late(period, seen)
    if period.state == Period.State.OPEN:
        period.state, period.proposed_by, period.proposed_at = Period.State.PROPOSED, by, timezone.now()
        save_row(row=period, by=by)
        tell_of_proposal(period, by)
    return period


@transaction.atomic
def reopen_period(*, period: Period, by: User) -> Period:
    """Take a proposal back, whoever made it; safe to repeat. Raises ValidationError for a closed month."""
    period = _locked(period)
    if period.is_closed:
        raise ValidationError(MONTH_IS_CLOSED)
    if period.state == Period.State.PROPOSED:
        tell_of_return(period, period.proposed_by_id, period.proposed_at, by)
        period.state, period.proposed_by, period.proposed_at = Period.State.OPEN, None, None
        save_row(row=period, by=by)
    return period


def _close(period: Period, by: User, seen: Seen | None) -> Period:
    period = _locked(period)
    if period.is_closed:
        return period
    _refuse_unseen_run(period, seen)
    empty = _empty_before(period)
    _refuse_unready(period, empty)
    _refuse_late(period, seen)
    if period.state != Period.State.PROPOSED:
        raise ValidationError(_("Propose the month first."))
    if period.proposed_by_id == by.pk:
        raise ValidationError(_("Somebody else than the proposer closes the month."))
    _refuse_same_address(period, by)
    now = timezone.now()
    is_by_invited = _is_invited_by_other(period, by, now)
    for each in [*empty, period]:
        issue_statements(period=each, number=_last_number(each.cooperation) + 1, at=now)
        each.state, each.proposed_by = Period.State.CLOSED, period.proposed_by
        each.proposed_at, each.closed_by, each.closed_at = period.proposed_at, by, now
        each.is_closed_by_invited = is_by_invited
        save_row(row=each, by=by)
    tell_of_closing(period, by)
    # what is left of a closed month is left as it has been charged, so what closing charged of it counts
    corrected = RunLine.objects.filter(run=period.current_run).aggregate(first=Min("concerns"))["first"]
    touches = (corrected or period.month.after, None)
    announce_change(cooperation_id=period.cooperation_id, touches=touches, by=by)
    return period


def _refuse_same_address(period: Period, by: User) -> None:
    """Raise ValidationError where who proposed and ``by`` have one e-mail address: they may be one person."""
    addresses = [mailbox_of(each.email or each.username) for each in (period.proposed_by, by) if each]
    if addresses[0] == addresses[-1]:
        said = _(
            "You have the e-mail address of whoever proposed the month: somebody with another closes it."
        )
        raise ValidationError(said)


def _is_invited_by_other(period: Period, by: User, now: dt.datetime) -> bool:
    """Whether one of the two who close the month has lately brought in the other."""
    first = period.proposed_by
    return first is not None and has_let_in(first, by, period.cooperation, now - KNOWN_FOR)


def _locked(period: Period) -> Period:
    """The month, under a lock on its cooperation: months close one at a time, and costs wait meanwhile."""
    Cooperation.objects.select_for_update(no_key=True).get(pk=period.cooperation_id)
    rows = Period.objects.select_for_update(of=("self",)).select_related("cooperation", "current_run")
    return rows.get(pk=period.pk)


def _refuse_unseen_run(period: Period, seen: Seen | None) -> None:
    if seen is not None and period.current_run_id not in (None, seen.run):
        raise ValidationError(
            _("%(month)s has been computed again since you looked at it: look at its figures, then go on.")
            % {"month": _name(period)}
        )


def _last_number(cooperation: Cooperation) -> int:
    return Statement.objects.of(cooperation).aggregate(last=Max("number"))["last"] or 0


def _empty_before(period: Period) -> list[Period]:
    """The open months before ``period``, locked; raises ValidationError where one is not empty."""
    rows = Period.objects.of(period.cooperation).filter(first_day__lt=period.first_day)
    before = list(
        rows.exclude(state=Period.State.CLOSED)
        .select_for_update(of=("self",))
        .select_related("cooperation", "current_run")
        .order_by("first_day")
    )
    full = next((each for each in before if each.current_run and each.current_run.lines.exists()), None)
    if full:
        raise ValidationError(
            _("Close %(month)s first: months close in their order.") % {"month": _name(full)}
        )
    return before


def _refuse_unready(period: Period, empty: list[Period]) -> None:
    for each in [*empty, period]:
        if each.failure:
            raise StaleError(
                _("%(month)s could not be computed: %(why)s") % {"month": _name(each), "why": each.failure}
            )
        run = each.current_run
        if run is None or fingerprint(gather(each).to_json()) != run.fingerprint:
            raise StaleError(
                _("%(month)s is being recomputed: try again in a moment.") % {"month": _name(each)}
            )
        if run.unallocated_lines:
            raise ValidationError(
                ngettext(
                    "%(count)d cost of %(month)s is unallocated: give it a term, or mend its key.",
                    "%(count)d costs of %(month)s are unallocated: give them a term, or mend their key.",
                    run.unallocated_lines,
                )
                % {"count": run.unallocated_lines, "month": _name(each)}
            )
    _refuse_unchecked(period, [*empty, period][0])


def _refuse_late(period: Period, seen: Seen | None) -> None:
    """Raise ValidationError for late changes that wait, or where others are left than were looked at.

    To be asked once nothing of closed months is being worked in.
    """
    states = late_states(period.cooperation)
    waiting = sum(state.verdict in STOPS for state in states)
    if waiting:
        raise ValidationError(
            ngettext(
                "%(count)d late change waits for a decision: charge it, or leave it.",
                "%(count)d late changes wait for a decision: charge them, or leave them.",
                waiting,
            )
            % {"count": waiting}
        )
    if seen is not None and left_mark(states) != seen.left:
        raise ValidationError(
            _(
                "What is left uncharged has changed since you looked at %(month)s: look at its figures, then"
                " go on."
            )
            % {"month": _name(period)}
        )


def _refuse_unchecked(period: Period, first_open: Period) -> None:
    """Closed months must be held against all that changed before another one closes."""
    closed = Period.objects.of(period.cooperation).filter(state=Period.State.CLOSED)
    failed = closed.exclude(failure="").order_by("first_day").first()
    if failed:
        said = _("%(month)s could not be computed: %(why)s")
        raise StaleError(said % {"month": _name(failed), "why": failed.failure})
    if not closed.exists():
        return
    jobs, after = Job.objects.filter(cooperation=period.cooperation), first_open.first_day
    if jobs.unfinished().filter(touches_from__lt=after).exists():
        raise StaleError(_("A change of closed months is being worked in: try again in a moment."))
    if lost_changes(jobs, dt.date.min, after).exists():
        raise StaleError(
            _(
                "A change of closed months could not be worked in. They are held against it once more: try "
                "again in a moment, and see what became of the jobs where that does not help."
            )
        )


def _name(period: Period) -> str:
    return date_format(period.first_day, "F Y")
