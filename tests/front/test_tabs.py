"""Tabs on a phone: one line, however many there are, and the page does not go on to the side with it."""

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.urls("tests.front.gallery"), pytest.mark.django_db(transaction=True)]

MORE = """names => {
    const line = document.querySelector(".sd-tabs ul");
    line.replaceChildren(...names.map(name => {
        const tab = document.createElement("li");
        tab.innerHTML = `<a href="/">${name}</a>`;
        return tab;
    }));
}"""
NAMES = ["Avtal", "Fördelningsnycklar", "Villkor", "Fördelningsgrunder och mätvärden", "Kostnadsslag"]


def test_tabs_are_one_line_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("/list/")
    page.evaluate(MORE, NAMES)
    tops = page.locator(".sd-tabs a").evaluate_all("tabs => tabs.map(tab => tab.getBoundingClientRect().top)")
    assert len({*tops}) == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_brings_every_tab_into_sight(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("/list/")
    page.evaluate(MORE, NAMES)
    last = page.get_by_role("link", name=NAMES[-1])
    last.focus()
    box = last.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
