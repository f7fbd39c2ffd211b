"""Bring the Swedish catalogue up to date with the texts in code and templates."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
APPS = ("sharedict", "municipalities", "services", "agreements", "billing")
HEADER = "# The portal's texts in Swedish. Renewed by `make messages`; write the msgstr by hand."
FILLER = re.compile(r"\b[XBS]{2,}\b|\b[XBS]\b")


class Command(BaseCommand):
    """Extract every text and merge it into ``locale/sv``: translations stay, new texts come in empty."""

    help = "Bring locale/sv up to date with the texts in code and templates."

    def handle(self, *args: Any, **options: Any) -> None:
        path = catalogue_path()
        merged = merge(path.read_bytes() if path.exists() else b"")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(merged)
        missing = sum(
            1 for message in read_po(io.BytesIO(merged)) if message.id and not is_translated(message)
        )
        self.stdout.write(f"{path.relative_to(settings.BASE_DIR)}: {missing} texts without translation")


def is_translated(message: Message) -> bool:
    """Whether ``message`` has its Swedish, in the singular and in the plural."""
    return all(message.string) if isinstance(message.string, (list, tuple)) else bool(message.string)


def catalogue_path() -> Path:
    return settings.BASE_DIR / "locale" / "sv" / "LC_MESSAGES" / "django.po"


def merge(catalogue: bytes) -> bytes:
    """The catalogue with exactly the texts that stand in the code now, in the order of the alphabet."""
    found = Catalog(locale="sv", domain="django", header_comment=HEADER, fuzzy=False)
    for text, context in texts():
        found.add(text, context=context)
    old = read_po(io.BytesIO(catalogue), locale="sv") if catalogue else Catalog(locale="sv")
    for message in found:
        known = old.get(message.id, message.context) if message.id else None
        if known:
            message.string = known.string
    buffer = io.BytesIO()
    write_po(buffer, found, width=110, sort_output=True, omit_header=False, no_location=True)
    return re.sub(
        rb'"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Report-Msgid'
        rb"-Bugs-To|Project-Id-Version)[^\n]*\n",
        b"",
        buffer.getvalue(),
    )


def texts() -> Iterator[tuple[Any, str | None]]:
    """Each text (or singular and plural) and its context, from all Python code and all templates."""
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            yield from _found("python", path.read_bytes())
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        plain = FILLER.sub(" ", templatize(path.read_text(encoding="utf-8"), origin=str(path)))
        yield from _found("javascript", plain.encode())


def _found(kind: str, source: bytes) -> Iterator[tuple[Any, str | None]]:
    for _line, text, _comments, context in extract(kind, io.BytesIO(source), keywords=KEYWORDS):
        if text and text != ("", ""):
            yield text, context
