"""A statement on paper: its figures, kept as first given out, and nothing that its reader may not see."""

import datetime as dt
import io
import re
import zlib
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
import time_machine
from django.test import Client

from agreements.models import CostType
from billing.actions import keep_paper
from billing.models import Paper, Period
from billing.models import Statement as StatementRow
from billing.tasks.papers import set_papers
from billing.views.printing import set_missing
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.common.sight import Sight, seeing
from sharedict.jobs.actions import announce_change, run_all
from tests.billing.books import month, post, shutting
from tests.tampering import as_somebody_who_may, refused
from tests.workers import Beside

JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, number, 1) for number in (1, 2, 3, 4))
Shut = Callable[[dt.date], Period]
SignIn = Callable[[User], Client]
PAGE = "/north/costs/2026-02/SE1737/"
PAPER = f"{PAGE}statement.pdf"
SWEDISH = {"accept-language": "sv"}


@pytest.fixture
def february(
    north: Cooperation, erp: Application, licence: CostType, support: CostType, shut: Shut
) -> Period:
    """Closed, with 50.01 for ``erp``, evenly, and 30.00 by population; January has 10.00."""
    post(north, "10.00", JANUARY, FEBRUARY)
    post(north, "50.01", FEBRUARY, MARCH, application=erp)
    post(north, "30.00", FEBRUARY, MARCH, cost_type=support, description="Help", supplier="Klarälv Drift AB")
    post(north, "7.00", MARCH, APRIL)
    shut(JANUARY)
    shut(FEBRUARY)
    return month(north, FEBRUARY)


def pages(content: bytes) -> list[str]:
    """The text of each page, with spaces where lines break."""
    read = pypdf.PdfReader(io.BytesIO(content))
    return [
        re.sub(r"\s+", " ", page.extract_text().replace("\N{ZERO WIDTH SPACE}", "")) for page in read.pages
    ]


def paper(client: Client, address: str = PAPER, **headers: Any) -> bytes:
    response = client.get(address, headers=headers.get("headers"))
    assert response.status_code == 200
    content: bytes = response.content
    return content


def begins_at(content: bytes, word: str) -> int:
    """How far from the left the text that begins with ``word`` stands on page one, in points."""
    places: list[float] = []

    def note(text: str, cm: list[float], tm: list[float], *_font: Any) -> None:
        if text.strip().startswith(word):
            places.append(cm[4] + tm[4] * cm[0])

    pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text(visitor_text=note)
    return round(places[0])


def test_a_first_month_without_a_year_leaves_no_hole_on_page_one(
    north: Cooperation, february: Period, finance: User, sign_in: SignIn
) -> None:
    first = paper(sign_in(finance), PAPER.replace("2026-02", "2026-01"))
    later = paper(sign_in(finance))
    assert begins_at(first, "Who pays") == begins_at(first, "By service"), "at the left edge"
    assert begins_at(later, "Who pays") > begins_at(later, "By service"), "beside the year"


def test_page_one_says_what_the_statement_says(
    north: Cooperation, february: Period, finance: User, sign_in: SignIn
) -> None:
    response = sign_in(finance).get(PAPER)
    first, *_more = pages(response.content)
    issued = StatementRow.objects.get(period=february, payer="SE1737")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="north-2026-02-SE1737-en.pdf"'
    for words in (
        "Torsby, February 2026",
        "43.01 SEK",
        f"no. {issued.number}",
        "38.01 SEK more than in January 2026",
        "Total, SEK 43.01 5.00 +38.01 48.01",
        "Torsby 53.8",
        "In all 80.01",
        "Nothing: no correction of an earlier month is part of it.",
        "1 of 2",
    ):
        assert words in first, words
    assert issued.content_hash in first.replace(" ", "")


def test_the_pages_after_it_hold_lines_costs_and_how_they_are_divided(
    february: Period, finance: User, sign_in: SignIn
) -> None:
    [_first, more] = pages(paper(sign_in(finance)))
    assert "1. ERP · Licence 25.01 0.00 +25.01 25.01" in more
    way = re.search(r"Help, Klarälv Drift AB C\d{8} 30\.00 ([AB]): 60\.00 % 18\.00", more)
    assert way
    other = {"A": "B", "B": "A"}[way[1]]
    assert re.search(rf"{way[1]} By population, version 1: .* 100 % by Population, [\d,]+ of [\d,]+ ", more)
    assert re.search(rf"{other} Evenly, version 1: .* 100 % evenly gives 50 %", more)
    assert more.index("Costs of February 2026") < more.index("How they are divided")


def test_it_is_tagged_named_and_in_the_reader_s_language(
    february: Period, finance: User, sign_in: SignIn
) -> None:
    client = sign_in(finance)
    for content, language, title in (
        (paper(client), "en", "Torsby, February 2026"),
        (paper(client, headers=SWEDISH), "sv", "Torsby, februari 2026"),
    ):
        read = pypdf.PdfReader(io.BytesIO(content))
        catalogue: Any = read.trailer["/Root"]
        assert catalogue["/Lang"] == language
        assert catalogue["/MarkInfo"]["/Marked"]
        assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
        assert b"<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data()
        assert read.metadata is not None
        assert (read.metadata.title, read.metadata.author) == (title, "North")
        fonts = {font for page in read.pages for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
        assert all(
            "SourceSans3" in str(font.get_object()["/BaseFont"])
            or "DejaVu" in str(font.get_object()["/BaseFont"])
            for font in fonts
        )
    first = pages(paper(client, headers=SWEDISH))[0]
    assert "Summa, SEK 43,01" in first
    assert "1 av 2" in first


def test_it_is_the_same_bytes_for_ever(
    north: Cooperation, february: Period, shut: Shut, finance: User, auditor: User, sign_in: SignIn
) -> None:
    first, swedish = paper(sign_in(finance)), paper(sign_in(finance), headers=SWEDISH)
    post(north, "20.00", JANUARY, FEBRUARY)
    shut(MARCH)
    Cooperation.objects.filter(pk=north.pk).update(name="Nordvärmland", is_demonstration=True)
    with time_machine.travel(dt.datetime(2031, 1, 1, tzinfo=dt.UTC), tick=False):
        assert paper(sign_in(auditor)) == first
        assert paper(sign_in(auditor), headers=SWEDISH) == swedish
    assert Paper.objects.count() == 2


def test_made_again_it_would_be_the_same_bytes(
    february: Period, finance: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unkept(*, content: bytes, **_more: object) -> Paper:
        return Paper(packed=zlib.compress(content))

    monkeypatch.setattr("billing.views.paper.keep_paper", unkept)
    assert paper(sign_in(finance)) == paper(sign_in(finance))
    assert not Paper.objects.exists()


def test_what_was_issued_is_set_before_anybody_asks(
    north: Cooperation, february: Period, finance: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(finance)
    english = paper(client)
    run_all()
    monkeypatch.setattr("billing.tasks.papers.SETTING_SECONDS", 600)
    with time_machine.travel(dt.datetime(2026, 3, 3, tzinfo=dt.UTC), tick=False):
        set_papers()
    issued = StatementRow.objects.filter(cooperation=north)
    assert Paper.objects.count() == 2 * issued.count() > 4
    monkeypatch.setattr("billing.documents.pdf.statement.typeset", None)
    assert paper(client) == english, "it was kept"
    assert "Summa, SEK 43,01" in pages(paper(client, headers=SWEDISH))[0]


def forget_papers() -> None:
    with as_somebody_who_may():
        Paper.objects.all().delete()


def test_set_beforehand_it_is_what_it_would_be_made_for_who_asks(
    north: Cooperation, february: Period, finance: User, sign_in: SignIn
) -> None:
    post(north, "20.00", JANUARY, FEBRUARY, description="Came late")
    client = sign_in(finance)
    for is_open in (True, False):
        Cooperation.objects.filter(pk=north.pk).update(shares_are_open=is_open)
        asked = [paper(client), paper(client, headers=SWEDISH)]
        forget_papers()
        made = [each for each in set_missing(since=FEBRUARY) if each.statement.payer == "SE1737"]
        found = [each.content for each in sorted(made, key=lambda each: each.language)]
        assert found == asked


def test_what_began_long_ago_was_deactivated_or_does_not_add_up_is_not_set_beforehand(
    north: Cooperation, february: Period, caplog: pytest.LogCaptureFixture
) -> None:
    assert not list(set_missing(since=MARCH))
    Cooperation.objects.filter(pk=north.pk).update(deactivated_at=dt.datetime.now(dt.UTC))
    assert not list(set_missing(since=JANUARY))
    Cooperation.objects.filter(pk=north.pk).update(deactivated_at=None)
    with as_somebody_who_may():
        StatementRow.objects.filter(payer="SE1737").update(content_hash="0" * 64)
    made = list(set_missing(since=JANUARY))
    assert made, "others are not held up"
    assert "SE1737" not in {each.statement.payer for each in made}
    list(set_missing(since=JANUARY))
    broken = StatementRow.objects.filter(payer="SE1737").count()
    assert caplog.text.count("cannot be set") == broken, "in however many languages and however often tried"


def test_waiting_work_goes_before_setting(
    north: Cooperation, february: Period, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.tasks.papers.SET_BEFOREHAND", dt.timedelta(days=40_000))
    monkeypatch.setattr("billing.tasks.papers.SETTING_SECONDS", 600)
    run_all()
    announce_change(cooperation_id=north.pk, touches=(MARCH, None))
    set_papers()
    assert Paper.objects.count() == 1, "it stops after the first"


def test_a_month_that_is_open_has_none(february: Period, finance: User, sign_in: SignIn) -> None:
    client = sign_in(finance)
    assert client.get("/north/costs/2026-03/SE1737/statement.pdf").status_code == 404
    assert "statement.pdf" not in client.get("/north/costs/2026-03/SE1737/").content.decode()
    assert f'href="{PAPER}"' in client.get(PAGE).content.decode()


def test_a_correction_stands_on_it(
    north: Cooperation, february: Period, shut: Shut, finance: User, sign_in: SignIn
) -> None:
    late = post(north, "20.00", JANUARY, FEBRUARY, description="Came late")
    shut(MARCH)
    first, more = pages(paper(sign_in(finance), "/north/costs/2026-03/SE1737/statement.pdf"))
    assert "+10.00 of earlier months: each has a line of its own" in first
    assert re.search(rf"Came late, .* {late.reference} January 2026 \+10\.00", more)


@pytest.mark.parametrize("is_open", [True, False])
def test_others_stand_on_it_only_where_members_see_each_other(
    north: Cooperation, february: Period, finance: User, administrator: User, sign_in: SignIn, is_open: bool
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=is_open)
    content = paper(sign_in(administrator))
    text = " ".join(pages(content))
    assert ("Hagfors" in text) == is_open
    assert ("The others together" in text) != is_open
    assert "In all 80.01" in text
    assert paper(sign_in(finance)) == content


def test_one_that_tells_of_others_is_shown_to_nobody_who_may_not_see_them(
    north: Cooperation, february: Period, finance: User, sign_in: SignIn
) -> None:
    told = paper(sign_in(finance))
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    alone = paper(sign_in(finance))
    assert "Hagfors" in " ".join(pages(told))
    assert "Hagfors" not in " ".join(pages(alone))
    [own] = StatementRow.objects.filter(payer="SE1737", period=february).values_list(
        "municipality", flat=True
    )
    other = StatementRow.objects.get(payer="SE1783", period=february).municipality_id
    for sight, seen in (
        (Sight(frozenset({north.pk}), frozenset({north.pk})), [False, True]),
        (Sight(frozenset({north.pk}), own=frozenset({(north.pk, own)})), [False]),
        (Sight(frozenset({north.pk}), own=frozenset({(north.pk, other)})), []),
        (Sight(), []),
    ):
        with seeing(sight):
            assert sorted(Paper.objects.values_list("tells_others", flat=True)) == seen
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=True)
    assert paper(sign_in(finance)) == told


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_paper SET packed = 'x'",
        "DELETE FROM billing_paper",
        "TRUNCATE billing_paper",
    ],
)
def test_the_database_refuses_to_change_it(
    february: Period, finance: User, sign_in: SignIn, statement: str
) -> None:
    paper(sign_in(finance))
    refused(statement)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_the_same(north: Cooperation, licence: CostType) -> None:
    post(north, "50.01", JANUARY, FEBRUARY)
    shutting(north)(JANUARY)
    issued = StatementRow.objects.get(payer="SE1737")

    def kept(content: bytes) -> Callable[[], bytes]:
        told = {"statement": issued, "language": "sv", "tells_others": True}
        return lambda: keep_paper(**told, content=content).content

    beside = [Beside(kept(bytes([number]))) for number in range(6)]
    assert len({each.value() for each in beside}) == 1
    assert Paper.objects.count() == 1


def test_demonstration_data_says_so(
    north: Cooperation, february: Period, finance: User, sign_in: SignIn
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(is_demonstration=True)
    client = sign_in(finance)
    assert "Demonstration data: the amounts are invented." in pages(paper(client))[0]
    assert "Demonstrationsdata: beloppen är påhittade." in pages(paper(client, headers=SWEDISH))[0]


def test_paper_is_offered_wherever_the_files_of_a_closed_month_are(
    february: Period, finance: User, sign_in: SignIn
) -> None:
    run_all()
    client = sign_in(finance)
    for address in (PAGE, "/north/overview/", "/north/reports/"):
        text = client.get(address).content.decode()
        assert f'href="{PAPER}"' in text, address
        assert "/2026-03/SE1737/statement.pdf" not in text, address
