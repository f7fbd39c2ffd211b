"""A statement as PDF/UA-1: page one, then lines, costs and how they are divided."""

from typing import Any

from django.utils.translation import get_language

from billing.documents.pdf.beside import Beside
from billing.documents.pdf.front import front
from billing.documents.pdf.letters import shown
from billing.documents.pdf.tables import tables
from billing.documents.pdf.typesetter import typeset
from billing.engine.statement import Statement

TEMPLATE = "statement.typ"


def statement_pdf(statement: Statement, beside: Beside) -> bytes:
    """``statement``, as it was issued, in the reader's language; the same bytes for the same.

    Raises ValueError for one that is not issued.
    """
    if statement.issued_at is None:
        raise ValueError("What is not issued has no paper.")
    content = {
        **_settable(front(statement, beside)),
        "lang": get_language() or "en",
        "tables": tables(statement, beside),
    }
    return typeset(TEMPLATE, content, at=statement.issued_at)


def _settable(value: Any) -> Any:
    """``value`` with each text in it as the font can set it."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {name: _settable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_settable(each) for each in value]
    return value
