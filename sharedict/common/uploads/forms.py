"""The form that takes a file."""

from django import forms
from django.utils.translation import gettext_lazy


class UploadForm(forms.Form):
    """The file to upload; the columns it must have are said beside it."""

    file = forms.FileField(
        label=gettext_lazy("XLSX or CSV file"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,text/csv,text/plain"}),
    )
    mark = forms.ChoiceField(
        label=gettext_lazy("Decimals in the file"),
        choices=[
            ("", gettext_lazy("as its numbers tell")),
            (",", gettext_lazy("after a comma: 1 234,50")),
            (".", gettext_lazy("after a point: 1,234.50")),
        ],
        required=False,
    )
