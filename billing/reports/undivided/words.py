"""Why nothing divides a cost, in words."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.portal import NO_WEIGHTS
from billing.engine.corrections import LEFT

REASONS = {
    "no_term": (
        gettext_lazy("No term says how such a cost is divided."),
        gettext_lazy("Add a term for it"),
        "term-add",
    ),
    "no_key_version": (
        gettext_lazy("The key has no version in force on the first day of the month."),
        gettext_lazy("Add a version of the key"),
        "keys",
    ),
    "no_payers": (
        gettext_lazy("Nobody uses the application in this month."),
        gettext_lazy("Add a subscription, or end the cost"),
        "subscriptions",
    ),
    **NO_WEIGHTS,
    "no_basis": (
        gettext_lazy("No payer has any weight by this key in this month."),
        gettext_lazy("Mend the readings"),
        "drivers",
    ),
    LEFT: (gettext_lazy("It refunds a cost that was left uncharged, and is left with it."), "", ""),
}
"""Why a cost is unallocated -> in words, what to do about it, and the page to do it on."""

_CODE = re.compile(r"\b[A-Z]{2}[0-9]{3,6}\b")


def why_in_words(reason: str) -> str:
    """``reason`` as a sentence, one that has no words of its own too; empty for none."""
    if reason in REASONS:
        return str(REASONS[reason][0])
    return _("The reason is “%(reason)s”.") % {"reason": reason} if reason else ""


def what_to_do(reason: str) -> tuple[str, str]:
    """What to do about ``reason``, and the page to do it on; both empty where nothing is known of it."""
    _why, to_do, page = REASONS.get(reason, ("", "", ""))
    return str(to_do), page


def names_whom(reason: str) -> bool:
    """Whether what stands beside ``reason`` holds the codes of municipalities."""
    return reason in ("missing_reading", "fixed_parts_differ")


def names_key(reason: str) -> bool:
    """Whether what stands beside ``reason`` is the code of a key."""
    return reason == "no_key_version"


def with_names(detail: str, names: Mapping[str, str]) -> str:
    """``detail`` with names in place of the codes of municipalities (SE1737)."""
    return _CODE.sub(lambda found: names.get(found[0], found[0]), detail)
