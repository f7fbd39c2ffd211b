"""A cost that nothing divides in a month: why, what to do about it, and the term that divides it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Key, Term
from agreements.views.terms import PRECEDENCE, SaveTerm
from billing.models import Cost
from billing.reports import Names, names_of
from billing.reports.undivided import (
    names_key,
    names_whom,
    undivided_in,
    what_to_do,
    why_in_words,
    with_names,
)
from billing.views.pictures import month_name, whole_name
from municipalities.portal import Change, CooperationPage
from sharedict.common.figures import money
from sharedict.kernel.periods import Month


class UndividedPage(CooperationPage):
    """A page that names costs which nothing divides, with what to do about each."""

    @cached_property
    def all_names(self) -> Names:
        return names_of(self.cooperation, ())

    @property
    def names(self) -> Mapping[str, str]:
        """Those that are, were or will be members, by country and code."""
        return self.all_names.places

    @property
    def key_names(self) -> Mapping[str, str]:
        return self.all_names.keys

    def detail(self, reason: str, detail: str) -> str:
        """What stands beside ``reason``, with names in place of codes."""
        if names_key(reason):
            return self.key_names.get(detail, detail)
        return with_names(detail, self.names) if names_whom(reason) else detail

    def mend_url(self, reason: str, detail: str, month: Month, reference: str, application: str) -> str:
        """Where a cost is made to be divided, filled in for it; empty where the reader may not."""
        _to_do, page = what_to_do(reason)
        if not (page and self.rights.may_edit):
            return ""
        if page == "term-add":
            return self.url("cost-divide", month, reference)
        if names_key(reason) and detail in self.key_names:
            return self.url("key-version-add", detail)
        if page == "subscriptions" and application:
            asked = urlencode({"application": application, "from": month.first.isoformat()})
            return f"{self.url('subscription-add')}?{asked}"
        return self.url(page)


class CostDivide(UndividedPage, SaveTerm):
    """A term for a cost that none divides in a month; saved only where the cost is then divided."""

    title = gettext_lazy("Divide a cost")

    @property
    def month(self) -> Month:
        month: Month = self.kwargs["month"]
        return month

    @cached_property
    def cost(self) -> Cost:
        rows = Cost.objects.visible_to(self.viewer).of(self.cooperation)
        found = rows.touching(self.month.first, self.month.after).select_related("application", "cost_type")
        cost = found.filter(reference=self.kwargs["reference"]).first()
        if cost is None:
            raise Http404
        cost.cooperation = self.cooperation
        return cost

    @property
    def lead(self) -> str:
        """Which cost it is, and what a term does."""
        cost = self.cost
        words = {
            "what": cost.description,
            "amount": money(cost.amount, cost.currency),
            "application": whole_name(cost.application.name if cost.application else ""),
            "type": cost.cost_type.name,
            "month": month_name(self.month),
        }
        said = (
            _("“%(what)s”, %(amount)s, %(application)s, %(type)s: no term divides it in %(month)s.") % words
        )
        return f"{said} {PRECEDENCE}"

    def respond(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and not self.reason():
            messages.info(request, _("%(what)s is divided already.") % {"what": self.cost.reference})
            return redirect(self.done_url(None))
        return super().respond(request, *args, **kwargs)

    def reason(self) -> str:
        """Why nothing divides the cost in the month, by the rows as they are; empty where something does."""
        return undivided_in(self.cooperation, self.cost, [self.month]).get(self.month, "")

    def form_arguments(self) -> dict[str, Any]:
        """From the cost's first month until a later term for the same; key and agreement if there is one."""
        cost, start = self.cost, Month.of(self.cost.starts_on).first
        terms = Term.objects.of(self.cooperation)
        same = terms.filter(application=cost.application, cost_type=cost.cost_type, valid_from__gt=start)
        later = same.order_by("valid_from").first()
        initial: dict[str, Any] = {
            "application": cost.application,
            "cost_type": cost.cost_type,
            "valid_from": start,
            "valid_until": later.valid_from if later else None,
            "payers": Term.Payers.SUBSCRIBERS if cost.application else Term.Payers.MEMBERS,
        }
        for name, rows in (
            ("key", Key.objects.of(self.cooperation)),
            ("agreement", Agreement.objects.of(self.cooperation).as_of(start)),
        ):
            found = list(rows[:2])
            initial[name] = found[0] if len(found) == 1 else None
        return {"initial": initial}

    def checked_changes(self, form: Any) -> Sequence[Change]:
        """Before anything is asked, saving it is tried and taken back: nobody is asked about a vain term."""
        changes = super().checked_changes(form)
        trial = self.form(self.request.POST)
        with transaction.atomic():
            if trial.is_valid():
                self.save(trial)
            transaction.set_rollback(True)
        return changes

    def save(self, form: Any) -> Term:
        """Raises ValidationError, which takes the term back, where nothing divides the cost even so."""
        term = super().save(form)
        if reason := self.reason():
            to_do, _page = what_to_do(reason)
            raise ValidationError(
                _("Nothing is saved: with this term, too, nothing would divide the cost. %(why)s %(to_do)s.")
                % {"why": why_in_words(reason), "to_do": to_do}
            )
        return term

    def done(self, row: Term) -> HttpResponse:
        words = {"what": self.cost.reference, "key": row.key, "month": month_name(self.month)}
        self.say(_("“%(key)s” divides %(what)s in %(month)s.") % words)
        return redirect(self.done_url(row))

    def done_url(self, row: Term | None) -> str:
        return self.url("period", self.month)

    def context(self, form: Any) -> dict[str, Any]:
        return {
            **super().context(form),
            "submit_label": _("Save it all the same") if self.effect.mark else _("Divide the cost"),
            "cancel_url": self.done_url(None),
        }
