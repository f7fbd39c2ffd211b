from billing.models.cost import Cost
from billing.models.late import LateChange, LateDecision
from billing.models.outage_cost import OutageCost
from billing.models.paper import Paper
from billing.models.period import Period
from billing.models.run import Run, RunLine, RunTotal
from billing.models.share import Share, ShareBlock
from billing.models.statement import Statement, StatementLine

__all__ = [
    "Cost",
    "LateChange",
    "LateDecision",
    "OutageCost",
    "Paper",
    "Period",
    "Run",
    "RunLine",
    "RunTotal",
    "Share",
    "ShareBlock",
    "Statement",
    "StatementLine",
]
