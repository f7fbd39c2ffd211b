"""What changes would do to each municipality, in words, for the pages of every app."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.engine.facts import fingerprint
from billing.models import Cost
from billing.portal.words import month_name
from billing.reports.moved import months_of
from billing.reports.previews import KINDS, UNNUMBERED, Moved, PayerMoved, Uncounted, moved_by
from billing.reports.undivided import names_whom, why_in_words, with_names
from billing.reports.would_pay import Borne, borne
from municipalities.models import Cooperation
from municipalities.portal import Change, Payer, Preview, PreviewRow, WouldPay, listed
from sharedict.common.figures import minor, signed_minor
from sharedict.kernel.periods import Month
from sharedict.pictures.bar import bars, tell_apart

__all__ = ["KINDS", "payers_with_changes", "preview_of_changes"]
MOST_ROWS = 12
"""So many municipalities are shown, those with the largest changes first."""
MOST_UNCOUNTED = 5


def preview_of_changes(cooperation: Cooperation, changes: Sequence[Change]) -> Preview | None:
    """What ``changes``, saved together, would do; None where no month that can be computed moves."""
    found = moved_by(cooperation, months_of(cooperation), changes)
    if found is None:
        return None
    changed = {each.after.reference or UNNUMBERED for each in changes if isinstance(each.after, Cost)}
    uncounted = [each for each in found.uncounted if each.reference not in changed]  # is told of each month
    rows = tuple(_row(each.name, each) for each in found.payers[:MOST_ROWS])
    left = len(found.payers) - len(rows)
    more = ngettext("%(count)s more municipality changes.", "%(count)s more municipalities change.", left)
    return Preview(
        title=_("What it changes in %(month)s") % {"month": month_name(found.month)},
        lead=_lead(found),
        unit=cooperation.currency,
        rows=rows,
        total=_row(_("All municipalities"), found.whole),
        more=more % {"count": left} if left else "",
        uncounted=tuple(_sentences(found.month, found.names, uncounted, cooperation.currency)),
        named=fingerprint(repr(uncounted)) if uncounted else "",
    )


def payers_with_changes(cooperation: Cooperation, changes: Sequence[Change]) -> WouldPay:
    """Who would pay what with ``changes``, of the first month that has costs and is not closed."""
    found = borne(cooperation, changes)
    if found is None:
        return WouldPay(_("No cost lies in a month that is shared and not closed."))
    amounts = [each.then_minor for each in found.payers]
    has_bars = tell_apart(amounts)
    marks = [each.now_minor for each in found.payers]
    drawn = bars(amounts, marks=marks) if has_bars else [None] * len(amounts)
    words = {
        "amount": minor(found.whole.then_minor, cooperation.currency),
        "month": month_name(found.month),
        "keys": listed([_("“%(name)s”") % {"name": name} for name in found.keys]),
    }
    said = _("Of %(amount)s in %(month)s, divided by %(keys)s.") if found.keys else _("In %(month)s.")
    return WouldPay(
        lead=said % words,
        finding=_finding(found, cooperation.currency),
        unit=cooperation.currency,
        payers=tuple(
            Payer(each.name, minor(each.now_minor), minor(each.then_minor), drawn[place])
            for place, each in enumerate(found.payers)
        ),
        total=minor(found.whole.then_minor),
        is_even=marks == amounts,
        uncounted=tuple(_sentences(found.month, found.names, found.uncounted, cooperation.currency)),
    )


def _finding(found: Borne, currency: str) -> str:
    """Whom the rules move most from an even split; empty where they move nobody."""
    most = max(found.payers, key=lambda each: abs(each.change_minor), default=None)
    if most is None or not most.change_minor:
        return ""
    said = _("%(name)s pays %(amount)s more than divided evenly.")
    if most.change_minor < 0:
        said = _("%(name)s pays %(amount)s less than divided evenly.")
    return said % {"name": most.name, "amount": minor(abs(most.change_minor), currency)}


def _row(name: str, each: PayerMoved) -> PreviewRow:
    return PreviewRow(name, minor(each.now_minor), minor(each.then_minor), signed_minor(each.change_minor))


def _lead(found: Moved) -> str:
    words = {"month": month_name(found.month)}
    if found.costs_of:
        words["costs_of"] = month_name(found.costs_of)
        if not found.payers:
            return _("With costs like those of %(costs_of)s nobody pays otherwise in %(month)s.") % words
        return (
            _("By the rules of %(month)s, with costs like those of %(costs_of)s: nothing is saved yet.")
            % words
        )
    if not found.payers:
        return _("Nobody pays otherwise in %(month)s.") % words
    if found.payers and found.whole.change_minor == 0:
        return _("The sum stays, but others carry it: nothing is saved yet.")
    return _("Nothing is saved yet.")


def _sentences(
    month: Month, names: Mapping[str, str], uncounted: Sequence[Uncounted], currency: str
) -> list[str]:
    said = [_sentence(month, names, each, currency) for each in uncounted[:MOST_UNCOUNTED]]
    rest = uncounted[MOST_UNCOUNTED:]
    if rest:
        total = minor(sum(each.amount_minor for each in rest), currency)
        more = ngettext(
            "So would %(count)s more cost, %(amount)s.",
            "So would %(count)s more costs, %(amount)s.",
            len(rest),
        )
        said.append(more % {"count": len(rest), "amount": total})
    return said


def _sentence(month: Month, names: Mapping[str, str], each: Uncounted, currency: str) -> str:
    said = _("“%(cost)s” would be charged to nobody in %(month)s, %(amount)s: %(why)s")
    why = why_in_words(each.reason)
    if names_whom(each.reason):
        why = f"{why} ({with_names(each.detail, names)})"
    return said % {
        "cost": each.description or each.reference,
        "month": month_name(month),
        "amount": minor(each.amount_minor, currency),
        "why": why,
    }
