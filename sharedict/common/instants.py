"""Moments that people type, by the clock of where the portal is used, without seconds."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from sharedict.kernel.instants import EARLIEST, LATEST


class MomentInput(forms.DateTimeInput):
    """A day and time with the browser's picker."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"type": "datetime-local", **(attrs or {})}, format="%Y-%m-%dT%H:%M")


def not_far(found: dt.datetime | None) -> dt.datetime | None:
    """``found``; raises ValidationError for one that no clock is asked about."""
    if found is not None and not EARLIEST <= found <= LATEST:
        raise ValidationError(_("Write a moment between the years 2000 and 2200."), code="far")
    return found


class MomentField(forms.DateTimeField):
    """A moment between the years 2000 and 2200.

    In the hour that comes twice, when summer time ends, the later of both is meant as soon as that has come:
    what is told at night is told of now. A moment that there is not, when summer time begins, is refused.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": MomentInput(), **kwargs})

    def to_python(self, value: Any) -> dt.datetime | None:
        try:
            found: dt.datetime | None = super().to_python(value)
        except ValidationError:
            found = self._of_two(value)
            if found is None:
                raise
        except OverflowError:
            found = dt.datetime.max.replace(tzinfo=dt.UTC)
        return not_far(found)

    def _of_two(self, value: Any) -> dt.datetime | None:
        """The moment that is meant where the clock shows ``value`` twice; None for any other."""
        with timezone.override(dt.UTC):
            try:
                wall = super().to_python(value)
            except (ValidationError, OverflowError):
                return None
        if wall is None:
            return None
        zone = timezone.get_default_timezone()
        first, later = (wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
        if later <= first:  # the clock shows it once, or, where it jumps ahead, never
            return None
        return later if later <= timezone.now() else first


class AdminMomentField(forms.SplitDateTimeField):
    """The same bounds under ``/system/``, where a day and a time to the second are typed apart."""

    def compress(self, data_list: Any) -> dt.datetime | None:
        return not_far(super().compress(data_list))
