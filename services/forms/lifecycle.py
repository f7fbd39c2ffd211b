"""To which stage an application moves, and why."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from municipalities.models import Cooperation
from municipalities.portal import side_by_side
from services.engine.lifecycle import MOVES
from services.models import Application


class MoveForm(forms.Form):
    """Offers the stages that may follow the one that ``application`` is in, or was in when it was shown.

    ``seen`` travels with it: who moves what somebody else has moved meanwhile is told so, once.
    """

    seen = forms.ChoiceField(choices=Application.Lifecycle.choices, required=False, widget=forms.HiddenInput)
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
        self.initial["seen"] = application.lifecycle
        seen = self.data.get("seen")
        self.offer(str(seen) if seen in MOVES else application.lifecycle)
        self.helper = side_by_side(("lifecycle", "reason"))

    def offer(self, stage: str) -> None:
        """Let those be chosen that may follow ``stage``."""
        names = dict(Application.Lifecycle.choices)
        stages: Any = self.fields["lifecycle"]
        stages.choices = [(each, names[each]) for each in MOVES[stage]]

    def tell(self, theirs: Mapping[str, str]) -> None:
        """Go on from the stage that it is in by now."""
        sent: Any = self.data.copy()  # type: ignore[attr-defined]
        sent["seen"] = theirs["lifecycle"]
        self.data = sent
        self.offer(theirs["lifecycle"])
