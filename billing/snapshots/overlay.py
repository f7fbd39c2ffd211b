"""Rows that are not saved, laid over those that are: what if this were so, without locks or lost saves."""

from collections.abc import Sequence
from dataclasses import dataclass

from agreements.engine.keys import KeyFact
from billing.models import Cost, LateDecision
from municipalities.models import Member, Reading
from services.models import Subscription


@dataclass(frozen=True, slots=True)
class Overlay:
    """What to read instead of, or beside, what is stored.

    A row with a key replaces the stored one, one without is added; of ``costs`` a withdrawn one counts
    no longer. ``keys`` are the versions in force, by code. ``decisions`` come after those that are stored.
    """

    costs: Sequence[Cost] = ()
    members: Sequence[Member] = ()
    subscriptions: Sequence[Subscription] = ()
    readings: Sequence[Reading] = ()
    keys: Sequence[KeyFact] = ()
    decisions: Sequence[LateDecision] = ()


NOTHING = Overlay()
