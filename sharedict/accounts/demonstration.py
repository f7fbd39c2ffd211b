"""The sign-ins that come with demonstration data: known to everybody, so production refuses them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class SignIn:
    """A demonstration user, and what they come for."""

    username: str
    password: str
    first_name: str
    last_name: str
    label: str | Promise

    @property
    def line(self) -> str:
        """One line of a list on a terminal."""
        return f"  {self.username:20}{self.password:24}{self.label}"


SIGN_INS = (
    SignIn("admin", "shared-by-admin", "Karin", "Lindqvist", _("administrator of the joint organisation")),
    SignIn("admin2", "shared-by-admin2", "Johan", "Sandberg", _("second administrator, who closes months")),
    SignIn("coordinator.torsby", "shared-by-coordinator", "Maria", "Nyström", _("ICT coordinator of Torsby")),
    SignIn("finance.torsby", "shared-by-finance", "Erik", "Hallgren", _("finance officer of Torsby")),
    SignIn("auditor", "shared-by-auditor", "Ingrid", "Forsell", _("auditor, reads everything")),
)
