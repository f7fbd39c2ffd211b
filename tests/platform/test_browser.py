"""The watch that every browser test stands under would notice what it is there for."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import accessibility_problems, watched_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


POLICY = "Content Security Policy"


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')", POLICY),
        ("setTimeout(() => { throw new Error('on purpose') }, 0)", "script error: on purpose"),
        ("void fetch('http://other.invalid/').catch(() => 0)", POLICY),
        ("console.error('on purpose')", "console: on purpose"),
    ],
)
def test_a_fault_on_a_page_is_noticed(browser: Browser, live_server: Any, fault: str, noticed: str) -> None:
    with pytest.raises(AssertionError, match=noticed):
        _commit(browser, live_server.url, fault)


def _commit(browser: Browser, address: str, fault: str) -> None:
    with watched_page(browser, address) as page:
        page.goto("/sign-in/")
        page.evaluate(fault)
        page.wait_for_timeout(200)


def test_a_picture_without_words_is_found(browser: Browser, live_server: Any) -> None:
    with watched_page(browser, live_server.url) as page:
        page.goto("/sign-in/")
        assert accessibility_problems(page) == []
        page.evaluate("document.querySelector('main').append(document.createElement('img'))")
        assert [problem.split()[0] for problem in accessibility_problems(page)] == ["image-alt"]
