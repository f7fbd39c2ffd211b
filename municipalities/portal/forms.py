"""Forms of a cooperation's rows, and where what an action refuses stands in them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import models

from municipalities.models import Cooperation

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm  # Django's is generic in its stubs only


class RowForm(ModelForm):
    """A form of a row of a cooperation: its choices are the cooperation's own, its dates have pickers.

    ``layout`` names the fields from top to bottom; a tuple of them stands side by side.
    """

    layout: ClassVar[Sequence[str | tuple[str, ...]]] = ()

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation = cooperation
        if hasattr(self.instance, "cooperation_id") and self.instance.cooperation_id is None:
            self.instance.cooperation = cooperation
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = choices_in(cooperation, field.queryset)
        if self.layout:
            self.helper = side_by_side(self.layout)

    def _post_clean(self) -> None:
        """Let the action validate the row: it does so once, in its transaction, with every field filled."""
        self.instance = self._construct()

    def _construct(self) -> Any:
        return forms.models.construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)


def side_by_side(rows: Sequence[str | tuple[str, ...]]) -> FormHelper:
    """The layout of a form in ``components/form.html``: a line for each of ``rows``."""
    helper = FormHelper()
    helper.form_tag, helper.disable_csrf = False, True
    helper.layout = Layout(
        *(
            Row(*(Column(name, css_class="col-md") for name in ([row] if isinstance(row, str) else row)))
            for row in rows
        )
    )
    return helper


def choices_in(cooperation: Cooperation, rows: Any) -> Any:
    """``rows`` of a choice field limited to ``cooperation``; public registers as far as they concern it."""
    if hasattr(rows, "usable_in"):
        return rows.usable_in(cooperation)
    if hasattr(rows, "ever_in"):
        return rows.ever_in(cooperation)
    return rows.of(cooperation)


def refuse(form: Any, error: ValidationError, model: type[models.Model] | None = None) -> None:
    """Show what an action refused: each message at its field, a constraint's at one it is about."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    about = fields_by_message(model or form._meta.model) if model or hasattr(form, "_meta") else {}
    for name, errors in error.error_dict.items():
        for each in errors:
            names = [name] if name in form.fields else about.get(str(each.message), ())
            form.add_error(next((name for name in reversed(form.fields) if name in names), None), each)


def fields_by_message(model: type[models.Model]) -> dict[str, set[str]]:
    """What a broken constraint of ``model`` says, and the fields that it is about."""
    return {
        str(constraint.violation_error_message): _fields_of(constraint)
        for constraint in model._meta.constraints
    }


def _fields_of(constraint: models.BaseConstraint) -> set[str]:
    if isinstance(constraint, models.UniqueConstraint):
        return set(constraint.fields)
    if isinstance(constraint, models.CheckConstraint):
        return set(getattr(constraint.condition, "referenced_base_fields", ()))
    if isinstance(constraint, ExclusionConstraint):  # two spans that overlap: mended where this one begins
        return {"valid_from"}
    return set()
