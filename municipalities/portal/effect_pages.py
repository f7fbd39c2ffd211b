"""What every page whose POST may move shares tells before it is saved."""

import hashlib
import json
from collections.abc import Sequence

from django.contrib import messages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.portal.far import far_days, far_in_words
from municipalities.portal.hooks import Change, Preview, ShareEffect, effect_of, preview_of
from municipalities.portal.pages import EditorsOnly, LockMixin
from sharedict.audit.actions import column_values


class EffectMixin(LockMixin, EditorsOnly):
    """A page whose POST may move shares: what reaches into closed months is told before it is saved.

    The form carries what was told, as ``told``. Where that is not what saving would do by now, it is told
    again; afterwards the message says what was done. Days that are far away are asked about in the same way,
    and so is what would be charged to nobody.

    A form with ``show`` asks what saving would do to each municipality: that is shown, and nothing is saved.
    """

    effect = ShareEffect()
    preview: Preview | None = None
    in_bulk = False
    asks_about_days = True
    """Whether a person has written the days that are saved."""

    @property
    def is_asked_to_show(self) -> bool:
        return "show" in self.request.POST

    def wants_preview(self, changes: Sequence[Change]) -> bool:
        """Whether each municipality's amounts are computed: where asked for, and for the rules of sharing."""
        return not self.in_bulk

    def is_told(self, changes: Sequence[Change]) -> bool:
        """Whether the person knows what ``changes`` do; sets ``effect`` and ``preview``."""
        self.effect = effect_of(self.cooperation, changes, in_bulk=self.in_bulk) if changes else ShareEffect()
        today = timezone.localdate()
        if self.asks_about_days and (days := far_days(changes, today)):
            self.effect = self.effect.asking(far_in_words(days, today), " ".join(map(str, days)))
        if changes and (self.is_asked_to_show or self.wants_preview(changes)):
            self.preview = preview_of(self.cooperation, changes)
            if self.preview and self.preview.uncounted:
                self.effect = self.effect.asking(self.preview.uncounted, self.preview.named)
        return self.is_known()

    def is_known(self) -> bool:
        """Whether what ``effect`` asks has been read, and nothing is only to be shown."""
        if self.is_asked_to_show:
            return False
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
