"""What is said of an upload, in every language: whoever reads it has it in theirs."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.utils import translation

from municipalities.models import Upload

Saying = Callable[[], str]
"""Says something in the language that is active."""


def other_languages(upload: Upload) -> list[str]:
    return [language for language, _name in settings.LANGUAGES if language != upload.language]


def said_now(saying: Saying, upload: Upload) -> Saying:
    """``saying``, said in every language now: what is said later does not ask again."""
    said = {upload.language: saying()}
    for language in other_languages(upload):
        with translation.override(language):
            said[language] = saying() or said[upload.language]
    return lambda: said[translation.get_language() or upload.language]


def say(upload: Upload, said: Saying, *, is_problem: bool, beside: Sequence[str] = ()) -> None:
    """Save what came of the last step; ``is_problem`` where it leaves somebody something to mend.

    ``beside`` names the other columns to save.
    """
    upload.said, upload.is_problem = said(), is_problem
    for language in other_languages(upload):
        with translation.override(language):
            upload.words.setdefault(language, {})["said"] = said()
    upload.save(update_fields=["said", "is_problem", "words", *beside])
