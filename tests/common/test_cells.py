"""Cells put together by hand say what a template would: nothing that people type becomes markup."""

import pytest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from sharedict.common.cells import Column, body, cells, joined, link, row

TYPED = ["<b>ERP</b>", "a & b", 'say "x"', "it's", "\u202eabc", "Torsby\n<script>"]


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_is_escaped_as_in_a_template(typed: str) -> None:
    shown = conditional_escape(typed)
    assert (
        cells([Column(typed, "sd-num")], [typed]) == f'<td class="sd-num" data-label="{shown}">{shown}</td>'
    )
    assert link(typed, typed, said=typed) == f'<a href="{shown}" aria-label="{shown}">{shown}</a>'
    assert link(typed, typed, classes="sd-quiet") == f'<a href="{shown}" class="sd-quiet">{shown}</a>'


def test_what_is_markup_stays_markup() -> None:
    inner = link("/a/", "A & B")
    row = cells([Column("Key", ""), Column("Amount")], [inner, "1.00"])
    assert isinstance(row, SafeString)
    assert row == (
        '<td class="" data-label="Key"><a href="/a/">A &amp; B</a></td>'
        '<td class="sd-num" data-label="Amount">1.00</td>'
    )


def test_a_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="argument"):
        cells([Column("Key")], [])


@pytest.mark.parametrize("typed", TYPED)
def test_headings_and_anchors_are_escaped_as_in_a_template(typed: str) -> None:
    shown = conditional_escape(typed)
    own = cells([Column("Key", "")], [typed])
    assert row(typed, own) == f'<tr><th scope="row">{shown}</th>{own}</tr>'
    assert body([], typed) == f'<tbody id="{shown}"></tbody>'


def test_rows_stand_together_in_a_group() -> None:
    rows = [row("Sum", "", is_group=True, row_classes="sd-sum"), row("Licences", "", classes="sd-within-sum")]
    assert joined([body(rows), body(())]) == (
        '<tbody><tr class="sd-sum"><th scope="rowgroup">Sum</th></tr>'
        '<tr><th scope="row" class="sd-within-sum">Licences</th></tr></tbody><tbody></tbody>'
    )
