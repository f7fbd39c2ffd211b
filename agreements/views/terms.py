"""Agreements, cost types, and the terms that say which key divides which cost."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.actions import named_otherwise, refuse_nobody_named, save_term
from agreements.forms import (
    AgreementForm,
    CostTypeForm,
    TermFilter,
    TermForm,
)
from agreements.models import Agreement, CostType, Key, Term
from agreements.portal import payers_in_words, scope_in_words, still_named, still_subscribes
from agreements.reports import Departures
from agreements.tables import AgreementTable, CostTypeTable, TermTable
from municipalities.portal import (
    Change,
    ChangePage,
    DeletePage,
    EndPage,
    FormPage,
    ListPage,
    RowMixin,
    WithdrawPage,
    next_month,
)
from services.models import Application
from sharedict.common.days import date_format

PRECEDENCE = gettext_lazy(
    "The narrowest term wins: application and cost type, then application, then cost type, "
    "then everything else."
)

LONGEST_NUMBER = 10
"""No row has a primary key of so many digits."""


class Agreements(ListPage):
    model = Agreement
    table_class = AgreementTable
    title = gettext_lazy("Agreements")
    lead = gettext_lazy("What the members have agreed. The date to act on is the last day to give notice.")
    add_name = "agreement-add"
    add_label = gettext_lazy("Add an agreement")
    api_name = "v1:agreements-list"

    def queryset(self) -> QuerySet[Any]:
        """Those that run out come first, in the order in which they do."""
        return super().queryset().order_by("valid_until", "name")


class AgreementPage(RowMixin):
    """What one agreement says, and the terms that stand in it, those that have ended too."""

    model = Agreement

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        agreement = self.row()
        terms = Term.objects.of(self.cooperation).filter(agreement=agreement).for_listing()
        actions = []
        if self.rights.may_edit:
            url = self.url("agreement-change", agreement.pk)
            actions.append({"url": url, "label": _("Change"), "primary": True})
        context = {
            "agreement": agreement,
            "actions": actions,
            "facts": [
                (_("Decision"), agreement.decision),
                (_("From"), date_format(agreement.valid_from, "j F Y")),
                (_("Last day"), _day_in_words(agreement.last_day)),
                (_("Notice, months"), agreement.notice_months),
                (_("Notice by"), _day_in_words(agreement.notice_by)),
            ],
            "terms": [
                (term, scope_in_words(term), payers_in_words(term))
                for term in terms.order_by("-valid_from", "pk")
            ],
        }
        return self.page("agreements/agreement_detail.html", context)


def _day_in_words(day: dt.date | None) -> str:
    return date_format(day, "j F Y") if day else ""


class AgreementAdd(FormPage):
    form_class = AgreementForm
    title = gettext_lazy("Add an agreement")
    done_name = "agreements"
    said = gettext_lazy("Added. Say next in its terms which key divides which cost.")


class AgreementChange(ChangePage):
    other_steps = (("agreement-end", gettext_lazy("End")), ("agreement-delete", gettext_lazy("Remove")))
    model = Agreement
    form_class = AgreementForm
    title = gettext_lazy("Change an agreement")
    done_name = "agreements"


class AgreementEnd(EndPage):
    model = Agreement
    done_name = "agreements"


class AgreementWithdraw(WithdrawPage):
    model = Agreement
    done_name = "agreements"


class CostTypes(ListPage):
    model = CostType
    table_class = CostTypeTable
    title = gettext_lazy("Cost types")
    lead = gettext_lazy("Kinds of cost that terms can tell apart.")
    add_name = "cost-type-add"
    add_label = gettext_lazy("Add a cost type")
    api_name = "v1:cost-types-list"


class CostTypeAdd(FormPage):
    form_class = CostTypeForm
    title = gettext_lazy("Add a cost type")
    done_name = "cost-types"
    said = gettext_lazy("Added.")


class CostTypeChange(ChangePage):
    other_steps = (("cost-type-delete", gettext_lazy("Remove")),)
    model = CostType
    form_class = CostTypeForm
    title = gettext_lazy("Change a cost type")
    done_name = "cost-types"


class CostTypeDelete(DeletePage):
    model = CostType
    done_name = "cost-types"


class Terms(ListPage):
    model = Term
    table_class = TermTable
    filterset_class = TermFilter
    title = gettext_lazy("Terms")
    lead = PRECEDENCE
    add_name = "term-add"
    add_label = gettext_lazy("Add a term")
    api_name = "v1:terms-list"
    template_name = "agreements/terms.html"

    def context(self, table: Any, found: Any) -> dict[str, Any]:
        return {**super().context(table, found), "forgotten": self.forgotten()}

    def forgotten(self) -> list[dict[str, str]]:
        """What those who have left still stand in, each with where to end it."""
        rows = []
        for each in Departures(self.cooperation, timezone.localdate()).forgotten():
            for row in each.subscriptions:
                said = still_subscribes(each, str(row.application))
                rows.append({"text": said, "url": self.url("subscription-end", row.pk), "label": _("End it")})
            for term in each.terms:
                said = still_named(each, scope_in_words(term))
                rows.append({"text": said, "url": self.url("term-change", term.pk), "label": _("Change it")})
        return rows


class SaveTerm(FormPage):
    form_class = TermForm
    done_name = "terms"

    def save(self, form: Any) -> Term:
        named = list(form.cleaned_data["named"])
        return save_term(term=form.save(commit=False), named=named, by=self.request.user)

    def checked_changes(self, form: Any) -> Sequence[Change]:
        """With the municipalities that it names, which stand beside its columns."""
        chosen = list(form.cleaned_data["named"])
        refuse_nobody_named(form.instance, chosen)
        [change] = super().checked_changes(form)
        more = ("named",) if named_otherwise(form.instance, chosen) else ()
        return [replace(change, more=more, parts=chosen)]


class TermAdd(SaveTerm):
    title = gettext_lazy("Add a term")
    lead = PRECEDENCE

    def form_arguments(self) -> dict[str, Any]:
        """Filled in for ``?application=<code>``, ``?key=<code>`` or ``?agreement=<pk>``."""
        initial: dict[str, Any] = {"valid_from": next_month(timezone.localdate())}
        for name, model in (("application", Application), ("key", Key)):
            code, rows = self.request.GET.get(name, ""), model.objects.of(self.cooperation)
            initial[name] = rows.filter(code=code).first() if code.isprintable() else None
        number = self.request.GET.get("agreement", "")
        if number.isascii() and number.isdecimal() and len(number) < LONGEST_NUMBER:
            initial["agreement"] = Agreement.objects.of(self.cooperation).filter(pk=number).first()
        return {"initial": initial}


class TermChange(SaveTerm, ChangePage):
    other_steps = (("term-end", gettext_lazy("End")), ("term-delete", gettext_lazy("Remove")))
    model = Term
    title = gettext_lazy("Change a term")


class TermEnd(EndPage):
    model = Term
    done_name = "terms"


class TermWithdraw(WithdrawPage):
    model = Term
    done_name = "terms"
