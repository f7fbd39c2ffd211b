"""Row level security: which rows the database shows to the program, made from what the models say.

A model may say by ``rows_shown`` who sees which of its rows; else whoever sees a cooperation sees its rows,
and whoever sees a row, what it chooses. ``sharedict.common.sight`` tells the database who asks. The owner is
not limited, for it migrates and makes copies; but where the program can only work as the owner, it is.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from psycopg2 import sql

from sharedict.common.sight import ALL, SETTING

WITHOUT = {
    "accounts_signinfailure": "asked before anybody is known",
    "accounts_user": "asked before anybody is known; people may have roles in several cooperations",
    "accounts_user_groups": "of the person, not of a cooperation",
    "accounts_user_user_permissions": "of the person, not of a cooperation",
    "auth_group": "of the program",
    "auth_group_permissions": "of the program",
    "auth_permission": "of the program",
    "django_admin_log": "of operators, who see everything",
    "django_content_type": "of the program",
    "django_migrations": "of the program",
    "django_session": "asked before anybody is known",
    "jobs_job": "claimed before it is known whose they are",
    "municipalities_cooperation": "what is seen is found by it",
    "municipalities_municipality": "a public register",
    "municipalities_role": "what is seen is found by it",
    "municipalities_token": "asked before anybody is known, and what is seen is found by it",
}
"""Tables whose rows are not limited, and why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Which rows are shown, and which may be written where those are fewer or others, in words of SQL."""

    condition: str
    written: str = ""


OWN = Shown(
    "cooperation_id = ANY ((SELECT sight_cooperations())::bigint[])"
    " OR cooperation_id = ANY (sight_cooperations())"
)
"""Said twice: the first is looked up once for a query. The second is for the planner, which asks before any
row is looked for: nobody's question is refused there, even where no row would answer it."""
PUBLIC_OR_OWN = Shown(f"cooperation_id IS NULL OR {OWN.condition}", OWN.condition)
"""Rows without a cooperation are everybody's to read, and only those who see everything write them."""
NOBODYS_OR_OWN = Shown(PUBLIC_OR_OWN.condition)
"""Rows without a cooperation are of persons, and read and written by whoever asks for theirs."""
SHARES = Shown(
    "cooperation_id = ANY ((SELECT sight_whole())::bigint[])"
    " OR cooperation_id || ':' || municipality_id = ANY ((SELECT sight_own())::text[])"
    " OR cooperation_id = ANY (sight_whole())"
)
"""Of a cooperation whose shares are closed to the viewer those of the municipalities that are theirs."""


def through(column: str, table: str) -> Shown:
    """Rows that are shown with the row of ``table`` that ``column`` names."""
    return Shown(f"EXISTS (SELECT FROM {table} AS parent WHERE parent.id = {column})")


def shares_through(column: str, table: str, *, own_where: str = "") -> Shown:
    """The same of shares: where all of a cooperation's are seen, without looking at ``table``.

    ``own_where`` is what else holds for rows that are seen as the viewer's own alone.
    """
    whole, _, _ = SHARES.condition.partition(" OR ")
    own = f"{own_where} AND " if own_where else ""
    return Shown(f"{whole} OR {own}{through(column, table).condition}")


TOLD = f"""
CREATE OR REPLACE FUNCTION sight_told() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = public, pg_temp AS $$
DECLARE
  told text := current_setting('{SETTING}', true);
BEGIN
  IF coalesce(told, '') = '' THEN
    RAISE EXCEPTION 'Nobody asks: this transaction was not told who looks.'
      USING ERRCODE = 'insufficient_privilege', HINT = 'Ask within sharedict.common.sight.seeing().';
  END IF;
  RETURN told;
END $$;
CREATE OR REPLACE FUNCTION sight_all() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = public, pg_temp AS $$
BEGIN
  RETURN sight_told() = '{ALL}';
END $$;
"""
PART = """
CREATE OR REPLACE FUNCTION {name}() RETURNS {kind}[] LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = public, pg_temp AS $$
DECLARE
  told text := sight_told();
BEGIN
  RETURN CASE told WHEN '{all}' THEN '{{}}' ELSE split_part(told, ' ', {place}) END;
END $$;
"""
PARTS = (("sight_cooperations", "bigint"), ("sight_whole", "bigint"), ("sight_own", "text"))
MADE = (
    "DROP POLICY IF EXISTS seen ON {table}",
    "CREATE POLICY seen ON {table} {rule}",
    "COMMENT ON POLICY seen ON {table} IS {words}",
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, {force} ROW LEVEL SECURITY",
)
STANDING = """
SELECT relname, CASE WHEN relrowsecurity THEN obj_description(policy.oid, 'pg_policy') END
FROM pg_class LEFT JOIN pg_policy AS policy ON polrelid = pg_class.oid AND polname = 'seen'
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""


def limit_rows(*, to_owner_too: bool) -> None:
    """As the owner: make each table show the program what the viewer may see; what stands already is left."""
    force = "FORCE" if to_owner_too else "NO FORCE"
    with connection.cursor() as cursor:
        cursor.execute(TOLD)
        for place, (name, kind) in enumerate(PARTS, start=1):
            cursor.execute(PART.format(name=name, kind=kind, all=ALL, place=place))
        cursor.execute(STANDING)
        standing = dict(cursor.fetchall())
        for table, shown in limited().items():
            rule = f"USING ({_rule(shown.condition)}) WITH CHECK ({_rule(shown.written or shown.condition)})"
            if table not in standing or standing[table] == f"{force} {rule}":
                continue
            names = {
                "table": sql.Identifier(table),
                "rule": sql.SQL(rule),
                "force": sql.SQL(force),
                "words": sql.Literal(f"{force} {rule}"),
            }
            with transaction.atomic():  # a table without its policy would answer everybody with nothing
                for words in MADE:
                    cursor.execute(sql.SQL(words).format(**names))


def limited() -> dict[str, Shown]:
    """Which rows of which table are shown; the tables of WITHOUT are not among them."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model._meta.managed and table not in WITHOUT:
            found[table] = _shown(model)
    return found


def views() -> list[str]:
    """Those of ours, which show what their tables do."""
    return [model._meta.db_table for model in apps.get_models() if not model._meta.managed]


def _shown(model: type[models.Model]) -> Shown:
    said: Shown | None = getattr(model, "rows_shown", None)
    if said is not None:
        return said
    chooser: Any = model._meta.auto_created
    if chooser:
        first = next(field for field in model._meta.concrete_fields if field.related_model is chooser)
        return through(f"{model._meta.db_table}.{first.column}", chooser._meta.db_table)
    return OWN


def _rule(words: str) -> str:
    return f"(SELECT sight_all()) OR {words}"
