"""Rows that an import has written become what they were before."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from municipalities.actions.registers import announce_public
from municipalities.actions.rows import Done, changed, delete_row, save_row
from municipalities.actions.touched import differences
from municipalities.models import Municipality, Reading
from sharedict.audit.actions import field_values
from sharedict.common.bulk import change_rows


@transaction.atomic
def take_back_readings(*, pairs: Sequence[tuple[Reading, Reading | None]], by: object) -> None:
    """Change many readings of one driver into what they were, logged one by one; remove those without."""
    removed = [now for now, before in pairs if before is None]
    kept = [(now, before) for now, before in pairs if before is not None]
    done: list[Done] = [
        ("delete", now, {name: [text, ""] for name, text in field_values(now).items()}) for now in removed
    ]
    done += [("change", before, differences(field_values(now), before)) for now, before in kept]
    readings = [now for now, _before in pairs]
    is_public = any(reading.cooperation_id is None for reading in readings)
    first: list[Reading] = [min(readings, key=_day)] if readings and not is_public else []
    changed(done=done, by=by, touching=first)
    if is_public:
        announce_public(readings, by)
    Reading.objects.filter(pk__in=[reading.pk for reading in removed]).delete()
    change_rows(Reading, [before for _now, before in kept], ["value", "source"])


def _day(reading: Reading) -> dt.date:
    return reading.reference_on


@transaction.atomic
def take_back_municipalities(
    *, pairs: Sequence[tuple[Municipality, Municipality | None]], by: object
) -> None:
    """Change municipalities of the register into what they were; remove those without.

    Raises ProtectedError for one that something refers to, and ValidationError as saving them does.
    """
    for _now, before in pairs:
        if before is not None:
            save_row(row=before, by=by)
    added = [now for now, before in pairs if before is None]
    for place in sorted(added, key=lambda place: place.successor_id is None):
        delete_row(row=place, by=by)
