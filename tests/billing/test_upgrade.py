"""A database of release 0.1 is migrated: all it ever charged stays, and what came late is corrected.

The dump and what release 0.1 said of it are history: see ``tests/release_0_1``.
"""

import datetime as dt
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from sharedict.kernel.periods import Month
from tests.platform.portal import ROOT, environment

PAST = ROOT / "tests" / "release_0_1"
EXPECTED = json.loads((PAST / "expected.json").read_text(encoding="utf-8"))["cooperations"]
Told = dict[str, Any]


def load(url: str) -> None:
    """Play the dump into an empty database, as psql would: SQL, and rows between COPY and ``\\.``."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor, gzip.open(PAST / "database.sql.gz", "rt", encoding="utf-8") as dump:
        sql: list[str] = []
        for line in dump:
            if line.startswith("COPY "):
                if sql:
                    cursor.execute("".join(sql))
                    sql = []
                cursor.copy_expert(line, _Rows(dump))
            elif line.strip() and not line.startswith(("\\", "--")):
                sql.append(line)
        cursor.execute("".join(sql))
    connection.close()


class _Rows:
    """The rows of one COPY block, up to the line that ends it."""

    def __init__(self, dump: Iterator[str]) -> None:
        self.dump, self.rest, self.is_ended = dump, b"", False

    def read(self, size: int = 8192) -> bytes:
        while len(self.rest) < size and not self.is_ended:
            line = next(self.dump)
            self.is_ended = line == "\\.\n"
            self.rest += b"" if self.is_ended else line.encode()
        found, self.rest = self.rest[:size], self.rest[size:]
        return found


LATER = """
INSERT INTO audit_entry (id, at, user_id, actor, verb, subject_type, subject_id, subject, changes) VALUES
(100001, now(), 1, 'Karin Lindqvist', 'add', 'accounts.user', '3', 'Maria Nyström', '{}'),
(100002, now(), NULL, 'sharedict', 'change', 'accounts.user', '3', 'Maria Nyström',
  '{"email": ["", "maria@example.se"], "last_name": ["Ek", "Nyström"], "is_active": ["True", "False"]}'),
(100003, now(), NULL, 'sharedict', 'add', 'municipalities.role', '990', 'Gone Person: auditor, North',
  '{"kind": ["", "auditor"], "user": ["", "999"]}'),
(100004, now(), 2, 'Johan Sandberg', 'change', 'municipalities.role', '4', 'Maria Nyström: auditor, North',
  '{"kind": ["coordinator", "auditor"]}'),
(100005, now(), NULL, 'Ledger (abc)', 'change', 'municipalities.role', '991', 'Erik Hallgren: auditor, North',
  '{"kind": ["finance", "auditor"]}'),
(100006, now(), NULL, 'sharedict', 'delete', 'municipalities.role', '991', 'Erik Hallgren: auditor, North',
  '{"kind": ["auditor", ""], "user": ["4", ""]}'),
(100007, now(), NULL, 'sharedict', 'delete', 'accounts.user', '999', 'Gone Person', '{}')
"""
"""What the dump has none of: people who were changed or are gone, roles that were changed or removed."""
LOGGED = "SELECT id, actor, subject, changes FROM audit_entry ORDER BY id"


SUPPLIED = """
SELECT municipalities_link.id, municipalities_supplier.name
FROM municipalities_link LEFT JOIN municipalities_supplier
  ON municipalities_supplier.id = supplier_id AND municipalities_supplier.cooperation_id =
    municipalities_link.cooperation_id
ORDER BY municipalities_link.id
"""


CLASSES_THEN = "SELECT id, information_class, owner_id FROM services_application ORDER BY id"
CLOCKS = """
SELECT application.id, monday, sunday, country, measured_id, supported_id
FROM services_application AS application
JOIN services_calendar AS calendar
  ON calendar.id = runs_id AND calendar.cooperation_id = application.cooperation_id
ORDER BY application.id
"""
STAGES = "SELECT id, lifecycle FROM services_application ORDER BY id"
CLASSES_NOW = """
SELECT id, confidentiality, integrity, availability, competence_centre_id FROM services_application
ORDER BY id
"""


def asked(url: str, statement: str) -> list[list[Any]]:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        found = [list(row) for row in cursor.fetchall()] if cursor.description else []
    connection.close()
    return found


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """What a database of release 0.1 says after ``migrate`` and the jobs that this orders."""
    server = urlsplit(os.environ["DATABASE_URL"])._replace(netloc="postgres@")  # one login, as it had then
    name = f"upgrade_{os.environ['SHAREDICT_TEST_RUN']}_{os.getpid()}"
    url = urlunsplit(server._replace(path=f"/{name}"))
    admin = psycopg2.connect(urlunsplit(server))
    admin.autocommit = True
    variables = environment(
        DATABASE_URL=url,
        REDIS_URL=os.environ["REDIS_URL"],
        DJANGO_SETTINGS_MODULE="sharedict.settings",
        SHAREDICT_VAR=str(tmp_path_factory.mktemp("var")),
    )
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            load(url)
            asked(url, LATER)
            before = asked(url, LOGGED)
            hours = asked(url, "SELECT id, hours FROM services_application ORDER BY id")
            classes, stages = asked(url, CLASSES_THEN), asked(url, STAGES)
            links = asked(url, "SELECT id, NULLIF(supplier, '') FROM municipalities_link ORDER BY id")
            _run(variables, "manage.py", "migrate", "--verbosity", "0")
            told = json.loads(_run(variables, "-m", "tests.billing.upgraded"))
            verified = _run(variables, "manage.py", "verify")
            _run(variables, "manage.py", "migrate", "--verbosity", "0", "audit", "0003")
            back = asked(url, LOGGED)[: len(before)]
            supplied = asked(url, SUPPLIED)
            logs = {"log_before": before, "log_back": back}
            logs |= {"hours": hours, "clocks": asked(url, CLOCKS)}
            logs |= {"stages": stages, "stages_now": asked(url, STAGES)}
            logs |= {"classes": classes, "aspects": asked(url, CLASSES_NOW)}
            yield told | {"verified": verified, **logs, "links": links, "supplied": supplied}
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


def _run(variables: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=Path(ROOT),
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def closed_then(slug: str) -> dict[str, Told]:
    """The months that release 0.1 had closed."""
    return {month: told for month, told in EXPECTED[slug]["months"].items() if told["state"] == "closed"}


def shares_then(told: Told, costs: list[Any]) -> dict[str, dict[str, int]]:
    """The shares of a month by reference; a few stand in the file under their cost's description."""
    known = {reference for reference, *_rest in costs}
    described = {description: reference for reference, *_rest, description in costs}
    return {name if name in known else described[name]: parts for name, parts in told["shares"].items()}


def test_every_job_is_done_and_no_month_failed(upgraded: Told) -> None:
    assert upgraded["jobs"] == [["done", ""]]
    for told in upgraded["cooperations"].values():
        assert {month.get("failure", "") for month in told["months"].values()} == {""}


def test_every_closed_month_is_computed_again_to_the_last_digit(upgraded: Told) -> None:
    assert upgraded["verified"].endswith("were computed again: all are as they were.\n")


def test_what_was_charged_stays_to_the_share(upgraded: Told) -> None:
    for slug in EXPECTED:
        then, now = closed_then(slug), upgraded["cooperations"][slug]["months"]
        costs = upgraded["cooperations"][slug]["costs"]
        assert then
        for month, told in then.items():
            found = now[month]
            assert (found["state"], found["is_taken_over"], found["rule_version"]) == ("closed", False, 1)
            assert (found["total"], found["shares"]) == (told["total"], shares_then(told, costs))
            assert found["corrections"] == {}
            assert {
                payer: {name: one[name] for name in ("number", "name", "amount")}
                for payer, one in found["statements"].items()
            } == told["statements"]


def test_every_statement_is_taken_over_once_and_reads_as_it_was_hashed(upgraded: Told) -> None:
    for slug in EXPECTED:
        now = upgraded["cooperations"][slug]["months"]
        for month in closed_then(slug):
            for one in now[month]["statements"].values():
                assert (one["is_taken_over"], one["hash_matches"], one["rows"]) == (True, True, 1)


def test_the_month_before_and_the_year_count_what_was_closed_no_later(upgraded: Told) -> None:
    """A month that was closed after a later one was no part of what that one's statements said."""
    for slug in EXPECTED:
        then, now = closed_then(slug), upgraded["cooperations"][slug]["months"]
        order = {month: (dt.datetime.fromisoformat(now[month]["closed_at"]), month) for month in then}
        for month, told in then.items():
            year_from = str(year_of(Month.parse(month), EXPECTED[slug]["year_starts_in"]))
            known = {other for other in then if order[other] <= order[month]}
            earlier = [other for other in known if year_from <= other < month]
            before = str(Month.parse(month).plus(-1))
            before = before if before in known else None
            for payer, one in told["statements"].items():
                found = now[month]["statements"][payer]
                assert (found["before_month"], found["year_from"]) == (before, year_from)
                assert found["before"] == (minor(then[before], payer) if before else 0)
                assert found["year"] == minor(told, payer) + sum(
                    minor(then[other], payer) for other in earlier
                )
                assert found["number"] == one["number"]


def year_of(month: Month, starts_in: int) -> Month:
    return Month(month.year if month.number >= starts_in else month.year - 1, starts_in)


def minor(told: Told, payer: str) -> int:
    """What ``payer`` was charged in a month, in minor units."""
    return int(Decimal(told["statements"].get(payer, {"amount": "0"})["amount"]) * 100)


def test_months_run_without_a_gap_and_those_left_before_the_last_closed_one_are_closed_as_empty(
    upgraded: Told,
) -> None:
    for slug in EXPECTED:
        cooperation, then = upgraded["cooperations"][slug], closed_then(slug)
        first, last = min(EXPECTED[slug]["months"]), max(then)
        assert cooperation["first_month"] == f"{first}-01"
        now = cooperation["months"]
        months, month = [], Month.parse(first)
        while str(month) <= str(Month.parse(last).plus(1)):
            months.append(str(month))
            month = month.plus(1)
        assert sorted(now)[: len(months)] == months
        for month_before in months[:-1]:
            if month_before not in then:
                found = now[month_before]
                assert (found["state"], found["is_taken_over"], found["total"]) == ("closed", True, "0.00")
                assert found["shares"] == found["statements"] == {}
        assert {now[each]["state"] for each in now if each > last} == {"open"}
        assert {now[each]["rule_version"] for each in now if each > last} == {2}


def part(amount: int, start: str, end: str, month: str) -> int:
    """What of a cost falls in ``month``: spread by days, as the difference of two rounded-down sums."""
    first, after = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    days = (after - first).days

    def until(day: dt.date) -> int:
        return abs(amount) * min(days, max(0, (day - first).days)) // days

    here = Month.parse(month)
    size = until(here.after) - until(here.first)
    return size if amount > 0 else -size


def test_what_came_late_is_corrected_in_the_first_open_month(upgraded: Told) -> None:
    """Each cost's part of each closed month, by hand: what was not charged then is charged now.

    What changed who pays, or for how much of it, comes to nothing in all and waits for a decision.
    """
    for slug in EXPECTED:
        cooperation, then = upgraded["cooperations"][slug], closed_then(slug)
        now = cooperation["months"]
        closed = [month for month, told in now.items() if told["state"] == "closed"]
        first_open = min(month for month, told in now.items() if told["state"] == "open")
        costs = {reference: (amount, *days) for reference, amount, *days, _said in cooperation["costs"]}
        differences = {}
        for month in closed:
            shares = shares_then(then.get(month, {"shares": {}}), cooperation["costs"])
            was = {reference: sum(parts.values()) for reference, parts in shares.items()}
            should = {reference: part(*cost, month) for reference, cost in costs.items()}
            for reference in {*was, *should}:
                if difference := should.get(reference, 0) - was.get(reference, 0):
                    differences[month, reference] = difference
        late = {(each["month"], each["reference"]): each for each in cooperation["late"]}
        assert {at: late[at]["amount"] for at in differences} == differences
        for at in late.keys() - differences.keys():
            assert (late[at]["cause"], late[at]["amount"]) == ("rules", 0)
        counts = {
            f"{month} {reference}": {code[2:]: minor for code, minor in each["shares"].items()}
            for (month, reference), each in late.items()
            if each["verdict"] in ("counts", "charge")
        }
        assert now[first_open]["corrections"] == counts
        for at, shares in counts.items():
            month, reference = at.split()
            assert sum(shares.values()) == differences[month, reference]
            assert len({minor > 0 for minor in shares.values()}) == 1
        assert all(now[month]["corrections"] == {} for month in now if month != first_open)


def test_there_are_corrections_to_look_at(upgraded: Told) -> None:
    """The dump holds what these tests are about: late costs, skipped months, months closed out of turn."""
    cooperations = {slug: upgraded["cooperations"][slug] for slug in EXPECTED}
    corrected = sum(
        len(month.get("corrections", {}))
        for told in cooperations.values()
        for month in told["months"].values()
    )
    skipped = [
        month
        for told in cooperations.values()
        for month in told["months"].values()
        if month.get("is_taken_over")
    ]
    assert corrected >= 12
    assert len(skipped) > 3


def test_the_log_reads_as_it_did(upgraded: Told) -> None:
    assert [read for read, _kept in upgraded["log"]] == upgraded["log_before"] == upgraded["log_back"]


def test_the_log_itself_names_nobody(upgraded: Told) -> None:
    names = ("Lindqvist", "Sandberg", "Nyström", "Hallgren", "Forsell", "Gone Person", "maria@", '"Ek"')
    kept = json.dumps([kept for _read, kept in upgraded["log"]], ensure_ascii=False)
    assert not [name for name in names if name in kept]
    assert [kept for read, kept in upgraded["log"] if read[0] in (100002, 100005)] == [
        ["sharedict", "", {"email": ["", None], "last_name": [None, None], "is_active": ["True", "False"]}],
        ["Ledger (abc)", "", {"kind": ["finance", "auditor"]}],
    ]


def test_what_moved_is_known_to_be_somebodys_as_far_as_they_are_there(upgraded: Told) -> None:
    assert [value for value in upgraded["personal"] if value[0] > 100_000] == [
        [100001, "actor", 1],
        [100001, "subject", 3],
        [100002, "email", 3],
        [100002, "last_name", 3],
        [100002, "subject", 3],
        [100003, "subject", None],
        [100004, "actor", 2],
        [100004, "subject", 3],
        [100005, "subject", 4],
        [100006, "subject", 4],
        [100007, "subject", None],
    ]
    assert len(upgraded["personal"]) > 1000


def test_every_link_keeps_who_supplies_it(upgraded: Told) -> None:
    assert upgraded["supplied"] == upgraded["links"]
    assert {name for _link, name in upgraded["supplied"]} > {None, "Teracom"}


def test_every_word_of_an_information_class_is_a_level_of_confidentiality(upgraded: Told) -> None:
    """What was never asked for is not told now; who owned it was its competence centre."""
    levels = {"open": 0, "internal": 1, "confidential": 2, "secret": 3}
    assert upgraded["aspects"] == [
        [pk, levels[word], None, None, owner] for pk, word, owner in upgraded["classes"]
    ]
    assert len({word for _pk, word, _owner in upgraded["classes"]}) > 2


def test_every_application_is_in_the_stage_that_it_was_in_and_a_project_is_planned(upgraded: Told) -> None:
    assert upgraded["stages_now"] == [
        [pk, "planned" if stage == "project" else stage] for pk, stage in upgraded["stages"]
    ]
    assert upgraded["stages"]


def test_service_hours_are_the_calendar_that_an_application_runs_by(upgraded: Told) -> None:
    texts = {"office": ["08:00-16:30", ""], "extended": ["06:00-22:00"] * 2, "always": ["00:00-24:00"] * 2}
    assert [[pk, *rest] for pk, *rest in upgraded["clocks"]] == [
        [pk, *texts[hours], country, None, None]
        for (pk, hours), (*_rest, country, _measured, _supported) in zip(
            upgraded["hours"], upgraded["clocks"], strict=True
        )
    ]
    assert {country for *_rest, country, _measured, _supported in upgraded["clocks"]} <= {"SE", "NO"}
