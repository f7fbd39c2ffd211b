"""What a finance officer does at month end, in a real browser: overview, statement, why, files."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page

from agreements.models import Agreement
from billing.models import Share
from municipalities.models import Cooperation, Municipality, Role
from sharedict.accounts.models import User
from tests import cast
from tests.browser import accessibility_problems, follow
from tests.factories.municipalities import RoleFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "overview/",
    "costs/",
    "costs/2026-10/",
    "costs/2026-10/SE1737/",
    "costs/2026-10/SE1737/C00000010/",
    "costs/register/",
    "reports/",
    "services/",
    "services/erp/",
    "network/",
    "agreements/",
    "keys/",
    "keys/population/",
    "terms/",
    "drivers/",
]


def test_from_the_overview_to_the_reason_and_the_files(
    two_months: Cooperation, finance: User, signed_in: Callable[[User], Page], tmp_path: Path
) -> None:
    share = Share.objects.get(line__reference="C00000010", municipality__code="1737").amount
    assert share == Decimal("600.02")
    page = signed_in(finance)
    assert page.locator("svg[role=img]").count() > 0, "the overview draws the cost by month"
    follow(page.get_by_role("link", name="Torsby, October 2026"))
    assert page.url.endswith("/costs/2026-10/SE1737/")
    assert "600.02" in page.locator("main").inner_text()
    assert "Preliminary" in page.locator("h1").inner_text()

    page.locator("#costs").scroll_into_view_if_needed()
    with page.expect_navigation():
        page.locator("a[href$='/C00000010/']").last.press("Enter")
    assert page.url.endswith("/C00000010/")
    told = page.locator("main").inner_text()
    for words in ("600.02", "1,200.03", "Fjord Software", "Evenly", "600.015", "owed by rounding after"):
        assert words in told, words

    page.go_back()
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV", exact=True).click()
    rows = list(csv.reader(io.StringIO(Path(saved.value.path()).read_text(encoding="utf-8-sig"))))
    assert any("600.02" in row for row in rows)
    with page.expect_download() as saved:
        page.get_by_role("link", name="XLSX").click()
    saved.value.save_as(tmp_path / "statement.xlsx")
    book = load_workbook(tmp_path / "statement.xlsx")
    assert len(book.sheetnames) >= 3
    values = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(isinstance(value, (int, float)) and round(value, 2) == 600.02 for value in values)


@pytest.mark.parametrize(
    "browser_options",
    [
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", "locale": "en-GB"},
        {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark", "locale": "sv-SE"},
    ],
    ids=["desktop-light-english", "phone-dark-swedish"],
)
def test_every_page_is_accessible_and_fits(
    two_months: Cooperation, torsby: Municipality, finance: User, signed_in: Callable[[User], Page]
) -> None:
    page = signed_in(finance)
    RoleFactory(
        cooperation=cast.cooperation("west", [torsby]),
        user=finance,
        kind=Role.Kind.FINANCE,
        municipality=torsby,
    )
    found = {}
    agreement = Agreement.objects.get(cooperation=two_months)
    for path in ("/", *(f"/north/{path}" for path in (*PAGES, f"agreements/{agreement.pk}/terms/"))):
        page.goto(path)
        problems = accessibility_problems(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append("scrolls sideways")
        if problems:
            found[path] = problems
    assert not found, found
