"""What could have been meant by a text that names nothing: all of a few, the nearest of many."""

from collections.abc import Collection, Mapping
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from sharedict.kernel.written import alike

MOST_LISTED = 10
MOST_NEAREST = 3
LIKE = 0.6
"""So alike are two texts of which one may be the other, mistyped."""
MOST_COMPARED = 2_000
LONGEST_COMPARED = 60


def instead_of(text: str, known: Mapping[str, Collection[str]]) -> str:
    """A sentence to set behind "there is no such thing", after a space; empty where nothing is near.

    ``known`` are those there are, as they can be written, each with all that it goes by.
    """
    if not known:
        return ""
    if len(known) <= MOST_LISTED:
        return " " + _("Possible: %(names)s.") % {"names": _listed(list(known))}
    if near := _nearest(text, known):
        return " " + _("Nearest: %(names)s.") % {"names": _listed(near)}
    return ""


def _listed(names: list[str]) -> str:
    return ", ".join(_("“%(name)s”") % {"name": name} for name in names)


def _nearest(text: str, known: Mapping[str, Collection[str]]) -> list[str]:
    """Those most like ``text``, the likest first; none of very many, which take long to compare."""
    wanted = alike(text)[:LONGEST_COMPARED]
    if not wanted or len(known) > MOST_COMPARED:
        return []
    matcher = SequenceMatcher(b=wanted, autojunk=False)
    scored = [
        (max(_likeness(matcher, wanted, each) for each in going_by), name) for name, going_by in known.items()
    ]
    scored.sort(key=lambda each: (-each[0], each[1]))
    return [name for score, name in scored[:MOST_NEAREST] if score >= LIKE]


def _likeness(matcher: SequenceMatcher[str], wanted: str, text: str) -> float:
    """How alike the two are, ``matcher`` being set to ``wanted``; one that holds the other counts as near."""
    told = alike(text)[:LONGEST_COMPARED]
    matcher.set_seq1(told)
    if told and (told in wanted or wanted in told):
        return max(LIKE, matcher.ratio())
    return matcher.ratio() if matcher.quick_ratio() >= LIKE else 0.0
