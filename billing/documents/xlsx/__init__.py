"""Statements and months as workbooks: figures as numbers, dates as dates, text never taken for a formula."""

from billing.documents.xlsx.month import month_xlsx
from billing.documents.xlsx.statement import statement_xlsx

__all__ = [
    "month_xlsx",
    "statement_xlsx",
]
