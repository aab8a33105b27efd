"""What persons do about single payouts: say how one ended, agree to that, send it corrected."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.callers import Caller
from disbursements.models import (
    DisbursementRequest,
    DisbursementRetryLog,
    SettledAs,
    Settlement,
)
from disbursements.operations import correct as correcting
from disbursements.operations import decide_settlement, propose_settlement
from tests.journeys.house import House, Signature
from tests.journeys.killing import killed_at_write, survives

EVIDENCE = "what the statement of the day says"
REASON = "asked for by the payee"


def _person(name: str) -> Caller:
    verbs = ("settle", "approve", "correct")
    permissions = frozenset(f"disbursements.{verb}_disbursementrequest" for verb in verbs)
    return Caller(actor=name, origin="admin", partners=None, permissions=permissions)


AMINA, BRIAN = _person("amina.example"), _person("brian.example")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """How an attempt is said to have ended."""

    settled_as: str
    receipt: str = ""


NOT_PAID = Claim(settled_as=SettledAs.NOT_PAID)


def truth(house: House, attempt: DisbursementRetryLog) -> Claim:
    """What a careful person finds in the provider's statement at this moment."""
    moves = house.simulator.book.by_reference().get(attempt.provider_reference)
    return Claim(settled_as=SettledAs.PAID, receipt=moves[0].receipt) if moves else NOT_PAID


def error(house: House, attempt: DisbursementRetryLog) -> Claim:
    """What a hasty one finds: not the line that is there, or one that is another's or nobody's."""
    if truth(house, attempt) != NOT_PAID:
        return NOT_PAID
    used = {row.receipt for row in DisbursementRequest.objects.exclude(receipt=None)}
    others = [move.receipt for move in house.simulator.book.moves if move.receipt not in used]
    invented = f"SKL{len(house.signatures):07}"
    return Claim(settled_as=SettledAs.PAID, receipt=others[0] if others else invented)


def propose(
    house: House, row: DisbursementRequest, attempt: DisbursementRetryLog, claim: Claim
) -> Settlement:
    """The first person. Raises Refused."""
    at = house.clock()
    return propose_settlement.propose(
        disbursement_id=row.pk, attempt=attempt.retry_attempt, settled_as=claim.settled_as,
        receipt=claim.receipt, paid_at=at if claim.receipt else None, evidence=EVIDENCE,
        reason=REASON, caller=AMINA, at=at,
    )  # fmt: skip


def approve(house: House, settlement: Settlement, *, dies_at_write: int = 0) -> bool:
    """The second person, or a process that ends in the middle; whether it is signed.

    Raises Refused.
    """
    at = house.clock()
    with killed_at_write(dies_at_write):
        lived = survives(
            lambda: decide_settlement.approve(
                settlement_id=settlement.pk, reason=REASON, caller=BRIAN, at=at
            )
        )
    if lived:
        signature = Signature(settled_as=settlement.settled_as, receipt=settlement.receipt, at=at)
        house.signatures.setdefault(settlement.attempt_id, []).append(signature)
    return lived


def reject(house: House, settlement: Settlement) -> None:
    """The second person does not agree. Raises Refused."""
    decide_settlement.reject(
        settlement_id=settlement.pk, reason=REASON, caller=BRIAN, at=house.clock()
    )


def correct(
    house: House, row: DisbursementRequest, *, dies_at_write: int = 0, **changes: Any
) -> DisbursementRequest | None:
    """What replaces it; None where the process ended in the middle. Raises Refused."""
    made: list[DisbursementRequest] = []

    def work() -> None:
        answered = correcting.correct(
            disbursement_id=row.pk, reason=REASON, caller=AMINA, at=house.clock(), **changes
        )
        made.append(answered.disbursement)

    with killed_at_write(dies_at_write):
        if not survives(work):
            return None
    house.replaces[made[0].pk] = row.pk
    return made[0]


def signed_not_paid(house: House, attempt: DisbursementRetryLog) -> list[datetime]:
    """When two persons signed that it did not pay, each time, oldest first."""
    return [
        each.at
        for each in house.signatures.get(attempt.pk, [])
        if each.settled_as == SettledAs.NOT_PAID
    ]


def signed_paid(house: House, attempt: DisbursementRetryLog) -> str:
    """The receipt under which two persons signed that it paid; empty when they did not."""
    return next(
        (each.receipt for each in house.signatures.get(attempt.pk, []) if each.receipt), ""
    )
