"""Documents of applications: where they stand, and when somebody has to look at them again."""

from django.utils.translation import gettext_lazy as _

from municipalities.portal import ChangePage, DeletePage, ListPage
from services.forms import DocumentForm, OfApplicationFilter
from services.models import Document
from services.tables import DocumentTable
from services.views.for_application import ForApplication


class Documents(ListPage):
    model = Document
    table_class = DocumentTable
    filterset_class = OfApplicationFilter
    title = _("Documents")
    lead = _("What there is to read about each application, and where it stands.")
    add_name = "document-add"
    add_label = _("Add a document")
    api_name = "v1:documents-list"


class DocumentAdd(ForApplication):
    form_class = DocumentForm
    title = _("Add a document")
    lead = _("Its address: the document itself stays where it is.")
    done_name = "documents"
    said = _("Added.")


class DocumentChange(ChangePage):
    other_steps = (("document-delete", _("Remove")),)
    model = Document
    form_class = DocumentForm
    title = _("Change a document")
    done_name = "documents"


class DocumentDelete(DeletePage):
    model = Document
    done_name = "documents"
