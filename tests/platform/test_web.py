"""How a request is read, and what becomes of one that does not come to its end."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from granian.rsgi import ProtocolClosed

from sharedict import web


class Line:
    """What the server gives for one request: its body in parts, and where the answer goes."""

    def __init__(self, parts: Sequence[bytes] = (), *, hangs: bool = False, reads: int = 10**9) -> None:
        self.parts, self.hangs, self.reads = parts, hangs, reads
        self.largest = 0
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.content = b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            yield part
        if self.hangs:
            await asyncio.sleep(60)

    def response_bytes(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.status, self.headers, self.content = status, headers, content

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> "Line":
        self.status, self.headers = status, headers
        return self

    async def send_bytes(self, piece: bytes) -> None:
        self.largest = max(self.largest, len(piece))
        self.content += piece
        if len(self.content) > self.reads:
            raise ProtocolClosed


class Repeating:
    """An application that answers what it was sent; it remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.is_closed = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> "Repeating":
        self.asked.append(environ)
        self.read = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return self

    def __iter__(self) -> Iterator[bytes]:
        yield from (b"sent: ", self.read)

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def application() -> Repeating:
    return Repeating()


@pytest.fixture
def server(application: Repeating, monkeypatch: pytest.MonkeyPatch) -> Iterator[web.Web]:
    monkeypatch.setattr(web, "_end_with_parent", lambda: None)
    served = web.Web(application, threads=1)
    loop = asyncio.new_event_loop()
    served.__rsgi_init__(loop)
    yield served
    served.__rsgi_del__(loop)
    loop.close()


def ask(server: web.Web, line: Line, *headers: tuple[str, str], path: str = "/") -> Line:
    scope = SimpleNamespace(
        method="POST",
        path=path,
        query_string="a=%C3%A5",
        http_version="1.1",
        scheme="http",
        server="127.0.0.1:8000",
        client="[::1]:4711",
        headers=SimpleNamespace(items=lambda: list(headers)),
    )
    with ThreadPoolExecutor(1) as beside:  # a browser keeps a loop of its own running in this thread
        beside.submit(asyncio.run, server.__rsgi__(scope, line)).result()  # type: ignore[arg-type]
    return line


def test_a_body_in_parts_is_given_to_the_application_whole(server: web.Web, application: Repeating) -> None:
    parts = [b"a" * web.IN_MEMORY, b"b" * web.IN_MEMORY, b"c"]
    line = ask(server, Line(parts), ("content-length", str(sum(map(len, parts)))))
    assert (line.status, line.content) == (200, b"sent: " + b"".join(parts))
    assert application.is_closed
    assert server.kept == 0


def test_the_application_is_told_what_wsgi_says(server: web.Web, application: Repeating) -> None:
    headers = [("host", "x"), ("cookie", "a=1"), ("cookie", "b=2"), ("x_forwarded_for", "10.1.1.1")]
    ask(server, Line(), *headers, ("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2"), path="/å/")
    [environ] = application.asked
    assert environ["PATH_INFO"] == "/Ã¥/"
    assert environ["QUERY_STRING"] == "a=%C3%A5"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_X_FORWARDED_FOR"] == "1.1.1.1,2.2.2.2"
    assert (environ["REMOTE_ADDR"], environ["SERVER_PORT"]) == ("::1", "8000")


def test_a_long_answer_is_sent_in_pieces_as_it_is_read(server: web.Web) -> None:
    sent = b"x" * (3 * web.ANSWER_IN_MEMORY)
    line = ask(server, Line([sent]), ("content-length", str(len(sent))))
    assert line.content == b"sent: " + sent
    assert line.largest == web.PIECE
    assert ("Content-Length", str(len(sent) + len("sent: "))) in line.headers


def test_who_stops_reading_a_long_answer_ends_it(server: web.Web, application: Repeating) -> None:
    sent = b"x" * (3 * web.ANSWER_IN_MEMORY)
    line = ask(server, Line([sent], reads=web.PIECE), ("content-length", str(len(sent))))
    assert len(line.content) == 2 * web.PIECE
    assert application.is_closed


def test_a_length_said_twice_is_one_length(server: web.Web) -> None:
    same = ("content-length", "3")
    assert ask(server, Line([b"a=b"]), same, same).content == b"sent: a=b"


def test_half_a_body_is_not_taken_for_a_whole_one(server: web.Web, application: Repeating) -> None:
    assert ask(server, Line([b"amount=10"]), ("content-length", "11")).status == 400
    assert application.asked == []


def test_a_body_that_does_not_come_is_waited_for_only_so_long(
    server: web.Web, application: Repeating, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "BODY_SECONDS", 0.05)
    line = ask(server, Line([b"amount=10"], hangs=True), ("content-length", "11"))
    assert line.status == 408
    assert application.asked == []


def test_forms_are_read_where_uploads_find_no_room(
    server: web.Web, application: Repeating, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "ON_DISK", 10)
    large = [b"a" * web.IN_MEMORY, b"b" * 11]
    assert ask(server, Line(large), ("content-length", str(web.IN_MEMORY + 11))).status == 503
    assert ask(server, Line([b"a=b"]), ("content-length", "3")).status == 200
    assert server.kept == 0


@pytest.mark.parametrize("header", [("content-length", "300000000"), ("transfer-encoding", "chunked")])
def test_a_body_too_long_or_of_no_length_is_the_applications_to_refuse_unread(
    server: web.Web, application: Repeating, header: tuple[str, str]
) -> None:
    line = ask(server, Line([b"never read"], hangs=True), header)
    assert line.content == b"sent: "
    assert ("Connection", "close") in line.headers
