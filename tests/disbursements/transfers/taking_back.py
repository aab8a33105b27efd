"""Who takes a transfer back, and what becomes of the call that does it."""

from typing import Any

import requests

from core.callers import Caller
from disbursements.operations.reversals import APPROVE, PROPOSE
from tests.striping import control
from tests.wire import Wire

REASON = "paid to the wrong user, who agreed to it"


def person(name: str, *permissions: str, partners: Any = None) -> Caller:
    allowed = frozenset(permissions or (PROPOSE, APPROVE))
    return Caller(actor=name, origin="admin", partners=partners, permissions=allowed)


AMINA, BRIAN = person("amina.example"), person("brian.example")
OPERATOR = Caller(actor="command:root", origin="command", partners=None, permissions=None)


def back_at_stripe(wire: Wire) -> list[int]:
    """The amounts of every reversal by the provider's book."""
    return [each["amount"] for each in control(wire, "stripe-book")["reversals"]]


def lose(wire: Wire, *, answer: bool = False, request: bool = False) -> None:
    """The next POST about a reversal breaks off before it arrives, or after it was done."""

    def hook(path: str) -> None:
        if path.endswith("/reversals"):
            wire.before_call = wire.before_answer = None
            raise requests.ReadTimeout("nothing more was heard")

    wire.before_call = hook if request else None
    wire.before_answer = hook if answer else None
