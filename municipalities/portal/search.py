"""Looking for anything: each app says what of its own can be found, and one question finds all of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from municipalities.access import Rights
from municipalities.models import Cooperation
from sharedict.common.access import Viewer
from sharedict.common.searching import Typed, searched

FEW = 5
"""So many of each kind are shown together; of one kind alone ``MOST``."""
MOST = 50

BEST = """
SELECT kind, cooperation, pk, named, title, detail, total FROM (
  SELECT *, count(*) OVER (PARTITION BY kind) AS total,
    row_number() OVER (PARTITION BY kind ORDER BY rank DESC, recent DESC, title, pk) AS place,
    max(rank) OVER (PARTITION BY kind) AS best
  FROM (SELECT *, {rank} AS rank FROM ({rows}) AS each_of WHERE {condition}) AS fitting
) AS counted
WHERE place <= %s ORDER BY best DESC, kind, place
"""


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
    detail: tuple[str, ...] = ()
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
        text = _Column(self.column) if self.column else searched(self.title, self.more)
        parts = {
            "kind": Value(self.name),
            "slug": F("cooperation__slug"),
            "id": F("pk"),
            "named": F(self.key),
            "read": _joined(self.title),
            "below": _joined(self.detail, "\n"),
            "recency": F(self.recent) if self.recent else Value(""),
            "text": text,
        }
        asked = {f"found_{name}": Cast(part, TextField()) for name, part in parts.items()}
        found: models.QuerySet[Any] = rows.order_by().annotate(**asked).values_list(*asked)
        return found

    def address(self, found: "Found", rights: Rights) -> str:
        """The page of what was found, as far as somebody with ``rights`` has one."""
        if self.list_page and not rights.may_edit:
            return reverse(self.list_page, args=[found.cooperation])
        return reverse(self.page, args=[found.cooperation, found.named])


FENCED = (
    "SELECT * FROM ({statement} OFFSET 0) AS of_kind"
    " (kind, cooperation, pk, named, title, detail, recent, searched)"
)


class _Column(models.Func):
    """A column that the database keeps and Django knows nothing of."""

    output_field = TextField()

    def __init__(self, name: str) -> None:
        super().__init__(F("pk"))
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        table = compiler.query.get_initial_alias()
        return f"{compiler.quote_name_unless_alias(table)}.{connection.ops.quote_name(self.name)}", []


def _joined(paths: Sequence[str], by: str = " ") -> Any:
    parts: list[Any] = [Value("")]
    for path in paths:
        parts += [F(path), Value(by)]
    return Concat(*parts, Value(""), output_field=TextField())


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
    rows, values = _all_rows(wanted, viewer, cooperation)
    if not asked or not rows:
        return []
    (rank, ranked), (condition, fitting) = asked.rank("searched"), asked.condition("searched")
    with connection.cursor() as cursor:
        statement = BEST.format(rank=rank, rows=rows, condition=condition)
        cursor.execute(statement, [*ranked, *values, *fitting, most])
        answered = cursor.fetchall()
    groups: dict[str, tuple[int, list[Found]]] = {}
    for name, slug, pk, named, title, below, total in answered:
        lines = [line for line in below.split("\n") if line]
        detail = ", ".join(str(_kinds[name].words.get(line, line)) for line in lines)
        found = Found(name, slug, int(pk), named, " ".join(title.split()), detail)
        groups.setdefault(name, (total, []))[1].append(found)
    return [Group(_kinds[name], total, results) for name, (total, results) in groups.items()]


def _all_rows(
    kinds: Sequence[SearchKind], viewer: Viewer, cooperation: Cooperation | None
) -> tuple[str, list[Any]]:
    """SQL of the rows of all ``kinds``, and its parameters.

    Each is fenced by OFFSET: its text is made once for a row, however often it is compared then.
    """
    said: list[str] = []
    values: list[Any] = []
    for kind in kinds:
        try:
            statement, given = kind.rows(viewer, cooperation).query.sql_with_params()
        except EmptyResultSet:
            continue
        said.append(FENCED.format(statement=statement))
        values += given
    return " UNION ALL ".join(said), values
