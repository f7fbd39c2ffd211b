"""Accounting codes by a municipality's own pattern, without regular expressions, which may be slow."""

DIGIT, LETTER, REST = "9", "A", "*"
"""What stands for a digit, for a letter, and, as the last sign, for anything more; all else is itself."""


def fits(code: str, pattern: str) -> bool:
    """Whether ``code`` is written by ``pattern``; any is, where there is no pattern."""
    if not pattern:
        return True
    if pattern.endswith(REST):
        head = pattern[: -len(REST)]
        return len(code) >= len(head) and _alike(code[: len(head)], head)
    return len(code) == len(pattern) and _alike(code, pattern)


def _alike(code: str, pattern: str) -> bool:
    return all(_is(sign, wanted) for sign, wanted in zip(code, pattern, strict=True))


def _is(sign: str, wanted: str) -> bool:
    if wanted == DIGIT:
        return sign.isascii() and sign.isdigit()
    if wanted == LETTER:
        return sign.isalpha()
    return sign == wanted
