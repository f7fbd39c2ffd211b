"""Looking for anything: each app says what of its own can be found, and one question finds all of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F, TextField, Value
from django.urls import reverse

from municipalities.access import Rights
from municipalities.models import Cooperation
from sharedict.common.access import Viewer
from sharedict.common.searching import Joined, Typed, searched

FEW = 5
"""So many of each kind are shown together; of one kind alone ``MOST``."""
MOST = 50

BEST = """SELECT * FROM (
SELECT kind, cooperation, pk, named, title, detail, rank, count(*) OVER () AS total
FROM (
  SELECT *, {rank} AS rank
  FROM ({rows} OFFSET 0) AS of_kind (kind, cooperation, pk, named, title, detail, recent, searched)
  WHERE {condition}
) AS fitting
ORDER BY rank DESC, recent DESC, title, pk LIMIT %s) AS best"""
"""Of one kind. It is fenced by OFFSET: the text of a row is made once, however often it is compared then."""


@dataclass(frozen=True, slots=True)
class SearchKind:
    """What can be found of ``model``, whose rows are limited by ``visible_to``; ``many`` is its heading.

    ``title`` and ``more`` are paths to the texts that are looked through; the title is what is read in a
    result, with ``detail`` below it, which ``words`` may translate. Where a long table keeps what is looked
    through beside each row, ``column`` names that. ``page`` is the page of a result, named by the value at
    ``key``; where only administrators have one, ``list_page`` is for everybody else. ``recent`` is a date:
    of what fits alike, the newest comes first.
    """

    name: str
    many: Any
    model: type[models.Model]
    title: tuple[str, ...]
    page: str
    more: tuple[str, ...] = ()
    detail: tuple[str | models.Expression, ...] = ()
    words: Mapping[str, Any] = field(default_factory=dict)
    column: str = ""
    key: str = "pk"
    list_page: str = ""
    recent: str = ""

    def rows(self, viewer: Viewer, cooperation: Cooperation | None) -> models.QuerySet[Any]:
        """Those that the viewer may see, in the shape that all kinds have."""
        manager: Any = self.model._default_manager
        rows = manager.visible_to(viewer)
        rows = rows.of(cooperation) if cooperation else rows
        asked = {
            "found_kind": Value(self.name, output_field=TextField()),
            "found_in": F("cooperation__slug"),
            "found_pk": F("pk"),
            "found_named": Joined("", self.key),
            "found_title": Joined(" ", *self.title),
            "found_detail": Joined("\n", *self.detail) if self.detail else Value(""),
            "found_recent": Joined("", self.recent) if self.recent else Value(""),
            "found_text": _Column(self.column) if self.column else searched(self.title, self.more),
        }
        found: models.QuerySet[Any] = rows.order_by().annotate(**asked).values_list(*asked)
        return found

    def address(self, found: "Found", rights: Rights) -> str:
        """The page of what was found, as far as somebody with ``rights`` has one."""
        if self.list_page and not rights.may_edit:
            return reverse(self.list_page, args=[found.cooperation])
        return reverse(self.page, args=[found.cooperation, found.named])


class _Column(models.Func):
    """A column that the database keeps and Django knows nothing of."""

    output_field = TextField()

    def __init__(self, name: str) -> None:
        super().__init__(F("pk"))
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        table = compiler.query.get_initial_alias()
        return f"{compiler.quote_name_unless_alias(table)}.{connection.ops.quote_name(self.name)}", []


@dataclass(frozen=True, slots=True)
class Found:
    """One row that fits: ``named`` is what its page is named by, ``cooperation`` the address of its own."""

    kind: str
    cooperation: str
    pk: int
    named: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Group:
    """The best of one kind, and how many there are of it."""

    kind: SearchKind
    total: int
    results: Sequence[Found]


_kinds: dict[str, SearchKind] = {}


def add_search_kind(kind: SearchKind) -> None:
    """Let an app say what can be found of its own; adding one twice changes nothing."""
    _kinds[kind.name] = kind


def search_kinds() -> Mapping[str, SearchKind]:
    return _kinds


def search(
    asked: Typed,
    viewer: Viewer,
    *,
    cooperation: Cooperation | None = None,
    kinds: Iterable[str] = (),
    most: int = FEW,
) -> list[Group]:
    """What fits ``asked`` of all that the viewer sees, the kind with the best on top; one query.

    ``cooperation`` and the names of ``kinds`` narrow it. What cannot be seen is neither found nor counted.
    """
    wanted = [kind for kind in _kinds.values() if not kinds or kind.name in kinds]
    statement, values = _best_of(wanted, asked, viewer, cooperation, most)
    if not statement:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        answered = cursor.fetchall()
    groups: dict[str, tuple[int, int, list[Found]]] = {}
    for name, slug, pk, named, title, below, rank, total in answered:
        lines = [line for line in below.split("\n") if line]
        detail = ", ".join(str(_kinds[name].words.get(line, line)) for line in lines)
        found = Found(name, slug, int(pk), str(named), " ".join(title.split()), detail)
        groups.setdefault(name, (rank, total, []))[2].append(found)
    ordered = sorted(groups.items(), key=lambda item: -item[1][0])
    return [Group(_kinds[name], total, results) for name, (_rank, total, results) in ordered]


def _best_of(
    kinds: Sequence[SearchKind], asked: Typed, viewer: Viewer, cooperation: Cooperation | None, most: int
) -> tuple[str, list[Any]]:
    """SQL that gives the best of each kind, and its parameters; empty where there is nothing to ask."""
    said: list[str] = []
    values: list[Any] = []
    (rank, ranked), (condition, fitting) = asked.rank("searched"), asked.condition("searched")
    for kind in kinds if asked else ():
        try:
            rows, given = kind.rows(viewer, cooperation).query.sql_with_params()
        except EmptyResultSet:
            continue
        said.append(BEST.format(rank=rank, rows=rows, condition=condition))
        values += [*ranked, *given, *fitting, most]
    return " UNION ALL ".join(said), values
