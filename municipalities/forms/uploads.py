"""Which columns of a file stand for ours, and what narrows the list of imports."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Upload
from municipalities.portal import Filter
from sharedict.common.uploads import Columns


class ColumnsForm(forms.Form):
    """For each column of ours one of the file; those that nobody chooses are empty in every row.

    ``known`` are the headings that are understood anyway, by the column that they name.
    """

    def __init__(
        self, *args: Any, columns: Columns, upload: Upload, known: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headers: list[str] = upload.headers
        chosen = {name: header for header, name in upload.columns.items()}
        choices = [("", _("not in the file")), *((header, header) for header in upload.headers)]
        for name in columns.names:
            self.fields[name] = forms.ChoiceField(
                label=name,
                choices=choices,
                required=False,
                initial=chosen.get(name, known.get(name, "")),
            )

    @property
    def chosen(self) -> dict[str, str]:
        """Which of ours each heading of the file stands for; empty for those to pass over."""
        names = {header: name for name, header in self.cleaned_data.items() if header}
        return {header: names.get(header, "") for header in self.headers}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        chosen = [header for header in found.values() if header]
        if not chosen:
            raise ValidationError(_("Choose the columns of the file that stand for ours."))
        for name, header in list(found.items()):
            if header and chosen.count(header) > 1:
                self.add_error(name, _("This column of the file is chosen twice."))
        return found


class UploadFilter(Filter):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=Upload.State.choices)
    q = django_filters.CharFilter(label=gettext_lazy("File"), field_name="file_name", lookup_expr="icontains")
