"""What strangers can do to a portal that runs: nothing that others notice."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.platform.running import Running, running

AT_ONCE = 60
HEAD = b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\n"
HALVES = {
    "nothing": b"",
    "half a head": HEAD + b"X-Half: ",
    "half a body": HEAD + b"Content-Length: 1000\r\n\r\nusername=",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n400\r\nusername=",
}


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
