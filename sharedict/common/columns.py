"""Lists of the API whose rows are read as columns: no object is made for a row that is only written out.

What a serializer writes of a row is then the columns that its fields name. One of which a field needs more
than that - other rows, a property of the model - writes its rows as ever.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from rest_framework import fields as kinds
from rest_framework.relations import PrimaryKeyRelatedField
from rest_framework.serializers import ModelSerializer

PLAIN: dict[Any, tuple[type[Any], ...]] = {
    kinds.CharField.to_representation: (models.CharField, models.TextField),
    kinds.ChoiceField.to_representation: (models.CharField,),
    kinds.IntegerField.to_representation: (models.IntegerField,),
    kinds.BooleanField.to_representation: (models.BooleanField,),
    PrimaryKeyRelatedField.to_representation: (models.ForeignKey,),
}
"""How a field writes -> the columns whose values it leaves as they are."""

USUAL = ModelSerializer.to_representation


@dataclass(frozen=True, slots=True)
class Columns:
    """What is read of a row, under which names it is written, and what becomes of some of its cells first."""

    read: Sequence[Any]
    names: Sequence[str]
    written: Sequence[tuple[int, Callable[[Any], Any]]]

    def rows(self, found: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
        """The rows as the serializer writes them; cells behind those that it names are left out."""
        return [dict(zip(self.names, self._cells(row), strict=False)) for row in found]

    def _cells(self, row: Sequence[Any]) -> Sequence[Any]:
        cells = list(row)
        for place, write in self.written:
            if cells[place] is not None:
                cells[place] = write(cells[place])
        return cells


@cache
def columns_of(serializer_class: type[Any], model: type[models.Model]) -> Columns | None:
    """What ``serializer_class`` writes of rows of ``model``; None where that is more than columns."""
    if not issubclass(serializer_class, ModelSerializer) or serializer_class.to_representation is not USUAL:
        return None
    read, names, written = list[Any](), list[str](), list[tuple[int, Callable[[Any], Any]]]()
    for field in serializer_class()._readable_fields:
        cell, column = _cell(field, model)
        if cell is None:
            return None
        if not isinstance(column, PLAIN.get(type(field).to_representation, ())):
            written.append((len(read), field.to_representation))
        read.append(cell)
        names.append(str(field.field_name))
    return Columns(tuple(read), tuple(names), tuple(written))


def _cell(field: Any, model: Any) -> tuple[Any, Any]:
    """What ``values_list`` is to read for ``field``, and the column that it is; nothing where it is none.

    A field that knows how its value is made of columns says so: ``as_column`` makes the expression.
    """
    is_key = type(field) is PrimaryKeyRelatedField and field.pk_field is None
    if not is_key and type(field).get_attribute is not kinds.Field.get_attribute:
        return None, None
    *way, last = field.source_attrs or [""]
    may_lack, knows_how = field.allow_null or field.default is None, hasattr(field, "as_column")
    try:
        for name in way:
            relation = model._meta.get_field(name)
            if not relation.many_to_one or (relation.null and not may_lack and not knows_how):
                return None, None
            model = relation.related_model
        if knows_how:
            cell = field.as_column(way)
            return cell, cell.output_field
        column = model._meta.get_field(last)
    except FieldDoesNotExist:
        return None, None
    if column.is_relation and not (is_key and column.many_to_one):
        return None, None
    return LOOKUP_SEP.join([*way, column.attname]), column
