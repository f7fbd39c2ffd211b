"""Keys, what they come to, and the adoption of new versions."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.forms import (
    ExampleForm,
    KeyForm,
)
from agreements.models import Key, KeyVersion, Term
from agreements.portal import (
    NO_WEIGHTS,
    notice_in_words,
    odd_part_in_words,
    payers_in_words,
    scope_in_words,
    version_in_words,
)
from agreements.reports import Departures, Outcome, outcome_of
from agreements.tables import KeyTable
from agreements.views.key_versions import ByCode, KeyVersionWithdraw
from municipalities.portal import (
    FormPage,
    ListPage,
    listed,
)
from sharedict.common.cells import addresses_linked
from sharedict.common.days import date_format
from sharedict.common.figures import NOTHING, aligned, count, money
from sharedict.kernel.money import to_minor

EXAMPLE = Decimal("1000.00")
"""The cost that the page of a key divides, unless another is asked for."""


class Keys(ListPage):
    model = Key
    table_class = KeyTable
    title = gettext_lazy("Keys")
    lead = gettext_lazy(
        "The rules that divide costs. A key is not edited: it gets a new version from a day on."
    )
    add_name = "key-add"
    add_label = gettext_lazy("Add a key")
    api_name = "v1:keys-list"

    def queryset(self) -> QuerySet[Any]:
        rows = Key.objects.visible_to(self.request.user).of(self.cooperation)
        return rows.with_version_on(timezone.localdate())


class KeyAdd(FormPage):
    form_class = KeyForm
    title = gettext_lazy("Add a key")
    lead = gettext_lazy("Its name first; how it divides comes on the next page.")
    done_name = "keys"
    said = gettext_lazy("Added. Say now how it divides.")

    def done_url(self, row: Key) -> str:
        return self.url("key-version-add", row.code)


class KeyPage(ByCode):
    """A key: the version in force and what it would charge, the terms that use it, its history."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        key, today, currency = self.row(), timezone.localdate(), self.cooperation.currency
        history = list(key.versions.for_listing().order_by("-valid_from"))
        version = next((each for each in history if each.holds_on(today)), None)
        terms = list(Term.objects.of(self.cooperation).lasting(today).filter(key=key).for_listing())
        actions, left = [], Departures(self.cooperation, today)
        if self.rights.may_edit:
            url = self.url("key-version-add", key.code)
            actions.append({"url": url, "label": _("New version"), "primary": True})
        context = {
            "key": key,
            "currency": currency,
            "current": version,
            "actions": actions,
            "words": version_in_words(version, currency) if version else [],
            "history": [
                (
                    each,
                    version_in_words(each, currency),
                    self.rights.may_edit and not KeyVersionWithdraw.why_kept(each),
                )
                for each in history
            ],
            "terms": [(term, scope_in_words(term), payers_in_words(term)) for term in terms],
            "odd_parts": [odd_part_in_words(part, today) for part in left.odd_parts(key)],
            "today": today,
        }
        if version:
            context |= self.outcome(version, today, terms)
            before = next((each for each in history if each.valid_from < version.valid_from), None)
            context["opening"] = {
                **self.figure(context["outcome"], self.cost_in_words(version, context)),
                **self.opening(version, before, context["outcome"], len(terms)),
            }
        elif history:
            context["opening"] = self.not_in_force(history, today)
        return self.page("agreements/key_detail.html", context)

    def not_in_force(self, history: Sequence[KeyVersion], today: dt.date) -> dict[str, Any]:
        """From when the next version holds, or since when none does; ``history`` is newest first."""
        ahead = [each for each in history if each.valid_from > today]
        version, label = (ahead[-1], _("Holds from")) if ahead else (history[0], _("No version holds since"))
        day = version.valid_from if ahead else version.valid_until
        said = " ".join(_ended(line) for line in version_in_words(version, self.cooperation.currency))
        return {
            "label": label,
            "value": date_format(day, "j F Y") if day else NOTHING,
            "sentences": [{"bold": _("Version %(number)s:") % {"number": version.number}, "text": said}],
        }

    def opening(
        self, version: KeyVersion, before: KeyVersion | None, outcome: Outcome, terms: int
    ) -> dict[str, Any]:
        """Since when, and as who decided it."""
        words = {
            "number": version.number,
            "since": date_format(version.valid_from, "j F Y"),
            "day": date_format(version.decided_on, "j F Y"),
            "decision": version.decision,
        }
        pay = [payer for payer in outcome.payers if payer.percent is None or payer.percent > 0]
        sentences = [
            {
                "bold": _("Version %(number)s, since %(since)s:") % words,
                "text": _("decided %(day)s, %(decision)s.") % words,
            }
        ]
        if before and before.valid_until == version.valid_from:
            said = " ".join(_ended(line) for line in version_in_words(before, self.cooperation.currency))
            sentences.append({"text": _("Before that: %(said)s") % {"said": said}})
        return {
            "sentences": sentences,
            "facts": [
                {"label": _("Members who pay"), "value": count(len(pay))},
                {"label": _("Terms that use it"), "value": count(terms)},
            ],
        }

    def figure(self, outcome: Outcome, cost: str) -> dict[str, Any]:
        """The percentage that the reader's own pay, else the largest; none where the key gives none."""
        paying = [payer for payer in outcome.payers if payer.percent is not None]
        words = {"cost": cost}
        if not paying:
            return {"label": _("Of %(cost)s the key divides") % words, "value": _("nothing")}
        own = [payer for payer in paying if payer.municipality.pk in self.rights.municipality_ids]
        percent = max(payer.percent or Fraction(0) for payer in own or paying)
        most = [payer.municipality.name for payer in own or paying if payer.percent == percent]
        words |= {"name": most[0], "count": count(len(most))}
        if own and len(most) == 1:
            label = _("%(name)s pays of %(cost)s, if every member pays")
        elif own and len(most) == len(own) < len(paying):
            words["names"] = listed(most)
            label = _("%(names)s each pay of %(cost)s, if every member pays")
        elif len(most) == len(paying):
            label = _("Each member pays of %(cost)s, if all do")
        elif len(most) == 1:
            label = _("%(name)s pays most of %(cost)s, if every member pays")
        else:
            label = _("%(count)s members each pay most of %(cost)s, if every member pays")
        return {"label": label % words, "value": aligned(percent).removesuffix("\u00a0%"), "unit": "%"}

    def cost_in_words(self, version: KeyVersion, example: dict[str, Any]) -> str:
        """The cost that is divided; how large it is counts where everybody pays a base amount."""
        words = {"month": date_format(example["outcome"].month.first, "F Y")}
        if not version.base_amount:
            return _("a cost of %(month)s") % words
        words["amount"] = money(example["amount"], self.cooperation.currency)
        return _("%(amount)s in %(month)s") % words

    def outcome(self, version: KeyVersion, today: dt.date, terms: list[Term]) -> dict[str, Any]:
        """What ``version`` would charge of the amount asked for; days count as its terms say, or as asked."""
        by_days = [term.by_days for term in terms if term.valid_from <= today]
        usual = {"amount": EXAMPLE, "counted": "days" if by_days and all(by_days) else "month"}
        asked = {name: self.request.GET.get(name) or value for name, value in usual.items()}
        form = ExampleForm(asked, currency=self.cooperation.currency)
        form.is_valid()
        found = {**usual, **form.cleaned_data}
        outcome = outcome_of(
            version,
            self.cooperation,
            today,
            amount_minor=to_minor(found["amount"]),
            by_days=found["counted"] == "days",
        )
        weights = [weight for payer in outcome.payers for weight in payer.weights]
        places = {payer.municipality.key: payer.municipality.name for payer in outcome.payers}
        drivers = {part.driver.code: part.driver.label for part in version.components.all() if part.driver}
        why, to_do, page = NO_WEIGHTS.get(outcome.reason, ("", "", ""))
        return {
            "outcome": outcome,
            "own": self.own,
            "payers": sorted(outcome.payers, key=lambda payer: payer.municipality.key not in self.own),
            "example": form,
            "amount": found["amount"],
            "why": why,
            "to_do": to_do,
            "to_do_url": self.url(page) if page and self.rights.may_edit else "",
            "notices": [
                notice_in_words(
                    notice,
                    version.key.name if notice.code == "no_fixed_part" else drivers[notice.about],
                    places,
                )
                for notice in outcome.notices
            ],
            "has_driver": any(weight.read_on for weight in weights),
            "sources": [
                addresses_linked(said)
                for said in sorted({f"{each.label}: {each.source}" for each in weights if each.source})
            ],
        }


def _ended(said: str) -> str:
    return said if said.endswith(".") else f"{said}."
