"""Builds the workloads, measures everything beside what it is held against, and prints one table."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sharedict import embedded
from sharedict.engines import OWNER
from sharedict.env import refusing_clearly
from tests.bench.table import Row, text_of

ROOT = Path(__file__).resolve().parent.parent.parent
TIMES = 3
PAPER_SECONDS = 0.3
SEARCH_MS = 150
MOST_QUERIES = 15
LEAST_A_SECOND, SLOW_SECONDS = 40, 0.8
FLAT_MEGABYTES = 16
"""A file of the nation's year is about 400 MB: memory that grows by less than this does not grow with it."""

COUNTY, NATION = "county", "nation"


def main(only: str = "") -> int:
    started = time.monotonic()
    folder = embedded.default_folder() / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ |= {"SHAREDICT_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "sharedict.settings"}
    try:
        with refusing_clearly(), embedded.running(folder):
            # the cluster's superuser owns what is measured: it may tell the database to settle
            owner = os.environ["DATABASE_OWNER_URL"].replace(f"//{OWNER}@", "//postgres@")
            os.environ["DATABASE_OWNER_URL"] = owner
            rows = PARTS[only]()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(text_of(rows))
    missed = [row.what for row in rows if not row.is_kept]
    say(f"\n{len(rows)} rows in {time.monotonic() - started:.0f} s; {len(missed)} promises missed.")
    return 1 if missed else 0


def measure_all() -> list[Row]:
    progress("Building the workloads")
    token = measured("load")
    county, nation = year_of(COUNTY), year_of(NATION)
    progress("Changing one cost, reading pages, writing files")
    rows = [*county.rows(), *nation.rows(4), *memory(nation), *one_change(nation)]
    measured("year", COUNTY)
    measured("settle")
    return [
        *rows,
        *statements(),
        *lists(token),
        *bare(token),
        *main_pages(),
        *files(),
        *long_lists(),
        *searches(),
        *guards(),
        *imports(),
        *turns(),
        *papers(),
        *house(),
        *measure_falling(),
    ]


def measure_guards() -> list[Row]:
    progress("Building the workloads")
    measured("load")
    measured("year", COUNTY)
    measured("settle")
    return guards()


def measure_imports() -> list[Row]:
    progress("Building the workloads")
    measured("load")
    measured("year", COUNTY)
    measured("settle")
    return imports()


def measure_statements() -> list[Row]:
    progress("Building the workloads")
    measured("load")
    for name in (COUNTY, NATION):
        measured("year", name)
    measured("settle")
    return statements()


def measure_long_lists() -> list[Row]:
    progress("Building the workloads")
    measured("load")
    return long_lists()


def measure_searches() -> list[Row]:
    progress("Building the workloads")
    measured("load")
    measured("settle")
    return searches()


def measure_turns() -> list[Row]:
    progress("Building the workloads")
    measured("load")
    return turns()


def measure_pages() -> list[Row]:
    progress("Building the workloads")
    token = measured("load")
    measured("year", NATION)
    measured("settle")
    return [*bare(token), *main_pages()]


def measure_house() -> list[Row]:
    progress("Building the workloads")
    measured("load")
    measured("year", COUNTY)
    measured("settle")
    return house()


def measure_papers() -> list[Row]:
    progress("Building the workloads")
    measured("load")
    for name in (COUNTY, NATION):
        measured("year", name)
    measured("settle")
    return papers()


def measure_falling() -> list[Row]:
    progress("Building a cooperation of 300 applications and 1,000 links")
    measured("load_shared")
    return [*falling(), *shared()]


PARTS = {
    "": measure_all,
    "turns": measure_turns,
    "guards": measure_guards,
    "imports": measure_imports,
    "statements": measure_statements,
    "papers": measure_papers,
    "house": measure_house,
    "pages": measure_pages,
    "long_lists": measure_long_lists,
    "falling": measure_falling,
    "search": measure_searches,
}
"""What ``make bench ONLY=...`` measures."""


@dataclass(frozen=True, slots=True)
class Year:
    """A year recomputed, in seconds: by us, by a COPY of the rows alone, and by pandas with floats."""

    name: str
    shares: int
    ours: float
    bare: float
    pandas: float
    wrong: int
    megabytes: float

    def rows(self, most: float | None = None) -> list[Row]:
        ours, again = f"{self.ours:.2f} s", None if most is None else 1
        year = f"{self.name}: a year's {self.shares:,} shares"
        return [
            Row(f"{year} / bare COPY", ours, f"{self.bare:.2f} s", self.ours / self.bare, most),
            Row(f"{year} / pandas", ours, f"{self.pandas:.2f} s", self.ours / self.pandas, again),
            Row(f"{self.name}: costs that pandas does not divide to the öre", "0", f"{self.wrong:,}", None),
        ]


def year_of(name: str) -> Year:
    """All three take turns, so that a slow moment of the machine meets all of them."""
    ours, bare, pandas = [], [], []
    for turn in range(1, TIMES + 1):
        progress(f"Recomputing the {name}'s year, {turn} of {TIMES}")
        ours.append(measured("year", name))
        bare.append(measured("copy", name))
        pandas.append(run("tests.bench.pandas_way", name))
    return Year(
        name,
        shares=ours[0]["rows"],
        ours=middle(ours),
        bare=middle(bare),
        pandas=middle(pandas),
        wrong=pandas[0]["wrong"],
        megabytes=max(turn["megabytes"] for turn in ours),
    )


def memory(nation: Year) -> list[Row]:
    held = f"{nation.megabytes:.0f} MB"
    return [Row("nation: peak memory of the recompute / 400 MB", held, "400 MB", nation.megabytes / 400, 1)]


def one_change(nation: Year) -> list[Row]:
    """Beside a year recomputed before and one after it: minutes later, the machine may be another."""
    years = [measured("year", NATION)]
    found = measured("change", NATION)
    years.append(measured("year", NATION))
    year = statistics.mean(each["seconds"] for each in years)
    ours, whole = f"{found['seconds']:.3f} s", f"{year:.2f} s"
    written = f"{found['rows']:,} in {found['months']} month"
    return [
        Row("nation: rows written after one changed cost / whole year", written, f"{nation.shares:,}",
            found["rows"] / nation.shares, 0.1),
        Row("nation: seconds after one changed cost / whole year", ours, whole,
            found["seconds"] / year, 0.1),
        Row("nation: its job, with dropping superseded shares / whole year", f"{found['job']:.3f} s", whole,
            found["job"] / year),
    ]  # fmt: skip


def statements() -> list[Row]:
    county, nation = measured("statement", COUNTY), measured("statement", NATION)
    queries = f"{nation['queries']} queries"
    return [
        Row("statement page: queries, nation / county", queries, f"{county['queries']}",
            nation["queries"] / county["queries"], 1),
        Row("statement page: queries, nation / 15", queries, "15", nation["queries"] / 15, 1),
        Row("statement of the nation: its data / bare SQL", f"{nation['data_ms']:.1f} ms",
            f"{nation['bare_ms']:.1f} ms", nation["data_ms"] / nation["bare_ms"], 3),
        Row("statement of the nation: its data, as objects in order / bare SQL", f"{nation['ms']:.1f} ms",
            f"{nation['bare_ms']:.1f} ms", nation["ms"] / nation["bare_ms"]),
        Row("statement page of the nation / bare SQL", f"{nation['page_ms']:.0f} ms",
            f"{nation['bare_ms']:.1f} ms", nation["page_ms"] / nation["bare_ms"]),
    ]  # fmt: skip


def lists(token: str) -> list[Row]:
    api = measured("api", NATION, token)
    pages = {
        "API list of 50": api["short"],
        "API list of 1,000": api["long"],
        "HTML list of 50": measured("html", NATION),
    }
    most = {"HTML list of 50": 12}
    rows = []
    for name, page in pages.items():
        limit = most.get(name, 6)
        rows += [
            Row(f"{name}: queries / {limit}", f"{page['queries']} queries", f"{limit}",
                page["queries"] / limit, 1),
            Row(f"{name}: time / bare query", f"{page['ms']:.1f} ms", f"{page['bare_ms']:.1f} ms",
                page["ms"] / page["bare_ms"]),
        ]  # fmt: skip
    short, long = api["short"]["queries"], api["long"]["queries"]
    return [*rows, Row("API list: queries, 1,000 rows / 50 rows", f"{long}", f"{short}", long / short, 1)]


def files() -> list[Row]:
    ours = [measured("file", NATION, COUNTY) for _ in range(TIMES)]
    bare = middle([measured("joined", NATION) for _ in range(TIMES)])
    size, growth = ours[0]["bytes"] / 1e6, max(turn["megabytes"] for turn in ours)
    return [
        Row(f"nation: CSV of a year's shares, {size:.0f} MB / COPY TO STDOUT", f"{middle(ours):.2f} s",
            f"{bare:.2f} s", middle(ours) / bare, 2),
        Row(f"nation: memory added while writing it / {FLAT_MEGABYTES} MB", f"{growth:.0f} MB",
            f"{FLAT_MEGABYTES} MB", growth / FLAT_MEGABYTES, 1),
    ]  # fmt: skip


def long_lists() -> list[Row]:
    progress("Writing a long list into a file")
    file = measured("subscriptions", NATION)
    return [
        Row(f"nation: {file['rows']:,} subscriptions as CSV / COPY TO STDOUT", f"{file['ours_ms']:.0f} ms",
            f"{file['bare_ms']:.0f} ms", file["ours_ms"] / file["bare_ms"], 3),
        *(
            Row(f"change log of a million entries: {page} / 50 ms", f"{took:.0f} ms", "50 ms", took / 50, 1)
            for page, took in measured("change_log", NATION).items()
        ),
    ]  # fmt: skip


def falling() -> list[Row]:
    progress("Letting one site go, and everything in turn")
    found = measured("falling")
    what, bare = "300 applications: impact of one site", f"{found['bare_ms']:.0f} ms"
    return [
        Row("impact page: queries, 300 applications / 3", f"{found['large']}", f"{found['small']}",
            found["large"] / found["small"], 1),
        Row(f"{what} / the bare SQL of its inputs", f"{found['ours_ms']:.0f} ms", bare,
            found["ours_ms"] / found["bare_ms"], 3),
        Row(f"{what}, with rows that changed / the same", f"{found['anew_ms']:.0f} ms", bare,
            found["anew_ms"] / found["bare_ms"]),
        Row(f"{what}, as a page / the same", f"{found['page_ms']:.0f} ms", bare,
            found["page_ms"] / found["bare_ms"]),
        Row("300 applications: all single points of failure / 2 s", f"{found['points_ms']:.0f} ms", "2 s",
            found["points_ms"] / 2000, 1),
    ]  # fmt: skip


def shared() -> list[Row]:
    progress("Reading the pages of what is shared")
    rows = []
    for name, page in measured("shared").items():
        rows += [
            Row(f"300 applications: {name}: queries / of 3 applications", f"{page['queries']}",
                f"{page['few']}", page["queries"] / page["few"], 1),
            Row(f"300 applications: {name} / its bare SQL", f"{page['ms']:.0f} ms",
                f"{page['bare_ms']:.1f} ms", page["ms"] / page["bare_ms"]),
        ]  # fmt: skip
    return rows


def searches() -> list[Row]:
    progress("Searching")
    rows = []
    for what, page in measured("searched", NATION).items():
        ours = f"{page['ms']:.0f} ms"
        rows += [
            Row(f"nation: search for {what} / its bare SQL", ours, f"{page['bare_ms']:.1f} ms",
                page["ms"] / page["bare_ms"], 5),
            Row(f"nation: search for {what} / {SEARCH_MS} ms", ours, f"{SEARCH_MS} ms",
                page["ms"] / SEARCH_MS, 1),
        ]  # fmt: skip
    return rows


def guards() -> list[Row]:
    """The same work with rows limited by the database, and without."""
    progress("Reading pages and recomputing a month, with rows limited and without")
    return [
        Row(f"county: {what}, rows limited / not", f"{took['guarded']:.1f} ms", f"{took['bare']:.1f} ms",
            took["ratio"], 1.15)
        for what, took in measured("guards", COUNTY).items()
    ]  # fmt: skip


def imports() -> list[Row]:
    """100,000 costs, none of them there before."""
    progress("Importing costs")
    found = measured("imported", COUNTY)
    name, bare = "county: import of 100,000 costs", f"{found['bare']:.2f} s"
    return [
        Row(f"{name}, with its dry run / COPY of them and their log rows", f"{found['seconds']:.2f} s", bare,
            found["seconds"] / found["bare"], 10),
        Row(f"{name}: the dry run alone / the same", f"{found['look']:.2f} s", bare,
            found["look"] / found["bare"]),
    ]  # fmt: skip


def turns() -> list[Row]:
    """One worker only, and the longest that anybody waited: two are faster, and one is what is promised."""
    progress("Changing one cost while a nation and 16 counties are recomputed")
    measured("load_many")
    found = measured("turns")
    longest, month = max(found["waits"]), found["month"]
    return [
        Row("small: one changed cost, behind a nation's year and 16 counties' / one month of the nation",
            f"{longest:.2f} s", f"{month:.2f} s", longest / month, 3),
    ]  # fmt: skip


def papers() -> list[Row]:
    progress("Closing two months and setting statements as PDF")
    return [row for of in (COUNTY, NATION) for row in papers_of(of)]


def papers_of(cooperation: str) -> list[Row]:
    found = measured("papers", cooperation)
    what = f"{cooperation}: a statement of {found['lines']} lines as PDF"
    return [
        Row(f"{what}, asked for after its month closed / {PAPER_SECONDS} s", f"{found['asked']:.3f} s",
            f"{PAPER_SECONDS} s", found["asked"] / PAPER_SECONDS, 1),
        Row(f"{what}, made for who asks before that / {PAPER_SECONDS} s", f"{found['made']:.3f} s",
            f"{PAPER_SECONDS} s", found["made"] / PAPER_SECONDS, 1),
        Row(f"{what}, set by the worker / made for who asks", f"{found['beforehand']:.3f} s",
            f"{found['made']:.3f} s", found["beforehand"] / found["made"]),
    ]  # fmt: skip


def main_pages() -> list[Row]:
    """All that a page asks the database for while it is made stands beside it, asked for at once."""
    progress("Reading the main pages")
    rows = []
    for name, page in measured("main", NATION).items():
        queries, ours, bare = page["queries"], f"{page['ms']:.0f} ms", f"{page['bare_ms']:.1f} ms"
        rows += [
            Row(f"nation: {name}: queries / {MOST_QUERIES}", f"{queries}", f"{MOST_QUERIES}",
                queries / MOST_QUERIES, 1),
            Row(f"nation: {name} / its bare SQL", ours, bare, page["ms"] / page["bare_ms"]),
        ]  # fmt: skip
    return rows


def bare(token: str) -> list[Row]:
    progress("Reading JSON lists")
    found = measured("bare", NATION, token)
    return [
        Row("nation: API list of 50 costs / a bare view of the same bytes", f"{found['ms']:.1f} ms",
            f"{found['bare_ms']:.1f} ms", found["ratio"], 3),
    ]  # fmt: skip


def house() -> list[Row]:
    progress("Having twenty people click through a county")
    found = measured("house", COUNTY)
    progress(f"The machine had a load of {found['load']:.1f} meanwhile")
    return [
        Row(f"county: {LEAST_A_SECOND} requests a second by 20 people / ours", f"{found['a_second']:.1f}",
            f"{LEAST_A_SECOND}", LEAST_A_SECOND / found["a_second"], 1),
        Row(f"county: of these, 95 in 100 are answered within / {SLOW_SECONDS} s", f"{found['p95']:.2f} s",
            f"{SLOW_SECONDS} s", found["p95"] / SLOW_SECONDS, 1),
        Row("county: processor time of the web server for one of these", f"{found['worked_ms']:.0f} ms",
            "", None),
    ]  # fmt: skip


def measured(*words: str) -> Any:
    return run("tests.bench.measure", *words)


def run(module: str, *words: str) -> Any:
    """What ``module`` prints as its last line, as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def middle(turns: Sequence[Mapping[str, float]]) -> float:
    return statistics.median(turn["seconds"] for turn in turns)


def progress(line: str) -> None:
    sys.stderr.write(f"{line} ...\n")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
