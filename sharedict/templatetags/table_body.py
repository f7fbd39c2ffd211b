"""The rows of a table of django-tables2: a template would take most of a page's time for them."""

from collections.abc import Iterator
from typing import Any

from django import template
from django.template.base import render_value_in_context
from django.template.context import Context
from django.templatetags.l10n import localize, unlocalize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django_tables2.utils import signature

from sharedict.common.figures import NOTHING

register = template.Library()

WITHOUT_LABEL = ("actions", "bar")
"""Columns that a phone shows without their names."""


@register.filter
def body(table: Any) -> SafeString:
    """What stands inside ``<tbody>``: the rows of the page that is shown."""
    columns = [_Column(column) for column in table.columns]
    rows = (
        f"<tr {row.attrs.as_html()}>{''.join(column.cell(row) for column in columns)}</tr>"
        for row in table.paginated_rows
    )
    return SafeString("".join(rows))


class _Column:
    """A column of a table: what is alike in all its cells is made once."""

    def __init__(self, column: Any) -> None:
        self.column = column
        names, self.takes_all = signature(column.render)
        self.names = frozenset(names)
        is_named = column.name not in WITHOUT_LABEL
        self.label = f' data-label="{conditional_escape(column.header)}"' if is_named else ""
        self.attrs = None if _is_told_by_row(column) else column.attrs["td"].as_html()

    def cell(self, row: Any) -> str:
        column = self.column
        content = row._get_and_render_with(column, render_func=self._rendered(row), default=column.default)
        attrs = self.attrs
        if attrs is None:
            column.current_value, column.current_record = content, row.record
            attrs = column.attrs["td"].as_html()
        nothing = " data-nothing" if content == NOTHING else ""
        return f"<td{self.label} {attrs}{nothing}>{_shown(content, column.localize)}</td>"

    def _rendered(self, row: Any) -> Any:
        """As django-tables2 asks a column for a cell, which looks each time what the column asks for."""

        def rendered(column: Any, value: Any = None) -> Any:
            given = row._optional_cell_arguments(column, value)
            if self.takes_all:
                content = column.render(**given)
            elif self.names <= given.keys():
                content = column.render(**{name: given[name] for name in self.names})
            else:
                content = None
            return column.link(content, **given) if column.link else content

        return rendered


def _is_told_by_row(column: Any) -> bool:
    """Whether the attributes of cells are made of their rows."""
    given = [*_parts(column._table.attrs), *_parts(column.column.attrs)]
    return any(callable(value) for part in given for value in (part, *_values(part)))


def _parts(attrs: Any) -> Iterator[Any]:
    return (attrs[name] for name in ("cell", "td") if name in attrs)


def _values(part: Any) -> Any:
    return part.values() if hasattr(part, "values") else ()


def _shown(content: Any, is_localized: bool | None) -> str:
    if is_localized is not None:
        content = localize(content) if is_localized else unlocalize(content)
    if isinstance(content, str):
        return conditional_escape(content)
    return str(render_value_in_context(content, Context()))
