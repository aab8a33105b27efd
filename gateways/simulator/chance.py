"""Chance that can be repeated: every draw depends on the seed and on what it is for.

No draw depends on the order in which threads arrive.
"""

from hashlib import sha256
from random import Random


def drawing(*subject: object) -> Random:
    """A source of chance that is the same whenever the subject is the same."""
    text = "\x1f".join(str(part) for part in subject)
    digest = sha256(text.encode("utf-8", "backslashreplace")).digest()
    return Random(int.from_bytes(digest[:8], "big"))  # noqa: S311
