"""What somebody should look at before a month closes, in sentences with names."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.engine.notices import Notice
from agreements.portal import notice_in_words
from billing.models import Run
from billing.reports import Names, names_of
from municipalities.models import Cooperation
from municipalities.portal import listed
from sharedict.common.days import date_format


def notices_of(run: Run, cooperation: Cooperation) -> list[str]:
    """The notices of ``run`` as sentences, each once; a query where there are any."""
    held: list[dict[str, Any]] = run.notices
    if not held:
        return []
    names = names_of(cooperation, {str(notice["about"]) for notice in held})
    return list(dict.fromkeys(_sentence(notice, names) for notice in held))


def _sentence(notice: Mapping[str, Any], names: Names) -> str:
    code, about, places = str(notice["code"]), str(notice["about"]), list(notice["places"])
    match code:
        case "stale_reading" | "readings_differ":
            name = names.drivers.get(about, about)
        case "no_fixed_part":
            name = names.keys.get(about, about)
        case "left":
            words = {
                "key": names.keys.get(about, about),
                "application": names.applications.get(about, about),
            }
            return _left(places, words, names, is_key=about not in names.applications)
        case _:
            return f"{code}: {about}, {listed([names.places.get(place, place) for place in places])}"
    told = Notice(code, about, tuple(places), tuple(notice["dates"]))
    return notice_in_words(told, name, names.places)


def _left(places: Sequence[str], words: dict[str, str], names: Names, *, is_key: bool) -> str:
    said = [
        _("%(place)s left after %(day)s")
        % {"place": names.places.get(place, place), "day": date_format(names.left[place], "j F Y")}
        if place in names.left
        else _("%(place)s has left") % {"place": names.places.get(place, place)}
        for place in places
    ]
    words["said"] = listed(said)
    if is_key:
        return (
            ngettext(
                "%(said)s and is still named in a term with the key “%(key)s”: it pays for no later month.",
                "%(said)s and are still named in a term with the key “%(key)s”: they pay for no later month.",
                len(places),
            )
            % words
        )
    return (
        ngettext(
            "%(said)s and still subscribes to %(application)s: it pays for no later month.",
            "%(said)s and still subscribe to %(application)s: they pay for no later month.",
            len(places),
        )
        % words
    )
