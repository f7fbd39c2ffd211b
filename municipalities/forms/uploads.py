"""Which columns of a file stand for ours, and what narrows the list of imports."""

from collections.abc import Iterator, Mapping
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Upload
from municipalities.portal import Filter
from sharedict.common.uploads import AND, OF_DAYS, Columns, shortened

LONGEST_SAMPLE = 30


class ColumnsForm(forms.Form):
    """For each column of ours one of the file; those that nobody chooses are empty in every row.

    One of the file may stand for several of ours, as a number of an invoice for an external id too; what is
    a number to reckon with stands for nothing else.

    ``known`` are the headings that are understood anyway, by the column that they name; ``sample`` is what
    stands below each in the first row.
    """

    def __init__(
        self,
        *args: Any,
        columns: Columns,
        upload: Upload,
        known: Mapping[str, str],
        sample: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headers: list[str] = upload.headers
        self.numbers = columns.numbers
        pairs = ((header, name) for header, said in upload.columns.items() for name in said.split(AND))
        chosen = {name: header for header, name in pairs} or known
        choices = [("", _("not in the file"))]
        choices += [(header, _with_sample(header, sample.get(header, ""))) for header in self.headers]
        for name, label in _labels(columns):
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=choices,
                required=False,
                initial=chosen.get(name, ""),
            )

    @property
    def chosen(self) -> dict[str, str]:
        """Which of ours each heading of the file stands for; empty for those to pass over."""
        found: dict[str, list[str]] = {header: [] for header in self.headers}
        for name, header in self.cleaned_data.items():
            if header:
                found[header].append(name)
        return {header: AND.join(names) for header, names in found.items()}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        given = [(name, header) for name, header in found.items() if header]
        if not given:
            raise ValidationError(_("Choose the columns of the file that stand for ours."))
        headers, names = [header for _name, header in given], [_bare(name) for name, _header in given]
        numbers = {header for name, header in given if _bare(name) in self.numbers}
        for name, header in given:
            if header in numbers and headers.count(header) > 1:
                self.add_error(name, _("This column of the file is chosen twice."))
            elif names.count(_bare(name)) > 1:
                self.add_error(name, _("Choose one of the two: the last day, or the day after it."))
        return found


def columns_in_words(columns: Columns, chosen: Mapping[str, str]) -> str:
    """Which of ours each heading of a file stands for, in our order; those passed over are left out."""
    headings = {name: heading for heading, said in chosen.items() for name in said.split(AND)}
    pairs = [(headings.get(name), label) for name, label in _labels(columns)]
    return ", ".join(f"{heading}: {label}" for heading, label in pairs if heading)


def _labels(columns: Columns) -> Iterator[tuple[str, str]]:
    """Each column in words and as programs name it; what ends, as its last day too."""
    for name in columns.names:
        if name in columns.last_days:
            for chosen in (f"{name}{OF_DAYS}last", name):
                yield chosen, columns.said(chosen)
        elif labels := columns.labels.get(name):
            yield name, f"{capfirst(str(labels[0]))} ({name})"
        else:
            yield name, name


def _with_sample(header: str, sample: str) -> str:
    return f"{header}: {shortened(sample, LONGEST_SAMPLE)}" if sample else header


def _bare(name: str) -> str:
    return name.partition(OF_DAYS)[0]


class UploadFilter(Filter):
    """Narrows the list of imports."""

    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=Upload.State.choices)
    q = django_filters.CharFilter(label=gettext_lazy("File"), field_name="file_name", lookup_expr="icontains")
