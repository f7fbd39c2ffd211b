"""Nothing that shares depend on is written without a word to those who compute them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection

from sharedict.common.models import Fact
from sharedict.jobs.models import Job

WRITTEN = re.compile(
    r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)"?(?: SET (.*?)(?: WHERE |$))?', re.DOTALL | re.IGNORECASE
)
COLUMN = re.compile(r'"?(\w+)"? *= *')


@cache
def fact_tables() -> dict[str, set[str]]:
    """The columns that shares depend on, by table; tables of choices of such rows have all of them."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, Fact):
            found[model._meta.db_table] = _columns(model)
        elif model._meta.auto_created and issubclass(model._meta.auto_created, Fact):
            found[model._meta.db_table] = {field.column for field in model._meta.concrete_fields}
    return found


def _columns(model: type[Fact]) -> set[str]:
    fields: list[Any] = model._meta.concrete_fields
    counting = model.fact_columns
    return {field.column for field in fields if counting is None or field.name in counting}


class Watch:
    """What a piece of work writes to fact tables, and whether it orders that to be worked in."""

    def __init__(self) -> None:
        self.tables = fact_tables()
        self.written: list[str] = []
        self.is_announced = False

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        self.note(str(sql))
        return result

    def note(self, sql: str) -> None:
        if sql.startswith("ROLLBACK"):
            self.written, self.is_announced = [], False
        if Job._meta.db_table in sql and (sql.startswith("INSERT") or " FOR UPDATE" in sql):
            self.is_announced = True
        found = WRITTEN.match(sql)
        if found and found[1] in self.tables:
            changed = set(COLUMN.findall(found[2])) if found[2] else self.tables[found[1]]
            if changed & self.tables[found[1]]:
                self.written.append(sql)


@contextmanager
def announced() -> Iterator[None]:
    """Fails where what is done inside changes facts, and nobody is told."""
    watch = Watch()
    with connection.execute_wrapper(watch):
        yield
    assert watch.is_announced or not watch.written, f"announced nothing: {watch.written}"
