"""A month as a workbook: what each municipality carries, and what nobody carries yet."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from billing.documents.xlsx.book import Book, Cell, Percent
from billing.engine.overview import Correction, MunicipalityTotal, Unallocated
from sharedict.kernel.money import to_major


def month_xlsx(
    *,
    title: str,
    banner: str,
    currency: str,
    computed_at: dt.datetime,
    totals: Sequence[MunicipalityTotal],
    unallocated: Sequence[Unallocated],
    reasons: Mapping[str, str],
    corrections: Sequence[Correction],
    corrected: Mapping[str, int],
    facts: Iterable[tuple[str, Cell]],
) -> bytes:
    """What each municipality carries of a month, the costs that nobody carries yet, and its corrections.

    ``reasons`` says in words why costs are unallocated, by code; ``corrected`` is what each municipality pays
    of the corrections of earlier months, by country and code.
    """
    book = Book(currency, computed_at, title, banner)
    sheet = book.sheet(_("Municipalities"), (16, 30, 14, 16, 16, 16, 14, 20))
    top = book.facts(sheet, book.begin(sheet, title), facts)
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
            _("Of it: corrections of earlier months"),
        ),
        (
            (
                row.municipality,
                row.name,
                row.number,
                to_major(row.this_minor),
                to_major(row.before_minor),
                to_major(row.change_minor),
                Percent.of(row.percent),
                to_major(corrected.get(row.municipality, 0)),
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
            None,
            to_major(sum(corrected.values())),
        ),
    )
    if corrections:
        sheet = book.sheet(_("Corrections"), (14, 14, 26, 20, 40, 16))
        book.table(
            sheet,
            0,
            (
                _("Corrects month"),
                _("Reference"),
                _("Application"),
                _("Cost type"),
                _("Description"),
                _("Difference"),
            ),
            (
                (
                    str(row.month),
                    row.reference,
                    row.application_name,
                    row.cost_type_name,
                    row.description,
                    to_major(row.amount_minor),
                )
                for row in corrections
            ),
            (_("Total"), "", "", "", "", to_major(sum(row.amount_minor for row in corrections))),
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
                    reasons[row.reason],
                    row.detail,
                )
                for row in unallocated
            ),
        )
    return book.content()
