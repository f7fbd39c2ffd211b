"""An administrator imports costs in a browser: other headings, a dry run, applied and undone by a worker."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from billing.models import Cost
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from tests.browser import accessibility_problems, follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEADER = "Fakturarad;Tjänst;Slag;Leverantör;Nummer;Text;Kronor;Första dag;Slut"
CHOSEN = {
    "external_id": "Fakturarad",
    "application": "Tjänst",
    "cost_type": "Slag",
    "supplier": "Leverantör",
    "invoice_number": "Nummer",
    "description": "Text",
    "amount": "Kronor",
    "starts_on": "Första dag",
    "ends_on:last": "Slut",
}


@pytest.fixture
def admin_page(two_months: Cooperation, administrator: User, signed_in: Callable[[User], Page]) -> Page:
    return signed_in(administrator)


def send(page: Page, folder: Path, *rows: str) -> None:
    file = folder / "fakturor.csv"
    file.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    page.goto("/north/costs/register/import/")
    page.set_input_files("[name=file]", file)
    follow(page.get_by_role("button", name="Check the file"))


def sound(page: Page) -> None:
    """The page is accessible, and fits a narrow screen."""
    assert accessibility_problems(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 900})


def test_costs_are_mapped_looked_at_applied_and_undone(
    admin_page: Page, worker: None, tmp_path: Path
) -> None:
    page, before = admin_page, Cost.objects.count()
    rows = [
        f"A-{number};erp;licence;Fjord;{number};Licences;{number},50;2026-10-01;2026-10-31"
        for number in range(1, 121)
    ]
    send(page, tmp_path, *rows)
    assert "Which columns are which?" in page.locator("h1").inner_text()
    sound(page)
    for name, heading in CHOSEN.items():
        page.select_option(f"[name='{name}']", value=heading)
    follow(page.get_by_role("button", name="Check the file"))
    page.get_by_role("button", name="Save 120 rows").wait_for()
    assert "1 October 2026 to 31 October 2026" in page.locator("tbody").inner_text()
    assert "Fakturarad: External id (external_id), Tjänst: Application" in page.locator("main").inner_text()
    sound(page)
    follow(page.get_by_role("link", name="Next"))
    assert page.locator("tbody tr").count() == 20
    page.get_by_role("button", name="Save 120 rows").click()
    page.get_by_text("120 rows saved. The shares of October 2026 are recomputed.").wait_for()
    sound(page)
    assert Cost.objects.count() == before + 120
    follow(page.get_by_role("link", name="Undo the import"))
    sound(page)
    page.get_by_role("button", name="Undo the import").click()
    page.get_by_text("120 rows are as before.").wait_for()
    assert Cost.objects.valid().count() == before
    page.goto("/north/imports/")
    sound(page)
    assert "undone" in page.locator("tbody").inner_text()


def test_a_wrong_row_is_read_first_and_the_headings_are_remembered(
    admin_page: Page, worker: None, tmp_path: Path
) -> None:
    page = admin_page
    send(page, tmp_path, "A-1;nowhere;licence;;;x;1;2026-10-01;2026-10-31")
    for name, heading in CHOSEN.items():
        page.select_option(f"[name='{name}']", value=heading)
    follow(page.get_by_role("button", name="Check the file"))
    page.get_by_text("Nothing is saved. Mend the wrong rows in the file, then upload it again.").wait_for()
    assert "Or choose the columns anew." in page.get_by_role("alert").inner_text()
    assert "There is no “nowhere” here." in page.locator("tbody").inner_text()
    sound(page)
    page.set_viewport_size({"width": 320, "height": 800})
    card = page.locator("tbody tr").first
    assert card.locator("td").first.inner_text() == "Line 2"
    assert card.locator(".sd-card-line").bounding_box()["x"] < 20  # type: ignore[index]
    page.set_viewport_size({"width": 1280, "height": 900})
    send(page, tmp_path, "A-1;erp;licence;;;x;1;2026-10-01;2026-10-31")
    page.get_by_role("button", name="Save 1 row").wait_for()
    page.get_by_role("button", name="Discard").click()
    page.get_by_text("Discarded: nothing was saved.").wait_for()
