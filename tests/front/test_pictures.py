"""The pictures in a real browser: their words cross nothing, at any width."""

import pytest
from playwright.sync_api import Page

from tests.front.pictures import PICTURES

pytestmark = [pytest.mark.urls("tests.front.gallery"), pytest.mark.django_db(transaction=True)]

# Words that are seen, where they cross other words of their picture or its edges; a pixel is let pass.
CROSSINGS = """() => [...document.querySelectorAll(".sd-pic[role=img]")].flatMap(picture => {
    const texts = [...picture.querySelectorAll("text")].filter(text => text.getClientRects().length)
        .map(text => [text.textContent, text.getBoundingClientRect()]);
    const {left, right} = picture.getBoundingClientRect();
    const cross = (one, other) => one.left < other.right - 1 && other.left < one.right - 1
        && one.top + 2 < other.bottom - 2 && other.top + 2 < one.bottom - 2;
    return texts.flatMap(([words, one], index) => [
        ...texts.slice(index + 1).filter(([, other]) => cross(one, other))
            .map(([other]) => `${words} x ${other}`),
        ...(one.left < left - 1 || one.right > right + 1 ? [`${words} leaves the picture`] : []),
    ]);
})"""


@pytest.mark.parametrize("browser_options", [{"viewport": {"width": 320, "height": 800}}])
def test_no_word_of_a_picture_crosses_another(page: Page) -> None:
    page.goto("/pictures/")
    for width in (320, 560, 768, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(CROSSINGS) == [], width
        assert page.locator(".sd-pic[role=img]:visible").count() == len(PICTURES), width


@pytest.mark.parametrize("browser_options", [{"viewport": {"width": 680, "height": 800}}])
def test_pictures_are_printed_as_they_are_seen(page: Page) -> None:
    page.goto("/pictures/")
    page.emulate_media(media="print")
    assert page.evaluate(CROSSINGS) == []
    assert page.locator(".sd-pic[role=img]:visible").count() == len(PICTURES)


@pytest.mark.parametrize("browser_options", [{"viewport": {"width": 320, "height": 800}}])
def test_crossing_words_would_be_found(page: Page) -> None:
    page.goto("/pictures/")
    page.evaluate(
        "document.querySelectorAll('.sd-pic text').forEach(text => { text.setAttribute('class', 'end') })"
    )
    assert page.evaluate(CROSSINGS) != []
