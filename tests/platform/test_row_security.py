# ruff: noqa: S608 - tables are named as the catalogue has them
"""The database itself shows no row to whoever may not see it, and answers nobody's question."""

import threading
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.db import DatabaseError, ProgrammingError, connection, transaction

from agreements.models import CostType
from billing.models import Cost, Share, Statement, StatementLine
from municipalities.models import Cooperation, Driver, Reading, Role, Site, Token
from services.models import Application
from sharedict.audit.models import Entry
from sharedict.common.access import sight_of
from sharedict.common.moments import streamed
from sharedict.common.row_security import WITHOUT, limited
from sharedict.common.sight import NobodyAsksError, Sight, nobody_first, of_cooperation, seeing
from tests import cast
from tests.architecture import worlds
from tests.architecture.worlds import World
from tests.factories.billing import CostFactory, close, compute

NO_RIGHT = "42501"
CATALOGUE = """
SELECT relname, relkind = 'v', relrowsecurity, coalesce(reloptions::text, ''),
  (SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
"""
SHOWN_TO_SOME = ("billing_runtotal", "billing_shareblock", "billing_share", "billing_statement")


@pytest.fixture
def two(db: None) -> tuple[World, World]:
    """Two cooperations with one of everything; some rows of choices and of public readings besides."""
    found = worlds.north(), worlds.outside()
    cast.population()
    for world in found:
        site: Any = world.rows[Site]
        site.mirrors.add(Site.objects.create(**_like(site), name="Mirror"))
    return found


def _like(site: Any) -> dict[str, Any]:
    names = ("cooperation", "municipality", "kind", "valid_from")
    return {name: getattr(site, name) for name in names}


def tables() -> Iterator[tuple[str, bool]]:
    """Every table and view that is limited, and whether it has rows of a cooperation by name."""
    for table in (*limited(), Share._meta.db_table):
        model = next(m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == table)
        yield table, any(field.column == "cooperation_id" for field in model._meta.concrete_fields)


def asked(statement: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def refused_to_nobody(statement: str) -> bool:
    """Whether the database itself refuses it, and the program before it comes there."""
    with seeing(None), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before")  # from here on the transaction knows that nobody asks
        with pytest.raises(psycopg2.Error) as caught:
            cursor.cursor.execute(statement)
        cursor.execute("ROLLBACK TO before")
    with seeing(None), pytest.raises(NobodyAsksError), transaction.atomic():
        asked(statement)
    return caught.value.pgcode == NO_RIGHT and "Nobody asks" in str(caught.value)


@pytest.mark.django_db
def test_every_table_is_limited_or_said_not_to_be() -> None:
    told, found = limited(), {}
    for name, is_view, is_limited, options, policies in asked(CATALOGUE):
        if is_view:
            assert "security_invoker=true" in options, name
        else:
            found[name] = is_limited
            assert is_limited == (policies == 1) == (name in told), name
            assert is_limited != (name in WITHOUT), name
    assert {*found} == {*told, *WITHOUT}


@pytest.mark.django_db
def test_no_table_of_a_cooperation_is_left_out_by_mistake() -> None:
    of_one = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Cooperation
    }
    assert of_one & {*WITHOUT} == {"jobs_job", "municipalities_role", "municipalities_token"}


@pytest.mark.django_db
@pytest.mark.parametrize("table", [table for table, _ in tables()])
def test_nobody_gets_no_answer_not_even_an_empty_one(table: str) -> None:
    for statement in (
        f"SELECT * FROM {table}",
        f"SELECT 1 FROM {table} LIMIT 0",
        f"SELECT count(*) FROM {table}",
        f"SELECT EXISTS (SELECT FROM {table} AS t WHERE t::text = '')",
        f"SELECT 1 FROM jobs_job LEFT JOIN {table} AS t ON t::text = ''",
        f"WITH found AS MATERIALIZED (SELECT * FROM {table}) SELECT 1 FROM found",
    ):
        assert refused_to_nobody(statement), statement
    if table != Share._meta.db_table:
        column = asked(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]
        )
        with pytest.raises(NobodyAsksError), seeing(None), transaction.atomic():
            asked(f"UPDATE {table} SET {column[0][0]} = {column[0][0]} WHERE {column[0][0]} IS NULL")


@pytest.mark.django_db
def test_nobody_gets_no_answer_where_none_needs_a_row() -> None:
    """PostgreSQL answers these without looking into any table; the program does not ask them."""
    for rows in (
        Cost.objects.filter(pk=1).filter(pk=2),
        Statement.objects.filter(cooperation=1).filter(cooperation=2),
    ):
        with seeing(None):
            for ask in (rows.exists, rows.count, rows.delete, lambda rows=rows: [*rows]):
                with pytest.raises(NobodyAsksError):
                    ask()


@pytest.mark.django_db
def test_each_sees_the_rows_of_their_own_cooperation_and_no_others(two: tuple[World, World]) -> None:
    ours, theirs = two
    for table, is_of_one in tables():
        whole = asked(f"SELECT count(*) FROM {table}")[0][0]
        counts = []
        for world in two:
            with seeing(of_cooperation(world.cooperation.pk)):
                counts.append(asked(f"SELECT count(*) FROM {table}")[0][0])
                if is_of_one:
                    found = asked(f"SELECT DISTINCT cooperation_id FROM {table}")
                    assert {pk for (pk,) in found} <= {world.cooperation.pk, None}, table
        public = 0
        if table in (Driver._meta.db_table, Reading._meta.db_table):
            public = asked(f"SELECT count(*) FROM {table} WHERE cooperation_id IS NULL")[0][0]
        nobodys = 0
        if table == Entry._meta.db_table:
            nobodys = asked(f"SELECT count(*) FROM {table} WHERE cooperation_id IS NULL")[0][0]
        assert sum(counts) == whole + public - nobodys, table
        if table not in NOT_IN_BOTH:
            assert all(counts), table
    with seeing(Sight()):
        assert {asked(f"SELECT count(*) FROM {table}")[0][0] for table in SHOWN_TO_SOME} == {0}
    assert ours.cooperation != theirs.cooperation


NOT_IN_BOTH = {
    "agreements_component",
    "agreements_fixedpart",
    "agreements_term_named",
    "billing_latedecision",
    "municipalities_savedview_pinned_by",
    "services_installation_administered_by",
}
"""Tables that these worlds have no rows of."""


@pytest.fixture
def closed(two: tuple[World, World]) -> Cooperation:
    """A closed month that two members paid for, who do not see each other's shares."""
    cooperation = cast.cooperation("closed", [cast.torsby(), cast.hagfors()])
    Cooperation.objects.filter(pk=cooperation.pk).update(shares_are_open=False)
    people = [cast.person(name, cooperation, Role.Kind.ADMINISTRATOR) for name in ("one", "another")]
    erp = Application.objects.get(cooperation=cooperation)
    kind = CostType.objects.get(cooperation=cooperation)
    CostFactory(cooperation=cooperation, application=erp, cost_type=kind)
    [period] = compute(cooperation)
    close(period, proposer=people[0], closer=people[1])
    return cooperation


@pytest.mark.django_db
def test_where_shares_are_closed_a_municipality_sees_its_own(closed: Cooperation) -> None:
    torsby, hagfors = cast.torsby(), cast.hagfors()
    finance = cast.person("finance", closed, Role.Kind.FINANCE, torsby)
    auditor = cast.person("auditor", closed, Role.Kind.AUDITOR)
    for person, places in ((finance, {torsby.pk}), (auditor, {torsby.pk, hagfors.pk})):
        with seeing(sight_of(person)):
            for table in SHOWN_TO_SOME:
                found = asked(f"SELECT DISTINCT municipality_id FROM {table}")
                assert {pk for (pk,) in found} == places, table
            lines = StatementLine.objects.values_list("statement__municipality", flat=True)
            assert {*lines} == places
            assert asked("SELECT count(DISTINCT statement_id) FROM billing_statementline") == [(len(places),)]
            assert Cost.objects.count() == 1


@pytest.mark.django_db
def test_a_role_for_one_municipality_shows_it_in_that_cooperation_alone(two: tuple[World, World]) -> None:
    """Torsby joins the other cooperation too: who answers for it in the first sees nothing of that."""
    Cooperation.objects.update(shares_are_open=False)
    ours, theirs = two
    finance = cast.person("finance", ours.cooperation, Role.Kind.FINANCE, theirs.place)
    with seeing(sight_of(finance)):
        assert not Share.objects.exists()
        assert not Statement.objects.exists()


@pytest.mark.django_db
def test_nobody_writes_for_a_cooperation_that_they_do_not_see(two: tuple[World, World]) -> None:
    ours, theirs = two
    driver, reading = Driver.objects.get(cooperation=None), Reading.objects.filter(cooperation=None).first()
    with seeing(of_cooperation(ours.cooperation.pk)):
        cost: Any = ours.rows[Cost]
        for change in (
            lambda: Cost.objects.filter(pk=cost.pk).update(cooperation=theirs.cooperation),
            lambda: Site.objects.create(**_like(theirs.rows[Site]), name="Smuggled"),
            lambda: Driver.objects.create(code="smuggled", name="Smuggled", unit="x"),
            lambda: Driver.objects.filter(pk=driver.pk).update(name="Ours"),
        ):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                change()
        assert Cost.objects.filter(pk=theirs.rows[Cost].pk).update(description="Ours") == 0
        assert Site.objects.filter(pk=theirs.rows[Site].pk).delete()[0] == 0
    assert reading is None or Reading.objects.filter(pk=reading.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_told_ends_with_the_transaction(north: Cooperation) -> None:
    """On a connection that is used again the setting is there, and empty: that is nobody, too."""
    with seeing(of_cooperation(north.pk)):
        with transaction.atomic():
            assert Site.objects.count() == 0
            assert asked("SHOW sharedict.sight") == [(f"{{{north.pk}}} {{{north.pk}}} {{}}",)]
        assert Site.objects.count() == 0  # outside a transaction, one of its own
    with seeing(None):
        assert asked("SELECT current_setting('sharedict.sight', true)") == [("",)]
        assert refused_to_nobody("SELECT 1 FROM billing_cost")
        with pytest.raises(ProgrammingError):
            Site.objects.count()


@pytest.mark.django_db(transaction=True)
def test_who_asks_may_change_within_a_transaction_and_be_rolled_back(
    north: Cooperation, outside: Cooperation
) -> None:
    def told() -> str:
        return str(asked("SELECT current_setting('sharedict.sight', true)")[0][0]).partition(" ")[0]

    first, second = of_cooperation(north.pk), of_cooperation(outside.pk)
    with seeing(first), transaction.atomic():
        assert told() == f"{{{north.pk}}}"
        with seeing(second), transaction.atomic():
            assert told() == f"{{{outside.pk}}}"
            transaction.set_rollback(True)
        assert told() == f"{{{north.pk}}}"
        with pytest.raises(DatabaseError), transaction.atomic(), seeing(second):
            asked("SELECT 1 / 0")
        assert told() == f"{{{north.pk}}}"
        with seeing(None):
            assert told() == ""
        assert told() == f"{{{north.pk}}}"
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT part")
            with seeing(second):
                assert told() == f"{{{outside.pk}}}"
                cursor.execute("rollback  to savepoint part")
                assert told() == f"{{{outside.pk}}}"


@pytest.mark.django_db(transaction=True)
def test_rows_that_are_fetched_later_are_those_of_whoever_asked(
    north: Cooperation, outside: Cooperation
) -> None:
    """No cursor stays open in the database, whose policies would go by who asks when it is read on."""
    CostType.objects.bulk_create(
        CostType(cooperation=own, code=f"c{number}", name=f"C {number}")
        for own in (north, outside)
        for number in range(5)
    )
    owners = CostType.objects.order_by("pk").values_list("cooperation_id", flat=True)
    with transaction.atomic(), seeing(of_cooperation(north.pk)):
        rows = owners.iterator(chunk_size=1)
        read = [next(rows)]
        with seeing(of_cooperation(outside.pk)):
            assert {*owners} == {outside.pk}
        with seeing(None):
            read += rows
    assert read == [north.pk] * 6


def test_a_stream_is_read_with_the_sight_of_whoever_asked_for_it(
    north: Cooperation, outside: Cooperation
) -> None:
    def names() -> Iterator[bytes]:
        for row in Token.objects.none():
            yield bytes(row)
        for (pk,) in asked("SELECT DISTINCT cooperation_id FROM agreements_key ORDER BY 1"):
            yield str(pk).encode()

    with seeing(of_cooperation(north.pk)):
        stream = streamed(names())
    with seeing(of_cooperation(outside.pk)):
        read = next(stream)
        assert asked("SELECT DISTINCT cooperation_id FROM agreements_key") == [(outside.pk,)]
        assert [read, *stream] == [str(north.pk).encode()]


def test_a_request_and_a_thread_begin_with_nobody() -> None:
    seen = []
    with seeing(of_cooperation(1)):
        nobody_first(lambda _request: seen.append(sight()))(None)
        assert sight() == of_cooperation(1)
    assert seen == [None]
    found: list[Any] = []
    with seeing(of_cooperation(1)):
        thread = threading.Thread(target=lambda: found.append(sight()))
        thread.start()
        thread.join()
    assert found != [of_cooperation(1)]


def sight() -> Any:
    from sharedict.common.sight import current

    return current()
