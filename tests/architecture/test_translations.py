"""Swedish is complete: every text of code and templates has its translation, with the same placeholders."""

import io
import re

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


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: str(message.id)[:60])
def test_a_text_is_translated_with_its_placeholders(message: Message) -> None:
    ids = message.id if isinstance(message.id, (list, tuple)) else [message.id]
    strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    assert all(strings), f"{message.id!r} has no translation"
    wanted = set(PLACEHOLDER.findall(ids[-1]))
    for string, own in zip(strings, ids, strict=True):
        assert set(PLACEHOLDER.findall(string)) <= set(PLACEHOLDER.findall(own))
    assert set(PLACEHOLDER.findall(strings[-1])) == wanted


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
