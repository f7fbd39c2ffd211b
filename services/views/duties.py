"""Who does what about applications, and what each municipality is to the personal data in them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from municipalities.actions import save_row
from municipalities.models import Municipality
from municipalities.portal import ChangePage, DeletePage, ListPage, SeveralPage
from services.forms import DataProtectionAddForm, DataProtectionForm, OfApplicationFilter, TaskForm
from services.models import DataProtection, Task
from services.tables import DataProtectionTable, TaskTable
from services.views.for_application import ForApplication

TERMS = ("role", "agreement", "signed_on", "sub_processors", "review_on")
"""What may be the same of several municipalities."""


class Tasks(ListPage):
    model = Task
    table_class = TaskTable
    filterset_class = OfApplicationFilter
    title = _("Who does what")
    lead = _("What the cooperation, each municipality and the supplier do, task by task.")
    add_name = "task-add"
    add_label = _("Add a task")
    api_name = "v1:tasks-list"


class TaskAdd(ForApplication):
    form_class = TaskForm
    title = _("Add a task")
    done_name = "tasks"
    said = _("Added.")


class TaskChange(ChangePage):
    other_steps = (("task-delete", _("Remove")),)
    model = Task
    form_class = TaskForm
    title = _("Change a task")
    done_name = "tasks"


class TaskDelete(DeletePage):
    model = Task
    done_name = "tasks"


class DataProtectionList(ListPage):
    several_name = "data-protection-several"
    model = DataProtection
    table_class = DataProtectionTable
    filterset_class = OfApplicationFilter
    title = _("Data protection")
    lead = _("What each municipality is to the personal data in an application, and on what terms.")
    add_name = "data-protection-add"
    add_label = _("Tell of a municipality")
    api_name = "v1:data-protection-list"


class DataProtectionAdd(ForApplication):
    """``?municipality=<number>`` fills it in too."""

    form_class = DataProtectionAddForm
    title = _("Data protection of a municipality")
    done_name = "data-protection"
    said = _("Added.")

    def save(self, form: Any) -> Any:
        row = super().save(form)
        terms = {name: getattr(row, name) for name in ("cooperation", "application", *TERMS)}
        for place in form.cleaned_data["also"]:
            save_row(row=DataProtection(municipality=place, **terms), by=self.request.user)
        return row

    def form_arguments(self) -> dict[str, Any]:
        found, asked = super().form_arguments(), self.request.GET.get("municipality", "")
        if asked.isascii() and asked.isdigit() and len(asked) < 19:
            places = Municipality.objects.ever_in(self.cooperation)
            found["initial"]["municipality"] = places.filter(pk=asked).first()
        return found


class DataProtectionChange(ChangePage):
    other_steps = (("data-protection-delete", _("Remove")),)
    model = DataProtection
    form_class = DataProtectionForm
    title = _("Change data protection")
    done_name = "data-protection"


class DataProtectionDelete(DeletePage):
    model = DataProtection
    done_name = "data-protection"


class DataProtectionSeveral(SeveralPage):
    list_page = DataProtectionList
    change_page = DataProtectionChange
    list_name = "data-protection"
    fields = TERMS
