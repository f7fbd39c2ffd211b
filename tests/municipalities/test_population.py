"""Population from tables as PX-Web writes them: what is read, what it would do, and what it does."""

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from municipalities.actions import UPLOAD
from municipalities.management.commands.load_registers import REGISTERS, load_municipalities
from municipalities.models import Cooperation, Driver, Municipality, Reading
from municipalities.portal import ShareEffect
from municipalities.reports import read_population
from municipalities.reports.population import whole_number
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.common.uploads import UploadError
from sharedict.jobs.models import Job
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import ReadingFactory
from tests.uploading import address_of, apply, followed, is_applied, undo, upload

PAGE = "/cooperations/population/"
TITLE = "Folkmängden den 31 december efter region och år"
FOOT = ["", "Fotnot:", "1) Uppgiften är reviderad.", "2024 års uppgifter kommer i februari.", "Källa: SCB"]


def published(years: tuple[int, ...] = (2022, 2023), mark: str = ",", **changed: str) -> str:
    """The sourced figures of Värmland, laid out as the office's table is; cells of 1737 may be changed."""
    with (REGISTERS / "population_varmland.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    figures = {(row["code"], row["reference_date"][:4]): row["population"] for row in rows}
    names = {row["code"]: row["name"] for row in rows}
    lines = [TITLE, "", mark.join(['"region"', *(f'"{year}"' for year in years)])]
    lines.append(mark.join(['"17 Värmlands län"', *('"1"' for _ in years)]))
    for code, name in sorted(names.items()):
        cells = [figures.get((code, str(year)), "..") for year in years]
        cells = [
            changed.get(f"y{year}", cell) if code == "1737" else cell
            for year, cell in zip(years, cells, strict=True)
        ]
        lines.append(mark.join([f'"{code} {name}"', *(f'"{cell}"' for cell in cells)]))
    return "\r\n".join([*lines, *FOOT, ""])


@pytest.fixture
def register(db: None) -> None:
    load_municipalities()


@pytest.fixture
def operator(register: None, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))


def sent(client: Client, content: str | bytes, **changed: str) -> Any:
    raw = content if isinstance(content, bytes) else content.encode()
    told = {"country": "SE", "day": "12-31", "source": "Statistics Sweden, table BE0101"} | changed
    return upload(client, PAGE, raw, "px.csv", **told)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_published_table_is_read_whatever_separates_it(mark: str) -> None:
    rows = read_population(published(mark=mark).encode()).rows
    assert len(rows) == 17 * 2
    torsby = [row.values for row in rows if row.values["code"] == "1737"]
    assert torsby == [
        {"code": "1737", "name": "Torsby", "year": "2022", "value": "11411"},
        {"code": "1737", "name": "Torsby", "year": "2023", "value": "11387"},
    ]


def test_marks_titles_and_what_is_not_known_do_not_disturb() -> None:
    text = (
        "Folkmängd, 2023\n"
        "Kod;Kommun;Folkmängd 2022 1);2023*\n"
        "1737;Torsby 2);11 411 1);..\n"
        "1783;Hagfors;11\xa0589*;11536 r\n"
        "1) Reviderad 2023\n"
    )
    table = read_population(text.encode())
    found = [(row.values["name"], row.values["year"], row.values["value"]) for row in table.rows]
    assert found == [
        ("Torsby", "2022", "11 411"),
        ("Hagfors", "2022", "11 589"),
        ("Hagfors", "2023", "11536"),
    ]
    assert table.notices == ["1 figure is not known in the file and left out."]


@pytest.mark.parametrize(
    ("text", "value"),
    [("11404", 11404), ("11 404", 11404), ("11,404", 11404), ("1.011.404", 1011404), ("7.0", 7),
     ("11404.5", None), ("-1", None), ("many", None), ("9" * 30, None), ("1e5", None), ("", None)],
)  # fmt: skip
def test_a_figure_is_a_whole_number(text: str, value: int | None) -> None:
    assert whole_number(text) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No column is named by a year"),
        ("region;folk\n1737 Torsby;11404\n", "No column is named by a year"),
        ("region;2023\nTorsby;11404\n", "No row begins with the code of a region"),
    ],
)
def test_what_is_no_such_table_is_refused(text: str, said: str) -> None:
    with pytest.raises(UploadError, match=said):
        read_population(text.encode())


def test_a_dry_run_tells_what_is_new_changed_the_same_and_unknown(
    operator: Client, north: Cooperation, population: Driver, torsby: Municipality
) -> None:
    for year, value in ((2022, 11411), (2023, 1)):
        Reading.objects.update_or_create(
            driver=population, cooperation=None, municipality=torsby, reference_on=dt.date(year, 12, 31),
            defaults={"value": value, "source": "before"},
        )  # fmt: skip
    Reading.objects.exclude(municipality=torsby).delete()
    answer = sent(operator, published())
    assert answer.status_code == 200
    assert answer.context["counts"] == {"same": 1, "new": 30, "changed": 1, "wrong": 0}
    assert answer.context["notices"] == ["1 region is not in the register and left out: 17 Värmlands län."]
    assert Reading.objects.filter(value=11387).count() == 0
    done = apply(operator, answer)
    assert is_applied(done)
    assert 'href="/cooperations/installation/"' in done.content.decode()
    changed = Reading.objects.get(municipality=torsby, reference_on=dt.date(2023, 12, 31))
    assert (changed.value, changed.source, changed.cooperation) == (
        11387,
        "Statistics Sweden, table BE0101",
        None,
    )
    assert Entry.objects.filter(subject_type="municipalities.reading").count() == 31
    again = sent(operator, published().encode("cp1252"))
    assert again.context["counts"] == {"same": 32, "new": 0, "changed": 0, "wrong": 0}
    assert "Windows-1252" in again.context["notices"][0]


def test_each_cooperation_concerned_recomputes_from_its_first_changed_day(
    operator: Client, north: Cooperation, outside: Cooperation, population: Driver
) -> None:
    Job.objects.all().delete()
    answer = sent(operator, published())
    assert "North: " in answer.content.decode()
    assert "Outside: " not in answer.content.decode()
    assert is_applied(apply(operator, answer))
    [job] = Job.objects.exclude(kind=UPLOAD)
    assert (job.cooperation, job.touches_from, job.touches_until) == (north, dt.date(2022, 12, 31), None)


def test_own_figures_are_left_and_count_no_more(
    operator: Client, north: Cooperation, population: Driver, torsby: Municipality
) -> None:
    own = ReadingFactory(
        driver=population, cooperation=north, municipality=torsby, reference_on=dt.date(2022, 12, 31), value=5
    )
    answer = sent(operator, published((2022,)))
    assert is_applied(apply(operator, answer))
    own.refresh_from_db()
    assert own.value == 5
    replaced = Reading.objects.filter(pk=own.pk).with_replaced().get()
    assert replaced.is_replaced  # type: ignore[attr-defined]


def test_a_wrong_figure_is_named_and_nothing_is_saved(operator: Client) -> None:
    answer = sent(operator, published(y2023="11 38x"))
    assert not answer.context["may_apply"]
    assert "“11 38x” is no whole number." in answer.content.decode()
    assert not is_applied(apply(operator, answer))
    twice = "region;kön;2023\n1737 Torsby;män;5\n1737 Torsby;kvinnor;6\n"
    assert "the same municipality and year" in sent(operator, twice).content.decode()
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [{"country": "XX"}, {"day": "13-99"}, {"source": ""}, {"source": "x" * 301}, {"source": "a\u202eb"},
     {"source": "a\0b"}],
)  # fmt: skip
def test_what_is_said_beside_the_table_is_checked(operator: Client, changed: dict[str, str]) -> None:
    assert sent(operator, published(), **changed).status_code == 422
    assert not Reading.objects.exists()


def test_nothing_is_applied_that_was_not_shown(
    operator: Client, population: Driver, torsby: Municipality
) -> None:
    answer = sent(operator, published())
    ReadingFactory(driver=population, municipality=torsby, reference_on=dt.date(2022, 12, 31), value=7)
    assert not is_applied(apply(operator, answer))
    forged = operator.post(address_of(answer), {"step": "apply", "shown": "forged"})
    assert not is_applied(followed(operator, forged))
    assert not Reading.objects.filter(value=11387).exists()


def test_the_command_does_the_same(
    register: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "px.csv"
    file.write_text(published(), encoding="utf-8")
    call_command("load_population", file, "--source", "SCB", "--dry-run")
    assert "32 new, 0 changed, 0 same." in capsys.readouterr().out
    assert not Reading.objects.exists()
    call_command("load_population", file, "--source", "SCB")
    call_command("load_population", file, "--source", "SCB")
    assert "0 new, 0 changed, 32 same." in capsys.readouterr().out
    file.write_text(published(y2022="x1"), encoding="utf-8")
    with pytest.raises(CommandError, match="Nothing is saved"):
        call_command("load_population", file, "--source", "SCB")


def test_undoing_brings_back_the_figures_and_concerns_the_same_months(
    operator: Client, north: Cooperation, outside: Cooperation, population: Driver
) -> None:
    columns = ("municipality__code", "reference_on", "value", "source")
    before = sorted(Reading.objects.values_list(*columns))
    done = apply(operator, sent(operator, published()))
    Job.objects.all().delete()
    assert "North: " in operator.get(f"{address_of(done)}undo/").content.decode()
    undone = undo(operator, done)
    assert undone.context["upload"].said == "32 rows are as before."
    assert sorted(Reading.objects.values_list(*columns)) == before
    [job] = Job.objects.exclude(kind=UPLOAD)
    assert (job.cooperation, job.touches_from, job.touches_until) == (north, dt.date(2022, 12, 31), None)
    again = apply(operator, sent(operator, published()))
    other = apply(operator, sent(operator, published(y2023="7")))
    refused = undo(operator, again)
    assert refused.context["upload"].said == (
        "Nothing is undone: reading Population, Torsby, 2023-12-31 was changed since, by operator."
    )
    undo(operator, other)
    undo(operator, again)
    assert sorted(Reading.objects.values_list(*columns)) == before


def test_what_it_does_to_a_cooperation_is_read_before_it_is_applied(
    operator: Client, north: Cooperation, population: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = sent(operator, published())
    told = ShareEffect(warnings=("January 2026 is closed.",), mark="closed")
    monkeypatch.setattr("municipalities.portal.registers.effect_of", lambda *_, **_more: told)
    refused = apply(operator, shown)
    assert not is_applied(refused)
    assert "something has changed since" in refused.content.decode()
    assert "North: January 2026 is closed." in refused.content.decode()
    assert is_applied(apply(operator, refused))
