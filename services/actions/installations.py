"""Installations that came in a file are taken back together."""

from collections.abc import Sequence

from django.db import transaction

from municipalities.actions import lock_cooperation, save_row, withdraw_row
from municipalities.models import Cooperation
from services.models import Installation


@transaction.atomic
def take_back_installations(
    *, cooperation: Cooperation, pairs: Sequence[tuple[Installation, Installation | None]], by: object
) -> None:
    """Remove installations that were not there, and change the others into what they were.

    Raises ValidationError where a site is not there any more in the days that one had.
    """
    lock_cooperation(cooperation.pk)
    for now, before in pairs:
        if before is None:
            withdraw_row(row=now, by=by)
    for _now, before in pairs:
        if before is not None:
            save_row(row=before, by=by)
