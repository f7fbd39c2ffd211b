"""Swedish is complete: every text of code and templates has its translation, with the same placeholders."""

import io
import re
from typing import Any

import pytest
from babel.messages import Message
from babel.messages.pofile import read_po

from sharedict.management.commands.messages import catalogue_path, merge, texts

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
CATALOGUE = catalogue_path().read_bytes()
MESSAGES = [message for message in read_po(io.BytesIO(CATALOGUE)) if message.id]


def test_the_catalogue_holds_exactly_the_texts_in_the_code() -> None:
    assert merge(CATALOGUE) == CATALOGUE, "Run `make messages` and translate what is new."


def test_texts_are_found_in_code_and_in_templates() -> None:
    found = {text for text, _context in texts() if isinstance(text, str)}
    assert {"The end must be later than the start.", "Skip to the content"} <= found


def test_every_text_is_translated_with_its_placeholders() -> None:
    assert MESSAGES
    assert {_joined(message.id): wrong for message in MESSAGES if (wrong := wrong_in(message))} == {}


def wrong_in(message: Message) -> str:
    """What is wrong with a translation; nothing where it is right."""
    ids = message.id if isinstance(message.id, (list, tuple)) else [message.id]
    strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    if not all(strings):
        return "no translation"
    if len(strings) != len(ids):
        return "not as many forms"
    held = [tuple(set(PLACEHOLDER.findall(text)) for text in pair) for pair in zip(ids, strings, strict=True)]
    extra = [sorted(found - wanted) for wanted, found in held if not found <= wanted]
    lost = sorted(held[-1][0] - held[-1][1])
    return f"other placeholders: {extra or lost}" if extra or lost else ""


@pytest.mark.parametrize(
    ("text", "swedish", "wrong"),
    [
        ("%(count)s of {name}", "{name}: %(count)s", ""),
        ("One", "", "no translation"),
        ("{name}", "namn", "other placeholders: ['{name}']"),
        ("Name", "{name}", "other placeholders: [['{name}']]"),
        (("One row", "%(rows)s rows"), ("En rad", "%(rows)s rader"), ""),
        (
            ("One row", "%(rows)s rows"),
            ("%(rows)s rad", "%(rows)s rader"),
            "other placeholders: [['%(rows)s']]",
        ),
        (("One row", "%(rows)s rows"), ("En rad", "rader"), "other placeholders: ['%(rows)s']"),
        (("One row", "%(rows)s rows"), ("En rad",), "not as many forms"),
    ],
)
def test_what_is_wrong_with_a_translation_is_told(text: Any, swedish: Any, wrong: str) -> None:
    assert wrong_in(Message(text, swedish)) == wrong


@pytest.mark.parametrize(
    ("english", "swedish"),
    [
        (r"withdr[ae]w", r"åter(?:ta|tog)"),
        (r"\brestor", r"återställ"),
        (r"\brevoke", r"återkalla"),
        (r"credit note", r"kreditnota"),
        (r"\brefund", r"återbetal"),
        (r"decides? to leave it|left by decision|uncharged", r"lämna"),
    ],
)
def test_an_act_has_one_word(english: str, swedish: str) -> None:
    found = [message for message in MESSAGES if re.search(english, _joined(message.id), re.IGNORECASE)]
    assert found
    for message in found:
        assert re.search(swedish, _joined(message.string), re.IGNORECASE), message.id


def test_words_that_gave_way_to_others_are_gone() -> None:
    gone = re.compile(r"kreditfaktur|\bavstå|dra tillbaka", re.IGNORECASE)
    assert not [message.id for message in MESSAGES if gone.search(_joined(message.string))]


def _joined(text: str | list[str] | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else " ".join(text)
