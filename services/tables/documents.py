"""Documents of applications."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from municipalities.portal import ADDRESS, DATE, RowTable, page_of


class DocumentTable(RowTable):
    row_page = ("document-change", _("Change"))
    empty_action = _("Add a document")
    application = tables.Column(_("Application"), linkify=page_of("application", "application__code"))
    title = tables.Column(_("Title"))
    url = tables.Column(_("Address"), attrs=ADDRESS, linkify=lambda record: record.url)
    review_on = tables.Column(_("To be reviewed"), attrs=DATE)

    empty_title = _("No documents yet")

    class Meta:
        order_by = ("application", "title")
        empty_text = _("Say where manuals, agreements and decisions about an application stand.")
