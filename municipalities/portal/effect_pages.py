"""What every page whose POST may move shares tells before it is saved."""

import hashlib
import json
from collections.abc import Sequence

from django.contrib import messages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.portal.far import far_days, far_in_words
from municipalities.portal.hooks import Change, ShareEffect, effect_of
from municipalities.portal.pages import EditorsOnly, LockMixin
from sharedict.audit.actions import column_values


class EffectMixin(LockMixin, EditorsOnly):
    """A page whose POST may move shares: what reaches into closed months is told before it is saved.

    The form carries what was told, as ``told``. Where that is not what saving would do by now, it is told
    again; afterwards the message says what was done. Days that are far away are asked about in the same way.
    """

    effect = ShareEffect()
    in_bulk = False
    asks_about_days = True
    """Whether a person has written the days that are saved."""

    def is_told(self, changes: Sequence[Change]) -> bool:
        """Whether the person knows what ``changes`` do; sets ``effect``."""
        self.effect = effect_of(self.cooperation, changes, in_bulk=self.in_bulk) if changes else ShareEffect()
        today = timezone.localdate()
        if self.asks_about_days and (days := far_days(changes, today)):
            self.effect = self.effect.asking(far_in_words(days, today), " ".join(map(str, days)))
        return not self.effect.mark or self.effect.mark == self.request.POST.get("told")

    def say(self, done: str) -> None:
        tell = messages.warning if self.effect.is_problem else messages.success
        tell(self.request, f"{done} {self.effect.said}".strip())

    def is_as_shown(self, row: models.Model) -> bool:
        """Whether ``row`` is still as the question showed it, by its ``seen``; else says that it is not."""
        if self.request.POST.get("seen") in (None, as_shown(row)):
            return True
        messages.warning(self.request, _("It was changed meanwhile: look at it once more."))
        return False


def as_shown(row: models.Model) -> str:
    """What tells whether ``row`` has changed since a page showed it."""
    return hashlib.sha256(json.dumps(column_values(row), sort_keys=True).encode()).hexdigest()[:16]


def is_fact(row: object) -> bool:
    """Whether shares may depend on ``row``."""
    return hasattr(row, "touches")


def stored(row: models.Model) -> models.Model | None:
    """``row`` as it is in the database; None where it is new."""
    return type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None
