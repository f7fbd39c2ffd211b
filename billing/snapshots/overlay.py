"""Rows that are not saved, laid over those that are: what if this were so, without locks or lost saves."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models

from agreements.engine.keys import KeyFact
from agreements.models import KeyVersion, Term
from billing.models import Cost, LateDecision
from municipalities.models import Member, Municipality, Reading
from services.models import Subscription
from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class Overlay:
    """What to read instead of, or beside, what is stored.

    A row with a key replaces the stored one, one without is added; of ``costs`` a withdrawn one counts
    no longer. ``keys`` are the versions in force, by code. ``decisions`` come after those that are stored.

    ``terms`` stand with the municipalities that they name, ``versions`` with what they say. ``gone`` are
    stored rows that are to be removed. With ``costs_of`` another month's costs are shared by the rules of
    the month that is gathered, each with as much as falls in that one.
    """

    costs: Sequence[Cost] = ()
    members: Sequence[Member] = ()
    subscriptions: Sequence[Subscription] = ()
    readings: Sequence[Reading] = ()
    keys: Sequence[KeyFact] = ()
    decisions: Sequence[LateDecision] = ()
    terms: Sequence[tuple[Term, Sequence[Municipality]]] = ()
    versions: Sequence[tuple[KeyVersion, KeyFact]] = ()
    gone: Sequence[models.Model] = ()
    costs_of: Month | None = None

    def hidden(self, model: type[models.Model]) -> list[int]:
        """The keys of stored rows of ``model`` that are read no more: replaced here, or gone."""
        rows: list[models.Model] = [*self.members, *self.subscriptions, *self.readings, *self.gone]
        rows += [row for row, _named in self.terms] + [row for row, _said in self.versions]
        return [row.pk for row in rows if row.pk and isinstance(row, model)]


NOTHING = Overlay()
