"""What a name or a short text of ours may hold."""

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def problem_of(text: str, *, length_max: int, example: str) -> str:
    """Why the text is no name, or an empty string when it is one."""
    if _CONTROL.search(text):
        return f"has control characters: write plain text on one line, such as {example}"
    if hidden := invisible(text):
        return f"has the invisible character {named(hidden)}: type it anew, such as {example}"
    if not 1 <= len(text) <= length_max:
        return f"has {len(text)} characters: write 1 to {length_max}, such as {example}"
    return ""


def invisible(text: str) -> str:
    """The first character that nobody sees (Unicode category Cf); empty when there is none."""
    if text.isascii():
        return ""
    return next((letter for letter in text if unicodedata.category(letter) == "Cf"), "")


def named(letter: str) -> str:
    """`U+200B (zero width space)`."""
    return f"U+{ord(letter):04X} ({unicodedata.name(letter, 'without a name').lower()})"
