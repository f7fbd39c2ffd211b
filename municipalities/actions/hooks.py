"""What apps above let the actions here refuse, and what they do before a row changes."""

from collections.abc import Callable
from typing import Any

from django.db import models

Check = Callable[[Any], None]
_checks: list[tuple[type[models.Model], Check]] = []
_withdrawal_checks: list[tuple[type[models.Model], Check]] = []
_keepers: list[tuple[type[models.Model], Check]] = []


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


def add_keeper(model: type[models.Model], keep: Check) -> None:
    """Let an app above keep what a change of a row of ``model`` would take away, right before it is written.

    ``keep`` gets the row as it is to be; it may write, and is asked about removals too. The cooperation of
    the row is locked before the row is. Adding one twice changes nothing.
    """
    if (model, keep) not in _keepers:
        _keepers.append((model, keep))


def is_kept_of(row: models.Model) -> bool:
    """Whether an app above keeps something before ``row`` changes."""
    return any(isinstance(row, model) for model, _keep in _keepers)


def keep_before(row: models.Model) -> None:
    """Let the apps above keep what the change of ``row`` would take away."""
    for model, keep in _keepers:
        if isinstance(row, model):
            keep(row)
