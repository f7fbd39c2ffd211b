"""The tree of purposes that is shipped, to begin with: a cooperation renames it and adds to it."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import lock_cooperation, save_row
from municipalities.models import Cooperation
from services.models import Purpose

TREE = (
    ("1", gettext_lazy("Governing and supporting")),
    ("1-1", gettext_lazy("Accounting and purchasing")),
    ("1-2", gettext_lazy("Pay and staff")),
    ("1-3", gettext_lazy("Cases, records and archive")),
    ("1-4", gettext_lazy("Meetings and decisions")),
    ("1-5", gettext_lazy("Web site and e-services")),
    ("2", gettext_lazy("School and child care")),
    ("2-1", gettext_lazy("Schedules, absence and places")),
    ("2-2", gettext_lazy("Teaching and learning")),
    ("3", gettext_lazy("Care and social services")),
    ("3-1", gettext_lazy("Records and planning of care")),
    ("3-2", gettext_lazy("Alarms and keys")),
    ("4", gettext_lazy("Building and environment")),
    ("4-1", gettext_lazy("Permits and supervision")),
    ("4-2", gettext_lazy("Maps and properties")),
    ("4-3", gettext_lazy("Refuse, water and energy")),
    ("5", gettext_lazy("Culture, leisure and library")),
    ("6", gettext_lazy("Rescue and preparedness")),
    ("7", gettext_lazy("Common ICT")),
    ("7-1", gettext_lazy("Workplace and mail")),
    ("7-2", gettext_lazy("Network and telephony")),
    ("7-3", gettext_lazy("Signing in and permissions")),
    ("7-4", gettext_lazy("Operation and storage")),
    ("7-5", gettext_lazy("Helpdesk")),
)
"""Code and name; what stands before the last hyphen is what each is part of."""


@transaction.atomic
def ship_purposes(*, cooperation: Cooperation, by: object) -> list[Purpose]:
    """Add what is shipped and not there by its code, named in the active language. Safe to repeat."""
    lock_cooperation(cooperation.pk)
    known = {row.code: row for row in Purpose.objects.of(cooperation)}
    added = []
    for code, name in TREE:
        if code not in known:
            above = known.get(code.rpartition("-")[0])
            row = Purpose(cooperation=cooperation, code=code, name=str(name), parent=above)
            known[code] = save_row(row=row, by=by)
            added.append(known[code])
    return added


@transaction.atomic
def save_purpose(*, purpose: Purpose, by: object) -> Purpose:
    """Add or change ``purpose``; of two that are moved under each other at once the later is refused."""
    lock_cooperation(purpose.cooperation_id)
    return save_row(row=purpose, by=by)


def refuse_circle(purpose: Purpose) -> None:
    """A purpose is no part of itself, nor of what is part of it."""
    if purpose.pk and any(above.pk == purpose.pk for above in _above(purpose)):
        raise ValidationError({"parent": _("It would be a part of itself: choose another.")})


def _above(purpose: Purpose) -> Iterator[Purpose]:
    """What it is part of, nearest first, until the top or where it comes round."""
    rows = {row.pk: row for row in Purpose.objects.filter(cooperation=purpose.cooperation_id)}
    pk = purpose.parent_id
    while pk in rows:
        yield rows[pk]
        pk = rows.pop(pk).parent_id
