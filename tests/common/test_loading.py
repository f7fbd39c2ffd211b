"""Many rows into a table: what is read back is what was loaded, whatever it holds."""

from itertools import chain

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from sharedict.common.loading import (
    BIGINT,
    INTEGER,
    array_field,
    bigints,
    copy_binary,
    copy_rows,
    integer_field,
    integers,
)
from sharedict.engines import OWNER

pytestmark = pytest.mark.django_db

small = st.integers(-(2**31), 2**31 - 1)
large = st.integers(-(2**63), 2**63 - 1)


@pytest.fixture
def table(db: None) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET ROLE {OWNER}; CREATE TABLE loaded (n integer, words text, ids integer[], amounts bigint[]);"
            "GRANT ALL ON loaded TO PUBLIC; RESET ROLE"
        )
    return "loaded"


def rows() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, words, ids, amounts FROM loaded ORDER BY n")
        found: list[tuple[object, ...]] = cursor.fetchall()
        cursor.execute("TRUNCATE loaded")
    return found


ids = st.lists(st.lists(small), max_size=4)
amounts = st.lists(st.lists(large), max_size=4)


@given(number=small, ids=ids, amounts=amounts)
def check_numbers(number: int, ids: list[list[int]], amounts: list[list[int]]) -> None:
    row = (
        integer_field(number),
        array_field(INTEGER, [integers(each) for each in ids]),
        array_field(BIGINT, [bigints(each) for each in amounts]),
    )
    copy_binary("loaded", ["n", "ids", "amounts"], [row])
    assert rows() == [(number, None, [*chain.from_iterable(ids)], [*chain.from_iterable(amounts)])]


def test_numbers_come_back_whatever_their_size_and_sign(table: str) -> None:
    check_numbers()


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_a_number_too_large_for_its_column_is_refused(number: int) -> None:
    with pytest.raises(OverflowError):
        bigints([number])


def test_many_rows_are_more_than_one_piece_of_the_stream(table: str) -> None:
    words = "x" * 1000
    copy_rows(table, ["n", "words"], ([str(n), words] for n in range(1000)))
    assert [(n, text) for n, text, *_ in rows()] == [(n, words) for n in range(1000)]


def test_no_rows_are_loaded_too(table: str) -> None:
    copy_rows(table, ["n"], [])
    copy_binary(table, ["n"], [])
    assert rows() == []


@pytest.mark.parametrize("words", ["Ås\tÄlv\nÖ\r", r"C:\temp\N", "\\N", "", "a,b;\"c'", "\\."])
def test_texts_come_back_as_they_were(table: str, words: str) -> None:
    copy_rows(table, ["n", "words"], [("1", words), ("2", None)])
    assert rows() == [(1, words, None, None), (2, None, None, None)]
