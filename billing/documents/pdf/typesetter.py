"""What sets pages: one compiler for each process, which keeps what it has learnt of templates and fonts."""

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from billing.documents.pdf.letters import FONTS

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates" / "documents"
_turns = Lock()


def typeset(template: str, content: Mapping[str, Any], *, at: dt.datetime) -> bytes:
    """``content`` as a PDF/UA-1, by ``template`` (of ``templates/documents/``): the same bytes for the same.

    The template reads ``content`` as JSON: no text of it is ever taken for a command. ``at`` is when the
    document says that it was made.
    """
    with _turns:
        made = _compiler().compile(
            input=str(TEMPLATES / template),
            format="pdf",
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=int(at.timestamp()),
        )
    if not isinstance(made, bytes):
        raise TypeError("A PDF is one file.")
    return made


@cache
def _compiler() -> typst.Compiler:
    """Fonts of the system are not looked at: they would be others on another machine."""
    return typst.Compiler(root=str(ROOT), font_paths=[str(FONTS)], ignore_system_fonts=True)
