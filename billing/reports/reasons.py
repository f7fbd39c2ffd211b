"""Why a share is what it is, and all shares of one cost."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace

from billing.engine.allocate import Explanation, explain, explanations
from billing.engine.changed import RulesChanged, RulesCompared
from billing.engine.facts import CorrectionFact, Facts
from billing.engine.should_be import ShouldBe
from billing.engine.why import Why, WhyCorrected, tell
from billing.models import Period, Run, RunLine, RunTotal, Share
from billing.reports.rows import minor_of, run_of
from billing.snapshots import correction_of
from municipalities.models import Cooperation
from municipalities.models.driver import in_words
from sharedict.common.access import Viewer
from sharedict.kernel.periods import Month


def why(period: Period, reference: str, key: str) -> Why | None:
    """Why the municipality ``key`` carries its share of the cost; None where it carries none of it."""
    facts = facts_in_words(period)
    found = explain(facts, reference, key)
    return tell(facts, found) if found else None


def whys(period: Period, key: str) -> Iterator[Why]:
    """Why the municipality ``key`` carries each of its shares, without the other payers."""
    facts = facts_in_words(period)
    for found in explanations(facts, key):
        if found.division.weights[found.index] or found.share_minor:
            yield tell(facts, found, with_others=False)


def why_corrected(period: Period, reference: str, month: Month, key: str) -> WhyCorrected | None:
    """Why ``period`` charges ``key`` a correction of the cost ``reference`` in the closed ``month``.

    None where it does not.
    """
    lines = RunLine.objects.filter(run=run_of(period).pk, reference=reference, concerns=month.first)
    return next(_whys_corrected(period, lines, key, with_others=True), None)


def why_late(cooperation: Cooperation, correction: CorrectionFact, key: str) -> WhyCorrected | None:
    """Why ``correction``, which no month has charged, is what it is for ``key``; None where it is nothing."""
    if key not in {**correction.charged, **correction.should}:
        return None
    month = Month.parse(correction.month)
    return _ClosedMonth(cooperation, month.first, key, with_others=True).told(correction)


def whys_corrected(period: Period, key: str) -> Iterator[WhyCorrected]:
    """Why ``period`` charges ``key`` its corrections, by month and reference, without the other payers."""
    lines = RunLine.objects.filter(run=run_of(period).pk, concerns__isnull=False)
    return _whys_corrected(period, lines.order_by("concerns", "reference"), key, with_others=False)


def _whys_corrected(
    period: Period, lines: Iterable[RunLine], key: str, *, with_others: bool
) -> Iterator[WhyCorrected]:
    months: dict[dt.date, _ClosedMonth] = {}
    for line in lines:
        correction = correction_of(line.evidence) if line.evidence else None
        if (
            correction is None
            or line.concerns is None
            or key not in {**correction.charged, **correction.should}
        ):
            continue
        if line.concerns not in months:
            months[line.concerns] = _ClosedMonth(
                period.cooperation, line.concerns, key, with_others=with_others
            )
        yield months[line.concerns].told(correction)


class _ClosedMonth:
    """The reasons of one closed month's shares, as they were and as they should be; each computed once."""

    def __init__(self, cooperation: Cooperation, first_day: dt.date, key: str, *, with_others: bool) -> None:
        rows = Period.objects.of(cooperation).select_related("current_run")
        self.period = rows.get(first_day=first_day)
        self.key, self.with_others = key, with_others
        self.was = facts_of(self.period)
        self.before = {found.line.cost.reference: found for found in explanations(self.was, key)}
        self.computed: dict[str, ShouldBe | None] = {}

    def told(self, correction: CorrectionFact) -> WhyCorrected:
        reference = correction.cost.reference
        before = self.before.get(reference)
        should = self.should(correction.mark)
        today, after = self.was, before
        if should:
            today = should.facts
            if not should.is_kept(reference):
                after = should.explanation(reference, self.key)
        elif correction.mark:
            after = None
        return WhyCorrected(
            correction=correction,
            month=self.period.month,
            charged_minor=correction.charged.get(self.key, 0),
            should_minor=correction.should.get(self.key, 0),
            before=self.words(self.was, before),
            after=self.words(today, after),
            changed=self.changed(today, correction) if correction.cause == "rules" else None,
        )

    def changed(self, today: Facts, correction: CorrectionFact) -> RulesChanged | None:
        """What is otherwise in the rules; not asked where many are told, without the other payers."""
        if not self.with_others:
            return None
        return RulesCompared(_in_words(self.was), _in_words(today)).of(correction.cost)

    def should(self, mark: str) -> ShouldBe | None:
        """The computation that ``mark`` names; None where there is none."""
        if mark not in self.computed:
            run = self.period.runs.filter(kind=Run.Kind.SHOULD_BE, fingerprint=mark).first()
            today = Facts.from_json(run.facts) if run else None
            self.computed[mark] = ShouldBe(self.was, today) if today else None
        return self.computed[mark]

    def words(self, facts: Facts, found: Explanation | None) -> Why | None:
        return tell(_in_words(facts), found, with_others=self.with_others) if found else None


def facts_of(period: Period) -> Facts:
    """What the month's current run was computed from."""
    return Facts.from_json(Run.objects.values_list("facts", flat=True).get(pk=run_of(period).pk))


def facts_in_words(period: Period) -> Facts:
    """The same, with the names of public drivers in the reader's language."""
    return _in_words(facts_of(period))


def _in_words(facts: Facts) -> Facts:
    """The same facts with the names of public drivers in the reader's language."""
    return replace(facts, drivers={code: in_words(name) for code, name in facts.drivers.items()})


def shares_of_cost(
    viewer: Viewer, period: Period, reference: str, concerns: Month | None = None
) -> dict[str, int]:
    """The shares of one cost that ``viewer`` may see, by municipality; minor units.

    With ``concerns`` those of the correction of that month.
    """
    run = run_of(period).pk
    payers = RunTotal.objects.filter(run=run).values("municipality")
    rows = Share.objects.visible_to(viewer).filter(
        run_id=run,
        municipality__in=payers,
        line__run_id=run,
        line__reference=reference,
        line__concerns=concerns.first if concerns else None,
    )
    return {
        f"{country}{code}": minor_of(amount)
        for country, code, amount in rows.values_list("municipality__country", "municipality__code", "amount")
    }
