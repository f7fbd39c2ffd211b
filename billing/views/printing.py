"""Statements as PDF: set when a month has closed, before anybody asks, or for whoever asks first."""

import datetime as dt
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from agreements.models import Component
from billing.actions import keep_paper
from billing.documents.pdf import Beside, Payer, statement_pdf
from billing.engine.facts import Facts
from billing.engine.overview import percent_of
from billing.engine.statement import Statement, StatementError
from billing.engine.ways import ways_of
from billing.models import Paper, Period
from billing.models import Statement as StatementRow
from billing.reports import (
    Calendar,
    calendar_beside,
    facts_in_words,
    heads_of,
    left_at_closing,
    period_of,
    statement_of,
    totals_by_month,
)
from billing.reports.rows import minor_of
from billing.snapshots import decisions_of
from billing.views.openings import causes_of, opening_of_statement
from billing.views.pictures import month_name
from municipalities.models import Cooperation
from municipalities.portal import banner_of
from sharedict.common.access import Viewer
from sharedict.common.figures import aligned
from sharedict.common.moments import reading
from sharedict.common.sight import of_cooperation, seeing
from sharedict.kernel.periods import Month

logger = logging.getLogger(__name__)
_said = set[int]()
"""Which statements this process has said that they cannot be set: it tries again each time it comes by."""


@dataclass(frozen=True, slots=True)
class Printer:
    """Who asks where nobody does: it sees what members of the cooperation see, as a token does."""

    cooperation_id: int
    is_authenticated: bool = True


@dataclass
class MonthOnPaper:
    """What sets the statements of one closed month, as far as ``viewer`` sees them.

    Each tells of others what members may see of each other, whatever else its reader may: it is the same
    for whoever asks. What they have in common is read once.
    """

    period: Period
    calendar: Calendar
    viewer: Viewer

    @property
    def cooperation(self) -> Cooperation:
        return self.period.cooperation

    @cached_property
    def year(self) -> dict[Month, int]:
        """The runs of the agreement year up to the month."""
        month = self.period.month
        first = self.calendar.year_from(month)
        return {each: run for each, run in self.calendar.runs.items() if first <= each <= month}

    @cached_property
    def facts(self) -> Facts:
        return facts_in_words(self.period)

    @cached_property
    def totals(self) -> dict[str, tuple[str, int]]:
        run = self.period.current_run_id or 0
        return totals_by_month(self.viewer, [run])[run]

    @cached_property
    def left(self) -> str:
        """That something late was left uncharged when the month closed; empty if nothing was."""
        return left_in_words(self.period)

    def paper(self, key: str) -> bytes | None:
        """The statement of ``key`` (SE1737) in the reader's language; None where it has none.

        Raises StatementError where what is stored is not what was issued.
        """
        heads = heads_of(self.viewer, self.year.values(), key)
        head = heads.get(self.period.current_run_id or 0)
        if head is None or not self.period.is_closed:
            return None
        months = {month: minor_of(heads[run].amount) for month, run in self.year.items() if run in heads}
        return self.set(statement_of(head, self.period, self.calendar), months)

    def set(self, statement: Statement, months: Mapping[Month, int]) -> bytes:
        """``statement`` as PDF; ``months`` are what the months of the agreement year came to."""
        return statement_pdf(statement, self._beside(statement, months))

    def _beside(self, statement: Statement, months: Mapping[Month, int]) -> Beside:
        found = causes_of(statement)
        return Beside(
            changed=changed_in_words(statement),
            causes=[(row["name"], row["minor"]) for row in found.get("rows", ())],
            months=months if sum(months.values()) == statement.year_minor else {},
            payers=self._payers(statement),
            ways=ways_of(self.facts, statement.municipality),
            rules={str(code): str(words) for code, words in Component.Rule.choices},
            left=self.left,
            banner=banner_of(self.cooperation),
        )

    def _payers(self, statement: Statement) -> list[Payer]:
        """The statement's own, then the others by what they pay; as one where members may not see them."""
        own = Payer(statement.name, statement.total_minor)
        if self.cooperation.shares_are_open:
            rows = self.totals.items()
            others = [Payer(*each) for key, each in rows if key != statement.municipality]
            return [own, *sorted(others, key=lambda payer: (-payer.minor, payer.name))]
        run = self.period.current_run
        others_minor = (minor_of(run.shared) if run else 0) - statement.total_minor
        return [own, Payer(_("The others together"), others_minor)]


def set_missing(*, since: dt.date) -> Iterator[Paper]:
    """Set what has no paper yet in some language, of months that began on ``since`` or later.

    Gives back each paper; the caller may stop after any. What cannot be set is left: whoever asks for it is
    told why.
    """
    active = Period.objects.filter(cooperation__deactivated_at=None, state=Period.State.CLOSED)
    rows = active.filter(first_day__gte=since).select_related("cooperation").order_by("-first_day", "pk")
    for period in rows:
        for language, _name in settings.LANGUAGES:
            yield from _set_missing(period, language)


def _set_missing(of: Period, language: str) -> Iterator[Paper]:
    cooperation, month = of.cooperation, None
    tells_others = cooperation.shares_are_open
    papers = Paper.objects.filter(statement=OuterRef("pk"), language=language, tells_others=tells_others)
    missing = StatementRow.objects.filter(~Exists(papers), period=of, run=of.current_run_id)
    for issued in missing.order_by("number"):
        with seeing(of_cooperation(cooperation.pk)), override(language):
            try:
                with reading():
                    month = month or month_on_paper(Printer(cooperation.pk), cooperation, of.month)
                    content = month.paper(issued.payer) if month else None
            except StatementError:
                if issued.pk not in _said:
                    _said.add(issued.pk)
                    logger.exception("Statement %s cannot be set", issued.pk)
                continue
            if content is None:
                continue
            paper = keep_paper(
                statement=issued, language=language, tells_others=tells_others, content=content
            )
        yield paper


def month_on_paper(viewer: Viewer, cooperation: Cooperation, month: Month) -> MonthOnPaper | None:
    """The month, if ``viewer`` sees it and anything was computed for it."""
    period = period_of(viewer, cooperation, month)
    if period is None:
        return None
    period.cooperation = cooperation
    return MonthOnPaper(period, calendar_beside(period, cooperation), viewer)


def left_in_words(period: Period) -> str:
    """That something late was left uncharged when the month closed; empty if nothing was."""
    if not period.is_closed:
        return ""
    found = len(left_at_closing(period, decisions_of(period.cooperation)))
    if not found:
        return ""
    text = ngettext(
        "%(count)s late change of earlier months was left uncharged when %(month)s was closed.",
        "%(count)s late changes of earlier months were left uncharged when %(month)s was closed.",
        found,
    )
    return text % {"count": found, "month": month_name(period.month)}


def changed_in_words(statement: Statement) -> tuple[str, str]:
    """What changed since the month before, in bold, and by how much of it; else what there is to say."""
    found = causes_of(statement)
    if found:
        share = percent_of(statement.change_minor, abs(statement.before_minor))
        sign = "+" if share and share > 0 else ""
        return found["title"], f"({sign}{aligned(share, 1)})" if share else ""
    sentences = opening_of_statement(statement)["sentences"]
    bold = sentences[0].get("bold", "")
    plain = [
        sentences[0]["text"],
        *(f"{each.get('bold', '')} {each['text']}".strip() for each in sentences[1:]),
    ]
    return bold, " ".join(plain)
