"""The lines of a statement on screen, and the columns of the costs behind them."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from billing.engine.statement import ApplicationPart, StatementLine
from billing.views.pictures import whole_name
from sharedict.common.cells import Column, cells, link, row
from sharedict.common.figures import Amounts


class LineTable:
    """The rows of a statement's lines; ``before_url`` is the statement of the month before.

    It is empty where there was no month before: then nothing is compared with one.
    """

    def __init__(self, before_url: str) -> None:
        self.before_url = before_url
        self.columns = line_columns(has_before=bool(before_url))
        self.amounts = Amounts()

    def rows(self, part: ApplicationPart, own: SafeString) -> list[SafeString]:
        """One application's: of its own sum, ``own``, where it has several lines, then of each of them."""
        name = whole_name(part.name)
        if len(part.lines) == 1:
            [line] = part.lines
            head = format_html("<strong>{}</strong> · {}", name, line.cost_type_name)
            return [row(head, self.cells_of_line(line))]
        rows = [row(name, own, is_group=True, row_classes="sd-sum")]
        return rows + [
            row(line.cost_type_name, self.cells_of_line(line), classes="sd-within-sum") for line in part.lines
        ]

    def cells_of(self, part: ApplicationPart) -> SafeString:
        this, before = self.amounts(part.this_minor), self.amounts(part.before_minor)
        return self._cells(this, before, part.change_minor, part.year_minor)

    def cells_of_line(self, line: StatementLine) -> SafeString:
        """Those of one line; its amounts lead to the costs behind them."""
        place = anchor(line.application, line.cost_type)
        this, before = self.amounts(line.this_minor), self.amounts(line.before_minor)
        if line.this_minor:
            this = link(f"#{place}", this)
        if line.before_minor and self.before_url:
            before = link(f"{self.before_url}#{place}", before, classes="sd-quiet")
        return self._cells(this, before, line.change_minor, line.year_minor)

    def _cells(self, this: SafeString, before: SafeString, change_minor: int, year_minor: int) -> SafeString:
        compared = [before, self.amounts.change(change_minor)] if self.before_url else []
        return cells(self.columns, [this, *compared, self.amounts(year_minor)])


def line_columns(*, has_before: bool) -> list[Column]:
    compared = [Column(_("Month before")), Column(pgettext("difference", "Change"))] if has_before else []
    return [Column(_("This month"), "sd-num sd-main-amount"), *compared, Column(_("Year so far"))]


def cost_columns() -> list[Column]:
    return [
        Column(_("Application"), ""),
        Column(_("Supplier"), ""),
        Column(_("Reference"), "sd-nowrap"),
        Column(_("Key"), ""),
        Column(_("Cost in the month")),
        Column(_("Share"), "sd-num sd-main-amount"),
    ]


def anchor(application: str, cost_type: str) -> str:
    return f"costs.{application}.{cost_type}"
