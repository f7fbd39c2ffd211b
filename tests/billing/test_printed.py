"""Pages on paper: they name the cooperation, keep the order of the screen, and end a table with its total."""

import io
import re
from decimal import Decimal

import pypdf
import pytest
from playwright.sync_api import Page

from agreements.models import CostType
from billing.models import Period
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from tests.browser import sign_in
from tests.factories.accounts import PASSWORD
from tests.factories.billing import CostFactory, compute

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def printed(page: Page) -> list[str]:
    """The text of each page."""
    read = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    return [re.sub(r"\s+", " ", sheet.extract_text()) for sheet in read.pages]


@pytest.mark.parametrize(
    "address",
    ["/north/costs/2026-10/", "/north/costs/2026-10/SE1737/", "/north/costs/", "/north/costs/register/"],
)
def test_paper_names_the_cooperation_and_keeps_the_order_of_the_screen(
    page: Page, october: Period, finance: User, address: str
) -> None:
    sign_in(page, "finance", PASSWORD)
    page.goto(address)
    on_screen = [text.strip() for text in page.locator("main h2").all_inner_texts() if text.strip()]
    sheets = printed(page)
    assert "North" in sheets[0][:120]
    assert [sheet.count(f"{number} / {len(sheets)}") for number, sheet in enumerate(sheets, 1)] == [1] * len(
        sheets
    )
    whole = " ".join(sheets)
    kept = [title for title in dict.fromkeys(on_screen) if title in whole]
    last = [whole.rindex(title) for title in kept]
    assert last == sorted(last)


def test_a_long_table_has_its_total_once_and_last(
    page: Page, north: Cooperation, october: Period, licence: CostType, finance: User
) -> None:
    for number in range(90):
        CostFactory(
            cooperation=north,
            cost_type=licence,
            reference=f"C1{number:07d}",
            description=f"Number {number:03d}",
            amount=Decimal("10.00"),
            starts_on=october.month.first,
            ends_on=october.month.after,
        )
    compute(north)
    sign_in(page, "finance", PASSWORD)
    page.goto("/north/costs/2026-10/SE1737/")
    sheets = printed(page)
    assert len(sheets) > 3
    whole = " ".join(sheets)
    total = whole.rindex("Costs of October 2026")
    assert max(whole.rindex(f"Number {number:03d}") for number in range(90)) < total
    assert sum("Costs of October 2026" in sheet for sheet in sheets) == 1
    assert "Costs of October 2026" in sheets[-1]
