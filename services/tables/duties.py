"""Who does what, and data protection."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from municipalities.portal import DATE, RowTable, page_of


class TaskTable(RowTable):
    row_page = ("task-change", _("Change"))
    empty_action = _("Add a task")
    application = tables.Column(_("Application"), linkify=page_of("application", "application__code"))
    what = tables.Column(_("Task"))
    done_by = tables.Column(_("Done by"))
    note = tables.Column(_("Note"), orderable=False)

    empty_title = _("No tasks yet")

    class Meta:
        order_by = "application"
        empty_text = _("Say what the cooperation, each municipality and the supplier do.")


class DataProtectionTable(RowTable):
    row_page = ("data-protection-change", _("Change"))
    empty_action = _("Tell of a municipality")
    application = tables.Column(_("Application"), linkify=page_of("application", "application__code"))
    municipality = tables.Column(_("Municipality"), accessor="municipality__name")
    board = tables.Column(_("Board"))
    role = tables.Column(_("Role"))
    agreement = tables.Column(_("Agreement"))
    signed_on = tables.Column(_("Signed"), attrs=DATE)
    sub_processors = tables.Column(_("Sub-processors"), orderable=False)
    review_on = tables.Column(_("To be reviewed"), attrs=DATE)

    empty_title = _("Nothing told of data protection yet")

    class Meta:
        order_by = ("application", "municipality")
        empty_text = _("Tell what each municipality is to the personal data in an application.")
