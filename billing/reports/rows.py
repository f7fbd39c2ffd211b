"""The run that a month shows, and its amounts in minor units."""

from decimal import Decimal

from billing.models import Period, Run


def run_of(period: Period) -> Run:
    if period.current_run is None:
        raise ValueError("The month has no run.")
    return period.current_run


def minor_of(amount: Decimal | None) -> int:
    """Minor units of an amount that a column with two decimals held, or a sum of such; 0 for none."""
    return 0 if amount is None else int(amount * 100)
