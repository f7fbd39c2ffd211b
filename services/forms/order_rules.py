"""Who approves orders of each kind."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Cooperation
from municipalities.portal import side_by_side
from services.models import Order, OrderRule


class OrderRulesForm(forms.Form):
    """``by_<kind>`` and ``refers_<kind>`` for each kind."""

    def __init__(
        self, *args: Any, cooperation: Cooperation, rules: Mapping[str, OrderRule], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation, self.rules = cooperation, rules
        for kind, label in Order.Kind.choices:
            words = {"kind": str(label)}
            self.fields[f"by_{kind}"] = forms.ChoiceField(
                label=_("Approved by, %(kind)s") % words,
                choices=OrderRule.DecidedBy.choices,
                initial=rules[kind].decided_by,
            )
            self.fields[f"refers_{kind}"] = forms.BooleanField(
                label=_("Refers to a decision, %(kind)s") % words,
                required=False,
                initial=rules[kind].refers_to_decision,
                help_text=OrderRule._meta.get_field("refers_to_decision").help_text,
            )
        self.helper = side_by_side([(f"by_{kind}", f"refers_{kind}") for kind in Order.Kind.values])

    def changed_rules(self) -> list[OrderRule]:
        """The rules that are to be otherwise than they are."""
        found = []
        for kind, rule in self.rules.items():
            told = self.cleaned_data[f"by_{kind}"], self.cleaned_data[f"refers_{kind}"]
            if told != (rule.decided_by, rule.refers_to_decision):
                rule.decided_by, rule.refers_to_decision = told
                found.append(rule)
        return found


RULES_SAVED = gettext_lazy("Saved. It holds for every order that is not decided on yet.")
