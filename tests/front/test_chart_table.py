"""The table beside a chart holds the figures the chart is drawn from, to the last digit."""

from typing import Any

from django.utils import translation

from sharedict.templatetags.charts import chart_table


def texts(table: dict[str, Any]) -> list[list[str]]:
    """The cells; each has the head of its column with it."""
    assert all([head for head, _text in row] == table["head"] for row in table["rows"])
    return [[text for _head, text in row] for row in table["rows"]]


def test_bars_become_a_row_for_each_category() -> None:
    table = chart_table(
        {
            "categories": ["2026-01", "2026-02"],
            "series": [
                {"name": "Torsby", "values": ["1234567.89", "0.10"]},
                {"name": "Sunne", "values": ["-5.00", None]},
            ],
        }
    )
    assert table["head"] == ["", "Torsby", "Sunne"]
    assert texts(table) == [
        ["2026-01", "1,234,567.89", "\N{MINUS SIGN}5.00"],
        ["2026-02", "0.10", "\N{EN DASH}"],
    ]
    assert table["numeric"] is True


def test_figures_are_written_in_the_language_of_the_page() -> None:
    chart = {"categories": ["ERP"], "series": [{"name": "Kostnad", "values": ["1234567.89"]}]}
    with translation.override("sv"):
        assert texts(chart_table(chart)) == [["ERP", "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567,89"]]


def test_a_network_becomes_a_row_for_each_link() -> None:
    table = chart_table(
        {
            "nodes": [{"id": 1, "name": "Torsby"}, {"id": 2, "name": "Sunne"}],
            "links": [{"source": 2, "target": 1, "label": "100 Mbit/s"}],
        }
    )
    assert texts(table) == [["Sunne", "Torsby", "100 Mbit/s"]]
