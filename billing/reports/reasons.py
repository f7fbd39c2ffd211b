"""Why a share is what it is, and all shares of one cost."""

from collections.abc import Iterator
from dataclasses import replace

from billing.engine.allocate import explain, explanations
from billing.engine.facts import Facts
from billing.engine.why import Why, tell
from billing.models import Period, Run, RunTotal, Share
from billing.reports.rows import minor_of, run_of
from municipalities.models.driver import in_words
from sharedict.common.access import Viewer


def why(period: Period, reference: str, key: str) -> Why | None:
    """Why the municipality ``key`` carries its share of the cost; None where it carries none of it."""
    facts = _in_words(facts_of(period))
    found = explain(facts, reference, key)
    return tell(facts, found) if found else None


def whys(period: Period, key: str) -> Iterator[Why]:
    """Why the municipality ``key`` carries each of its shares, without the other payers."""
    facts = _in_words(facts_of(period))
    for found in explanations(facts, key):
        if found.division.weights[found.index] or found.share_minor:
            yield tell(facts, found, with_others=False)


def facts_of(period: Period) -> Facts:
    """What the month's current run was computed from."""
    return Facts.from_json(Run.objects.values_list("facts", flat=True).get(pk=run_of(period).pk))


def _in_words(facts: Facts) -> Facts:
    """The same facts with the names of public drivers in the reader's language."""
    return replace(facts, drivers={code: in_words(name) for code, name in facts.drivers.items()})


def shares_of_cost(viewer: Viewer, period: Period, reference: str) -> dict[str, int]:
    """The shares of one cost that ``viewer`` may see, by municipality; minor units."""
    run = run_of(period).pk
    payers = RunTotal.objects.filter(run=run).values("municipality")
    rows = Share.objects.visible_to(viewer).filter(
        run_id=run, municipality__in=payers, line__run_id=run, line__reference=reference
    )
    return {
        f"{country}{code}": minor_of(amount)
        for country, code, amount in rows.values_list("municipality__country", "municipality__code", "amount")
    }
