"""What a browser sends of a form that it was shown."""

from typing import Any

from django.forms import BaseForm, BoundField


def shown_form(answer: Any) -> BaseForm:
    """The form of the page, or of the page under ``/system/``."""
    admin = answer.context.get("adminform")
    found: BaseForm = admin.form if admin else answer.context["form"]
    return found


def typed(answer: Any, **changes: Any) -> dict[str, Any]:
    """Every field as the page showed it, with what somebody types instead."""
    form = shown_form(answer)
    return {name: _sent(form[name]) for name in form.fields} | changes


def _sent(field: BoundField) -> Any:
    value = field.value()
    if isinstance(value, list | tuple):
        return [getattr(each, "pk", each) for each in value]
    return "" if value is None else value
