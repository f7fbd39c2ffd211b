"""Chromium for tests: where it is, how it is started, what every page is held to."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "assets" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium_path() -> str:
    """The browser named by CHROMIUM, or Debian's; a missing one is an error, never a skipped test."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path or not Path(path).exists():
        raise RuntimeError(
            "No Chromium found: run `make test`, which installs it, or set CHROMIUM to its path."
        )
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser with a profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched_page(browser: Browser, base_url: str, **options: Any) -> Iterator[Page]:
    """A page of a fresh session that fails on script and server errors, refused content and foreign requests.

    ``options`` are those of a browser context: viewport, locale, color_scheme, java_script_enabled.
    """
    found: list[str] = []
    own = urlsplit(base_url).netloc

    def note_request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != own:
            found.append(f"request to another host: {request.url}")

    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            found.append(f"console: {message.text}")

    def note_response(response: Response) -> None:
        if response.status >= 500:
            found.append(f"answer {response.status}: {response.url}")

    context = browser.new_context(base_url=base_url, **options)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("request", note_request)
    page.on("response", note_response)
    page.on("console", note_message)
    page.on("pageerror", lambda error: found.append(f"script error: {error}"))
    try:
        yield page
    finally:
        context.close()
    assert not found, "\n".join(found)


def follow(link: Locator) -> None:
    """Click what leads to another page or sends a form, and wait until the answer is there.

    A click returns before its answer has come: what looks at the page at once may look at the old one, and
    an address that is waited for may be that of the old page too.
    """
    with link.page.expect_navigation():
        link.click()


def sign_in(page: Page, username: str, password: str) -> None:
    """Sign a person in as people do, on the sign-in page; fails where that is refused."""
    page.goto("/sign-in/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    follow(page.locator("main button[type=submit]"))
    assert urlsplit(page.url).path.endswith("/overview/"), page.url


def accessibility_problems(page: Page) -> list[str]:
    """What axe finds wrong on the page, one line each; empty when it is clean.

    Its "incomplete" findings count too unless they are about contrast over something that axe cannot see
    through: contrast of every colour pair is computed from the tokens elsewhere.
    """
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations', 'incomplete']})", AXE_TAGS
    )
    unclear = [finding for finding in result["incomplete"] if finding["id"] != "color-contrast"]
    return [
        f"{finding['id']} ({finding['impact']}): {finding['help']} at {', '.join(map(str, node['target']))}"
        for finding in [*result["violations"], *unclear]
        for node in finding["nodes"]
    ]
