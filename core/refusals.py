"""Refused: what was asked for cannot be done, and what would be right."""


class Refused(Exception):
    """Nothing was changed. `field` names what is wrong; the message ends with an example."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message
