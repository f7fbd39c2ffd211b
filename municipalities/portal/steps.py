"""Pages that add or change one row."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import save_row, validate_row
from municipalities.portal.effect_pages import EffectMixin, is_fact, stored
from municipalities.portal.endings import DeletePage
from municipalities.portal.forms import refuse
from municipalities.portal.hooks import Change, may_preview
from municipalities.portal.pages import RowMixin


class FormPage(EffectMixin):
    """A form whose POST calls one action; what the action refuses is shown at its field, nothing is lost.

    ``form_class`` is built with ``cooperation`` and, when changing, ``instance``. After saving it goes on to
    ``done_name``, and says ``said`` and what became of shares. ``submit_label`` names what the button does,
    where that is not saving.
    """

    form_class: ClassVar[type[forms.BaseForm]]
    template_name = "components/form_page.html"
    title: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    submit_label: ClassVar[Any] = ""
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
            "preview": self.preview,
            "may_show": may_preview(getattr(form, "instance", None)),
            "submit_label": _("Save it all the same") if self.effect.mark else self.submit_label,
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
