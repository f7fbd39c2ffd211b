"""Whatever people write becomes paper: no text is a command, none leaves its column or is lost."""

import datetime as dt
import io
import re
from fractions import Fraction

import pypdf
import pytest
from django.utils import translation

from agreements.engine.keys import KeyFact
from billing.documents.pdf import Beside, Payer, statement_pdf
from billing.documents.pdf.letters import UNKNOWN, shown, width_of
from billing.documents.pdf.table import PAPER
from billing.engine.statement import Party, ShareRow, Statement, StatementLine
from billing.engine.ways import Divided, Way, Ways
from sharedict.kernel.periods import Month

OCTOBER = Month(2026, 10)
AT = dt.datetime(2026, 11, 6, 9, 30, tzinfo=dt.UTC)
KEY = KeyFact("even", "Evenly", 1, "2026-01-01", "§ 4", "2025-12-01", ())
ODD = [
    "#set page(width: 1pt) *bold* _thin_ $x^2$ @label <label> `raw` \\ // /* ~ --- [a] {b}",
    '"quotes" and #import "x.typ": *; #eval("1")',
    "W" * 60,
    "Verksamhetssystemen för individ- och familjeomsorg",
    "عقد الصيانة السنوي",
    "שלום",
    "Licences 🏢👩‍👩‍👧 and 中文",
    "a\x00b\x07c\td\ne\u2028f\u202eg",
    "e\u0301tage",
    "Ž žluťoučký Ελληνικά Русский Čáhppes",
    "",
]


def statement(
    names: list[str], amounts: list[int], cooperation: str = "North", currency: str = "SEK"
) -> Statement:
    """One application for each of ``names``, with one cost of as many minor units."""
    lines = tuple(
        StatementLine(f"a{place}", name, "t", name, minor, before_minor=-minor, year_minor=3 * minor)
        for place, (name, minor) in enumerate(zip(names, amounts, strict=True))
    )
    shares = tuple(
        ShareRow(f"C{place:08d}", f"a{place}", name, "t", name, name, name, "even", 1, 2 * minor, minor)
        for place, (name, minor) in enumerate(zip(names, amounts, strict=True))
    )
    return Statement(
        payee=Party("north", cooperation, "222000-0001", "Gatan 1\n685 00 Torsby"),
        payer=Party("SE1737", "Torsby", "212000-1892"),
        currency=currency,
        month=OCTOBER,
        state="closed",
        number=7,
        run_number=1,
        rule_version=2,
        fingerprint="f" * 64,
        computed_at=AT,
        before=Month(2026, 9),
        year_from=Month(2026, 1),
        total_minor=sum(amounts),
        lines=lines,
        shares=shares,
        issued_at=AT,
        due_on=dt.date(2026, 12, 6),
        content_hash="0123456789abcdef" * 4,
    )


def beside(told: Statement, text: str = "") -> Beside:
    way = Way(KEY, (), Fraction(50), None, 31, 2)
    return Beside(
        changed=("Changed", text),
        causes=[(text, told.total_minor)],
        months={Month(2026, 9): 1, OCTOBER: max(0, told.total_minor)},
        payers=[Payer("Torsby", told.total_minor), Payer(text, told.total_minor)],
        ways=Ways((way,), {share.reference: Divided(0, Fraction(50)) for share in told.shares}),
        rules={},
    )


def text_of(content: bytes) -> str:
    read = pypdf.PdfReader(io.BytesIO(content))
    text = " ".join(page.extract_text() for page in read.pages)
    return re.sub(r"\s+", " ", text.replace("\N{ZERO WIDTH SPACE}", ""))


@pytest.mark.parametrize("odd", ODD)
def test_any_text_is_text(odd: str) -> None:
    told = statement([odd, "ERP"], [100_00, 1], cooperation=odd or "North")
    text = text_of(statement_pdf(told, beside(told, odd)))
    assert "100.01" in text
    assert "1 of 2" in text
    if odd.isascii() and odd.isprintable() and " " in odd:
        assert text.count(odd[:30]) >= 4


def test_what_the_font_lacks_is_said_by_a_square() -> None:
    assert shown("中文 🏢") == f"{UNKNOWN * 2} {UNKNOWN}"
    assert shown("a\x00b\u202ec") == "a bc"
    assert shown("e\u0301") == "é"
    assert shown("Ž Ελληνικά Русский Čáhppes å ä ö ø æ") == "Ž Ελληνικά Русский Čáhppes å ä ö ø æ"
    assert width_of("W" * 2, 10) == pytest.approx(2 * width_of("W", 10))
    assert width_of("i", 10) < width_of("W", 10)


def test_a_long_word_stays_on_its_page() -> None:
    told = statement(["W" * 120], [100_00], cooperation="W" * 120)
    read = pypdf.PdfReader(io.BytesIO(statement_pdf(told, beside(told, "W" * 120))))
    lines = [line for page in read.pages for line in page.extract_text().splitlines()]
    found = [run for line in lines for run in re.findall("W+", line)]
    assert sum(map(len, found)) >= 9 * 120
    assert max(width_of(run, 8) for run in found) < PAPER


@pytest.mark.parametrize("amounts", [[], [-5_00, 2_00], [0, 0], [10**17, 10**17], [-(10**17)]])
@pytest.mark.parametrize("currency", ["SEK", "NOK", "EUR"])
def test_any_amounts_are_set(amounts: list[int], currency: str) -> None:
    told = statement([f"Service {place}" for place in range(len(amounts))], amounts, currency=currency)
    text = text_of(statement_pdf(told, beside(told)))
    assert f"Total, {currency}" in text
    if sum(amounts) < 0:
        assert "to get back from North" in text


@pytest.mark.parametrize("language", ["en", "sv"])
def test_five_hundred_lines_are_all_there_and_the_total_is_last(language: str) -> None:
    told = statement(
        [f"Service number {place}" for place in range(500)], [place * 100 for place in range(500)]
    )
    with translation.override(language):
        content = statement_pdf(told, beside(told))
    read = pypdf.PdfReader(io.BytesIO(content))
    text = text_of(content)
    assert all(f"{place + 1}. Service number {place} · " in text for place in range(500))
    assert len(read.pages) > 20
    first, *more = [page.extract_text().replace("\N{NO-BREAK SPACE}", " ") for page in read.pages]
    assert "491" in first
    total = "124,750.00" if language == "en" else "124 750,00"
    holding = [place for place, page in enumerate(more) if total in page]
    assert len(holding) == 2


def test_a_long_name_of_a_cooperation_leaves_room() -> None:
    told = statement(
        ["ERP"], [1_00], cooperation="Samverkansnämnden för gemensam IT-drift i norra Värmland " * 3
    )
    text = text_of(statement_pdf(told, beside(told)))
    assert "1 of 2" in text


def test_what_is_not_issued_has_no_paper() -> None:
    told = statement(["ERP"], [1_00])
    object.__setattr__(told, "issued_at", None)
    with pytest.raises(ValueError, match="not issued"):
        statement_pdf(told, beside(told))
