"""What a municipality is shown: lines that add up, content that stays."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.engine.statement import (
    FORMAT_VERSION,
    Party,
    ShareRow,
    Statement,
    StatementError,
    StatementLine,
    statement_lines,
)
from sharedict.kernel.periods import Month

MARCH, JANUARY, DECEMBER = Month(2026, 3), Month(2026, 1), Month(2025, 12)


def row(reference: str, minor: int, application: str = "erp", **more: Any) -> ShareRow:
    names = {"erp": "ERP", "help": "Äskhjälp", "": ""}
    return ShareRow(
        *(reference, application, names[application], "licence", "Licence"),
        supplier="Supplier AB",
        description=f"Cost {reference}",
        key="even",
        key_version=1,
        cost_minor=2 * minor,
        share_minor=minor,
        **more,
    )


def lines(*rows: ShareRow, **earlier: Any) -> tuple[StatementLine, ...]:
    found = {"year_from": JANUARY, "before": {}, "year": {}, "names": {}} | earlier
    return statement_lines(rows, **found)


def statement(*rows: ShareRow, **more: Any) -> Statement:
    made = Statement(
        payee=Party("north", "North", "222000-1234"),
        payer=Party("SE1737", "Torsby"),
        currency="SEK",
        month=MARCH,
        state="closed",
        number=7,
        run_number=2,
        rule_version=2,
        fingerprint="ab",
        computed_at=dt.datetime(2026, 4, 2, 8, tzinfo=dt.UTC),
        before=Month(2026, 2),
        year_from=JANUARY,
        total_minor=sum(each.share_minor for each in rows),
        lines=lines(*rows),
        shares=rows,
    )
    return replace(made, **more)


def test_costs_of_one_application_and_type_are_one_line() -> None:
    (line,) = lines(row("C2", 30), row("C1", 12))
    assert (line.this_minor, line.references) == (42, ("C1", "C2"))
    assert (line.before_minor, line.year_minor, line.change_minor) == (0, 42, 42)


def test_what_there_was_before_has_a_line_though_there_is_nothing_now() -> None:
    scope = ("help", "licence")
    found = lines(
        row("C1", 12),
        before={scope: 5, ("erp", "licence"): 10},
        year={scope: 8, ("erp", "licence"): 20},
        names={scope: ("Helpdesk", "Licence")},
    )
    assert [
        (line.application_name, line.this_minor, line.before_minor, line.year_minor) for line in found
    ] == [
        ("ERP", 12, 10, 32),
        ("Helpdesk", 0, 5, 8),
    ]
    assert found[1].change_minor == -5


def test_lines_stand_by_name_and_those_of_the_cooperation_last() -> None:
    found = lines(row("C1", 1, ""), row("C2", 1, "help"), row("C3", 1, "erp"))
    assert [line.application for line in found] == ["erp", "help", ""]


def test_all_lines_stand_by_name_whatever_there_was_first() -> None:
    codes = ["mail", "wiki", "erp", "plan", "scan", "chat", "sign", "form"]
    scopes = {(code, "licence"): 1 for code in codes}
    found = lines(before=scopes, names={scope: (scope[0].title(), "Licence") for scope in scopes})
    assert [line.application for line in found] == sorted(codes)


def test_what_only_the_month_before_had_is_nothing_of_the_year() -> None:
    """As where the agreement year begins with this month."""
    (line,) = lines(before={("erp", "licence"): 5}, names={("erp", "licence"): ("ERP", "Licence")})
    assert (line.this_minor, line.before_minor, line.year_minor) == (0, 5, 0)


def test_an_application_goes_by_the_name_of_its_first_line() -> None:
    """A type without costs this month still has the name of then."""
    found = lines(row("C1", 12), before={("erp", "work"): 5}, names={("erp", "work"): ("ERP of old", "Work")})
    (part,) = statement(row("C1", 12), lines=found).applications
    assert (part.name, part.this_minor, part.before_minor) == ("ERP", 12, 5)


def test_a_correction_is_a_line_of_its_own_after_the_month_s() -> None:
    """The line of its application and type is without it, this month and in the year so far."""
    found = lines(
        row("C4", -7, concerns=DECEMBER),
        row("C3", 9, concerns=Month(2026, 2)),
        row("C2", 5, concerns=JANUARY),
        row("C1", 100),
        corrected={(JANUARY, "C2"): (3, 1)},
    )
    assert [(line.concerns, line.this_minor, line.year_minor) for line in found] == [
        (None, 100, 100),
        (DECEMBER, -7, 0),
        (JANUARY, 5, 0),
        (Month(2026, 2), 9, 0),
    ]
    assert [line.corrects for line in found] == [None, None, (3, 1), None]
    assert (found[2].references, found[2].description) == (("C2",), "Cost C2")


def test_a_correction_alone_is_the_only_line() -> None:
    (late,) = lines(row("C1", 5, concerns=JANUARY), before={("erp", "licence"): 0})
    assert (late.concerns, late.this_minor, late.year_minor) == (JANUARY, 5, 0)


amounts = st.lists(
    st.tuples(
        st.integers(-1000, 1000),
        st.sampled_from(["erp", "help", ""]),
        st.sampled_from([None, DECEMBER, JANUARY]),
    ),
    max_size=8,
)


@given(amounts)
def test_lines_add_up_to_the_shares_behind_them(drawn: list[tuple[int, str, Month | None]]) -> None:
    rows = [
        row(f"C{number}", minor, code, concerns=month) for number, (minor, code, month) in enumerate(drawn)
    ]
    made = statement(*rows)
    assert sum(line.this_minor for line in made.lines) == made.total_minor
    assert made.month_minor + made.corrections_minor + made.earlier_minor == made.total_minor
    assert made.all_corrections_minor == made.total_minor - made.month_minor
    assert made.year_minor == made.month_minor
    beside = replace(made, year_corrections_minor=made.corrections_minor, before_corrections_minor=7)
    assert beside.year_minor == made.month_minor + made.corrections_minor
    assert (beside.before_minor, beside.change_minor) == (7, made.total_minor - 7)
    assert sum(part.this_minor for part in made.applications) == made.month_minor
    assert sum(part.year_minor for part in made.applications) == made.year_minor
    assert statement(*reversed(rows)).content() == made.content()


@pytest.mark.parametrize("change", [{"total_minor": 43}, {"lines": ()}, {"shares": ()}])
def test_a_statement_that_does_not_add_up_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(StatementError) as error:
        statement(row("C1", 42), **change)
    assert error.value.code == "statement_does_not_add_up"


def test_the_content_is_written_like_this_for_ever() -> None:
    made = statement(row("C1", 42), row("C2", -2, concerns=JANUARY))
    assert made.content() == (
        '{"before":"2026-02","currency":"SEK","fingerprint":"ab","lines":[{"application":"erp",'
        '"application_name":"ERP","cost_type":"licence","cost_type_name":"Licence","references":["C1"],'
        '"this_minor":42,"year_minor":42},{"application":"erp","application_name":"ERP",'
        '"concerns":"2026-01","cost_type":"licence","cost_type_name":"Licence","description":"Cost C2",'
        '"references":["C2"],"this_minor":-2}],"month":"2026-03","number":7,"payee":{"key":"north",'
        '"name":"North","organisation_number":"222000-1234"},"payer":{"key":"SE1737","name":"Torsby"},'
        '"rule_version":2,"total_minor":40,"year_from":"2026-01"}'
    )
    assert made.hash() == "cd8910abb250694ec57cc18ce898e9effda88ca0a04151c0180d6642c15ff956"
    assert FORMAT_VERSION == 1


def test_names_are_written_as_they_are_spelt() -> None:
    assert '"application_name":"Äskhjälp"' in statement(row("C1", 42, "help")).content()


def test_what_is_at_its_default_is_empty_and_no_content() -> None:
    """A field that comes later has a default, so that the content of what is issued stays."""
    made = statement(row("C1", 42))
    assert (made.kind, made.content_hash, made.is_taken_over) == ("month", "", False)
    assert (made.payer.organisation_number, made.payer.address) == ("", "")
    assert [line.description for line in made.lines] == [""]
    assert not {"kind", "content_hash", "description", "address"} & json.loads(made.content()).keys()


@pytest.mark.parametrize(
    "change",
    [
        {"state": "open"},
        {"run_number": 3},
        {"computed_at": dt.datetime(2026, 5, 1, tzinfo=dt.UTC)},
        {"issued_at": dt.datetime(2026, 5, 1, tzinfo=dt.UTC)},
        {"content_hash": "cd"},
        {"shares": (row("C1", 40), row("C2", 2))},
    ],
)
def test_what_follows_from_being_issued_is_no_content(change: dict[str, Any]) -> None:
    made = statement(row("C1", 42))
    assert replace(made, **change).hash() == made.hash()


@pytest.mark.parametrize(
    "change",
    [
        {"number": 8},
        {"currency": "NOK"},
        {"payer": Party("SE1737", "Torsby kommun")},
        {"due_on": dt.date(2026, 4, 30)},
        {"kind": "settlement"},
        {"before": None},
        {"is_taken_over": True},
        {"fingerprint": "cd"},
    ],
)
def test_what_is_issued_is_content(change: dict[str, Any]) -> None:
    made = statement(row("C1", 42))
    assert replace(made, **change).hash() != made.hash()
    assert json.loads(replace(made, due_on=dt.date(2026, 4, 30)).content())["due_on"] == "2026-04-30"


def test_the_month_before_is_compared_with() -> None:
    found = lines(row("C1", 12), before={("erp", "licence"): 10}, year={("erp", "licence"): 30})
    made = statement(row("C1", 12), lines=found)
    assert (made.before_minor, made.change_minor, made.year_minor) == (10, 2, 42)
    (part,) = made.applications
    assert (part.name, part.before_minor, part.change_minor) == ("ERP", 10, 2)
    assert (made.municipality, made.name) == ("SE1737", "Torsby")
    assert (made.cooperation, made.cooperation_name) == ("north", "North")
