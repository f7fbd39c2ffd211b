"""What apps above let the pages here say."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import models

from municipalities.models import Cooperation
from sharedict.kernel.periods import Month
from sharedict.pictures.bar import BarLayout

RunsAt = Callable[[Cooperation, dt.date], dict[int, list[str]]]
_runs_at: list[RunsAt] = []


def add_runs_at(maker: RunsAt) -> None:
    """Let an app above say, for the list of sites, what runs where on a day: names by the site's key."""
    if maker not in _runs_at:
        _runs_at.append(maker)


def runs_at(cooperation: Cooperation, day: dt.date) -> dict[int, list[str]] | None:
    """What runs at each site; None while no app knows."""
    if not _runs_at:
        return None
    found: dict[int, list[str]] = {}
    for maker in _runs_at:
        for site_id, names in maker(cooperation, day).items():
            found.setdefault(site_id, []).extend(names)
    return found


WhatFalls = Callable[[str, str, int], str]
_what_falls: list[WhatFalls] = []


def add_what_falls(address: WhatFalls) -> None:
    """Let an app above say where it is told what falls: by cooperation, kind of row, and its key."""
    if address not in _what_falls:
        _what_falls.append(address)


def what_falls(record: models.Model, table: Any) -> str:
    """For ``linkify`` of a column: where it is told what falls with the record; empty where nobody tells."""
    cooperation: str = table.request.cooperation.slug
    kind = str(record._meta.model_name)
    return next((address(cooperation, kind, record.pk) for address in _what_falls), "")


@dataclass(frozen=True, slots=True)
class Change:
    """A row as it is stored and as it is to be; None for one that is added or removed.

    ``more`` names what changes beside the row's own columns.
    """

    before: models.Model | None
    after: models.Model | None
    more: tuple[str, ...] = ()
    parts: Any = None
    """What ``after`` is to consist of beside its columns, as the app of the row knows it."""


@dataclass(frozen=True, slots=True)
class ShareEffect:
    """What changes do to shares, in the reader's words.

    ``warnings`` are to be read before saving: what reaches into closed months, or lets a proposal
    to close one fall. ``mark`` names what they say, in any language; it is empty where there are none.
    ``said`` is what is true once saved. ``by_change`` is the short form for each change, empty where it
    reaches into no closed month. ``closed`` are the closed months in which shares may have to be otherwise,
    which somebody decides on before ``decided_before``. ``is_problem`` says that ``said`` leaves somebody
    something to mend or to decide.
    """

    warnings: tuple[str, ...] = ()
    mark: str = ""
    said: str = ""
    by_change: tuple[str, ...] = ()
    closed: tuple[Month, ...] = ()
    decided_before: Month | None = None
    is_problem: bool = False

    def asking(self, questions: Sequence[str], named: str) -> "ShareEffect":
        """The same with ``questions`` to be read first; ``named`` is what they ask, in any language."""
        return replace(
            self,
            warnings=(*questions, *self.warnings),
            mark=hashlib.sha256(f"{self.mark} {named}".encode()).hexdigest(),
        )


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """What one municipality carries now, would carry, and the difference, each in the reader's words."""

    name: str
    now: str
    then: str
    change: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What changes would do to each municipality in one month, in the reader's words.

    ``rows`` are those whose amount moves, ``total`` is all of them, ``more`` says how many are left out.
    ``uncounted`` says what would be charged to nobody by the changes, which is to be read before saving;
    ``named`` is that in any language.
    """

    title: str
    lead: str
    unit: str = ""
    rows: tuple[PreviewRow, ...] = ()
    total: PreviewRow | None = None
    more: str = ""
    uncounted: tuple[str, ...] = ()
    named: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """What one municipality would pay, evenly and by the rules, in the reader's words; ``bar`` shows it."""

    name: str
    evenly: str
    amount: str
    bar: BarLayout | None = None


@dataclass(frozen=True, slots=True)
class WouldPay:
    """Who would pay what of the first month that has costs, in the reader's words.

    ``finding`` says whom the rules move most from an even split, ``is_even`` that they move nobody.
    ``uncounted`` says what nothing divides yet. Without ``payers``, ``lead`` says what is missing.
    """

    lead: str
    finding: str = ""
    unit: str = ""
    payers: tuple[Payer, ...] = ()
    total: str = ""
    is_even: bool = False
    uncounted: tuple[str, ...] = ()


ShareEffectOf = Callable[[Cooperation, Sequence[Change], bool], ShareEffect]
_effect_of: list[ShareEffectOf] = []


def add_effect_of(maker: ShareEffectOf) -> None:
    """Let the app above that shares costs say what changes do; adding one twice changes nothing."""
    if maker not in _effect_of:
        _effect_of.append(maker)


def effect_of(cooperation: Cooperation, changes: Sequence[Change], *, in_bulk: bool = False) -> ShareEffect:
    """What ``changes``, saved together, would do; nothing at all while no app knows.

    ``in_bulk`` leaves out what is only worth asking of a few.
    """
    for maker in _effect_of:
        return maker(cooperation, changes, in_bulk)
    return ShareEffect(by_change=("",) * len(changes))


PreviewOf = Callable[[Cooperation, Sequence[Change]], Preview | None]
_preview_of: dict[type[models.Model], PreviewOf] = {}


def add_preview_of(kinds: Sequence[type[models.Model]], maker: PreviewOf) -> None:
    """Let the app above that shares costs show what changes of rows of these ``kinds`` would do."""
    _preview_of.update(dict.fromkeys(kinds, maker))


def may_preview(row: object) -> bool:
    """Whether anything can be shown of a change of ``row``."""
    return type(row) in _preview_of


def preview_of(cooperation: Cooperation, changes: Sequence[Change]) -> Preview | None:
    """What ``changes``, saved together, would do to each municipality; None where nothing can be shown."""
    for change in changes:
        row = change.after if change.after is not None else change.before
        if row is not None and (maker := _preview_of.get(type(row))):
            return maker(cooperation, changes)
    return None


WouldPayOf = Callable[[Cooperation, Sequence[Change]], WouldPay]
_would_pay: list[WouldPayOf] = []


def add_would_pay(maker: WouldPayOf) -> None:
    """Let the app above that shares costs say who would pay what; adding one twice changes nothing."""
    if maker not in _would_pay:
        _would_pay.append(maker)


def would_pay(cooperation: Cooperation, changes: Sequence[Change]) -> WouldPay | None:
    """Who would pay what if ``changes`` were saved; None while no app knows."""
    for maker in _would_pay:
        return maker(cooperation, changes)
    return None
