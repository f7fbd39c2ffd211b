"""Moving an application to its next stage."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.portal import FormPage
from services.actions import move_application
from services.forms import MoveForm
from services.models import Application
from services.views.applications import ByCode


class ApplicationMove(ByCode, FormPage):
    """Says who still uses it, and moves it; one step back undoes it."""

    form_class = MoveForm
    title = gettext_lazy("Move to another stage")
    submit_label = gettext_lazy("Move it")
    done_name = "applications"
    said = gettext_lazy("Moved.")

    def form_arguments(self) -> dict[str, Any]:
        self.application = self.row()
        return {"application": self.application}

    def save(self, form: Any) -> Application:
        found = form.cleaned_data
        return move_application(
            application=self.application,
            to=found["lifecycle"],
            reason=found["reason"],
            by=self.request.user,
            now=timezone.now(),
            seen=found["seen"],
        )

    def done_url(self, row: Application) -> str:
        return self.url("application", row.code)

    def context(self, form: Any) -> dict[str, Any]:
        cancel_url = self.url("application", self.application.code)
        return {**super().context(form), "lead": self.now_said(), "cancel_url": cancel_url}

    def now_said(self) -> str:
        """What it is now, and who goes on using it whatever it becomes."""
        application = self.application
        using = application.subscriptions.as_of(timezone.localdate()).count()
        still = ngettext(
            "%(count)s municipality uses it: its subscription lasts until you end it.",
            "%(count)s municipalities use it: their subscriptions last until you end them.",
            using,
        )
        words = {"what": application, "stage": application.get_lifecycle_display()}
        said = [_("%(what)s is now: %(stage)s.") % words]
        return " ".join([*said, still % {"count": using}] if using else said)
