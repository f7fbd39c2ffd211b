"""What apps above let the actions here refuse."""

from collections.abc import Callable
from typing import Any

from django.db import models

Check = Callable[[Any], None]
_checks: list[tuple[type[models.Model], Check]] = []
_withdrawal_checks: list[tuple[type[models.Model], Check]] = []


def add_check(model: type[models.Model], check: Check) -> None:
    """Let an app above refuse a row of ``model`` before it is saved: ``check`` raises ValidationError.

    Adding one twice changes nothing.
    """
    if (model, check) not in _checks:
        _checks.append((model, check))


def check_row(row: models.Model) -> None:
    """Raise the ValidationError of the first app above that refuses ``row``."""
    for model, check in _checks:
        if isinstance(row, model):
            check(row)


def add_withdrawal_check(model: type[models.Model], check: Check) -> None:
    """Let an app above refuse that a row of ``model`` is withdrawn: ``check`` raises ValidationError.

    Adding one twice changes nothing.
    """
    if (model, check) not in _withdrawal_checks:
        _withdrawal_checks.append((model, check))


def check_withdrawal(row: models.Model) -> None:
    """Raise the ValidationError of the first app, from the top one down, that needs ``row`` as it is."""
    for model, check in reversed(_withdrawal_checks):
        if isinstance(row, model):
            check(row)
