"""The root of every error this program raises on purpose."""


class SharedictError(Exception):
    """Something the user can mend; ``code`` is stable, the message says what to do.

    ``field`` names the form or API field that it belongs to, where there is one.
    """

    code = "error"

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        self.field = field

    @property
    def message(self) -> str:
        return str(self)


class ConflictError(SharedictError):
    """What is asked for contradicts what is there already."""

    code = "conflict"
