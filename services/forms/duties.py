"""Who does what, and data protection: what administrators fill in."""

from django import forms

from municipalities.portal import RowForm
from services.models import DataProtection, Task


class TaskForm(RowForm):
    layout = ("application", ("what", "done_by"), "note")

    class Meta:
        model = Task
        fields = ["application", "what", "done_by", "note"]


class DataProtectionForm(RowForm):
    layout = (
        "application",
        ("municipality", "board"),
        "role",
        ("agreement", "signed_on"),
        "sub_processors",
        "review_on",
    )

    class Meta:
        model = DataProtection
        fields = [
            "application",
            "municipality",
            "board",
            "role",
            "agreement",
            "signed_on",
            "sub_processors",
            "review_on",
        ]
        widgets = {"sub_processors": forms.Textarea({"rows": 3})}
