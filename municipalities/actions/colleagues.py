"""Colleagues, and what becomes of one who leaves or was a mistake: nothing names them any more."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from municipalities.actions.rows import lock_cooperation, withdraw_row
from municipalities.models import Colleague
from municipalities.models.colleague import FORGOTTEN
from sharedict.accounts.models import User
from sharedict.audit.actions import erase_about, record


@transaction.atomic
def forget_colleague(*, colleague: Colleague, by: object) -> Colleague:
    """Erase who ``colleague`` is, for good: what they could do and when stays, and names nobody.

    They are not there from today on. The change log forgets their names too; what anybody wrote about them
    in a text stays. Safe to repeat.
    """
    lock_cooperation(colleague.cooperation_id)
    now, today = timezone.now(), timezone.localdate()
    row = Colleague.objects.select_for_update(of=("self",)).get(pk=colleague.pk)
    if not row.forgotten_at:
        row.name = row.work = row.phone = row.email = ""
        row.user = None
        row.forgotten_at = now
        if row.valid_until is None or row.valid_until > today:
            row.valid_until = max(today, row.valid_from + dt.timedelta(days=1))
        row.save()
        record(verb="forget", subject=row, by=by, at=now, cooperation_id=row.cooperation_id)
    erase_about(row=row, called=str(FORGOTTEN))
    return row


@transaction.atomic
def remove_colleague(*, colleague: Colleague, by: object) -> None:
    """Remove one who was entered by mistake, and their name from the change log with them.

    Raises ProtectedError where a row refers to them: they are forgotten instead.
    """
    pk: Any = colleague.pk
    withdraw_row(row=colleague, by=by)
    erase_about(row=Colleague(pk=pk), called=str(FORGOTTEN))


def forget_colleagues_of(user: User, by: object) -> None:
    """Forget, in every cooperation, the colleagues whose sign-in is ``user``."""
    for colleague in Colleague.objects.filter(user=user).order_by("cooperation_id", "pk"):
        forget_colleague(colleague=colleague, by=by)
