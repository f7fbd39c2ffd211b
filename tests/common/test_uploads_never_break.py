"""Whatever bytes are uploaded, they are a table or refused in words."""

import contextlib
import io
import zipfile
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sharedict.common.uploads import Columns, UploadError, read_table
from tests.workbooks import inline, packed, rows, workbook

COLUMNS = Columns(
    ("code", "value"),
    ("ends_on",),
    numbers=("value",),
    days=("ends_on",),
    last_days={"ends_on": ("Last day",)},
)
STYLES = '<numFmts><numFmt numFmtId="200" formatCode="0000"/></numFmts><cellXfs><xf numFmtId="14"/></cellXfs>'
BOOK = workbook(
    rows(inline("code", "value", "Last day"), inline("1") + '<c><v>5</v></c><c s="0"><v>46053</v></c>'),
    styles=STYLES,
    texts="<si><t>x</t></si>",
)
with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
    PARTS = {name: archive.read(name).decode() for name in archive.namelist()}
TEXT = b"sep=;\r\ncode;value;Last day\r\n1;5;2026-01-31\r\n"
PIECES = st.sampled_from(
    [
        *(
            "",
            "<",
            "/>",
            '"',
            "0",
            "-1",
            "1E999",
            "99999999999",
            "NaN",
            "é",
            "\x00",
            "&amp;",
            "&x;",
            "../../x",
        ),
        *(
            ' s="9"',
            ' t="s"',
            ' t="b"',
            ' r="A0"',
            ' r="XFD1"',
            ' r="1"',
            ' r="-5"',
            ' r="1.5"',
            ' Id="rId1"',
        ),
        *("_x0000_", "_xD800_", "_xD83D__xDE00_"),
        *("<c/>", "<v>7</v>", "<row/>", ' state="hidden"', ' numFmtId="x"'),
        *('<mergeCell ref="A1:XFD1048576"/>', '<mergeCell ref="A9"/>'),
    ]
)
CHANGES = st.lists(st.tuples(st.floats(0, 1), PIECES, st.integers(0, 12)), max_size=4)


def is_told(content: bytes) -> None:
    """Refused in words, or read as texts that the database takes."""
    with contextlib.suppress(UploadError):
        for row in read_table(content, COLUMNS).rows:
            for text in (*row.values.values(), row.error):
                assert "\0" not in text
                assert text.encode().decode() == text


@given(
    st.sampled_from(sorted(PARTS)),
    st.lists(st.tuples(st.floats(0, 1), PIECES, st.integers(0, 12)), max_size=4),
)
def test_a_workbook_with_anything_in_its_parts(name: str, changes: list[tuple[float, str, int]]) -> None:
    text = PARTS[name]
    for share, piece, gone in changes:
        place = int(share * len(text))
        text = text[:place] + piece + text[place + gone :]
    is_told(packed(PARTS | {name: text}))


@given(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 6)), max_size=4))
def test_bytes_of_a_workbook_that_were_damaged(changes: list[tuple[float, bytes, int]]) -> None:
    content = BOOK
    for share, piece, gone in changes:
        place = int(share * len(content))
        content = content[:place] + piece + content[place + gone :]
    is_told(content)


@given(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 6)), max_size=6))
@example([(0.5, b"\xff", 0)])
def test_text_with_anything_in_it(changes: list[tuple[float, bytes, int]]) -> None:
    content = TEXT
    for share, piece, gone in changes:
        place = int(share * len(content))
        content = content[:place] + piece + content[place + gone :]
    is_told(content)


@given(st.binary(max_size=300))
@example(b"sep=\x00\ncode\x00value")
@example(b"sep='\ncode'value\n1'5")
@example(b'sep="\ncode')
@example(b"sep= \ncode value\n1 5\n")
@example("sep=é\ncodeévalue\n1é5\n".encode())
@example("sep=🦐\ncode🦐value\n".encode())
def test_any_bytes(content: bytes) -> None:
    is_told(content)


def test_a_cell_that_no_program_could_write_is_refused_at_once() -> None:
    text = "x" * (24 * 1024 * 1024)
    for content in (
        workbook(rows(inline("code", "value"), inline(text, "1"))),
        workbook(
            rows(inline("code", "value"), '<c t="s"><v>0</v></c>' + inline("1")),
            texts=f"<si><t>{text}</t></si>",
        ),
    ):
        started = process_time()
        with pytest.raises(UploadError, match="holds too much"):
            read_table(content, COLUMNS)
        assert process_time() - started < 5
