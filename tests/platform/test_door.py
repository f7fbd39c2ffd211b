"""What a portal that runs withstands: strangers with half a request, and engines that die."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from typing import Any

import psycopg2
import pytest

from tests.platform.portal import command_lines, processes_naming
from tests.platform.running import Running, running

AT_ONCE = 60
PAUSE_SECONDS = 25
HEAD = b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\n"
HALVES = {
    "nothing": b"",
    "half a head": HEAD + b"X-Half: ",
    "half a body": HEAD + b"Content-Length: 1000\r\n\r\nusername=",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n400\r\nusername=",
}
WAITING = """
INSERT INTO jobs_job (kind, arguments, state, attempts, progress_done, progress_total, place, has_yielded,
  error, idempotency_key, created_at, run_after)
VALUES ('of a kind that nobody knows', '{}', 'queued', 0, 0, 0, '{}', false,
  '', '', now(), now() + interval '2 s')
RETURNING id
"""
"""A job that is due when both engines are dead; a worker that comes by notes its attempt."""


@pytest.fixture(scope="module")
def portal() -> Iterator[Running]:
    with running() as started:
        yield started


def _connect(portal: Running, text: bytes) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", portal.port), timeout=10)
    line.sendall(text)
    return line


def _answer(portal: Running, text: bytes) -> str:
    with _connect(portal, text) as line:
        return line.recv(4096).decode(errors="replace").partition("\r\n")[0]


def test_sixty_half_requests_hold_up_nobody(portal: Running) -> None:
    assert portal.ask("/health/")[0] == 200
    for half in HALVES.values():
        with ExitStack() as lines:
            for _ in range(AT_ONCE):
                lines.enter_context(_connect(portal, half))
            time.sleep(0.2)
            began = time.monotonic()
            assert portal.ask("/health/")[0] == 200
            assert portal.ask("/sign-in/")[0] == 200
            assert time.monotonic() - began < 1


def test_a_body_is_refused_by_its_length_before_it_is_read(portal: Running) -> None:
    long = HEAD + b"Content-Length: 300000000\r\n\r\nusername="
    assert _answer(portal, long).endswith("413 Payload Too Large")
    assert _answer(portal, HALVES["half a chunk"]).endswith("411 Length Required")
    assert _answer(portal, b"NONSENSE\r\n\r\n").endswith("400 Bad Request")


def test_bytes_one_by_one_are_a_request_like_any_other(portal: Running) -> None:
    with _connect(portal, b"") as line:
        for byte in b"GET /health/ HTTP/1.1\r\nHost: localhost\r\n\r\n":
            line.sendall(bytes([byte]))
        assert line.recv(4096).startswith(b"HTTP/1.1 200 OK")


def test_a_connection_outlasts_the_pause_of_a_reader(portal: Running) -> None:
    question = b"GET /health/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with _connect(portal, question) as line:
        assert line.recv(4096).startswith(b"HTTP/1.1 200 OK")
        time.sleep(PAUSE_SECONDS)
        line.sendall(question)
        assert line.recv(4096).startswith(b"HTTP/1.1 200 OK")


def test_engines_that_die_are_started_again_and_what_waits_is_done(portal: Running) -> None:
    def ask(statement: str) -> Any:
        line = psycopg2.connect(host=portal.folder / "run", user="postgres", dbname="sharedict")
        line.autocommit = True
        with closing(line), line.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()

    def attempts() -> int:
        with suppress(psycopg2.OperationalError):
            return int(ask("SELECT attempts FROM jobs_job")[0])
        return 0

    portal.until(lambda: portal.ask("/health/ready/")[0] == 200, seconds=60)
    ask(WAITING)
    started = [line for line in processes_naming(str(portal.folder)) if "redis-server" in line]
    redis = [pid for pid, line in command_lines().items() if line in started]
    postmaster = (portal.folder / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0]
    for pid in (int(postmaster), *redis):
        os.kill(pid, signal.SIGKILL)
    portal.until(attempts, seconds=60)
    portal.until(lambda: portal.ask("/health/ready/")[0] == 200, seconds=60)
    assert portal.ask("/sign-in/")[0] == 200
    assert "Postgres had died and is started again." in portal.said
    assert "Redis had died and is started again." in portal.said
