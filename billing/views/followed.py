"""What becomes of the credit notes of a late cost by what is decided on it, in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from billing.models import LateDecision
from billing.reports import Followed
from billing.snapshots import CHARGED, STOPS, LateState, Verdict
from billing.views.pictures import moved_as_seen, sum_or_moved
from municipalities.access import Rights


def follows_in_words(
    found: Iterable[Followed], verdict: LateDecision.Verdict, rights: Rights, currency: str
) -> list[str]:
    """A sentence about each of ``found`` where their cost is charged, or left, by ``verdict``."""
    if verdict == LateDecision.Verdict.CHARGE:
        return [_where_charged(each, rights, currency) for each in found]
    return [_where_left(each, rights, currency) for each in found]


def _where_charged(followed: Followed, rights: Rights, currency: str) -> str:
    state = followed.charged
    words = _words(followed.reference, state, rights, currency)
    if state is None:
        return _("Its credit note %(note)s follows: nothing of it is late any more.") % words
    if state.verdict in STOPS:
        return _("Its credit note %(note)s, %(amount)s, then waits for a decision of its own.") % words
    if state.verdict == Verdict.LEFT:
        return _("Its credit note %(note)s, %(amount)s, stays left, as was decided on it.") % words
    return _("Its credit note %(note)s, %(amount)s, follows: it is charged too.") % words


def _where_left(followed: Followed, rights: Rights, currency: str) -> str:
    state, other = followed.left, followed.charged
    words = _words(followed.reference, state, rights, currency)
    if state is None:
        return _("Its credit note %(note)s follows: it stays as it was charged too.") % words
    if state.verdict in STOPS:
        return _("Its credit note %(note)s, %(amount)s, then waits for a decision of its own.") % words
    if state.verdict == Verdict.LEFT:
        return _("Its credit note %(note)s, %(amount)s, follows: it is left too.") % words
    if other and other.verdict in CHARGED and abs(state.amount_minor) < abs(other.amount_minor):
        return (
            _(
                "Its credit note %(note)s follows: %(amount)s of it is charged, since no more is given back"
                " than was charged of the cost."
            )
            % words
        )
    return _("Its credit note %(note)s, %(amount)s, follows: it is divided as the cost was charged.") % words


def _words(reference: str, state: LateState | None, rights: Rights, currency: str) -> dict[str, str]:
    if state is None:
        return {"note": reference}
    moved = moved_as_seen(rights, state.moved_minor)
    return {"note": reference, "amount": sum_or_moved(state.amount_minor, moved, currency)}
