"""Months are proposed and closed, by two people, and their statements numbered."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.engine.facts import fingerprint
from billing.models import Period, RunTotal
from billing.snapshots import gather
from municipalities.actions import save_row
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change


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
            days = (period.month.first, period.month.after)
            announce_change(cooperation_id=period.cooperation_id, touches=days, by=by)
        raise


def propose_period(*, period: Period, by: User) -> Period:
    """Ask for the month to be closed. Raises ValidationError where it cannot be.

    A month that is stale is recomputed, whether or not a change was announced; the same holds for closing.
    """
    with recomputed_where_stale(period, by):
        return _propose(period, by)


def close_period(*, period: Period, by: User) -> Period:
    """Close a proposed month for good, numbering its statements; somebody else than the proposer does it.

    Later months of the agreement year carry its rounding on, and are recomputed. Raises ValidationError
    where it cannot be closed.
    """
    with recomputed_where_stale(period, by):
        return _close(period, by)


def _propose(period: Period, by: User) -> Period:
    period = Period.objects.select_for_update().get(pk=period.pk)
    _refuse_unready(period)
    if period.state == Period.State.OPEN:
        period.state, period.proposed_by, period.proposed_at = Period.State.PROPOSED, by, timezone.now()
        save_row(row=period, by=by)
    return period


@transaction.atomic
def reopen_period(*, period: Period, by: User) -> Period:
    """Take a proposal back, whoever made it; safe to repeat. Raises ValidationError for a closed month."""
    period = Period.objects.select_for_update().get(pk=period.pk)
    if period.is_closed:
        raise ValidationError(_("The month is closed: correct it with a cost in an open month."))
    if period.state == Period.State.PROPOSED:
        period.state, period.proposed_by, period.proposed_at = Period.State.OPEN, None, None
        save_row(row=period, by=by)
    return period


def _close(period: Period, by: User) -> Period:
    period = Period.objects.select_for_update().get(pk=period.pk)
    if period.is_closed:
        return period
    _refuse_unready(period)
    if period.state != Period.State.PROPOSED:
        raise ValidationError(_("Propose the month first."))
    if period.proposed_by_id == by.pk:
        raise ValidationError(_("Somebody else than the proposer closes the month."))
    period.state, period.closed_by, period.closed_at = Period.State.CLOSED, by, timezone.now()
    save_row(row=period, by=by)
    _number_statements(period)
    announce_change(cooperation_id=period.cooperation_id, touches=(period.month.after, None), by=by)
    return period


def _number_statements(period: Period) -> None:
    Cooperation.objects.select_for_update(no_key=True).get(pk=period.cooperation_id)
    last = RunTotal.objects.of(period.cooperation).aggregate(last=Max("statement_number"))["last"] or 0
    totals = list(RunTotal.objects.filter(run=period.current_run))
    for number, total in enumerate(totals, start=last + 1):
        total.statement_number = number
    RunTotal.objects.bulk_update(totals, ["statement_number"])


def _refuse_unready(period: Period) -> None:
    run = period.current_run
    if run is None or fingerprint(gather(period).to_json()) != run.fingerprint:
        raise StaleError(_("The month is being recomputed: try again in a moment."))
    if run.unallocated_lines:
        raise ValidationError(
            _("%(count)d costs are unallocated: give them a term, or mend its key.")
            % {"count": run.unallocated_lines}
        )
    if (
        Period.objects.of(period.cooperation)
        .filter(first_day__lt=period.first_day)
        .exclude(state=Period.State.CLOSED)
        .exists()
    ):
        raise ValidationError(_("Close the months before it first."))
