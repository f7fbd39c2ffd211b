"""Who can run what, and who is on call."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from municipalities.models import Colleague
from municipalities.portal import ChangePage, EndPage, ListPage, SeveralPage, WithdrawPage
from services.forms import CompetenceFilter, CompetenceForm, OnCallFilter, OnCallForm
from services.models import Competence, OnCall
from services.tables import CompetenceTable, OnCallTable
from services.views.for_application import ForApplication


class ForColleague(ForApplication):
    """A form that ``?colleague=<number>`` fills in too."""

    def form_arguments(self) -> dict[str, Any]:
        found = super().form_arguments()
        asked = self.request.GET.get("colleague", "")
        if asked.isascii() and asked.isdigit() and len(asked) < 19:
            found["initial"]["colleague"] = (
                Colleague.objects.usable_in(self.cooperation).filter(pk=asked).first()
            )
        return found


class Competences(ListPage):
    several_name = "competences-several"
    model = Competence
    table_class = CompetenceTable
    filterset_class = CompetenceFilter
    title = _("Competences")
    lead = _("How well each colleague knows an application. Who can run it or teach it is able.")
    add_name = "competence-add"
    add_label = _("Add a competence")
    api_name = "v1:competences-list"

    def more_actions(self) -> list[dict[str, Any]]:
        return [{"url": self.url("competence-matrix"), "label": _("As a matrix")}]


class CompetenceAdd(ForColleague):
    form_class = CompetenceForm
    title = _("Add a competence")
    done_name = "competences"
    said = _("Added.")


class CompetenceChange(ChangePage):
    other_steps = (("competence-end", _("End")), ("competence-delete", _("Remove")))
    model = Competence
    form_class = CompetenceForm
    title = _("Change a competence")
    lead = _("To say that somebody has learned more, end this and add another from the day after.")
    done_name = "competences"


class CompetenceEnd(EndPage):
    model = Competence
    done_name = "competences"


class CompetenceWithdraw(WithdrawPage):
    model = Competence
    done_name = "competences"


class OnCallList(ListPage):
    model = OnCall
    table_class = OnCallTable
    filterset_class = OnCallFilter
    title = _("On call")
    lead = _("Whom to reach outside office hours, for one application or for all that is shared.")
    add_name = "on-call-add"
    add_label = _("Add a turn")
    api_name = "v1:on-call-list"


class OnCallAdd(ForColleague):
    form_class = OnCallForm
    title = _("Add a turn on call")
    lead = _("One is on call for each thing at a time, and nobody who is away.")
    done_name = "on-call"
    said = _("Added.")


class OnCallChange(ChangePage):
    other_steps = (("on-call-end", _("End")), ("on-call-delete", _("Remove")))
    model = OnCall
    form_class = OnCallForm
    title = _("Change a turn on call")
    done_name = "on-call"


class OnCallEnd(EndPage):
    model = OnCall
    done_name = "on-call"


class OnCallWithdraw(WithdrawPage):
    model = OnCall
    done_name = "on-call"


class CompetencesSeveral(SeveralPage):
    list_page = Competences
    change_page = CompetenceChange
    list_name = "competences"
    fields = ("level", "valid_from", "valid_until")
