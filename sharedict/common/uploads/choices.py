"""What a cell names: a stored row by its code or its name, capitals and spaces aside."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from sharedict.common.nearest import instead_of
from sharedict.common.uploads.tables import UploadError
from sharedict.common.uploads.values import shortened
from sharedict.kernel.written import alike

Row = TypeVar("Row")
Texts = Callable[[Row], Iterable[str]]
SHOWN_CODES = 10


class Choices(Generic[Row]):
    """Rows that a cell can name; ``codes`` gives those of a row, the surest first, ``names`` its names.

    ``unknown`` is what is said of a text that names none, with ``%(text)s`` in it; then come those that could
    be meant.
    """

    def __init__(
        self, rows: Iterable[Row], *, codes: Texts[Row], names: Texts[Row], unknown: str = ""
    ) -> None:
        self.rows, self.codes, self.names = list(rows), codes, names
        self.unknown = unknown or _("There is no “%(text)s” here.")
        self.exact: dict[str, list[Row]] = {}
        self.by_code: dict[str, list[Row]] = {}
        self.by_name: dict[str, list[Row]] = {}
        for row in self.rows:
            told = {*codes(row)}
            for code in told:
                self.exact.setdefault(code, []).append(row)
            for code in {alike(code) for code in told}:
                self.by_code.setdefault(code, []).append(row)
            for name in {alike(name) for name in names(row)}:
                self.by_name.setdefault(name, []).append(row)
        self.answers: dict[str, list[list[Row]]] = {}
        self.suggested: dict[str, str] = {}

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
            said = self.unknown % {"text": shortened(text, 40)}
            if not alike(text):
                said = _("There is nothing in this cell: write a code or a name.")
            raise UploadError(said + self._instead(text))
        if len(best) > 1:
            codes = sorted(next(iter(self.codes(row))) for row in best)
            said = _("Several are called “%(text)s”: write one of the codes %(codes)s.")
            told = ", ".join(codes[:SHOWN_CODES]) + (", …" if len(codes) > SHOWN_CODES else "")
            raise UploadError(said % {"text": shortened(text, 40), "codes": told})
        return best[0]

    def _instead(self, text: str) -> str:
        """What could be meant by a text that names none; found once for each text."""
        if text not in self.suggested:
            known = {self._called(row): [*self.codes(row), *self.names(row)] for row in self.rows}
            self.suggested[text] = instead_of(text, known)
        return self.suggested[text]

    def _called(self, row: Row) -> str:
        """How a row can be written: by its name, or by its code where that is the name of several."""
        name = next(iter(self.names(row)), "")
        is_sure = self._found(name)[:1] == [[row]]
        return name if is_sure else next(iter(self.codes(row)))

    def _found(self, text: str) -> list[list[Row]]:
        """The rows that a text may name, the surest way to read it first."""
        if not (folded := alike(text)):
            return []
        ways = (self.exact.get(text), self.by_code.get(folded), self.by_name.get(folded))
        return [rows for rows in ways if rows]
