"""What somebody should look at before a month closes, in sentences with names."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.engine.notices import Notice
from agreements.models import Key
from agreements.portal import notice_in_words
from billing.models import Run
from billing.reports import names_in
from municipalities.models import Cooperation, Driver, Member
from municipalities.models.driver import in_words
from municipalities.portal import listed
from services.models import Application
from sharedict.common.days import date_format


@dataclass(frozen=True, slots=True)
class _Names:
    """Names by code; ``left`` is the last day on which each municipality was a member."""

    places: Mapping[str, str]
    drivers: Mapping[str, str]
    keys: Mapping[str, str]
    applications: Mapping[str, str]
    left: Mapping[str, dt.date]


def notices_of(run: Run, cooperation: Cooperation) -> list[str]:
    """The notices of ``run`` as sentences, each once; five queries where there are any."""
    held: list[dict[str, Any]] = run.notices
    if not held:
        return []
    names = _names(cooperation, {str(notice["about"]) for notice in held})
    return list(dict.fromkeys(_sentence(notice, names) for notice in held))


def _names(cooperation: Cooperation, about: set[str]) -> _Names:
    keys = Key.objects.of(cooperation).filter(code__in=about)
    applications = Application.objects.of(cooperation).filter(code__in=about)
    drivers = Driver.objects.filter(code__in=about)
    own = drivers.filter(cooperation=None) | drivers.filter(cooperation=cooperation)
    left: dict[str, dt.date] = {}
    for member in Member.objects.of(cooperation).filter(valid_until__isnull=False).for_listing():
        if member.valid_until:
            last = member.valid_until - dt.timedelta(days=1)
            left[member.municipality.key] = max(last, left.get(member.municipality.key, last))
    return _Names(
        places=names_in(cooperation),
        drivers={code: in_words(name) for code, name in own.values_list("code", "name")},
        keys=dict(keys.values_list("code", "name")),
        applications=dict(applications.values_list("code", "name")),
        left=left,
    )


def _sentence(notice: Mapping[str, Any], names: _Names) -> str:
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


def _left(places: Sequence[str], words: dict[str, str], names: _Names, *, is_key: bool) -> str:
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
