"""Who does what about applications, and what each municipality is to the personal data in them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from municipalities.models import Municipality
from municipalities.portal import ChangePage, DeletePage, ListPage
from services.forms import DataProtectionForm, OfApplicationFilter, TaskForm
from services.models import DataProtection, Task
from services.tables import DataProtectionTable, TaskTable
from services.views.for_application import ForApplication


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

    form_class = DataProtectionForm
    title = _("Data protection of a municipality")
    done_name = "data-protection"
    said = _("Added.")

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
