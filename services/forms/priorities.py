"""The cooperation's own priorities of outages: a table of nine, and four times."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Cooperation
from municipalities.portal import side_by_side
from services.engine.priority import LEVELS, PRIORITIES, PriorityTable
from services.models import Outage
from sharedict.common.numbers import CountField


class PriorityForm(forms.Form):
    """``p_<effect>_<urgency>`` for each of nine, and ``minutes_<priority>`` for each of four."""

    def __init__(self, *args: Any, cooperation: Cooperation, table: PriorityTable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation = cooperation
        rows: list[tuple[str, ...]] = []
        for effect in LEVELS:
            names = []
            for urgency in LEVELS:
                name = f"p_{effect}_{urgency}"
                self.fields[name] = forms.TypedChoiceField(
                    label=_("%(effect)s, %(urgency)s")
                    % {
                        "effect": Outage.Effect(effect).label.capitalize(),
                        "urgency": Outage.Urgency(urgency).label,
                    },
                    choices=Outage.Priority.choices,
                    coerce=int,
                    initial=table.of(effect, urgency),
                )
                names.append(name)
            rows.append(tuple(names))
        for priority in PRIORITIES:
            self.fields[f"minutes_{priority}"] = CountField(
                label=_("Minutes between updates, %(priority)s")
                % {"priority": Outage.Priority(priority).label},
                min_value=1,
                max_value=43_200,
                initial=table.minutes_until_update(priority),
            )
        rows.append(tuple(f"minutes_{priority}" for priority in PRIORITIES))
        self.helper = side_by_side(rows)

    def table(self) -> tuple[list[int], list[int]]:
        """The nine priorities and the four times that were filled in."""
        found = self.cleaned_data
        matrix = [found[f"p_{effect}_{urgency}"] for effect in LEVELS for urgency in LEVELS]
        return matrix, [found[f"minutes_{priority}"] for priority in PRIORITIES]


SAVED = gettext_lazy("Saved. It holds for what is reported or changed from now on.")
