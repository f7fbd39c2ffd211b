"""A full house: people click through a cooperation, and ask for the next page as the last one is there."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from typing import Any

from django.conf import settings
from django.test import Client

from municipalities.models import Cooperation, Member, Role
from sharedict.accounts.models import User
from sharedict.supervisor import KEPT_FROM_CHILDREN
from tests.bench.pages import main_pages
from tests.platform.portal import children_of

PEOPLE = 20
WARMING_SECONDS, SECONDS = 4, 20
START_SECONDS = 60
AS_BROWSERS = {"Accept-Encoding": "gzip, deflate, br, zstd", "Accept-Language": "sv"}

Visitor = tuple[dict[str, str], Sequence[str]]
"""What somebody sends with each request, and the addresses that they open one after the other."""


def house(slug: str) -> dict[str, Any]:
    """Requests a second, and the seconds within which 95 of 100 are answered, by the server of ``run``."""
    visitors = [*_visitors(Cooperation.objects.get(slug=slug))]
    with _served() as (server, port), ThreadPoolExecutor(PEOPLE) as pool:
        everybody = [(number, port, *visitor) for number, visitor in enumerate(visitors)]
        [*pool.map(lambda one: _clicked(*one, WARMING_SECONDS), everybody)]
        load, worked = os.getloadavg()[0], _worked(server)
        started = time.perf_counter()
        taken = [each for one in pool.map(lambda one: _clicked(*one, SECONDS), everybody) for each in one]
        seconds, worked = time.perf_counter() - started, _worked(server) - worked
    return {
        "a_second": len(taken) / seconds,
        "p95": quantiles(taken, n=20)[-1],
        "worked_ms": worked / len(taken) * 1000,
        "load": load,
    }


def _visitors(cooperation: Cooperation) -> Iterator[Visitor]:
    """A finance officer of each municipality, and administrators, all signed in."""
    places = [member.municipality for member in Member.objects.of(cooperation).select_related("municipality")]
    for number in range(PEOPLE):
        person, _made = User.objects.get_or_create(username=f"visitor-{number}")
        place = places[number % len(places)]
        own = {"kind": Role.Kind.ADMINISTRATOR}
        if number < len(places):
            own = {"kind": Role.Kind.FINANCE, "municipality": place}
        Role.objects.get_or_create(cooperation=cooperation, user=person, **own)
        client = Client()
        client.force_login(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", **AS_BROWSERS}
        yield headers, list(main_pages(cooperation.slug, place.key).values())


@contextmanager
def _served() -> Iterator[tuple[int, int]]:
    """The web server as ``manage.py run`` starts it: its process, and the port that it listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    given = {name: value for name, value in os.environ.items() if name not in KEPT_FROM_CHILDREN}
    with subprocess.Popen(
        [sys.executable, "-m", "sharedict.web"],
        env=given | {"SHAREDICT_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # a line for each request
    ) as server:
        try:
            deadline = time.monotonic() + START_SECONDS
            while not _listens(port):
                if time.monotonic() > deadline or server.poll() is not None:
                    raise TimeoutError("The web server does not start.")
                time.sleep(0.1)
            yield server.pid, port
        finally:
            server.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _worked(server: int) -> float:
    """The processor time that the processes of ``server`` have taken, in seconds."""
    ticks = 0
    for process in children_of(server):
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _clicked(
    number: int, port: int, headers: dict[str, str], addresses: Sequence[str], seconds: float
) -> list[float]:
    """The seconds that each answer took, until those are over; ``number`` is whom one begins behind."""
    taken, end = [], time.perf_counter() + seconds
    with closing(HTTPConnection("localhost", port, timeout=START_SECONDS)) as browser:
        for address in islice(cycle(addresses), number, None):
            started = time.perf_counter()
            if started > end:
                return taken
            browser.request("GET", address, headers=headers)
            answer = browser.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{address} answered {answer.status}")
            taken.append(time.perf_counter() - started)
    return taken
