"""Runs the whole portal on one machine: engines, web, worker and beat."""

import os
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from functools import partial
from http.client import HTTPConnection
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sharedict import embedded, env
from sharedict.engines import Engine
from sharedict.supervisor import Supervisor, say

START_SECONDS = 60


class Command(BaseCommand):
    help = "Run the portal here: PostgreSQL and Redis if no address is set, web, worker and beat."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help="port of the web server (SHAREDICT_PORT, 8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["port"]:
            os.environ["SHAREDICT_PORT"] = str(options["port"])
        host, port = env.text("SHAREDICT_BIND", "127.0.0.1"), env.port()
        self._refuse_taken(host, port)
        with embedded.running(settings.VAR_DIR) as engines:
            if settings.IS_PRODUCTION:
                self._manage("collectstatic", "--no-input")
            welcome = self._manage("prepare")
            status = self._supervise(host, port, welcome, engines)
        say("Stopped.")
        sys.exit(status)

    def _refuse_taken(self, host: str, port: int) -> None:
        """Before anything is started, so that a second start by mistake changes nothing."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host.strip("[]"), port))
            except OSError as error:
                raise CommandError(
                    f"Port {port} of {host} cannot be used ({error.strerror}). Does the portal run already? "
                    f"Stop what uses the port, or choose another one: SHAREDICT_PORT={port + 1} make run"
                ) from error

    def _manage(self, *arguments: str) -> str:
        """The output of another command, which finds the addresses of the engines; raises CommandError."""
        say(f"manage.py {' '.join(arguments)} ...")
        done = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandError(f"That did not work, see above.\n{done.stdout}")
        return done.stdout

    def _supervise(self, host: str, port: int, welcome: str, engines: Sequence[Engine]) -> int:
        """Run the processes until somebody or something stops them; the exit status."""
        os.chdir(settings.BASE_DIR)
        supervisor = Supervisor()
        celery = [sys.executable, "-m", "celery", "--app", "sharedict", "--quiet"]
        supervisor.start("web", [sys.executable, "-m", "sharedict.web"])
        is_up = _answers(host, port, supervisor)
        # After the web server, so that whoever waits for the first page has the processors for it.
        supervisor.start("beat", [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""])
        supervisor.start(
            "worker", [*celery, "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        )
        if is_up:
            address = settings.ORIGIN or f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
            lines = [*welcome.splitlines(), f"The portal is at {address}/ (Ctrl-C stops it)"]
            say("\n".join(["", *lines, ""]))
        return supervisor.wait(partial(embedded.heal, engines, settings.VAR_DIR))


def _answers(host: str, port: int, supervisor: Supervisor) -> bool:
    """Whether the web server answers a request, whatever it says, before it or our patience ends."""
    deadline = time.monotonic() + START_SECONDS
    reached = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    while time.monotonic() < deadline and not supervisor.is_stopping:
        if any(child.poll() is not None for child in supervisor.children.values()):
            return False
        web = HTTPConnection(reached, port, timeout=START_SECONDS)
        try:
            web.request("GET", "/")
            web.getresponse()
        except OSError:
            time.sleep(0.05)
        else:
            return True
        finally:
            web.close()
    return False
