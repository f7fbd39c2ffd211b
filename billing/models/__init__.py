from billing.models.cost import Cost
from billing.models.period import Period
from billing.models.run import Run, RunLine, RunTotal
from billing.models.share import Share, ShareBlock

__all__ = ["Cost", "Period", "Run", "RunLine", "RunTotal", "Share", "ShareBlock"]
