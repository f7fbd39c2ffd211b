"""What each municipality pays month by month, as the columns of a table that fits beside its picture."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.portal import listed
from sharedict.common.figures import minor
from sharedict.pictures.words import AIR, width

ROOM = 600  # px that the table has on a page of 1024, in two thirds of it
MONTHS, PADDING = 112, 16  # px that the names of months take, and stand between columns
SIZE = 15 / 13 / AIR  # text of tables to text of pictures, in our own font: in another a table may scroll
MOST = 9  # columns of municipalities


@dataclass(frozen=True)
class Column:
    """Minor units for each month."""

    name: str
    values: Sequence[int]

    @property
    def total(self) -> int:
        return sum(self.values)

    @property
    def width(self) -> float:
        texts = (self.name, *map(minor, (*self.values, self.total)))
        return max(width(text, is_strong=True) for text in texts) * SIZE + PADDING


@dataclass(frozen=True)
class MonthTable:
    """The total first if there are several; ``note`` says whom the last column sums, if anybody."""

    columns: Sequence[Column]
    note: str = ""

    @property
    def totals(self) -> list[int]:
        """What each column comes to; none where that is its only amount."""
        return [column.total for column in self.columns if len(column.values) > 1]


def month_table(
    names: Mapping[str, str], amounts: Sequence[Mapping[str, int]], own: Collection[str]
) -> MonthTable:
    """By municipality (key -> name): ``own`` first, then the largest, as far as there is room."""
    sizes = {key: sum(abs(month.get(key, 0)) for month in amounts) for key in names}
    order = sorted(names, key=lambda key: (key not in own, -sizes[key], key))
    tables = [_table(order[:kept], order[kept:], names, amounts) for kept in _counts(len(order))]
    return next((table for table in tables if _fits(table)), tables[-1])


def _counts(all_of_them: int) -> Iterator[int]:
    """How many are named: all, or fewer and fewer; one alone is never summed."""
    yield from (count for count in range(min(all_of_them, MOST), 0, -1) if count != all_of_them - 1)


def _table(
    kept: Sequence[str], others: Sequence[str], names: Mapping[str, str], amounts: Sequence[Mapping[str, int]]
) -> MonthTable:
    columns = [Column(names[key], [month.get(key, 0) for month in amounts]) for key in kept]
    note = ""
    if others:
        rest = [sum(month.get(key, 0) for key in others) for month in amounts]
        columns.append(Column(_("Other"), rest))
        words = ngettext(
            "Other is the sum of %(count)d municipality: %(names)s.",
            "Other is the sum of %(count)d municipalities: %(names)s.",
            len(others),
        )
        note = words % {"count": len(others), "names": listed(sorted(names[key] for key in others))}
    if len(columns) > 1:
        columns.insert(0, Column(_("Total"), [sum(month.values()) for month in amounts]))
    return MonthTable(columns, note)


def _fits(table: MonthTable) -> bool:
    return MONTHS + sum(column.width for column in table.columns) <= ROOM
