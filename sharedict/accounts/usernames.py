"""User names that can be told apart by whoever reads them."""

import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", ".": "", "-": "", "_": "", "+": ""})
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
"""Letters that look like another beside it."""


def refuse_look_alike(username: str, others: Iterable[str]) -> None:
    """Raise ValidationError where ``username`` reads like one of ``others``, or is not in Latin letters."""
    if any(letter.isalpha() and "LATIN" not in unicodedata.name(letter, "") for letter in username):
        raise ValidationError({"username": _("Use Latin letters: others look like them and are not.")})
    if username in others:
        return  # which is said in other words
    looks = _as_read(username)
    if any(_as_read(other) == looks for other in others):
        raise ValidationError(
            {"username": _("Somebody has a user name that reads like this one: choose another.")}
        )


def refuse_address_of_another(username: str, email: str) -> None:
    """Raise ValidationError for a user name that is another e-mail address than the person's ``email``."""
    if "@" in username and username.casefold() != email.casefold():
        said = _("This is an address, and not yours: write a name, or your own.")
        raise ValidationError({"username": said})


def _as_read(username: str) -> str:
    parts = unicodedata.normalize("NFKD", username.casefold())
    plain = "".join(part for part in parts if not unicodedata.combining(part)).translate(ALIKE)
    for pair, letter in PAIRS:
        plain = plain.replace(pair, letter)
    return plain
