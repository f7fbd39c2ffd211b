"""To which stage an application moves, and why."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from municipalities.models import Cooperation
from municipalities.portal import side_by_side
from services.engine.lifecycle import MOVES
from services.models import Application


class MoveForm(forms.Form):
    """Offers the stages that may follow the one that ``application`` is in."""

    lifecycle = forms.ChoiceField(label=gettext_lazy("Move to"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Such as a decision, with its day."),
    )

    def __init__(self, *args: Any, cooperation: Cooperation, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation = cooperation
        names = dict(Application.Lifecycle.choices)
        stages: Any = self.fields["lifecycle"]
        stages.choices = [(stage, names[stage]) for stage in MOVES[application.lifecycle]]
        self.helper = side_by_side(("lifecycle", "reason"))
