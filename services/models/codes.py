"""How municipalities write their accounting codes, in words."""

from django.utils.translation import gettext as _

from municipalities.models import Member
from services.engine.accounting import fits
from services.models.subscription import Subscription


def code_problem(row: Subscription, member: Member | None) -> str:
    """That the municipality of ``row`` writes its codes otherwise, and how; empty if it does not."""
    if member is None or not row.accounting_code or fits(row.accounting_code, member.accounting_pattern):
        return ""
    said = _("%(name)s writes its accounting codes otherwise.") % {"name": str(row.municipality)}
    return f"{said} {hint_of(member.accounting_pattern)}"


def hint_of(pattern: str) -> str:
    """How a code of ``pattern`` is written, in words; empty where any will do."""
    if not pattern:
        return ""
    said = _("Write it as %(pattern)s: 9 is a digit, A a letter, * at the end anything more.")
    return said % {"pattern": pattern}
