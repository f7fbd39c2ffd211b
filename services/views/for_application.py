"""A form about one application."""

from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date

from municipalities.portal import (
    FormPage,
)
from services.models import Application


class ForApplication(FormPage):
    """A form that ``?application=<code>&from=<day>`` fills in; it goes back to that application's page."""

    def form_arguments(self) -> dict[str, Any]:
        try:
            day = parse_date(self.request.GET.get("from", ""))
        except ValueError:
            day = None
        return {"initial": {"application": self.asked_for(), "valid_from": day or timezone.localdate()}}

    def asked_for(self) -> Application | None:
        code = self.request.GET.get("application", "")
        found = Application.objects.of(self.cooperation).filter(code=code) if code.isprintable() else None
        return found.first() if found else None

    def done_url(self, row: Any) -> str:
        asked_for = self.asked_for()
        return self.url("application", asked_for.code) if asked_for else self.url(self.done_name)

    def context(self, form: Any) -> dict[str, Any]:
        return {**super().context(form), "cancel_url": self.done_url(None)}
