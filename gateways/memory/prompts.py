"""Scripts of prompts in memory, and what is told of the money they bring."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core import clock
from gateways.errors import Declined, Unclear, Unreachable
from gateways.interface import Exchange, PulledPayment


class PromptAnswer(StrEnum):
    """What the caller hears at once."""

    TAKEN = "taken"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class PromptScript:
    """How one prompt goes. `shown` counts only for UNCLEAR; `told` is how often it is told.

    `waiting`: the payer has not answered, until MemoryCollections.answer_all.
    """

    answer: PromptAnswer = PromptAnswer.TAKEN
    code: str = ""
    text: str = ""
    shown: bool = True
    result_code: str = "0"
    told: int = 1
    confirmed: int = 1
    waiting: bool = False


PLAIN_PROMPT = PromptScript()


@dataclass(frozen=True, kw_only=True)
class MoneyReceived:
    """Money that came in."""

    payment: PulledPayment
    shortcode: str
    msisdn: str


def exchange_of(call: str) -> Exchange:
    """An exchange with memory."""
    return Exchange(
        method="POST", url=f"memory:{call}", started_at=clock.now(), duration_ms=0,
        http_status=200,
    )  # fmt: skip


def told(row: MoneyReceived) -> dict[str, Any]:
    """What validation and confirmation say of it."""
    paid = row.payment
    return {
        "receipt": paid.receipt, "shortcode": row.shortcode, "amount_minor": paid.amount_minor,
        "currency": paid.currency, "account": paid.account, "payer": paid.payer,
        "paid_at": paid.paid_at, "kind": paid.kind,
    }  # fmt: skip


def raise_scripted(script: PromptScript) -> None:
    """The error of a script that has one."""
    kinds = {
        PromptAnswer.DECLINED: Declined,
        PromptAnswer.UNREACHABLE: Unreachable,
        PromptAnswer.UNCLEAR: Unclear,
    }
    kind = kinds.get(script.answer)
    if kind is not None:
        text = script.text or f"Scripted: {script.answer}"
        raise kind(text, code=script.code, exchange=exchange_of("prompt"))
