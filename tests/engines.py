"""Throw-away PostgreSQL and Redis of a test run, started by whichever process reads the test settings first.

That is pytest's controller; its parallel workers find the addresses in their environment. Several runs in one
checkout share the engines and keep apart by the name of their databases.
"""

import atexit
import os
from contextlib import ExitStack

from sharedict import embedded

_open = ExitStack()


def start_engines() -> None:
    os.environ.setdefault("SHAREDICT_TEST_RUN", str(os.getpid()))
    folder = embedded.default_folder() / "test"
    _open.enter_context(embedded.running(folder, is_durable=False))
    atexit.register(_open.close)
