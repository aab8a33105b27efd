"""Refused: what was asked for cannot be done, and what would be right."""

REASON_LENGTH_MIN = 8
REASON_LENGTH_MAX = 500


class Refused(Exception):
    """Nothing was changed. `field` names what is wrong; the message ends with an example."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


def checked_reason(reason: str, *, example: str = "the owner asked for it by letter") -> str:
    """Why a person does something, without blanks around it. Raises Refused."""
    said = reason.strip()
    if not REASON_LENGTH_MIN <= len(said) <= REASON_LENGTH_MAX or "\x00" in said:
        raise Refused(
            f"write {REASON_LENGTH_MIN} to {REASON_LENGTH_MAX} characters, such as {example!r}",
            field="reason",
        )
    return said
