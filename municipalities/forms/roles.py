"""What administrators fill in about who may do what."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Role
from municipalities.portal import RowForm

MAY = {
    Role.Kind.ADMINISTRATOR: gettext_lazy(
        "sees and changes everything, proposes months, closes what another proposed, and invites people"
    ),
    Role.Kind.COORDINATOR: gettext_lazy(
        "sees what their municipality uses, on what terms, and what it pays for it; changes nothing"
    ),
    Role.Kind.FINANCE: gettext_lazy(
        "sees what their municipality pays and why, and fetches its statements; changes nothing"
    ),
    Role.Kind.AUDITOR: gettext_lazy("sees everything, the change log and the tokens too; changes nothing"),
}
"""What somebody may do by each role, in a sentence that begins with its name."""


class RoleForm(RowForm):
    layout: ClassVar[Sequence[str | tuple[str, ...]]] = ("kind", "municipality")

    class Meta:
        model = Role
        fields = ["kind", "municipality"]
        widgets = {"kind": forms.RadioSelect}
        help_texts = {
            "municipality": gettext_lazy(
                "For coordinators and finance officers. The others have the whole cooperation."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [
            (each.value, _("%(role)s: %(may)s") % {"role": capfirst(str(each.label)), "may": MAY[each]})
            for each in Role.Kind
        ]


class InviteForm(RoleForm):
    """A role for whoever has an e-mail address."""

    layout = ("email", "kind", "municipality")
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=150)
