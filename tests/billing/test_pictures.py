"""Pictures of months: what is drawn comes to what stands in the table, and needs no script."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext as translated

from billing.engine.overview import Bar
from billing.models import Cost, Period
from billing.views.pictures import (
    made_of,
    months_by_municipality,
    what_changed,
    with_corrections,
    year_picture,
)
from sharedict.accounts.models import User
from sharedict.common.figures import whole_minor
from sharedict.kernel.money import to_minor
from sharedict.kernel.periods import Month
from sharedict.pictures.drawing import Box
from tests.pictures.measuring import drawn, words

SignIn = Callable[[User], Client]
WIDE = 1248


@pytest.mark.parametrize("path", ["overview/", "costs/2026-10/", "costs/2026-10/SE1737/"])
def test_pages_of_months_draw_without_script(
    path: str, october: Period, finance: User, sign_in: SignIn
) -> None:
    text = sign_in(finance).get(f"/north/{path}").content.decode()
    assert 'role="img" aria-label="' in text
    assert "Show as table" in text


def test_a_statement_draws_its_year_so_far(october: Period, finance: User, sign_in: SignIn) -> None:
    context = sign_in(finance).get("/north/costs/2026-10/SE1737/").context
    picture, statement = context["year_picture"], context["statement"]
    amounts = [Decimal(value) for value in picture["chart"]["series"][0]["values"]]
    assert to_minor(sum(amounts)) == statement.year_minor
    assert picture["chart"]["categories"] == [
        "September\N{NO-BREAK SPACE}2026",
        "October\N{NO-BREAK SPACE}2026",
    ]
    assert picture["title"].startswith("Torsby pays ")
    assert picture["title"].endswith(" for September 2026 to October 2026")


def test_a_year_that_would_contradict_its_statement_is_not_drawn(
    october: Period, finance: User, sign_in: SignIn
) -> None:
    statement = sign_in(finance).get("/north/costs/2026-10/SE1737/").context["statement"]
    amounts = {Month(2026, 9): 1_000, Month(2026, 10): statement.year_minor - 1_000}
    assert year_picture(statement, amounts) is not None
    assert year_picture(statement, amounts | {Month(2026, 9): 1_001}) is None
    assert year_picture(statement, {Month(2026, 10): statement.year_minor}) is None


def test_what_municipalities_carry_is_compared_by_bars_where_it_differs(
    by_population: Cost, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    context = client.get("/north/costs/2026-01/").context
    assert [(each["row"].name, each["bar"].width) for each in context["totals"]] == [
        ("Hagfors", 66.67),
        ("Torsby", 100),
    ]
    assert context["has_bars"]
    assert not client.get("/north/costs/2026-02/").context["has_bars"], "it is divided evenly"


def test_costs_of_the_register_are_compared_by_bars_where_they_differ(
    by_population: Cost, administrator: User, sign_in: SignIn
) -> None:
    client, register = sign_in(administrator), "/north/costs/register/"
    assert client.get(register).content.count(b'class="sd-bar-cell"') == 2
    assert b"sd-bar-cell" not in client.get(f"{register}?q={by_population.reference}").content
    assert "Amount, SEK" in (
        header := b"".join(client.get(f"{register}?format=csv")).decode().splitlines()[0]
    )
    assert header.count("Amount") == 1


def test_the_payers_of_a_cost_have_no_two_columns_that_say_the_same(
    by_population: Cost, administrator: User, sign_in: SignIn
) -> None:
    page = sign_in(administrator).get(f"/north/costs/2026-01/SE1737/{by_population.reference}/")
    assert not page.context["has_key_percent"], "no floor, cap or days stand between them"
    payers = page.content.decode().split("All who pay this cost")[-1]
    assert "By the key" not in payers


def test_a_month_that_is_missing_between_others_stays_empty() -> None:
    months = [Month(2026, 1), Month(2026, 2), Month(2026, 4)]
    picture = months_by_municipality(months, {"a": "A"}, [{"a": 10_000}, {"a": 20_050}, {"a": -100}], "SEK")
    assert picture is not None
    assert {"Jan", "Feb", "Mar", "Apr", "201", "\N{MINUS SIGN}1", "average 100"} <= {
        *words(picture["drawn"], WIDE)
    }
    boxes = [shape for shape in drawn(picture["drawn"], WIDE).shapes if isinstance(shape, Box)]
    assert len(boxes) == 3


def test_one_month_has_no_average() -> None:
    one, two = (
        months_by_municipality([Month(2026, 1)], names, [{"a": 10_000}], "SEK")
        for names in ({"a": "A"}, {"a": "A", "b": "B"})
    )
    assert one is not None
    assert two is not None
    assert words(one["drawn"], WIDE) == words(two["drawn"], WIDE) == ["100", "Jan"]
    assert one["drawn"].finding == "A, January 2026."
    assert two["drawn"].finding == "Shared cost, January 2026."


def test_a_change_is_drawn_as_it_stands_in_its_table() -> None:
    changes = [Bar("ERP", 5_000), Bar("Helpdesk", -2_000)]
    picture = what_changed(changes, 100_000, "Torsby", Month(2026, 9), Month(2026, 10), "SEK")
    assert picture is not None
    told = words(picture["drawn"], WIDE)
    assert {"September 2026", "ERP", "Helpdesk", "October 2026"} <= {*told}
    assert {"1,000.00", "+50.00", "\N{MINUS SIGN}20.00", "1,030.00"} <= {*told}
    assert picture["chart"]["series"][0]["values"] == ["1000.00", "50.00", "-20.00", "1030.00"]
    assert picture["drawn"].finding == f"{picture['title']}. {picture['summary']}"


@pytest.mark.parametrize("language", ["en", "sv"])
def test_changes_come_by_size_and_corrections_of_earlier_months_and_others_last(language: str) -> None:
    """The sums at the ends are told, and every bar starts at no change: a few per cent are not made more."""
    with translation.override(language):
        names = {"A": 100, "B": -3_000, "C": 200_000, "D": 400, "E": 50, "F": 60, "G": 7, "H": 8, "I": 9}
        found = with_corrections([Bar(name, minor) for name, minor in names.items()], 5)
        picture = what_changed(found, 50_000_000, "Torsby", Month(2026, 9), Month(2026, 10), "SEK")
        assert picture is not None
        *_, before_last, last = picture["chart"]["categories"][1:-1]
        assert picture["chart"]["categories"][1:-3] == ["C", "B", "D", "A", "F", "E"]
        assert [before_last, last] == [translated("Corrections of earlier months"), translated("Other")]
        assert picture["chart"]["series"][0]["values"][-2:] == ["0.24", "501976.39"]
    boxes = [shape for shape in drawn(picture["drawn"], WIDE).shapes if isinstance(shape, Box)]
    (zero,) = {box.x for box in boxes if box.look == "rise"}
    assert [box.x + box.width for box in boxes if box.look == "fall"] == [zero]
    assert boxes[0].width / boxes[1].width == pytest.approx(200_000 / 3_000, rel=0.01)


def test_without_a_month_before_the_parts_are_drawn() -> None:
    picture = made_of([Bar("ERP", 5_000), Bar("Helpdesk", 2_000)], "Torsby", Month(2026, 9), "SEK")
    assert picture is not None
    assert words(picture["drawn"], WIDE) == ["50.00", "20.00", "ERP", "Helpdesk"]


@pytest.mark.parametrize(
    ("minor", "expected"),
    [(13_430_699, "134,307"), (50, "1"), (49, "0"), (-50, "\N{MINUS SIGN}1"), (-49, "0"), (0, "0")],
)
def test_a_label_is_in_whole_units(minor: int, expected: str) -> None:
    assert whole_minor(minor) == expected
