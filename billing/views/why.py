"""Why an amount is what it is: one share, down to the last digit."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import repeat
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from agreements.engine.keys import ReadingFact
from agreements.models import Component, Term
from billing.engine import why as engine
from billing.engine.facts import day
from billing.models import Period
from billing.reports import shares_of_cost, why
from billing.views.evidence import Evidence, EvidencePage
from billing.views.pictures import month_name, whole_name
from billing.views.statements import StatementBase
from billing.views.why_opening import opening_of_share
from billing.views.working import component_name, working
from sharedict.common.cells import addresses_linked
from sharedict.common.days import date_format
from sharedict.common.figures import exact, minor
from sharedict.kernel.periods import Month


class Steps(EvidencePage, StatementBase):
    """A page that tells a share in five steps: its cost, its key, its exact part, rounding, all payers."""

    @property
    def reference(self) -> str:
        reference: str = self.kwargs["reference"]
        return reference

    def steps(
        self, told: engine.Why, period: Period, level: int, shares: Mapping[str, int]
    ) -> dict[str, Any]:
        """What ``billing/why_steps.html`` tells; ``shares`` are those with a page of their own, by code."""
        followed, evidence = self.followed(told, period), self.evidence(told)
        return {
            "why": told,
            "level": level,
            "name": told.own.name,
            "currency": self.cooperation.currency,
            "month_name": month_name(told.month),
            "facts": self.facts(told, evidence),
            "evidence": evidence,
            "term": term_sentence(told),
            "valid_from": day(told.key.valid_from),
            "decided_on": day(told.key.decided_on),
            "components": [
                {**component(part), "url": url}
                for part, url in zip(told.own.parts, evidence.drivers or repeat(""), strict=False)
            ],
            "reads": any(part.reading for part in told.own.parts),
            "working": working(told),
            "payers": self.payers(told, shares, followed, month=period.month),
            "payers_minor": told.total_minor,
            "has_key_percent": not told.is_as_charged
            and any(exact(payer.by_key) != exact(payer.percent) for payer in told.payers),
            "has_base": bool(told.key.base_minor) and not told.is_as_charged,
            "readings": readings(told) if self.rights.sees_all_shares else [],
            "undone_url": self.url("why", period.month, self.key, told.follows) if told.follows else "",
            "decision_url": self.url("late-change", period.month, told.follows) if told.is_as_charged else "",
            "follows_all": self.rights.sees_all_shares and bool(followed),
        }

    def followed(self, told: engine.Why, period: Period) -> dict[str, int]:
        """The shares of the cost that a refund follows, as far as the reader sees them."""
        return shares_of_cost(self.viewer, period, told.follows) if told.follows else {}

    def facts(self, told: engine.Why, evidence: Evidence) -> list[tuple[Any, ...]]:
        return [
            (_("Reference"), told.reference, evidence.cost),
            (_("Description"), told.description),
            (_("Supplier"), told.supplier),
            (_("Application"), whole_name(told.application)),
            (_("Cost type"), told.cost_type),
            (_("Whole amount"), minor(told.amount_minor, self.cooperation.currency)),
            (
                _("For the days"),
                _("%(first)s to %(last)s, %(days)s days")
                % {
                    "first": date_format(day(told.starts_on), "j F Y"),
                    "last": date_format(told.last_day, "j F Y"),
                    "days": told.month_part.days,
                },
            ),
        ]

    def payers(
        self, told: engine.Why, shares: Mapping[str, int], followed: Mapping[str, int], month: Month
    ) -> list[dict[str, Any]]:
        """All payers, the page's own first; none where others' shares are not the reader's to see."""
        shown = sorted(told.payers, key=lambda payer: payer.code != self.key)
        if not self.rights.sees_all_shares:
            shown = []
        return [
            {
                "payer": payer,
                "base": payer.base if payer.base is not None else Fraction(told.key.base_minor),
                "unlimited": payer.unlimited if payer.unlimited is not None else payer.percent,
                "share_minor": payer.share_minor,
                "followed_minor": followed.get(payer.code, 0),
                "is_own": payer.code == self.key,
                "url": self.url("why", month, payer.code, told.reference)
                if payer.code in shares and payer.code != self.key
                else "",
            }
            for payer in shown
        ]


class Why(Steps):
    """One share down to the last digit: the cost, who divides it and how, and what rounding did."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        told = why(self.period, self.reference, self.key) if self.total_row else None
        if told is None or self.total_row is None:
            raise Http404
        shares = shares_of_cost(self.viewer, self.period, told.reference)
        context = {
            **self.stamp(),
            **self.steps(told, self.period, 2, shares),
            "title": _("Why %(amount)s?") % {"amount": minor(told.own.share_minor, self.currency)},
            "opening": opening_of_share(told, self.currency),
            "back_url": self.url("statement", self.month, self.key),
            "back_label": f"{self.total_row.name}, {month_name(self.month)}",
            "change_told": self.change_told(),
            "run": self.period.current_run,
            "progress": self.progress(self.request.path),
            "differs": shares.get(self.key, 0) != told.own.share_minor,
        }
        return self.page("billing/why.html", context)


def term_sentence(told: engine.Why) -> str:
    scope = " / ".join(part for part in (told.term_application, told.term_cost_type) if part)
    return _("Under “%(agreement)s”, the term for %(scope)s divides it by “%(key)s” among %(payers)s.") % {
        "agreement": told.term.agreement,
        "scope": scope or _("all that has no narrower one"),
        "key": told.key.name,
        "payers": payers_of(told),
    }


def payers_of(told: engine.Why) -> str:
    """The group that pays; a cost without an application has no users, and all members pay it."""
    if told.term.payers == Term.Payers.SUBSCRIBERS and not told.application:
        return _("all members, as it is for the cooperation as a whole")
    return str(Term.Payers(told.term.payers).label)


def component(part: engine.ComponentPart) -> dict[str, Any]:
    """One component in words: what is counted, and when it is read."""
    reading = part.reading
    return {
        "part": part,
        "name": component_name(part),
        "rule": Component.Rule(part.rule).label if part.rule else "",
        "read_on": day(reading.reference_on) if reading else None,
        "source": source_of(reading) if reading else "",
    }


def source_of(reading: ReadingFact) -> str:
    """Where a reading comes from, and whether the cooperation has entered it for itself."""
    source = addresses_linked(reading.source)
    return format_html("{} ({})", source, _("own figure")) if reading.is_own else source


def readings(told: engine.Why) -> list[dict[str, Any]]:
    """For each component by a driver, the readings of all payers."""
    return [
        {
            "name": own.driver,
            "rows": [
                {
                    "name": payer.name,
                    "numerator": payer.parts[place].numerator,
                    "read_on": day(reading.reference_on),
                    "source": source_of(reading),
                }
                for payer in told.payers
                for reading in [payer.parts[place].reading]
                if reading
            ],
            "total": own.denominator,
        }
        for place, own in enumerate(told.own.parts)
        if own.reading and not own.was_zero
    ]
