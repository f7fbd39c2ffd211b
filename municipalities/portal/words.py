"""Words that the pages of several apps need."""

from collections.abc import Collection, Sequence

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.models import Cooperation, Municipality
from sharedict.common.days import date_format


def merged_in_words(place: Municipality) -> str:
    """What a municipality was merged into, and when; empty for one that was not."""
    if not (place.successor and place.merged_on):
        return ""
    words = {"name": place.successor, "day": date_format(place.merged_on, "j F Y")}
    return _("%(name)s on %(day)s") % words


def banner_of(cooperation: Cooperation) -> str:
    """What every file of demonstration data says above its figures; empty for any other cooperation."""
    return _("Demonstration data: the amounts are invented.") if cooperation.is_demonstration else ""


def listed(names: Sequence[str]) -> str:
    """``names`` as they stand in a sentence: one, two and three."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def told(names: Sequence[str], most: int = 5) -> str:
    """``names`` as they stand in a sentence, and of many the first and how many more there are."""
    rest = len(names) - most
    if rest <= 0:
        return listed(names)
    more = ngettext("%(count)s more", "%(count)s more", rest) % {"count": rest}
    return listed([*names[:most], more])


def one_of(names: Sequence[str]) -> str:
    """``names`` as they stand in a sentence where one of them is enough: one, two or three."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s or %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def few(names: Sequence[str], most: int = 5) -> str:
    """The first of ``names``, and how many more there are."""
    rest = len(names) - most
    more = [ngettext("%(count)s more", "%(count)s more", rest) % {"count": rest}] if rest > 0 else []
    return ", ".join([*names[:most], *more])


def code_of(name: str, taken: Collection[str], longest: int = 40) -> str:
    """``name`` as it can stand in addresses and files, unlike all that is ``taken``."""
    wanted = slugify(name)[: longest - 4].strip("-_") or "1"
    tried = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
    return next(code for code in tried if code not in taken)
