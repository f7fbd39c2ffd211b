"""A month as a workbook: what each municipality carries, and what nobody carries yet."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from billing.documents.xlsx.book import Book, Cell
from billing.engine.statement import MunicipalityTotal, Unallocated
from sharedict.kernel.money import to_major


def month_xlsx(
    *,
    title: str,
    currency: str,
    totals: Sequence[MunicipalityTotal],
    unallocated: Sequence[Unallocated],
    reasons: Mapping[str, str],
    facts: Iterable[tuple[str, Cell]],
) -> bytes:
    """What each municipality carries of a month, and the costs that nobody carries yet.

    ``reasons`` says in words why they are unallocated, by code.
    """
    book = Book(currency)
    sheet = book.sheet(_("Municipalities"), (16, 30, 14, 16, 16, 16, 14))
    sheet.write_string(0, 0, title, book.title)
    top = book.facts(sheet, 1, facts)
    book.table(
        sheet,
        top,
        (
            _("Municipality"),
            _("Name"),
            _("Statement"),
            _("Amount"),
            _("Month before"),
            pgettext("difference", "Change"),
            _("Percent"),
        ),
        (
            (
                row.municipality,
                row.name,
                row.number,
                to_major(row.this_minor),
                to_major(row.before_minor),
                to_major(row.change_minor),
                row.percent,
            )
            for row in totals
        ),
        (
            _("Total"),
            None,
            None,
            to_major(sum(row.this_minor for row in totals)),
            to_major(sum(row.before_minor for row in totals)),
            to_major(sum(row.change_minor for row in totals)),
        ),
    )
    if unallocated:
        sheet = book.sheet(_("Unallocated"), (14, 26, 20, 40, 16, 24, 40))
        book.table(
            sheet,
            0,
            (
                _("Reference"),
                _("Application"),
                _("Cost type"),
                _("Description"),
                _("Amount"),
                _("Reason"),
                _("Detail"),
            ),
            (
                (
                    row.reference,
                    row.application_name,
                    row.cost_type_name,
                    row.description,
                    to_major(row.amount_minor),
                    reasons.get(row.reason, row.reason),
                    row.detail,
                )
                for row in unallocated
            ),
        )
    return book.content()
