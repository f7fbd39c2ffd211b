"""The rows of a list as cells of a file, made from the database's values, a column at a time.

What stands in a column is said once, for page and file alike: by its accessor, and by ``value_…`` or
``render_…`` of its table. Where these ask for a value, no record is made of a row; where any column asks for
the record itself, all of them are told from records.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import SimpleNamespace
from typing import Any, ClassVar

import django_tables2
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest
from django_tables2.rows import BoundRow

from municipalities.portal.columns import ColumnChoice, chosen_columns
from sharedict.common.copying import fetched
from sharedict.common.sheets import Cell

PAGE_ROWS = 50
FETCHED = 4_000
"""So many rows are asked of the database at once."""
BATCH = 1_000
"""So many are told at once: cells of more would outlive what the garbage collector takes for short."""

CELLS = (models.CharField, models.TextField, models.DateField, models.DecimalField, models.IntegerField)
"""Fields whose values are cells as they are."""

Tell = Callable[[Any], Cell]
"""Makes a cell of a value."""


class FileTable(django_tables2.Table):  # type: ignore[misc]
    """A list that is sorted and paged as its address asks, and can be written into a file.

    What the address asks of no column is ignored. ``file_fields`` names what a column that asks for its
    record reads of it: the record can be spared then. ``at_choice`` are columns that are shown where somebody
    chooses them, and not else.
    """

    file_fields: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    at_choice: ClassVar[tuple[str, ...]] = ()
    in_files: ClassVar[tuple[str, ...]] = ()
    """Those of ``at_choice`` that stand in files too where nobody has chosen: an import reads them."""
    choice: ColumnChoice | None = None

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request  # given to django-tables2 it would count rows, for pages that no file has
        asked = request.GET.getlist(self.prefixed_order_by_field)
        if order := [name for name in asked if name.removeprefix("-") in self.columns]:
            self.order_by = order
        for name in self.at_choice:
            self.columns.hide(name)

    def choose_columns(self) -> ColumnChoice:
        """Show the columns that the address names; ``choice`` is what can be chosen."""
        self.choice = chosen_columns(self, self.request.GET)
        return self.choice

    def turn_to_page(self) -> None:
        """Show the page that is asked for; the first or the last where there is none of that number."""
        self.put_in_one_order()
        self.paginate(per_page=PAGE_ROWS)
        self.page = self.paginator.get_page(self.request.GET.get(self.prefixed_page_field))

    def put_in_one_order(self) -> None:
        """Let rows that are ordered alike stand as they were added, however the database reads them."""
        rows = self.data.data
        if isinstance(rows, models.QuerySet):
            self.data.data = rows.order_by(*(rows.query.order_by or rows.model._meta.ordering), "pk")

    def before_rows(self, records: Sequence[Any]) -> None:
        """Called with each batch of records before their cells are asked for."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the cells of a column come from: the values at ``paths``, and what makes cells of all of them.

    Of several paths, a row's values come as one tuple.
    """

    paths: tuple[str, ...]
    cells: Callable[[Sequence[Any]], Iterable[Cell]]


def file_rows(table: FileTable, columns: Sequence[Any]) -> Iterator[Sequence[Cell]]:
    """One row of cells for each row of ``table``, in its order."""
    rows = table.data.data
    if not isinstance(rows, models.QuerySet):
        return _from_records(table, columns, rows)
    sources = [_source_of(table, column, rows) for column in columns]
    if None in sources:
        return _from_records(table, columns, fetched(rows, BATCH))
    return _from_values(rows, [source for source in sources if source])


def _from_records(
    table: FileTable, columns: Sequence[Any], records: Iterable[Any]
) -> Iterator[Sequence[Cell]]:
    for batch in _batches(records):
        table.before_rows(batch)
        for record in batch:
            row = BoundRow(record, table)
            yield [_cell(row.get_cell_value(column.name)) for column in columns]


def _from_values(rows: models.QuerySet[Any], sources: Sequence[Source]) -> Iterator[Sequence[Cell]]:
    paths = list(dict.fromkeys(path for source in sources for path in source.paths))
    for batch in _batches(fetched(rows.values_list(*paths), FETCHED)):
        columns = dict(zip(paths, zip(*batch, strict=True), strict=True))
        cells = (source.cells(_together([columns[path] for path in source.paths])) for source in sources)
        yield from zip(*cells, strict=True)


def _together(columns: Sequence[Sequence[Any]]) -> Sequence[Any]:
    return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))


def _source_of(table: FileTable, column: Any, rows: models.QuerySet[Any]) -> Source | None:
    """None where the column needs the record."""
    if fields := table.file_fields.get(column.name):
        return Source(fields, _repeated(lambda values: _cell(column.value(_record(fields, values)))))
    asked = set(inspect.signature(column.value).parameters)
    is_plain = type(column.column) is django_tables2.Column and asked == {"kwargs"}
    found = _place_of(rows, column.accessor)
    if found is None or not (is_plain or asked == {"value"}):
        return None
    path, field, attribute = found
    say = _cell if is_plain else column.value

    def tell(value: Any) -> Cell:
        return None if value in column.column.empty_values else _cell(say(value))

    if isinstance(field, models.ForeignKey):
        return Source((path,), _Related(field.related_model, attribute, tell).cells)
    if field is not None and field.flatchoices:
        labels = dict(field.flatchoices)
        return Source((path,), _repeated(lambda value: tell(labels.get(value, value))))
    if is_plain and isinstance(field, CELLS):
        return Source((path,), lambda values: values)
    if isinstance(field, models.DateField | models.IntegerField):
        return Source((path,), _repeated(tell))
    return Source((path,), lambda values: map(tell, values))


def _place_of(rows: models.QuerySet[Any], accessor: str) -> tuple[str, Any, str] | None:
    """The path to what ``accessor`` means, its field (None: it is annotated), and an attribute beyond it.

    A foreign key stands for the row it points to, and the attribute is one of that row's. Its path is that of
    the number: Django would order by the number whatever is ordered by the name of a value.
    """
    if accessor in rows.query.annotations:
        return accessor, None, ""
    path: list[str] = []
    model: type[models.Model] | None = rows.model
    field: Any = None
    for name in str(accessor).split("__"):
        if model is None:
            return None
        try:
            found: Any = model._meta.get_field(name)
        except FieldDoesNotExist:
            return ("__".join(path) + "_id", field, name) if field and hasattr(model, name) else None
        if not found.concrete or found.many_to_many:
            return None
        is_row = isinstance(found, models.ForeignKey) and name == found.name
        path.append(name)
        model, field = (found.related_model, found) if is_row else (None, found)
    if isinstance(field, models.ForeignKey):
        return ("__".join(path) + "_id", field, "") if model else ("__".join(path), field.target_field, "")
    return "__".join(path), field, ""


class _Related:
    """Tells rows that a foreign key points to, each once for a whole file."""

    def __init__(self, model: type[models.Model], attribute: str, tell: Tell) -> None:
        self.model = model
        self.attribute = attribute
        self.tell = tell
        self.told: dict[Any, Cell] = {}

    def cells(self, keys: Sequence[Any]) -> Iterable[Cell]:
        new = set(keys).difference(self.told)
        rows = self.model._base_manager.in_bulk(new - {None}) if new else {}
        for key in new:
            row = rows.get(key)
            self.told[key] = self.tell(getattr(row, self.attribute, None) if self.attribute else row)
        return [self.told[key] for key in keys]


def _repeated(tell: Tell) -> Callable[[Sequence[Any]], Iterable[Cell]]:
    """Tells each value once for all rows that have it."""

    def cells(values: Sequence[Any]) -> Iterable[Cell]:
        told = {value: tell(value) for value in set(values)}
        return [told[value] for value in values]

    return cells


def _record(fields: Sequence[str], values: Any) -> SimpleNamespace:
    """What a column reads of a record, in place of it."""
    return SimpleNamespace(**dict(zip(fields, values if len(fields) > 1 else [values], strict=True)))


def _cell(value: Any) -> Cell:
    return value if isinstance(value, Cell) else str(value)


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    each = iter(rows)
    while batch := list(islice(each, BATCH)):
        yield batch
