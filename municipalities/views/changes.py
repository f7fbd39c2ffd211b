from typing import Any

from django.utils.translation import gettext_lazy as _

from municipalities.access import Rights
from municipalities.forms import ChangeFilter
from municipalities.portal import TurnedListPage
from municipalities.tables import ChangeTable
from sharedict.audit.models import Entry


class ChangeLog(TurnedListPage):
    """For administrators and auditors."""

    model = Entry
    table_class = ChangeTable
    filterset_class = ChangeFilter
    title = _("Change log")
    lead = _("Who changed what, and when: each entry was written together with its change.")

    def is_allowed(self, rights: Rights) -> bool:
        return rights.sees_change_log

    def queryset(self) -> Any:
        return Entry.objects.filter(cooperation=self.cooperation).for_listing()
