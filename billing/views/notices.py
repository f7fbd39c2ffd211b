"""What somebody should look at before a month closes, in sentences with names."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Key
from billing.models import Run
from billing.reports import names_in
from billing.views.words import listed
from municipalities.models import Cooperation, Driver, Member
from municipalities.models.driver import in_words
from services.models import Application


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
    dates = [_day(date) for date in notice["dates"]]
    words = {
        "driver": capfirst(names.drivers.get(about, about)),
        "places": listed([names.places.get(place, place) for place in places]),
        "dates": listed(dates),
        "key": names.keys.get(about, about),
        "application": names.applications.get(about, about),
    }
    match code:
        case "stale_reading":
            return (
                _(
                    "%(driver)s of %(places)s is from %(dates)s: more than a year before the day that the key"
                    " reads it for."
                )
                % words
            )
        case "readings_differ":
            return (
                _("%(driver)s is not of one day: the readings are from %(dates)s, the older of %(places)s.")
                % words
            )
        case "no_fixed_part":
            return (
                ngettext(
                    "%(places)s uses what the key “%(key)s” divides and has no fixed part in it: it pays"
                    " nothing of that part.",
                    "%(places)s use what the key “%(key)s” divides and have no fixed part in it: they pay"
                    " nothing of that part.",
                    len(places),
                )
                % words
            )
        case "left":
            return _left(places, words, names, is_key=about not in names.applications)
    return f"{code}: {about}, {words['places']}"


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
                "%(said)s and is still named in a term with the key “%(key)s”: it pays nothing.",
                "%(said)s and are still named in a term with the key “%(key)s”: they pay nothing.",
                len(places),
            )
            % words
        )
    return (
        ngettext(
            "%(said)s and still subscribes to %(application)s: it pays nothing.",
            "%(said)s and still subscribe to %(application)s: they pay nothing.",
            len(places),
        )
        % words
    )


def _day(text: str) -> str:
    return date_format(dt.date.fromisoformat(text), "j F Y")
