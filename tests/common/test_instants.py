"""Moments as people type them: how far away they may be, and the hours that come twice or never."""

import datetime as dt

import pytest
import time_machine
from django import forms
from django.core.exceptions import ValidationError

from sharedict.common.instants import AdminMomentField, MomentField

FIRST = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
"""Half past two in Stockholm in the night on which summer time ends; an hour later it is so again."""
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    "far",
    ["0001-01-01T00:00", "1890-01-01T00:00", "1999-12-31T23:59", "2200-06-01T00:00", "9999-12-31T23:59"],
)
def test_what_no_clock_can_be_asked_about_is_refused(far: str) -> None:
    with pytest.raises(ValidationError, match="between the years 2000 and 2200"):
        MomentField().clean(far)
    with pytest.raises(ValidationError, match="between the years 2000 and 2200"):
        AdminMomentField().clean(far.split("T"))


@pytest.mark.parametrize(("now", "meant"), [(FIRST, FIRST), (FIRST + HOUR, FIRST + HOUR)])
def test_in_the_hour_that_comes_twice_what_is_now_can_be_told(now: dt.datetime, meant: dt.datetime) -> None:
    with time_machine.travel(now, tick=False):
        assert MomentField().clean("2026-10-25T02:30") == meant


@pytest.mark.parametrize("never", ["2026-03-29T02:30", "soon", "2026-02-30T02:30"])
def test_what_is_no_moment_is_refused(never: str) -> None:
    with pytest.raises(ValidationError):
        MomentField().clean(never)


def test_nothing_typed_is_no_moment() -> None:
    assert MomentField(required=False).clean("") is None
    assert AdminMomentField(required=False).clean(["", ""]) is None
    assert isinstance(MomentField().widget, forms.DateTimeInput)
