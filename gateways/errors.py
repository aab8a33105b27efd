"""What went wrong at the border, in three words that answer one question: may I send again?"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateways.interface import Exchange


class GatewayError(Exception):
    """Base of the three. `code` and `text` are the provider's own, empty where it gave none."""

    def __init__(self, text: str, *, code: str = "", exchange: "Exchange | None" = None) -> None:
        super().__init__(f"{code} {text}".strip())
        self.code = code
        self.text = text
        self.exchange = exchange


class Declined(GatewayError):
    """The provider refused before acceptance: nothing moved, the same again fails again."""


class Unreachable(GatewayError):
    """It surely was not accepted (nothing left, throttled, token refused): sending is safe."""


class Unclear(GatewayError):
    """It may have been carried out: ask, never send blindly."""
