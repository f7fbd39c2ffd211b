"""What changes would do to each municipality, in words, for the pages of every app."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.engine.facts import fingerprint
from billing.models import Cost
from billing.portal.words import month_name
from billing.reports.moved import months_of
from billing.reports.previews import KINDS, UNNUMBERED, Moved, PayerMoved, Uncounted, moved_by
from billing.reports.undivided import names_whom, why_in_words, with_names
from municipalities.models import Cooperation
from municipalities.portal import Change, Preview, PreviewRow
from sharedict.common.figures import minor, signed_minor

__all__ = ["KINDS", "preview_of_changes"]
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
        uncounted=tuple(_sentences(found, uncounted, cooperation.currency)),
        named=fingerprint(repr(uncounted)) if uncounted else "",
    )


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


def _sentences(found: Moved, uncounted: Sequence[Uncounted], currency: str) -> list[str]:
    said = [_sentence(found, each, currency) for each in uncounted[:MOST_UNCOUNTED]]
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


def _sentence(found: Moved, each: Uncounted, currency: str) -> str:
    said = _("“%(cost)s” would be charged to nobody in %(month)s, %(amount)s: %(why)s")
    why = why_in_words(each.reason)
    if names_whom(each.reason):
        why = f"{why} ({with_names(each.detail, found.names)})"
    return said % {
        "cost": each.description or each.reference,
        "month": month_name(found.month),
        "amount": minor(each.amount_minor, currency),
        "why": why,
    }
