"""The register of costs."""

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from municipalities.portal import BAR, DATE, MAIN_AMOUNT, LastDayColumn, RowTable, page_of
from sharedict.common.figures import money
from sharedict.kernel.money import to_minor
from sharedict.pictures.bar import bars, tell_apart

STATES = {
    "valid": ("ok", _("counts")),
    "unallocated": ("danger", _("unallocated")),
    "withdrawn": ("neutral", _("withdrawn")),
}
"""What a cost is -> its look and its word."""


class CostTable(RowTable):
    """The register; a file of it has some columns more than the screen has room for."""

    empty_action = _("Add a cost")
    not_exported = ("actions", "bar")
    file_fields = {"state": ("withdrawn_on", "is_unallocated")}
    description = tables.Column(_("Cost"))
    reference = tables.Column(_("Reference"), visible=False)
    application = tables.Column(
        _("Application"), accessor="application__name", order_by="application", empty_values=()
    )
    cost_type = tables.Column(_("Cost type"), accessor="cost_type__name", order_by="cost_type", visible=False)
    supplier = tables.Column(_("Supplier"))
    invoice_number = tables.Column(_("Invoice number"), visible=False)
    external_id = tables.Column(_("External id"), visible=False)
    credits = tables.Column(_("Refunds"), accessor="credits__reference", visible=False)
    amount = tables.Column(_("Amount"), attrs=MAIN_AMOUNT)
    currency = tables.Column(_("Currency"), visible=False)
    bar = tables.Column(_("Amount"), accessor="amount", orderable=False, attrs=BAR)
    starts_on = tables.Column(_("From"), attrs=DATE)
    ends_on = LastDayColumn()
    state = tables.Column(_("State"), empty_values=(), orderable=False)

    empty_title = _("No costs yet")

    class Meta:
        order_by = ("-starts_on", "-reference")
        empty_text = _("Add the first one, or import them from a file.")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        currency = request.cooperation.currency  # type: ignore[attr-defined]
        self.columns["amount"].column.verbose_name = f"{_('Amount')}, {currency}"
        if "format" in request.GET:
            for name in ("reference", "cost_type", "invoice_number", "external_id", "credits", "currency"):
                self.columns.show(name)
        else:
            self.columns["application"].column.verbose_name = _("Application and cost type")

    def before_render(self, request: HttpRequest) -> None:
        """Bars of the costs on this page, where their amounts differ for the eye."""
        costs = [row.record for row in self.paginated_rows]
        amounts = [to_minor(cost.amount) for cost in costs]
        self.bars = dict(zip((cost.pk for cost in costs), bars(amounts), strict=True))
        if not tell_apart(amounts):
            self.columns.hide("bar")

    def render_bar(self, record: Any) -> str:
        return render_to_string("components/pic/bar.html", {"bar": self.bars[record.pk]})

    def render_description(self, record: Any) -> str:
        """What it is for, a link, and its reference under it."""
        return format_html(
            '<span><a href="{}">{}</a> <span class="sd-label sd-nowrap">{}</span></span>',
            page_of("cost-change")(record, self),
            record.description,
            record.reference,
        )

    def value_description(self, value: str) -> str:
        return value

    def render_application(self, record: Any) -> str:
        """The application, a link, and the cost type under it."""
        name = record.application or _("The cooperation as a whole")
        if record.application:
            address = page_of("application", "application__code")(record, self)
            name = format_html('<a href="{}">{}</a>', address, name)
        return format_html('<span>{} <span class="sd-label">{}</span></span>', name, record.cost_type)

    def value_application(self, value: str | None) -> str | None:
        return value

    def render_amount(self, record: Any) -> str:
        return money(record.amount)

    def value_amount(self, value: Decimal) -> Decimal:
        return value

    def render_state(self, record: Any) -> str:
        look, label = STATES[_state_of(record)]
        return format_html('<span class="sd-state sd-state-{}">{}</span>', look, label)

    def value_state(self, record: Any) -> str:
        return str(STATES[_state_of(record)][1])


def _state_of(cost: Any) -> str:
    if cost.withdrawn_on:
        return "withdrawn"
    return "unallocated" if cost.is_unallocated else "valid"
