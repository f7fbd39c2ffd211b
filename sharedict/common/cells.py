"""Cells of tables that may have a thousand rows: a template would take most of a page's time for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Column:
    """What all cells of a column begin with: the classes it stands in, and its name, for a phone."""

    label: str
    classes: str = "sd-num"

    @cached_property
    def start(self) -> SafeString:
        return format_html('<td class="{}" data-label="{}">', self.classes, self.label)


def cells(columns: Iterable[Column], contents: Iterable[str]) -> SafeString:
    """One cell for each of ``columns``; ``contents`` are escaped unless they are markup already."""
    starts = (column.start for column in columns)
    return format_html_join("", "{}{}</td>", zip(starts, contents, strict=True))


def link(address: str, text: str, *, classes: str = "", said: str = "") -> SafeString:
    """``text`` as a link, which is ``said`` otherwise to who hears the page."""
    if said:
        return format_html('<a href="{}" aria-label="{}">{}</a>', address, said, text)
    if classes:
        return format_html('<a class="{}" href="{}">{}</a>', classes, address, text)
    return format_html('<a href="{}">{}</a>', address, text)
