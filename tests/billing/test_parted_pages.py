"""A statement says why it changed since the month before, in parts that add up."""

from collections.abc import Callable

from django.test import Client

from billing.models import Period
from sharedict.accounts.models import User

ADDRESS = "/north/costs/2026-10/SE1737/"


def test_a_statement_parts_what_changed_where_it_is_asked(
    october: Period, finance: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(finance)
    plain = client.get(ADDRESS)
    assert plain.context["parts"] == []
    assert 'href="?parts#parts"' in plain.content.decode()
    shown = client.get(f"{ADDRESS}?parts")
    *parts, whole = shown.context["parts"]
    assert sum(part["minor"] for part in parts) == whole["minor"] == shown.context["statement"].change_minor
    moved = {part["label"] for part in parts if part["minor"]}
    assert "Prices: costs that came, went or changed" in moved
    assert "Why it changed since September 2026" in shown.content.decode()


def test_why_an_amount_is_what_it_is_leads_to_the_parts_of_the_change(
    october: Period, finance: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(finance)
    page = client.get(f"{ADDRESS}C00000002/").content.decode()
    assert f'href="{ADDRESS}?parts#parts"' in page
    assert "Why what Torsby pays changed since September 2026" in page
    first = client.get("/north/costs/2026-09/SE1737/C00000001/").content.decode()
    assert "?parts" not in first
