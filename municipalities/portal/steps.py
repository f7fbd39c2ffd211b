"""Pages that add, change, end or remove one row."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.db.models.deletion import Collector
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import check_withdrawal, delete_row, end_row, save_row, validate_row, withdraw_row
from municipalities.portal.far import far_days, far_in_words
from municipalities.portal.forms import refuse
from municipalities.portal.hooks import Change, ShareEffect, effect_of
from municipalities.portal.pages import EditorsOnly, LockMixin, RowMixin
from sharedict.audit.actions import column_values
from sharedict.common.days import DayInput


class EffectMixin(LockMixin, EditorsOnly):
    """A page whose POST may move shares: what reaches into closed months is told before it is saved.

    The form carries what was told, as ``told``. Where that is not what saving would do by now, it is told
    again; afterwards the message says what was done. Days that are far away are asked about in the same way.
    """

    effect = ShareEffect()
    in_bulk = False
    asks_about_days = True
    """Whether a person has written the days that are saved."""

    def is_told(self, changes: Sequence[Change]) -> bool:
        """Whether the person knows what ``changes`` do; sets ``effect``."""
        self.effect = effect_of(self.cooperation, changes, in_bulk=self.in_bulk) if changes else ShareEffect()
        today = timezone.localdate()
        if self.asks_about_days and (days := far_days(changes, today)):
            self.effect = self.effect.asking(far_in_words(days, today), " ".join(map(str, days)))
        return not self.effect.mark or self.effect.mark == self.request.POST.get("told")

    def say(self, done: str) -> None:
        tell = messages.warning if self.effect.is_problem else messages.success
        tell(self.request, f"{done} {self.effect.said}".strip())

    def is_as_shown(self, row: models.Model) -> bool:
        """Whether ``row`` is still as the question showed it, by its ``seen``; else says that it is not."""
        if self.request.POST.get("seen") in (None, as_shown(row)):
            return True
        messages.warning(self.request, _("It was changed meanwhile: look at it once more."))
        return False


def as_shown(row: models.Model) -> str:
    """What tells whether ``row`` has changed since a page showed it."""
    return hashlib.sha256(json.dumps(column_values(row), sort_keys=True).encode()).hexdigest()[:16]


def is_fact(row: object) -> bool:
    """Whether shares may depend on ``row``."""
    return hasattr(row, "touches")


def stored(row: models.Model) -> models.Model | None:
    """``row`` as it is in the database; None where it is new."""
    return type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None


class FormPage(EffectMixin):
    """A form whose POST calls one action; what the action refuses is shown at its field, nothing is lost.

    ``form_class`` is built with ``cooperation`` and, when changing, ``instance``. After saving it goes on to
    ``done_name``, and says ``said`` and what became of shares.
    """

    form_class: ClassVar[type[forms.BaseForm]]
    template_name = "components/form_page.html"
    title: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    done_name: ClassVar[str] = ""
    said: ClassVar[Any] = gettext_lazy("Saved.")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            if not self.is_told(self.checked_changes(form)):
                return self.show(form)
            with transaction.atomic():
                row = self.save(form)
        except ValidationError as error:
            refuse(form, error)
            return self.show(form, 422)
        except IntegrityError:
            form.add_error(None, _("Somebody else saved something that stands in the way: try again."))
            return self.show(form, 409)
        return self.done(row)

    def done(self, row: Any) -> HttpResponse:
        self.say(str(self.said))
        return redirect(self.done_url(row))

    def checked_changes(self, form: Any) -> Sequence[Change]:
        """What saving would change of what shares depend on; raises ValidationError for what it refuses."""
        row: Any = getattr(form, "instance", None)
        if not is_fact(row):
            return []
        self.check(row)
        return [Change(stored(row), row)]

    def check(self, row: Any) -> None:
        """Refuse what the action would refuse of ``row``; nothing is saved."""
        validate_row(row)

    def form(self, data: Any = None) -> Any:
        form_class: Any = self.form_class
        return form_class(data, cooperation=self.cooperation, **self.form_arguments())

    def form_arguments(self) -> dict[str, Any]:
        return {}

    def save(self, form: Any) -> Any:
        """The action; by default the plain saving of the row with the form's many-to-many choices."""
        return save_row(row=form.save(commit=False), by=self.request.user, chosen=form.chosen())

    def done_url(self, row: Any) -> str:
        return self.url(self.done_name)

    def shown_once(self, context: dict[str, Any]) -> HttpResponse:
        """A page with a ``secret`` that is kept nowhere, neither here nor in a cache."""
        response = self.page("municipalities/shown_once.html", context)
        add_never_cache_headers(response)
        return response

    def show(self, form: Any, status: int = 200) -> HttpResponse:
        return self.page(self.template_name, self.context(form), status)

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "title": self.title,
            "lead": self.lead,
            "form": form,
            "effect": self.effect,
            "submit_label": _("Save it all the same") if self.effect.mark else "",
            "cancel_url": self.url(self.done_name),
        }


class ChangePage(RowMixin, FormPage):
    """A form that changes one row, and ``other_steps``, (name, label) of each, that can be taken with it.

    Where the row cannot be removed, that step is not offered: the page says why.
    """

    other_steps: ClassVar[Sequence[tuple[str, Any]]] = ()

    def form_arguments(self) -> dict[str, Any]:
        return {"instance": self.row()}

    def context(self, form: Any) -> dict[str, Any]:
        steps, kept, row = [], "", stored(form.instance)
        for name, label in self.other_steps:
            url = self.url(name, form.instance.pk)
            page = resolve(url).func.view_class  # type: ignore[attr-defined]
            if row and issubclass(page, DeletePage) and (why := page.why_kept(row)):
                kept = why
            else:
                steps.append({"url": url, "label": label})
        lead = self.lead or str(form.instance)
        return {**super().context(form), "lead": lead, "actions": steps, "kept": kept}


class EndForm(forms.Form):
    """When something stops holding."""

    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"),
        help_text=gettext_lazy("The first day it no longer holds."),
        widget=DayInput(),
    )


class EndPage(RowMixin, EffectMixin):
    """Asks from which day a row no longer holds, and lets it end; undone by changing the date again."""

    title: ClassVar[Any] = gettext_lazy("End")
    done_name: ClassVar[str] = ""
    consequences: ClassVar[Sequence[Any]] = ()
    """What ending it does to money, in sentences."""
    template_name = "components/confirm_page.html"
    shown = ""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row()
        self.shown = as_shown(row)
        return self.show(
            row, EndForm(initial={"valid_until": row.valid_until or next_month(timezone.localdate())})
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row, form = self.row(), EndForm(request.POST)
        self.shown = as_shown(row)
        if not form.is_valid():
            return self.show(row, form, 422)
        if not self.is_as_shown(row):
            return self.show(row, form)
        before, row.valid_until = stored(row), form.cleaned_data["valid_until"]
        try:
            validate_row(row)
            if not self.is_told([Change(before, row)] if is_fact(row) else []):
                return self.show(row, form)
            end_row(row=row, on=form.cleaned_data["valid_until"], by=request.user)
        except ValidationError as error:
            refuse(form, error, self.model)
            return self.show(row, form, 422)
        self.say(_("%(what)s ends.") % {"what": row})
        return redirect(self.url(self.done_name))

    def show(self, row: Any, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "title": _("End %(what)s?") % {"what": row},
            "lead": _("It stays in the months before that day. Change the date to undo this."),
            "consequences": self.consequences,
            "confirm_label": _("End %(what)s") % {"what": row},
            "cancel_url": self.url(self.done_name),
            "form": form,
            "effect": self.effect,
            "seen": self.shown,
        }
        return self.page(self.template_name, context, status)


WHOLE_MONTH_IS_PAID = gettext_lazy(
    "A month in which it ends is still paid as a whole, except under terms that divide by days."
)


def used_by(error: ProtectedError) -> str:
    kinds = sorted({str(other._meta.verbose_name) for other in error.protected_objects})
    return _("It cannot be removed: it is used by %(kinds)s. End it instead.") % {"kinds": ", ".join(kinds)}


class DeletePage(RowMixin, EffectMixin):
    """Asks once, then removes a row that nothing depends on; says what depends on it where something does.

    What it does to closed months is part of the question.
    """

    done_name: ClassVar[str] = ""
    template_name = "components/confirm_page.html"
    asks_about_days = False

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row()
        if why := self.why_kept(row):
            return self.show_refusal(row, why, 200)
        self.is_told(self.changes(row))
        return self.show(row)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row()
        if why := self.why_kept(row):
            return self.show_refusal(row, why, 409)
        if not (self.is_told(self.changes(row)) and self.is_as_shown(row)):
            return self.show(row)
        try:
            self.remove(row)
        except ValidationError as error:
            return self.show_refusal(row, " ".join(error.messages), 409)
        except ProtectedError as error:
            return self.show_refusal(row, used_by(error), 409)
        self.say(_("%(what)s is removed.") % {"what": row})
        return redirect(self.done_url(row))

    @classmethod
    def why_kept(cls, row: Any) -> str:
        """Why ``row`` cannot be removed as things are; empty where nothing stands in the way."""
        try:
            Collector(using=row._state.db).collect([row])
        except ProtectedError as error:
            return used_by(error)
        return ""

    def changes(self, row: models.Model) -> Sequence[Change]:
        return [Change(row, None)] if is_fact(row) else []

    def remove(self, row: Any) -> None:
        """The action; what it refuses is said in place of the question."""
        delete_row(row=row, by=self.request.user)

    def done_url(self, row: Any) -> str:
        return self.url(self.done_name)

    def show(self, row: Any, status: int = 200) -> HttpResponse:
        context = {
            "title": _("Remove %(what)s?") % {"what": row},
            "lead": _("This cannot be undone. What it was stays in the change log."),
            "consequences": self.consequences(row),
            "confirm_label": _("Remove %(what)s") % {"what": row},
            "cancel_url": self.done_url(row),
            "effect": self.effect,
            "seen": as_shown(row),
        }
        return self.page(self.template_name, context, status)

    def show_refusal(self, row: Any, why: str, status: int) -> HttpResponse:
        context = {
            "title": _("%(what)s cannot be removed") % {"what": row},
            "lead": why,
            "cancel_url": self.done_url(row),
        }
        return self.page(self.template_name, context, status)

    def consequences(self, row: Any) -> list[str]:
        """What it does beside what ``effect`` warns of."""
        return []


class WithdrawPage(DeletePage):
    """Asks once, then removes a row that was a mistake; where a closed month needs it, it says which instead.

    What becomes of open months is part of the question.
    """

    @classmethod
    def why_kept(cls, row: Any) -> str:
        try:
            check_withdrawal(row)
        except ValidationError as error:
            return " ".join(error.messages)
        return super().why_kept(row)

    def remove(self, row: Any) -> None:
        withdraw_row(row=row, by=self.request.user)

    def consequences(self, row: Any) -> list[str]:
        return [self.effect.said] if self.effect.said else []


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after ``day``."""
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
