"""What listens to browsers and programs: ``python -m sharedict.web``.

Any number of connections is read at once, and a request takes one of the few threads, with its connection to
the database, only when all of it is there: whoever sends half a request, or sends it slowly, holds up nobody.
An answer is whole, too, before its first byte is sent, so that a slow reader holds no thread either. One that
is longer than a page lies in a file meanwhile: the year of a nation takes no more memory than that.
"""

import asyncio
import ctypes
import gc
import io
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import IO, Any, NamedTuple

from django.conf import settings
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.rsgi import HTTPProtocol, ProtocolClosed, ProtocolError, Scope  # type: ignore[attr-defined] # it says so nowhere

from sharedict import env
from sharedict.wsgi import application

HEAD_SECONDS = 75
"""For the head of a request, and for the pause before it: a connection that ended while its reader looked at
a page would cost the next one a new beginning. Whoever sends nothing for so long holds up nobody."""

BODY_SECONDS = 60
STOP_SECONDS = 10
HEAD_BYTES = 64 * 1024
CONNECTIONS = 4_000
"""So many for each process; what comes then waits until one of them ends."""

IN_MEMORY = 64 * 1024
"""A longer body is kept in a file until all of it is there."""

ANSWER_IN_MEMORY = 1024 * 1024
"""A longer answer goes by a file."""

PIECE = 64 * 1024
"""So much of such an answer is read and sent at once."""

ON_DISK = 512 * 1024 * 1024
"""What those files hold together, for each process; forms of an ordinary size are read even then."""

MOST_MEGABYTES = 1024
"""A process that has grown beyond this makes room for a new one."""

NEW_OBJECTS = 50_000
"""So many are made before a look for those that hold each other and nothing else; a page makes thousands,
and few of them do. Python's own 700 takes a tenth of the time of every page."""

PR_SET_PDEATHSIG = 1

Take = Callable[[int], None]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]


class NotReadError(Exception):
    """A body that did not come to its end; ``answer`` is what its sender is told, if they are still there."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.text = text
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
        self.answer = Answer(status, headers)


class Web:
    """A WSGI application for a server that reads many connections at once (RSGI)."""

    def __init__(self, application: Application, threads: int) -> None:
        self.application = application
        self.threads = threads
        self.kept = 0

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        _end_with_parent()
        self.pool = ThreadPoolExecutor(self.threads, "web")

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        environ, file = _environ(scope), tempfile.SpooledTemporaryFile
        with file(IN_MEMORY) as body, file(ANSWER_IN_MEMORY) as content, self._room() as take:
            try:
                is_read = _is_read(environ)
                if is_read and (length := int(environ.get("CONTENT_LENGTH") or 0)):
                    await _receive(protocol, body, length, take)
                    environ["wsgi.input"] = body
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(self.pool, self._answer, environ, content)
                if not is_read:  # what is still on its way is of no use to anybody
                    answer.headers.append(("Connection", "close"))
            except NotReadError as error:
                answer = error.answer
                content.write(error.text.encode())
            await _send(protocol, answer, content)

    @contextmanager
    def _room(self) -> Iterator[Take]:
        """Counts bytes that are kept on disk, until the request is answered."""
        taken = 0

        def take(count: int) -> None:
            nonlocal taken
            if self.kept + count > ON_DISK:
                raise NotReadError(503, "There is no room for a large upload now: try again in a minute.")
            self.kept += count
            taken += count

        try:
            yield take
        finally:
            self.kept -= taken

    def _answer(self, environ: dict[str, Any], content: IO[bytes]) -> Answer:
        """Write all that the application answers into ``content``; in a thread, which is free again then."""
        told: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> None:
            told[:] = [int(status.split(" ", 1)[0]), headers]

        parts = self.application(environ, start_response)
        try:
            for part in parts:
                content.write(part)
        finally:
            if close := getattr(parts, "close", None):
                close()
        return Answer(told[0], told[1])


async def _send(protocol: HTTPProtocol, answer: Answer, content: IO[bytes]) -> None:
    """Send an answer, a long one piece by piece as its reader takes it; who has gone gets no more of it."""
    size = content.tell()
    content.seek(0)
    with suppress(ProtocolClosed, ProtocolError):
        if size <= ANSWER_IN_MEMORY:
            protocol.response_bytes(answer.status, answer.headers, content.read())
            return
        others = [pair for pair in answer.headers if pair[0].lower() != "content-length"]
        transport = protocol.response_stream(answer.status, [*others, ("Content-Length", str(size))])
        while piece := content.read(PIECE):
            await transport.send_bytes(piece)


async def _receive(protocol: HTTPProtocol, body: IO[bytes], length: int, take: Take) -> None:
    """Read ``length`` bytes into ``body``; raises NotReadError when they do not come."""
    received = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in protocol:
                received += len(chunk)
                if received > IN_MEMORY:
                    take(len(chunk))
                body.write(chunk)
    except TimeoutError:
        raise NotReadError(408, "What you sent did not arrive in time.") from None
    if received != length:  # the connection broke; half of a form must not be taken for all of it
        raise NotReadError(400, "What you sent did not arrive whole.")
    body.seek(0)


def _is_read(environ: dict[str, Any]) -> bool:
    """Whether a body is read; if not, the application refuses it by its length, or for not saying one."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return "HTTP_TRANSFER_ENCODING" not in environ and length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _environ(scope: Scope) -> dict[str, Any]:
    """The request in the words of WSGI (PEP 3333), without a body."""
    server, client = (_host_and_port(address) for address in (scope.server, scope.client))
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server[0],
        "SERVER_PORT": server[1],
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # it would read as the name with hyphens, which a proxy may have cleared away
            continue
        key = name.upper().replace("-", "_")
        if key in ("CONTENT_TYPE", "CONTENT_LENGTH"):  # said twice, it is the same both times
            environ[key] = value
            continue
        key = f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    return environ


def _host_and_port(address: str) -> tuple[str, str]:
    host, _colon, port = address.rpartition(":")
    return host.strip("[]"), port


def _end_with_parent() -> None:
    """Have the kernel stop this process when the one that started it is killed."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def _open_many_files() -> None:
    """Every connection is an open file, and a thousand are allowed as a rule."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 1_000
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _leave_what_stays() -> None:
    """Look no more through the program itself for what could be freed; every process takes this along."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 50)


def _loader(application: Application, threads: int) -> Callable[[], Any]:
    return lambda: Web(application, threads)


def serve() -> None:
    """Listen until asked to stop. The application is loaded once, before its processes part."""
    with env.refusing_clearly():
        host, port = env.text("SHAREDICT_BIND", "127.0.0.1"), env.port()
        processes = env.integer("SHAREDICT_WEB_PROCESSES", 2, least=1, most=64)
        threads = env.integer("SHAREDICT_WEB_THREADS", 4, least=1, most=64)
    _open_many_files()
    _leave_what_stays()
    Granian(
        "sharedict.wsgi:application",
        address=host.strip("[]"),
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=processes,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES),
        respawn_failed_workers=True,
        workers_max_rss=MOST_MEGABYTES,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.error,
    ).serve(target_loader=_loader(application, threads), wrap_loader=False)


if __name__ == "__main__":
    serve()
