"""How pressing outages are: the cooperation's own table."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from municipalities.actions import lock_cooperation, save_row
from municipalities.portal import FormPage
from services.forms import SAVED, PriorityForm
from services.models import PriorityTable
from services.reports import table_of


class PriorityPage(FormPage):
    form_class = PriorityForm
    title = gettext_lazy("Priorities of outages")
    lead = gettext_lazy(
        "How pressing an outage is, by how wide and how urgent it is; and when word of it is due."
    )
    done_name = "outages"
    said = SAVED

    def form_arguments(self) -> dict[str, Any]:
        return {"table": table_of(self.cooperation.pk)}

    def save(self, form: PriorityForm) -> PriorityTable:
        lock_cooperation(self.cooperation.pk)
        row = PriorityTable.objects.of(self.cooperation).first()
        row = row or PriorityTable(cooperation=self.cooperation)
        row.matrix, row.minutes = form.table()
        try:
            return save_row(row=row, by=self.request.user)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
