"""A list of many columns: it is never wider than its place, on a screen and on paper."""

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.urls("tests.front.gallery"), pytest.mark.django_db(transaction=True)]

CUT = "each => each.scrollWidth - each.clientWidth"
PAPER = 658  # px: what A4 has between its margins


def test_nothing_of_a_wide_table_has_to_be_scrolled_to(page: Page) -> None:
    page.goto("/wide/")
    for width in (1440, 1024, 900, 768, 560, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator(".sd-table-scroll").evaluate(CUT) == 0, width
        assert page.get_by_role("link", name="Ändra").is_visible(), width


def test_every_column_of_a_wide_table_is_on_paper(page: Page) -> None:
    page.set_viewport_size({"width": PAPER, "height": 900})
    page.goto("/wide/")
    page.emulate_media(media="print")
    ends = page.locator("thead th:visible").evaluate_all(
        "heads => heads.map(each => each.getBoundingClientRect().right)"
    )
    assert len(ends) == 10  # all but the step of a row, which paper cannot take
    assert max(ends) <= PAPER


def test_a_card_says_only_what_there_is_to_say(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("/wide/")
    assert page.locator("td[data-nothing]").count() == 2
    assert page.locator("td[data-nothing]:visible").count() == 0
    page.set_viewport_size({"width": 1440, "height": 800})
    assert page.locator("td[data-nothing]:visible").count() == 2


def test_a_card_without_a_main_amount_has_its_name_on_a_line_of_its_own(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("/wide/")
    name, kind = (
        page.locator("tbody td").nth(0).bounding_box(),
        page.locator("tbody td").nth(1).bounding_box(),
    )
    assert name
    assert kind
    assert kind["y"] >= name["y"] + name["height"]


@pytest.mark.parametrize("width", [320, 440])
def test_nothing_stands_beside_the_main_amount_of_a_card(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/parts/")
    rows = page.locator(".sd-table-cards tr:has(> .sd-main-amount)")
    found = rows.evaluate_all(
        """rows => rows.map(row => {
            const [name, amount, next] = [...row.children].map(cell => cell.getBoundingClientRect());
            return [name.top === amount.top, Math.round(row.getBoundingClientRect().right - amount.right),
                    next.height === 0 || next.top >= amount.bottom];
        })"""
    )
    assert found
    assert all(is_beside and is_below for is_beside, _gap, is_below in found)
    assert {gap for _beside, gap, _below in found} <= {0, 12}  # the reader's own row has an edge
