"""Pages that end or remove one row."""

import datetime as dt
from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models import ProtectedError
from django.db.models.deletion import Collector
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import (
    check_withdrawal,
    delete_row,
    end_row,
    refuse_chosen,
    validate_row,
    withdraw_row,
)
from municipalities.portal.effect_pages import EffectMixin, as_shown, is_fact, stored
from municipalities.portal.forms import refuse
from municipalities.portal.hooks import Change, may_preview, preview_of
from municipalities.portal.pages import RowMixin
from sharedict.common.days import DayInput, LastDayField

IN_THE_WAY = gettext_lazy("Somebody else saved something that stands in the way: try again.")


class EndForm(forms.Form):
    """When something stops holding."""

    valid_until = LastDayField(help_text=gettext_lazy("The last day it holds."), widget=DayInput())


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
        on = row.valid_until or next_month(timezone.localdate())
        self.show_first(row, on)
        return self.show(row, EndForm(initial={"valid_until": on}))

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
        except IntegrityError:
            form.add_error(None, str(IN_THE_WAY))
            return self.show(row, form, 409)
        self.say(_("%(what)s ends.") % {"what": row})
        return redirect(self.url(self.done_name))

    def show_first(self, row: Any, on: dt.date) -> None:
        """Let the question say what ending it on the day that is filled in would do."""
        if may_preview(row) and row.valid_from < on:
            ended = copy(row)
            ended.valid_until = on
            self.preview = preview_of(self.cooperation, [Change(stored(row), ended)])

    def show(self, row: Any, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "title": _("End %(what)s?") % {"what": row},
            "lead": _("It stays in the months up to that day. Change the date to undo this."),
            "consequences": self.consequences,
            "confirm_label": _("End %(what)s") % {"what": row},
            "cancel_url": self.url(self.done_name),
            "form": form,
            "effect": self.effect,
            "preview": self.preview,
            "may_show": may_preview(row),
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
        except IntegrityError:
            return self.show_refusal(row, str(IN_THE_WAY), 409)
        self.say(_("%(what)s is removed.") % {"what": row})
        return redirect(self.done_url(row))

    @classmethod
    def why_kept(cls, row: Any) -> str:
        """Why ``row`` cannot be removed as things are; empty where nothing stands in the way."""
        try:
            Collector(using=row._state.db).collect([row])
            refuse_chosen(row)
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
            "preview": self.preview,
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
