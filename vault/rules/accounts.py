"""What payers type as account, in one form: case, blanks, dashes and lost zeros do not matter."""

import re
import unicodedata

KEY_LENGTH_MAX = 20
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])-+(?=[0-9])", re.ASCII)


def account_key(text: str) -> str:
    """`A-007`, `a7` and `A 7` are `A7`; `007` is `7`; empty where nothing is left.

    What parts two numbers stays, as a dash: `1-11` is not `11-1`.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    dashed = "".join(each if each.isalnum() else "-" for each in plain).strip("-")
    numbers_apart = _BETWEEN_DIGITS.sub("\0", dashed)
    return _ZEROS.sub("", numbers_apart.replace("-", "")).replace("\0", "-")
