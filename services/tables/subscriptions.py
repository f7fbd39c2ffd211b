"""Who uses what."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from municipalities.portal import DATE, CountColumn, LastDayColumn, RowTable, page_of


class SubscriptionTable(RowTable):
    row_page = ("subscription-change", _("Change"))
    empty_action = _("Add subscriptions")
    application = tables.Column(
        _("Application"),
        accessor="application__name",
        order_by="application",
        linkify=page_of("application", "application__code"),
    )
    code = tables.Column(_("Application code"), accessor="application__code")
    municipality = tables.Column(_("Municipality"), accessor="municipality__name")
    users = CountColumn(_("Users"))
    variant = tables.Column(_("Variant"), accessor="variant__name")
    accounting_code = tables.Column(_("Accounting code"))
    valid_from = tables.Column(_("From"), attrs=DATE)
    valid_until = LastDayColumn()

    at_choice = ("code", "variant")
    in_files = at_choice

    empty_title = _("No subscriptions yet")

    class Meta:
        order_by = ("application", "municipality")
        empty_text = _("Say who uses an application.")
