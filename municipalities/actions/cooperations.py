"""Cooperations, who administers a new one, and who takes part from the first day on."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from municipalities.actions.notices import order_held_letters
from municipalities.actions.people import save_role
from municipalities.actions.rows import lock_cooperation, save_row
from municipalities.models import Cooperation, Member, Municipality, Role
from sharedict.accounts.models import User


@transaction.atomic
def found_cooperation(*, cooperation: Cooperation, by: User) -> Cooperation:
    """A new cooperation, whose administrator is ``by``: nobody else could let others in.

    Raises ValidationError, by field, for what a cooperation may not be.
    """
    save_row(row=cooperation, by=by)
    role = Role(cooperation=cooperation, user=by, kind=Role.Kind.ADMINISTRATOR)
    save_role(role=role, by=by)
    return cooperation


@transaction.atomic
def deactivate_cooperation(*, cooperation: Cooperation, at: dt.datetime, by: object) -> Cooperation:
    """Close a cooperation to everybody; nothing is removed. Safe to repeat: the first time counts."""
    row = lock_cooperation(cooperation.pk)
    row.deactivated_at = row.deactivated_at or at
    return save_row(row=row, by=by)


@transaction.atomic
def reactivate_cooperation(*, cooperation: Cooperation, by: object) -> Cooperation:
    """Open it again as it was; its jobs that waited are done, and letters held back are sent."""
    row = lock_cooperation(cooperation.pk)
    deactivated_at, row.deactivated_at = row.deactivated_at, None
    save_row(row=row, by=by)
    if deactivated_at:
        order_held_letters(cooperation_id=row.pk, deactivated_at=deactivated_at)
    return row


@transaction.atomic
def add_members(
    *, cooperation: Cooperation, municipalities: Iterable[Municipality], valid_from: dt.date, by: object
) -> list[Member]:
    """A membership for each of ``municipalities``: all of them, or none.

    Raises ValidationError naming those that are members in part of that time.
    """
    rows = plan_members(cooperation=cooperation, municipalities=municipalities, valid_from=valid_from)
    return [save_row(row=row, by=by) for row in rows]


def plan_members(
    *, cooperation: Cooperation, municipalities: Iterable[Municipality], valid_from: dt.date
) -> Sequence[Member]:
    """What ``add_members`` would save; nothing is saved here. Raises ValidationError as it does."""
    chosen = list(municipalities)
    lasting = Member.objects.of(cooperation).lasting(valid_from).filter(municipality__in=chosen)
    if taken := {*lasting.values_list("municipality_id", flat=True)}:
        names = ", ".join(str(place) for place in chosen if place.pk in taken)
        said = _("Already members in part of that time: %(names)s.") % {"names": names}
        raise ValidationError({"municipalities": said})
    return [Member(cooperation=cooperation, municipality=place, valid_from=valid_from) for place in chosen]
