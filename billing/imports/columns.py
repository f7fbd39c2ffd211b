"""The columns of a table of costs, as programs and as the portal's own lists name them."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Cost
from sharedict.common.uploads import Columns

SAID = (
    "external_id",
    "application",
    "cost_type",
    "supplier",
    "invoice_number",
    "description",
    "amount",
    "starts_on",
)
"""Those that a file calls as the row itself does, and those in which it tells of one that is stored."""
TOLD = ("reference", "currency", "credits")
IMPORTED = frozenset({*SAID, "ends_on"}) - {"external_id"}
"""What an import may change of a cost that it finds again."""


def label_of(name: str) -> Any:
    return Cost._meta.get_field(name).verbose_name  # type: ignore[union-attr]


COST_COLUMNS = Columns(
    (*SAID, "ends_on"),
    TOLD,
    numbers=("amount",),
    days=("starts_on", "ends_on"),
    labels={name: (label_of(name),) for name in (*SAID, *TOLD)}
    | {
        "description": (label_of("description"), Cost._meta.verbose_name),
        "amount": (label_of("amount"), gettext_lazy("Amount")),
        "starts_on": (label_of("starts_on"), gettext_lazy("From")),
    },
    last_days={"ends_on": (gettext_lazy("Last day"), gettext_lazy("Through"))},
    either_days={
        "ends_on": (
            label_of("ends_on"),
            gettext_lazy("Until"),
            gettext_lazy("To"),
            gettext_lazy("End date"),
            gettext_lazy("Period to"),
        )
    },
    otherwise={
        "external_id": (gettext_lazy("Voucher number"), gettext_lazy("Voucher")),
        "application": (gettext_lazy("Service"), gettext_lazy("System")),
        "cost_type": (gettext_lazy("Type"), gettext_lazy("Category")),
        "supplier": (gettext_lazy("Vendor"), gettext_lazy("Supplier name")),
        "invoice_number": (gettext_lazy("Invoice"), gettext_lazy("Invoice no.")),
        "description": (gettext_lazy("Text"), gettext_lazy("Specification")),
        "amount": (
            gettext_lazy("Net amount"),
            gettext_lazy("Net"),
            gettext_lazy("Amount excl. VAT"),
        ),
        "starts_on": (gettext_lazy("Start date"), gettext_lazy("Period from")),
    },
    passed_over=(gettext_lazy("State"),),
    units={"amount": "currency"},
)


def named(name: str) -> str:
    """A column in words, and as the file calls it."""
    return _("%(label)s (%(column)s)") % {"label": capfirst(str(label_of(name))), "column": name}
