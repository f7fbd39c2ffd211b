"""What a cell names: a stored row by its code or its name, capitals and spaces aside."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from sharedict.common.uploads.tables import UploadError
from sharedict.common.uploads.values import shortened
from sharedict.kernel.written import alike

Row = TypeVar("Row")
Texts = Callable[[Row], Iterable[str]]
SHOWN_CODES = 10
FEW = 8
"""So many rows can be named where a text names none of them."""


class Choices(Generic[Row]):
    """Rows that a cell can name; ``codes`` gives those of a row, the surest first, ``names`` its names.

    ``unknown`` is what is said of a text that names none, with ``%(text)s`` in it; else it is said that there
    is none, with the names of those there are, where they are few.
    """

    def __init__(
        self, rows: Iterable[Row], *, codes: Texts[Row], names: Texts[Row], unknown: str = ""
    ) -> None:
        self.codes = codes
        self.unknown = unknown or _("There is no “%(text)s” here.")
        self.exact: dict[str, list[Row]] = {}
        self.by_code: dict[str, list[Row]] = {}
        self.by_name: dict[str, list[Row]] = {}
        called: list[str] = []
        for row in rows:
            called += [*names(row)][:1]
            told = {*codes(row)}
            for code in told:
                self.exact.setdefault(code, []).append(row)
            for code in {alike(code) for code in told}:
                self.by_code.setdefault(code, []).append(row)
            for name in {alike(name) for name in names(row)}:
                self.by_name.setdefault(name, []).append(row)
        are_told = len(called) <= FEW and not unknown
        self.known = ", ".join(shortened(name, 40) for name in sorted(called)) if are_told else ""
        self.answers: dict[str, list[list[Row]]] = {}

    def find(self, text: str, stored: Row | None = None) -> Row:
        """The row of that code, else of that name; ``stored``, which the cell may mean, where it does.

        An empty text names nothing. Raises UploadError for none, and for several, whose codes it says.
        """
        found = self.answers.get(text)
        if found is None:
            found = self.answers[text] = self._found(text)
        if stored is not None and any(stored in rows for rows in found):
            return stored
        best = next(iter(found), [])
        if not best:
            raise UploadError(self._refusal(text))
        if len(best) > 1:
            codes = sorted(next(iter(self.codes(row))) for row in best)
            said = _("Several are called “%(text)s”: write one of the codes %(codes)s.")
            told = ", ".join(codes[:SHOWN_CODES]) + (", …" if len(codes) > SHOWN_CODES else "")
            raise UploadError(said % {"text": shortened(text, 40), "codes": told})
        return best[0]

    def _refusal(self, text: str) -> str:
        """What is said of a text that names nothing, with the names that there are if they are few."""
        said = self.unknown % {"text": shortened(text, 40)}
        if not alike(text):
            said = _("There is nothing in this cell: write a code or a name.")
        known = _("Known here: %(names)s.") % {"names": self.known}
        return f"{said} {known}" if self.known else said

    def _found(self, text: str) -> list[list[Row]]:
        """The rows that a text may name, the surest way to read it first."""
        if not (folded := alike(text)):
            return []
        ways = (self.exact.get(text), self.by_code.get(folded), self.by_name.get(folded))
        return [rows for rows in ways if rows]
