"""What a municipality is shown for a month, on screen and as files, and why each amount is what it is."""

from billing.views.statements.base import StatementBase
from billing.views.statements.download import StatementFile
from billing.views.statements.page import StatementPage

__all__ = ["StatementBase", "StatementFile", "StatementPage"]
