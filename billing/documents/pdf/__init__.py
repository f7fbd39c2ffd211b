"""Statements as paper: PDF/UA-1, in the reader's language, the same bytes for the same statement."""

from billing.documents.pdf.beside import Beside, Payer
from billing.documents.pdf.statement import statement_pdf

__all__ = [
    "Beside",
    "Payer",
    "statement_pdf",
]
