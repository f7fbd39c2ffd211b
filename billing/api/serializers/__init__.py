"""Who pays what, as the API writes it. Names in runs, shares and statements are those frozen with the run."""

from billing.api.serializers.costs import (
    CostAnswerSerializer,
    CostChangeSerializer,
    CostSerializer,
    CostWriteSerializer,
)
from billing.api.serializers.late import LateChangeSerializer
from billing.api.serializers.periods import PeriodSerializer, RunSerializer
from billing.api.serializers.shares import ShareSerializer
from billing.api.serializers.statements import StatementSerializer, WholeStatementSerializer

__all__ = [
    "CostAnswerSerializer",
    "CostChangeSerializer",
    "CostSerializer",
    "CostWriteSerializer",
    "LateChangeSerializer",
    "PeriodSerializer",
    "RunSerializer",
    "ShareSerializer",
    "StatementSerializer",
    "WholeStatementSerializer",
]
