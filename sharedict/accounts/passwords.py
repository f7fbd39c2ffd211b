"""Which passwords are too easily guessed, judged without asking anybody else.

What a guesser would try first is counted by zxcvbn (Wheeler 2016), which knows tens of thousands of leaked
and common passwords, names and words, however they are spelled, repeated or followed by a year.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

LEAST_GUESSES = 10**10
SIGNS = re.compile(r"[\W_]+")
LONGEST_JUDGED = 72
"""More of it makes a password no easier to guess, and takes long to look at."""

OF_THE_NORTH = (
    "lösenord losenord passord kommune fylke velkommen sommer hemligt välkommen valkommen hejsan sommar "
    "vinter höst host vår sverige norge kommun kommunen region regionen ekonomi faktura admin "
    "administratör inloggning portalen sharedict januari februari mars april juni juli augusti "
    "september oktober november december måndag mandag tisdag onsdag torsdag fredag lördag lordag "
    "söndag sondag midsommar julafton påsk älskling alskling sommarlov fotboll ishockey göteborg "
    "goteborg stockholm malmö malmo värmland varmland oslo"
)
"""What people here think of that no list from elsewhere has."""

FOR_LETTERS = [str.maketrans("@430!$57" + "1", "aaeoisst" + letter) for letter in "il"]
"""Digits and signs that people write for letters; a 1 is an i or an l."""

_sources: list[Callable[[], Iterable[str]]] = []


def add_words(source: Callable[[], Iterable[str]]) -> None:
    """Have what ``source`` gives count as words that everybody here would think of."""
    _sources.append(source)


class Guessable:
    """A validator of passwords for Django: refuses what is common, leaked, or made of names known here."""

    def validate(self, password: str, user: Any = None) -> None:
        password = password[:LONGEST_JUDGED]
        words = [
            *OF_THE_NORTH.split(),
            *_of_person(user),
            *(word for source in _sources for word in source()),
        ]
        parts = {part for word in words for part in (word, *word.split()) if len(part) > 2}
        # a word costs the more guesses the longer the list before it: the list is of those that matter
        known = sorted(part for part in parts if _is_in(part.casefold(), password))
        forms = {password, SIGNS.sub("", password)}  # between words everybody puts the same few signs
        if min(_guesses(form, known) for form in forms) < LEAST_GUESSES:
            raise ValidationError(
                _(
                    "This password is too easy to guess: it is common or leaked, or made of names, years or "
                    "repeats. Four words that have nothing to do with each other are a good one."
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("Your password may not be common or leaked, nor made of names, years or repeats.")


def _guesses(password: str, known: list[str]) -> float:
    return float(zxcvbn(password, user_inputs=known)["guesses"]) if password else 0


def _is_in(word: str, password: str) -> bool:
    """Whether ``password`` holds ``word``, maybe with digits for letters, or backwards."""
    plain = password.casefold()
    forms = (plain, *(plain.translate(digits) for digits in FOR_LETTERS))
    return any(word in form or word in form[::-1] for form in forms)


def _of_person(user: Any) -> list[str]:
    names = ("username", "email", "first_name", "last_name")
    texts = [str(getattr(user, name, "") or "") for name in names]
    return [part for text in texts for part in (text, *text.replace("@", ".").split("."))]
