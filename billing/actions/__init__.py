"""Costs come in, months are computed, proposed and closed."""

from billing.actions.closing import MONTH_IS_CLOSED, Seen, close_period, propose_period, reopen_period
from billing.actions.cooperations import refuse_other_currency, refuse_other_first_month
from billing.actions.costs import (
    add_costs,
    check_cost,
    import_costs,
    refuse_cost,
    refuse_withdrawal,
    restore_cost,
    save_cost,
    take_back_costs,
    withdraw_cost,
)
from billing.actions.late import LateChangeMovedError, decide_late
from billing.actions.papers import keep_paper
from billing.actions.periods import ensure_periods
from billing.actions.runs import (
    compute_period,
    drop_superseded_runs,
    drop_superseded_shares,
    recompute,
    recompute_by_month,
)

__all__ = [
    "MONTH_IS_CLOSED",
    "LateChangeMovedError",
    "Seen",
    "add_costs",
    "check_cost",
    "close_period",
    "compute_period",
    "decide_late",
    "drop_superseded_runs",
    "drop_superseded_shares",
    "ensure_periods",
    "import_costs",
    "keep_paper",
    "propose_period",
    "recompute",
    "recompute_by_month",
    "refuse_cost",
    "refuse_other_currency",
    "refuse_other_first_month",
    "refuse_withdrawal",
    "reopen_period",
    "restore_cost",
    "save_cost",
    "take_back_costs",
    "withdraw_cost",
]
