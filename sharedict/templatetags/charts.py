"""The figures behind a picture as a table."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from sharedict.common.figures import MINUS

register = template.Library()

Rows = list[list[str]]


@register.filter
def chart_table(chart: Mapping[str, Any]) -> dict[str, Any]:
    """``{"head", "rows", "foot", "numeric", "main"}``: cells are head and text; numeric but for the first.

    ``foot`` are the totals of columns, if any; ``main`` is true where the second column counts most.
    """
    if "links" in chart:
        return _labelled([_("From"), _("To"), _("Link")], _network(chart), is_numeric=False)
    series: Sequence[Mapping[str, Any]] = chart["series"]
    rows = [
        [str(category), *(_figure(one["values"][index]) for one in series)]
        for index, category in enumerate(chart["categories"])
    ]
    totals = [_figure(total) for total in chart.get("totals", ())]
    head = ["", *(one["name"] for one in series)]
    return _labelled(head, rows, is_numeric=True) | {
        "foot": [*zip(head, [_("Total"), *totals], strict=True)] if totals else [],
        "main": len(series) == 1 or chart.get("has_sum", False),
    }


def _labelled(head: list[str], rows: Rows, *, is_numeric: bool) -> dict[str, Any]:
    """Every cell with the head of its column, which stands beside it on a phone."""
    pairs = [[*zip(head, row, strict=True)] for row in rows]
    return {"head": head, "rows": pairs, "foot": [], "numeric": is_numeric, "main": False}


def _network(chart: Mapping[str, Any]) -> Rows:
    names = {node["id"]: str(node["name"]) for node in chart["nodes"]}
    return [
        [names[link["source"]], names[link["target"]], str(link.get("label", ""))] for link in chart["links"]
    ]


def _figure(value: object) -> str:
    """A decimal string in the reader's language, with all its digits; a dash where there is no figure."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return "\N{EN DASH}"
    return (MINUS if number < 0 else "") + number_format(abs(number), use_l10n=True, force_grouping=True)
