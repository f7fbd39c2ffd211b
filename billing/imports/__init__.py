"""What an upload of costs would do to those that are stored."""

from billing.imports.columns import COST_COLUMNS, IMPORTED
from billing.imports.costs import before_first_month, compare_costs, cost_in_words

__all__ = ["COST_COLUMNS", "IMPORTED", "before_first_month", "compare_costs", "cost_in_words"]
