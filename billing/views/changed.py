"""What changed of the rules that divide a cost, in sentences: whose reading, which key, which payers."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.engine.keys import KeyFact, ReadingFact
from billing.engine.changed import ReadingChanged, RulesChanged
from billing.engine.facts import day
from municipalities.portal import listed
from sharedict.common.days import date_format
from sharedict.common.figures import exact


def what_changed_of_rules(
    changed: RulesChanged, names: Mapping[str, str], is_seen: Callable[[str], bool], most: int
) -> list[str]:
    """Sentences of the key, the payers, and ``most`` readings at most, of those whom the reader sees."""
    found = []
    if changed.is_other_key and changed.key_then and changed.key_now:
        found.append(_key(changed.key_then, changed.key_now))
    came, went = (
        [names.get(code, code) for code in codes if is_seen(code)] for codes in (changed.came, changed.went)
    )
    if came:
        found.append(_("New among the payers: %(names)s.") % {"names": listed(came)})
    if went:
        found.append(_("No longer among the payers: %(names)s.") % {"names": listed(went)})
    readings = [each for each in changed.readings if is_seen(each.code)]
    found += [_reading(each, names.get(each.code, each.code)) for each in readings[:most]]
    if (more := len(readings) - most) > 0:
        said = ngettext("%(count)d more reading has changed.", "%(count)d more readings have changed.", more)
        found.append(said % {"count": more})
    return found


def _key(then: KeyFact, now: KeyFact) -> str:
    if (then.code, then.version) == (now.code, now.version):
        return _("“%(key)s”, version %(version)s, says otherwise now.") % {
            "key": now.name,
            "version": now.version,
        }
    said = _("Divided by “%(then)s”, version %(then_version)s, then; by “%(now)s”, version %(version)s, now.")
    return said % {
        "then": then.name,
        "then_version": then.version,
        "now": now.name,
        "version": now.version,
    }


def _reading(changed: ReadingChanged, name: str) -> str:
    """Whose reading, of which driver and day, and what it was and is."""
    then, now = changed.then, changed.now
    words = {"driver": changed.driver, "name": name}
    if then and now and then.reference_on == now.reference_on:
        said = _("%(driver)s, %(name)s, %(day)s: %(then)s then, %(now)s now.")
        return said % (words | {"day": _day(now), "then": _value(then), "now": _value(now)})
    said = _("%(driver)s, %(name)s: %(then)s then, %(now)s now.")
    return said % (words | {"then": _value_and_day(then), "now": _value_and_day(now)})


def _value(reading: ReadingFact) -> str:
    return exact(Fraction(reading.value), 6)


def _day(reading: ReadingFact) -> str:
    return date_format(day(reading.reference_on), "j F Y")


def _value_and_day(reading: ReadingFact | None) -> str:
    return f"{_value(reading)} ({_day(reading)})" if reading else _("no reading")
