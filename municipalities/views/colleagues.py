"""Who works with what is shared, and when they are away; not who signs in: those are people and roles."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import forget_colleague, remove_colleague
from municipalities.forms import AbsenceFilter, AbsenceForm, ColleagueFilter, ColleagueForm
from municipalities.models import Absence, Colleague
from municipalities.portal import ChangePage, EffectMixin, EndPage, FormPage, ListPage, RowMixin, WithdrawPage
from municipalities.tables import AbsenceTable, ColleagueTable


class Colleagues(ListPage):
    model = Colleague
    table_class = ColleagueTable
    filterset_class = ColleagueFilter
    title = gettext_lazy("Colleagues")
    lead = gettext_lazy("Who works with what is shared. Who may sign in here stands under Administration.")
    add_name = "colleague-add"
    add_label = gettext_lazy("Add a colleague")
    api_name = "v1:colleagues-list"


class ColleagueAdd(FormPage):
    form_class = ColleagueForm
    title = gettext_lazy("Add a colleague")
    lead = gettext_lazy("Members of the cooperation see this, and nobody else.")
    done_name = "colleagues"
    said = gettext_lazy("Added. Say next what they can run.")

    def form_arguments(self) -> dict[str, Any]:
        return {"initial": {"valid_from": timezone.localdate()}}


class ColleagueChange(ChangePage):
    other_steps = (
        ("colleague-end", gettext_lazy("End")),
        ("colleague-forget", gettext_lazy("Forget")),
        ("colleague-delete", gettext_lazy("Remove")),
    )
    model = Colleague
    form_class = ColleagueForm
    title = gettext_lazy("Change a colleague")
    done_name = "colleagues"


class ColleagueEnd(EndPage):
    model = Colleague
    done_name = "colleagues"


class ColleagueWithdraw(WithdrawPage):
    model = Colleague
    done_name = "colleagues"

    def remove(self, row: Any) -> None:
        remove_colleague(colleague=row, by=self.request.user)


class ColleagueForget(RowMixin, EffectMixin):
    """Asks once, then erases who a colleague is."""

    model = Colleague

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row()
        context = {
            "title": _("Forget %(what)s?") % {"what": row},
            "lead": _("This cannot be undone."),
            "consequences": [
                _("Name, telephone, e-mail and work are erased, in the change log too."),
                _("What they could run, when they were away and on call stays, and names nobody."),
                _("From today on they are not counted as there."),
                _("A sign-in of theirs stays: an operator forgets that."),
            ],
            "confirm_label": _("Forget %(what)s") % {"what": row},
            "cancel_url": self.url("colleagues"),
        }
        return self.page("components/confirm_page.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        forget_colleague(colleague=self.row(), by=request.user)
        self.say(_("They are forgotten."))
        return redirect(self.url("colleagues"))


class Absences(ListPage):
    model = Absence
    table_class = AbsenceTable
    filterset_class = AbsenceFilter
    title = gettext_lazy("Absences")
    lead = gettext_lazy("When colleagues are away; why is nobody's business here.")
    add_name = "absence-add"
    add_label = gettext_lazy("Add an absence")
    api_name = "v1:absences-list"


class AbsenceAdd(FormPage):
    form_class = AbsenceForm
    title = gettext_lazy("Add an absence")
    lead = gettext_lazy("Only the days: no reason is kept.")
    done_name = "absences"
    said = gettext_lazy("Added.")

    def form_arguments(self) -> dict[str, Any]:
        return {"initial": {"valid_from": timezone.localdate()}}


class AbsenceChange(ChangePage):
    other_steps = (("absence-end", gettext_lazy("End")), ("absence-delete", gettext_lazy("Remove")))
    model = Absence
    form_class = AbsenceForm
    title = gettext_lazy("Change an absence")
    done_name = "absences"


class AbsenceEnd(EndPage):
    model = Absence
    done_name = "absences"


class AbsenceWithdraw(WithdrawPage):
    model = Absence
    done_name = "absences"
