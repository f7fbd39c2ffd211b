"""What the page of an application begins with: how many use it, and who does not."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.models import Cooperation, Municipality
from municipalities.portal import listed
from services.models import Application, Subscription, Variant
from sharedict.common.figures import NOTHING, count, money

MOST_NAMED = 3

Sentence = dict[str, str]


def opening_of_application(
    using: Sequence[Subscription], members: Sequence[Municipality], own: Collection[int]
) -> dict[str, Any]:
    """How many use it today, as ``components/lede.html`` shows it; ``own`` are those of the reader."""
    of_all = ngettext("of %(count)s member", "of %(count)s members", len(members)) % {"count": len(members)}
    theirs = {row.municipality_id for row in using}
    return {
        "label": _("Used by"),
        "value": len([place for place in members if place.pk in theirs]),
        "unit": of_all,
        "sentences": [_who_does_not(using, members), *_own_users(using, own)],
    }


def users_in_words(using: Iterable[Subscription]) -> str:
    """How many users all have together, as far as it is known."""
    told = [row.users for row in using if row.users is not None]
    return count(sum(told)) if told else NOTHING


def price_in_words(application: Application, cooperation: Cooperation, variant: Variant | None = None) -> str:
    """``30.00 SEK for each user and month``, of ``variant`` where that has one; empty where none is told."""
    price = application.unit_price
    if variant and variant.unit_price is not None:
        price = variant.unit_price
    if price is None:
        return ""
    words = {"price": money(price, cooperation.currency), "each": application.priced_per}
    return _("%(price)s for each %(each)s") % words if application.priced_per else words["price"]


def days_of_work(days: int | None) -> str:
    if days is None:
        return ""
    return ngettext("%(count)s working day", "%(count)s working days", days) % {"count": count(days)}


def _who_does_not(using: Iterable[Subscription], members: Sequence[Municipality]) -> Sentence:
    theirs = {row.municipality_id for row in using}
    without = [str(place) for place in members if place.pk not in theirs]
    if not theirs:
        return {"text": _("Nobody uses it.")}
    known = {place.pk for place in members}
    if strangers := [str(row.municipality) for row in using if row.municipality_id not in known]:
        text = ngettext(
            "%(names)s uses it and is no member.",
            "%(names)s use it and are no members.",
            len(strangers),
        )
        return {"text": text % {"names": listed(strangers)}}
    if not without:
        return {"text": _("Every member uses it.")}
    names = listed(without)
    if len(without) > MOST_NAMED:
        names = ngettext("%(count)s member", "%(count)s members", len(without)) % {"count": len(without)}
    text = ngettext("%(names)s does not use it.", "%(names)s do not use it.", len(without))
    return {"text": text % {"names": names}}


def _own_users(using: Iterable[Subscription], own: Collection[int]) -> list[Sentence]:
    """How many of its users are at the reader's own municipalities."""
    rows = [row for row in using if row.municipality_id in own and row.users is not None]
    text = _("%(name)s has %(count)s of its users.")
    return [{"text": text % {"name": row.municipality, "count": count(row.users)}} for row in rows]
