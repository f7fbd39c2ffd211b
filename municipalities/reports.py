"""What is stored beside what would be, or was: an upload against the readings, the change log in words."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from municipalities.models import Cooperation, Driver, Link, Municipality, Reading, Site
from sharedict.audit.models import Entry
from sharedict.audit.reports import changes_told
from sharedict.common.figures import NOTHING, money
from sharedict.common.numbers import shown
from sharedict.common.uploads import (
    Finding,
    Outcome,
    UploadedRow,
    UploadError,
    parse_day,
    parse_number,
    shortened,
)
from sharedict.kernel.money import MINOR_DIGITS
from sharedict.kernel.periods import Month
from sharedict.kernel.written import is_seen
from sharedict.pictures.network import Network, Rail, State
from sharedict.pictures.network import Site as Node

READING_COLUMNS = ("code", "reference_date", "value", "source")


def compare_readings(cooperation: Cooperation, driver: Driver, rows: Sequence[UploadedRow]) -> list[Finding]:
    """What each uploaded row would do to the readings of ``driver``; two queries for any number of rows.

    A code is official (1737) or a key (SE1737); the municipality is, was or will be a member. The findings
    carry the reading to save.
    """
    places = _by_code(Municipality.objects.ever_in(cooperation))
    known = {
        (reading.municipality_id, reading.reference_on): reading
        for reading in Reading.objects.filter(driver=driver, cooperation=cooperation)
    }
    seen: dict[tuple[int, Any], int] = {}
    return [_compare(row, driver, places, known, seen) for row in rows]


def _by_code(municipalities: Iterable[Municipality]) -> dict[str, list[Municipality]]:
    found: dict[str, list[Municipality]] = {}
    for municipality in municipalities:
        found.setdefault(municipality.key, []).append(municipality)
        found.setdefault(municipality.code, []).append(municipality)
    return found


def _compare(
    row: UploadedRow,
    driver: Driver,
    places: Mapping[str, list[Municipality]],
    known: Mapping[tuple[int, Any], Reading],
    seen: dict[tuple[int, Any], int],
) -> Finding:
    what = shortened(" ".join(filter(None, (row.values.get("code"), row.values.get("reference_date")))))
    if row.error:
        return Finding(row.line, Outcome.WRONG, what, errors=(row.error,))
    parsed, errors = _parsed(row, places)
    if {"code", "reference_date"} <= parsed.keys():
        place = parsed["code"].pk, parsed["reference_date"]
        if place in seen:
            errors.append(_("Line %(line)d has the same municipality and date.") % {"line": seen[place]})
        seen.setdefault(place, row.line)
    if errors:
        return Finding(row.line, Outcome.WRONG, what, errors=tuple(errors))
    old = known.get(place)
    new = Reading(
        pk=old.pk if old else None,
        driver=driver,
        cooperation_id=driver.cooperation_id,
        municipality=parsed["code"],
        reference_on=parsed["reference_date"],
        value=parsed["value"],
        source=parsed["source"],
        external_id=old.external_id if old else "",
    )
    before, after = (_words(old) if old else ""), _words(new)
    outcome = Outcome.NEW if old is None else Outcome.SAME if before == after else Outcome.CHANGED
    what = f"{new.municipality} {new.reference_on}"
    return Finding(row.line, outcome, what, before=before, after=after, row=new, old=old)


def _parsed(row: UploadedRow, places: Mapping[str, list[Municipality]]) -> tuple[dict[str, Any], list[str]]:
    """What could be read by column, and what is wrong with the rest."""
    readers = {
        "code": lambda text: _municipality(text, places),
        "reference_date": parse_day,
        "value": _value,
        "source": _source,
    }
    parsed: dict[str, Any] = {}
    errors = []
    for name, read in readers.items():
        try:
            parsed[name] = read(row.values[name])
        except UploadError as error:
            errors.append(error.message)
    return parsed, errors


def _municipality(text: str, places: Mapping[str, list[Municipality]]) -> Municipality:
    found = places.get(text.upper(), [])
    if len(found) > 1:
        keys = ", ".join(place.key for place in found)
        raise UploadError(
            _("Several countries have the code %(code)s: write %(keys)s.") % {"code": text, "keys": keys}
        )
    if not found:
        raise UploadError(_("No member has the code “%(code)s”.") % {"code": shortened(text, 20)})
    return found[0]


def _value(text: str) -> Decimal:
    value = parse_number(text, digits=18, decimals=4)
    if value < 0:
        raise UploadError(_("A reading is 0 or more."))
    return value


def _source(text: str) -> str:
    if not is_seen(text):
        raise UploadError(_("Say where the value comes from (source)."))
    if len(text) > 300:
        raise UploadError(_("The source is longer than 300 characters."))
    return text


def _words(reading: Reading) -> str:
    return f"{shown(reading.value)} ({reading.source})"


@dataclass(frozen=True, slots=True)
class Change:
    """One column of one change, in words."""

    label: str
    before: str
    after: str

    def in_words(self) -> str:
        return f"{self.before} → {self.after or NOTHING}" if self.before else self.after


def changes_in_words(entries: Iterable[Entry]) -> dict[int, list[Change]]:
    """What each entry changed, by its primary key: columns and choices by their names, rows by theirs.

    One query for each model that is referred to, and one for personal values, whatever the number of entries.
    A row that is gone keeps its number.
    """
    listed = list(entries)
    told = changes_told(listed)
    wanted: dict[type[models.Model], set[str]] = {}
    for entry in listed:
        for field, values in _columns(entry.subject_type, told[entry.pk]):
            if isinstance(field, models.ForeignKey):
                target: type[models.Model] = field.related_model
                wanted.setdefault(target, set()).update(value for value in values if value.isdecimal())
    names = {
        (model, str(row.pk)): subject_in_words(str(row))
        for model, keys in wanted.items()
        for row in model._base_manager.select_related().filter(pk__in=keys)
    }
    return {
        entry.pk: [
            _change(_field(entry.subject_type, name), name, _pair(values), names)
            for name, values in sorted(told[entry.pk].items(), key=_place_in(entry.subject_type))
            if name != "cooperation"
        ]
        for entry in listed
    }


def _place_in(subject_type: str) -> Callable[[tuple[str, Any]], tuple[int, str]]:
    """Orders columns as the model does: the database keeps them by the length of their names."""
    try:
        fields = apps.get_model(subject_type)._meta.get_fields()
    except (LookupError, ValueError):
        fields = ()
    own = [field.name for field in fields if not isinstance(field, models.ForeignObjectRel)]
    places = {name: place for place, name in enumerate(own)}
    return lambda change: (places.get(change[0], len(places)), change[0])


def subject_in_words(subject: str) -> str:
    """What an entry is about, a month by its name: it was logged as 2026-10, or 2026-10 C00000001."""
    found = re.fullmatch(r"([0-9]{4}-(?:0[1-9]|1[0-2]))(?: (C[0-9]{8}))?", subject)
    if found is None:
        return subject
    name = capfirst(date_format(Month.parse(found[1]).first, "F Y"))
    return f"{name}, {found[2]}" if found[2] else name


def _columns(subject_type: str, changes: Mapping[str, Any]) -> Iterable[tuple[Any, list[str]]]:
    for name, values in changes.items():
        yield _field(subject_type, name), _pair(values)


def _pair(values: Any) -> list[str]:
    """Before and after as text, whatever an entry of an older release holds."""
    pair = values if isinstance(values, list) and len(values) == 2 else ["", values]
    return ["" if value is None else str(value) for value in pair]


def _field(subject_type: str, name: str) -> Any:
    """The column, or the rows that point to this one; None for one that is no more."""
    try:
        return apps.get_model(subject_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


def _change(
    field: Any, name: str, pair: list[str], names: Mapping[tuple[type[models.Model], str], str]
) -> Change:
    if field is None:
        return Change(name.replace("_", " "), *pair)
    if isinstance(field, models.ForeignObjectRel):
        return Change(str(field.related_model._meta.verbose_name_plural), *pair)
    if isinstance(field, models.ForeignKey):
        pair = [names.get((field.related_model, value), value) for value in pair]
    else:
        pair = [_said(field, value) for value in pair]
    return Change(str(field.verbose_name), *pair)


def _said(field: Any, value: str) -> str:
    """``value``, the text that a column was logged as, as a reader says it."""
    if field.flatchoices:
        return {str(key): str(label) for key, label in field.flatchoices}.get(value, value)
    if isinstance(field, models.BooleanField):
        return {"True": _("yes"), "False": _("no")}.get(value, value)
    if isinstance(field, models.DecimalField):
        return _number_said(value, is_amount=field.decimal_places == MINOR_DIGITS)
    if isinstance(field, models.DateTimeField) and value:
        instant = parse_datetime(value)
        return date_format(timezone.localtime(instant), "DATETIME_FORMAT") if instant else value
    if isinstance(field, models.DateField) and value:
        day = parse_date(value)
        return date_format(day) if day else value
    if isinstance(field, ArrayField):
        return value.strip("[]").replace("'", "")
    return value


def _number_said(value: str, *, is_amount: bool) -> str:
    """A logged number as the reader's language writes it: 250.125 is another number in Swedish."""
    try:
        return money(Decimal(value)) if is_amount else shown(Decimal(value))
    except InvalidOperation:
        return value


def network_of(
    sites: Iterable[Site], links: Iterable[Link], *, own: Collection[int], finding: str
) -> Network:
    """``sites`` and what joins them, for a picture; ``own``: the municipalities that the reader answers for.

    ``sites`` come with what they mirror. What leads to a site that is not among them is left out.
    """
    ordered = sorted(
        sites, key=lambda site: (site.kind == Site.Kind.MIRROR, site.municipality_id is None, site.name)
    )
    shown = {site.pk: site for site in ordered}
    kept = [link for link in links if _is_among(link, shown)]
    return Network(
        finding=finding,
        sites=[
            Node(
                str(site.pk),
                site.name,
                [str(site.get_kind_display())],
                "own" if site.municipality_id in own else "",
            )
            for site in ordered
        ],
        providers=[*_providers(link for link in kept if link.outside)],
        joints=[*_joints([link for link in kept if not link.outside], shown), *_mirrors(shown)],
        words={State.USE: _("link in use"), State.SPARE: _("takes over")},
    )


def network_figures(sites: Sequence[Site], links: Sequence[Link]) -> dict[str, Any]:
    """What the picture of a network shows, link by link, for the filter chart_table."""
    shown = {site.pk for site in sites}
    kept = [link for link in links if _is_among(link, shown)]
    names = {f"s{site.pk}": site.name for site in sites} | {
        f"p{link.outside}": link.outside for link in kept if link.outside
    }
    joins = [
        {
            "source": f"s{link.site_id}",
            "target": f"s{link.other_site_id}" if link.other_site_id else f"p{link.outside}",
            "label": _link_label(link),
        }
        for link in kept
    ]
    mirrors = [
        {"source": f"s{site.pk}", "target": f"s{other.pk}", "label": _("mirrors")}
        for site in sites
        for other in site.mirrors.all()
        if other.pk in shown
    ]
    nodes = [{"id": key, "name": name} for key, name in names.items()]
    return {"nodes": nodes, "links": [*joins, *mirrors]}


def _is_among(link: Link, sites: Collection[int]) -> bool:
    return link.site_id in sites and (not link.other_site_id or link.other_site_id in sites)


def _providers(links: Iterable[Link]) -> Iterator[Rail]:
    """One for each provider, with all that it supplies; the one that reaches most sites first."""
    found: dict[str, list[Link]] = {}
    for link in links:
        found.setdefault(link.outside, []).append(link)
    for name, supplied in sorted(found.items(), key=lambda each: (-len(each[1]), each[0])):
        words = dict.fromkeys(_link_label(link) for link in supplied)
        yield Rail(name, ", ".join(words), [str(link.site_id) for link in supplied])


def _joints(links: Iterable[Link], sites: Mapping[int, Site]) -> Iterator[Rail]:
    """Links of one kind and speed: those that meet in one site together, beginning where most meet."""
    ordered = sorted(links, key=_link_label)
    for label, group in groupby(ordered, key=_link_label):
        left = [*group]
        while left:
            counts = Counter(end for link in left for end in _ends(link))
            hub = min(counts, key=lambda end: (-counts[end], sites[end].name))
            here = [link for link in left if hub in _ends(link)]
            left = [link for link in left if hub not in _ends(link)]
            others = [end for link in here for end in _ends(link) if end != hub]
            by_way = _("by way of %(site)s") % {"site": sites[hub].name} if len(here) > 1 else ""
            yield Rail(label, by_way, [str(hub), *map(str, others)])


def _mirrors(sites: Mapping[int, Site]) -> Iterator[Rail]:
    """From those that each site mirrors to it: it takes over."""
    for site in sites.values():
        mirrored = [str(other.pk) for other in site.mirrors.all() if other.pk in sites]
        if mirrored:
            yield Rail(site.name, _("takes over"), [*mirrored, str(site.pk)], State.SPARE, over=str(site.pk))


def _ends(link: Link) -> tuple[int, int]:
    return (link.site_id, link.other_site_id or 0)


def _link_label(link: Link) -> str:
    speed = _("%(mbps)s Mbit/s") % {"mbps": link.mbps} if link.mbps else ""
    return " ".join(filter(None, (str(link.get_kind_display()), speed)))
