"""Tables that other programs wrote, as they are: see ``data/README.md``."""

from pathlib import Path

import pytest

from sharedict.common.uploads import Columns, UploadError, found_in, parse_day, read_table

DATA = Path(__file__).parent / "data"
ASSETS = Columns(
    ("tag", "name", "category", "bought_on"), ("price", "note"), numbers=("price",), days=("bought_on",)
)
NAMED = {
    "Asset Tag": "tag",
    "Name": "name",
    "Category": "category",
    "Purchase Date": "bought_on",
    "Purchase Cost": "price",
    "Asset Notes": "note",
}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("ralph_warehouses.csv", {"id": "1", "name": "Poznań"}),
        ("ralph_warehouses_semicolon.csv", {"id": "7", "name": "London"}),
        ("ralph_warehouses_tab.csv", {"id": "4", "name": "Warsaw"}),
    ],
)
def test_lists_are_read_whatever_separates_them(name: str, first: dict[str, str]) -> None:
    rows = read_table((DATA / name).read_bytes(), Columns(("name",), ("id",))).rows
    assert rows[0].values == first
    assert [row.line for row in rows] == [2, 3, 4]


def test_assets_are_read_by_what_the_uploader_says_of_their_headings() -> None:
    content = (DATA / "snipeit_assets.csv").read_bytes()
    _lines, header, notices = found_in(content, ASSETS)
    assert (header.line, header.headings[0], len(header.headings), notices) == (1, "Company", 21, [])
    others = {heading: "" for heading in header.headings if heading not in NAMED}
    table = read_table(content, ASSETS, named=NAMED | others)
    assert [(row.line, row.values["tag"], row.values["price"]) for row in table.rows] == [
        (2, "A-0001", "1299.5"),
        (3, "A-0002", "1299.5"),
        (4, "B-0001", "0"),
        (5, "A-0001", ""),
    ]
    assert table.rows[2].values["name"] == "Skrivare, plan 2"
    for row in table.rows:
        with pytest.raises(UploadError, match="is not a date like 2026-10-31"):
            parse_day(row.values["bought_on"])


def test_headings_that_nobody_named_are_refused_by_name() -> None:
    with pytest.raises(UploadError, match=r"missing: tag, bought_on; unknown: Company, Asset Tag"):
        read_table((DATA / "snipeit_assets.csv").read_bytes(), ASSETS)
