"""What a name or a short text of ours may hold."""

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def problem_of(text: str, *, length_max: int, example: str) -> str:
    """Why the text is no name, or an empty string when it is one."""
    if _CONTROL.search(text):
        return f"has control characters: write plain text on one line, such as {example}"
    if not 1 <= len(text) <= length_max:
        return f"has {len(text)} characters: write 1 to {length_max}, such as {example}"
    return ""
