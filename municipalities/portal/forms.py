"""Forms of a cooperation's rows, and where what an action refuses stands in them."""

import json
from collections.abc import Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import models

from municipalities.actions import ChangedMeanwhileError, take_over
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.audit.actions import column_values, field_values
from sharedict.common.days import DayInput

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm  # Django's is generic in its stubs only


class SeenForm(ModelForm):
    """A form of a row that remembers what it showed: what others change meanwhile stays as they made it.

    ``was`` travels with it: the columns, and the many-to-many choices, as they were when it was opened. What
    is sent as it was shown is what it is by now; where both changed the same, that is said at the field,
    once.
    """

    was = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-typed": True}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["was"] = json.dumps(self._shown())

    def _shown(self) -> dict[str, Any]:
        """The row's columns as text, and its choices by their keys, as far as the form has them."""
        columns = {name: text for name, text in field_values(self.instance).items() if name in self.fields}
        return columns | {
            field.name: sorted(each.pk for each in self.initial[field.name])
            for field in self._chosen_fields()
            if field.name in self.initial
        }

    def _chosen_fields(self) -> list[Any]:
        return [field for field in self.instance._meta.many_to_many if field.name in self.fields]

    def chosen(self) -> dict[str, Any]:
        """The rows chosen in the many-to-many fields that the form has, by field."""
        return {field.name: list(self.cleaned_data[field.name]) for field in self._chosen_fields()}

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._keep_what_others_changed(found, _read(found.get("was", "")))
        return found

    def _keep_what_others_changed(self, found: dict[str, Any], was: dict[str, Any]) -> None:
        seen = {name: text for name, text in was.items() if isinstance(text, str)}
        meant = forms.models.construct_instance(
            self, copy(self.instance), self._meta.fields, self._meta.exclude
        )
        wanted = column_values(meant)
        try:
            take_over(meant, self.instance, seen)
        except ChangedMeanwhileError as error:
            refuse(self, error)
            return
        for name, text in column_values(meant).items():
            if name in found and text != wanted[name]:
                found[name] = getattr(self.instance, name)
        for field in self._chosen_fields():
            if field.name in found and isinstance(was.get(field.name), list):
                found[field.name] = self._chosen_by_both(field, found[field.name], was[field.name])

    def _chosen_by_both(self, field: Any, wanted: Any, was: list[Any]) -> Any:
        """What was chosen here beyond what was shown, and what somebody else chose meanwhile."""
        mine, theirs = {each.pk for each in wanted}, {each.pk for each in self.initial[field.name]}
        kept = (theirs | (mine - {*was})) - ({*was} - mine)
        return field.related_model._default_manager.filter(pk__in=kept)

    def tell(self, theirs: Mapping[str, str]) -> None:
        """Let the form say of these columns what they are by now, so that saving once more is meant."""
        sent: Any = self.data.copy()  # type: ignore[attr-defined]
        name = self.add_prefix("was")
        sent[name] = json.dumps(_read(sent.get(name, "")) | dict(theirs))
        self.data = sent


def _read(was: str) -> dict[str, Any]:
    """What ``was`` says; nothing where it is no such thing."""
    try:
        found = json.loads(was)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: said for name, said in found.items() if isinstance(said, str) or _is_keys(said)}


def _is_keys(said: object) -> bool:
    """Whether these can be the keys of rows that were chosen."""
    return isinstance(said, list) and all(isinstance(each, int) for each in said)


class RowForm(SeenForm):
    """A form of a row of a cooperation: its choices are the cooperation's own, its dates have pickers.

    ``layout`` names the fields from top to bottom; a tuple of them stands side by side.
    """

    layout: ClassVar[Sequence[str | tuple[str, ...]]] = ()

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation = cooperation
        if not self.instance.pk:
            del self.fields["was"]
        if hasattr(self.instance, "cooperation_id") and self.instance.cooperation_id is None:
            self.instance.cooperation = cooperation
        for name, field in self.fields.items():
            if isinstance(field, forms.DateField):
                field.widget = DayInput()
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = choices_in(cooperation, field.queryset, self._named(name))
        if self.layout:
            self.helper = side_by_side(self.layout)

    def _named(self, name: str) -> object:
        """The key of what the row names in a column already; None where it names nothing."""
        return getattr(self.instance, f"{name}_id", None) if self.instance.pk else None

    def _post_clean(self) -> None:
        """Let the action validate the row: it does so once, in its transaction, with every field filled."""
        self.instance = self._construct()

    def _construct(self) -> Any:
        return forms.models.construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)


def side_by_side(rows: Sequence[str | tuple[str, ...]]) -> FormHelper:
    """The layout of a form in ``components/form.html``: a line for each of ``rows``."""
    helper = FormHelper()
    helper.form_tag, helper.disable_csrf, helper.render_hidden_fields = False, True, True
    helper.layout = Layout(
        *(
            Row(*(Column(name, css_class="col-md") for name in ([row] if isinstance(row, str) else row)))
            for row in rows
        )
    )
    return helper


def choices_in(cooperation: Cooperation, rows: Any, named: object = None) -> Any:
    """``rows`` of a choice field limited to ``cooperation``; public registers as far as they concern it.

    People are those who have a role there, and the one of the key ``named``: who has left since is chosen
    anew for nothing, and stays where they were chosen.
    """
    if rows.model is User:
        here = models.Q(roles__cooperation=cooperation, is_active=True) | models.Q(pk=named)
        return rows.filter(here).distinct().order_by("username")
    if hasattr(rows, "usable_in"):
        return rows.usable_in(cooperation)
    if hasattr(rows, "ever_in"):
        return rows.ever_in(cooperation)
    return rows.of(cooperation)


def refuse(form: Any, error: ValidationError, model: type[models.Model] | None = None) -> None:
    """Show what an action refused: each message at its field, a constraint's at one it is about."""
    if isinstance(error, ChangedMeanwhileError) and hasattr(form, "tell"):
        form.tell(error.theirs)
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
