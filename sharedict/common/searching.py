"""Texts compared as people write them: without case and accents, by the beginnings and the parts of words.

``search_plain`` is a function in the database, made by a migration, so that what is stored, what is asked of
rows and what was typed are made plain in one way. It needs no extension, which the owner of a database may
not be allowed to make. PostgreSQL's own dictionaries give the stems of Swedish and English words.

No index is asked: PostgreSQL lets no pattern look into one before row level security has judged a row
(neither LIKE nor ``@@`` is leakproof), and so reads the rows that the viewer sees. A long table keeps its
plain text in a generated column, which makes reading it cheap.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Func, TextField, Value

LONGEST = 200
"""So much of what is typed is looked for, in characters."""
MOST_WORDS = 8
LEAST_WITHIN = 3
"""A shorter piece is looked for at the beginning of words alone: inside them it would be everywhere."""
LEAST_STEM = 3
BREAK = "\n"
"""Stands between the title of a row and its other texts; no title holds one."""

STEMS = """
SELECT word, ts_lexize('swedish_stem', word), ts_lexize('english_stem', word)
FROM unnest(%s::text[]) WITH ORDINALITY AS typed (word, place) ORDER BY place
"""


class Joined(Func):
    """The texts at ``paths`` that are not null, with ``by`` between them."""

    function = "concat_ws"
    output_field = TextField()

    def __init__(self, by: str, *paths: Any) -> None:
        super().__init__(Value(by), *paths)


class Plain(Func):
    """A text without case, accents and punctuation."""

    function = "search_plain"
    output_field = TextField()


def searched(title: Sequence[str], more: Sequence[str]) -> Any:
    """What is looked through of a row: its title, a break, and its other texts, all plain."""
    return Plain(Joined(" ", Value(""), *title, Value(BREAK), *more, Value("")))


@dataclass(frozen=True, slots=True)
class Word:
    """A plain word, and the beginnings that others of the same stem have."""

    text: str
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody looks for; ``is_cut`` where more was typed than is looked for."""

    text: str
    words: tuple[Word, ...]
    is_cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.words)

    def condition(self, column: str) -> tuple[str, list[str]]:
        """SQL and its parameters: whether a searched text has every word or its stem."""
        each = [list(_any_of(word)) for word in self.words]
        said = " AND ".join(
            "(" + " OR ".join(f"{column} LIKE %s" for _ in patterns) + ")" for patterns in each
        )
        return said, [pattern for patterns in each for pattern in patterns]

    def rank(self, column: str) -> tuple[str, list[str]]:
        """SQL and its parameters: the more, the better it fits; the whole title before words of it."""
        said = [f"CASE WHEN {column} LIKE %s THEN 200 WHEN {column} LIKE %s THEN 100 ELSE 0 END"]
        patterns = [f" {self.text} {BREAK}%", f" {self.text}%"]
        for word in self.words:
            steps = [(7, f" {word.text} %{BREAK}%"), (7, f"% {word.text} %{BREAK}%")]
            steps += [(6, f"% {word.text}%{BREAK}%")]
            steps += [(5, f"% {stem}%{BREAK}%") for stem in word.stems]
            steps += [(4, f"%{word.text}%{BREAK}%"), (3, f"% {word.text} %"), (2, f"% {word.text}%")]
            said.append(
                "CASE " + "".join(f"WHEN {column} LIKE %s THEN {n} " for n, _ in steps) + "ELSE 1 END"
            )
            patterns += [pattern for _, pattern in steps]
        return " + ".join(said), patterns


def _any_of(word: Word) -> Iterator[str]:
    starts = sorted({word.text, *word.stems}, key=len)
    kept = [one for place, one in enumerate(starts) if not any(map(one.startswith, starts[:place]))]
    yield from (f"% {start}%" for start in kept)
    if len(word.text) >= LEAST_WITHIN:
        yield f"%{word.text}%"


def typed(text: str) -> Typed:
    """What ``text`` asks for, whatever it holds: signs are spaces, and of very much the beginning counts."""
    said = text.replace("\x00", " ").strip()
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_plain(%s)", [said[:LONGEST]])
        [plain] = cursor.fetchone()
        plain = plain.strip()
        words = list(dict.fromkeys(re.sub(r"[\W_]+", " ", plain).split()))
        cursor.execute(STEMS, [words[:MOST_WORDS]])
        found = tuple(Word(word, tuple(_stems(word, *stems))) for word, *stems in cursor.fetchall())
    kept = re.sub(r"[^\w\s]|[_\n]", "", plain)
    return Typed(kept, found, is_cut=len(said) > LONGEST or len(words) > MOST_WORDS)


def _stems(word: str, swedish: list[str] | None, english: list[str] | None) -> Iterator[str]:
    """Beginnings that words like ``word`` share; none of a stop word, or where little would be left."""
    for stem in dict.fromkeys([*(swedish or ()), *(english or ())]):
        shared = stem.removesuffix("i") if not word.endswith("i") else stem  # polici: policy, policies
        if len(shared) >= LEAST_STEM and word.startswith(shared) and shared != word:
            yield shared
