"""Documents of applications: what administrators fill in, and what narrows their list."""

import django_filters
from django.utils.translation import gettext_lazy

from municipalities.portal import Filter, RowForm
from services.forms.shared import applications_here
from services.models import Document


class OfApplicationFilter(Filter):
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"), queryset=applications_here, to_field_name="code"
    )


class DocumentForm(RowForm):
    layout = (("application", "title"), "url", "review_on")

    class Meta:
        model = Document
        fields = ["application", "title", "url", "review_on"]
