"""What goes wrong with a transfer in memory, and how it is said."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NoReturn, Self

from core import clock
from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.interface import Exchange


class TransferFault(StrEnum):
    """What befalls one order."""

    DROPPED = "dropped"  # nothing left this machine
    RATE_LIMITED = "rate_limited"
    LOCKED = "locked"
    KEY_REFUSED = "key_refused"
    DENIED = "denied"
    IN_USE = "in_use"  # the first request under the key is still running
    LOST = "lost"  # carried out, and the answer is lost
    LOST_UNPAID = "lost_unpaid"  # not carried out, and there is no answer
    ERROR = "error"  # the key keeps a 500, and nothing moved
    ERROR_PAID = "error_paid"  # the key keeps a 500, and the money moved
    ACCOUNT_EMPTY = "account_empty"  # a reversal finds nothing to take back


@dataclass(frozen=True, kw_only=True)
class Said:
    """A refusal or a doubt, and whether the key keeps it."""

    kind: type[GatewayError]
    code: str
    text: str
    saved: bool = True

    @classmethod
    def refused(cls, code: str, text: str = "", *, saved: bool = True) -> Self:
        """A refusal with this code."""
        return cls(kind=Declined, code=code, text=text or f"Refused: {code}", saved=saved)


# Answered before the saved answer of the key is looked at: it says nothing of an earlier try.
BEFORE: MappingProxyType[TransferFault, Said] = MappingProxyType({
    TransferFault.DROPPED: Said(kind=Unreachable, code="", text="Connection refused"),
    TransferFault.RATE_LIMITED: Said(kind=Unreachable, code="rate_limit", text="Too many"),
    TransferFault.LOCKED: Said(kind=Unreachable, code="lock_timeout", text="It is locked"),
    TransferFault.KEY_REFUSED: Said.refused("401"),
    TransferFault.DENIED: Said.refused("403"),
    TransferFault.IN_USE: Said(kind=Unclear, code="idempotency_key_in_use", text="In use"),
})  # fmt: skip
LOST = frozenset({TransferFault.LOST, TransferFault.LOST_UNPAID})
NO_ANSWER = Said(kind=Unclear, code="", text="No answer in time")
BROKEN = Said(kind=Unclear, code="500", text="An unknown error occurred")
REUSED = Said(kind=Unclear, code="idempotency_error", text="The key was used for something else")


def raise_said(said: Said, *, earlier_open: bool = False, replayed: bool = False) -> NoReturn:
    """Raise it: with `earlier_open` only a refusal that the key kept is more than a doubt."""
    settles = not earlier_open or (replayed and said.kind is Declined)
    kind = said.kind if settles else Unclear
    raise kind(said.text, code=said.code, exchange=exchange_of("transfer"))


def exchange_of(call: str) -> Exchange:
    """An exchange with memory."""
    return Exchange(
        method="POST", url=f"memory:{call}", started_at=clock.now(), duration_ms=0,
        http_status=200,
    )  # fmt: skip
