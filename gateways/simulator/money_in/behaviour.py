"""How one prompt goes, and how a payment is confirmed."""

from dataclasses import dataclass, replace
from enum import StrEnum

from gateways.simulator.behaviour import Answer, Delivery
from gateways.simulator.chance import drawing
from gateways.simulator.faults import ALWAYS_ACCEPTED, ANSWER_FAULTS, NEVER_ACCEPTED, FaultPlan

PAID = "0"
CANCELLED = "1032"
NO_ANSWER = "1037"
WRONG_PIN = "2001"
NO_MONEY = "1"


class Confirmation(StrEnum):
    """What becomes of the C2B confirmation of a payment."""

    ONCE = "once"
    LOST = "lost"
    FIVE_TIMES = "five_times"
    LATE = "late"
    FIRST = "first"


class Phone(StrEnum):
    """How the payer's number is told in the callback of a prompt."""

    FULL = "full"
    MASKED = "masked"
    ABSENT = "absent"


class Waiting(StrEnum):
    """What a query says while the payer has not answered."""

    PROCESSING = "processing"
    IN_FLIGHT = "in_flight"
    UNKNOWN_FIRST = "unknown_first"


@dataclass(frozen=True, kw_only=True)
class PromptBehaviour:
    """One prompt's script.

    `answer_requests_max` bounds the odd answer to the first requests for this number. `refusal`
    is the text of a 500.001.1001. `moved`: money moves although `result_code` says otherwise.
    `answered_after_s` is how long the payer takes, None for the usual time.
    """

    answer: Answer = Answer.ACKNOWLEDGE
    accepted: bool = True
    answer_requests_max: int | None = None
    refusal: str = ""
    result_code: str = PAID
    moved: bool = False
    answered_after_s: float | None = None
    delivery: Delivery = Delivery.ONCE
    bare: bool = False
    phone: Phone = Phone.FULL
    waiting: Waiting | None = None
    confirmation: Confirmation = Confirmation.ONCE


PLAIN = PromptBehaviour()
LOCKED = (
    "Unable to lock subscriber, a transaction is already in process for the current subscriber"
)
NO_MERCHANT = "Merchant does not exist"
WRONG_CREDENTIALS = "Wrong credentials"

OUTCOMES: dict[str, dict[str, object]] = {
    "prompt_cancelled": {"result_code": CANCELLED},
    "prompt_wrong_pin": {"result_code": WRONG_PIN},
    "prompt_no_money": {"result_code": NO_MONEY},
    "prompt_unanswered": {"result_code": NO_ANSWER, "answered_after_s": 60.0},
    "prompt_unanswered_paid": {"result_code": NO_ANSWER, "moved": True},
    "prompt_bare": {"bare": True},
}
DELIVERIES = {
    "lost_callback": Delivery.LOST,
    "duplicate_callback": Delivery.FIVE_TIMES,
    "early_callback": Delivery.EARLY,
    "late_callback": Delivery.LATE,
    "fail_after_success": Delivery.FAIL_AFTER_SUCCESS,
    "success_after_fail": Delivery.SUCCESS_AFTER_FAIL,
}
CONFIRMATIONS = {
    "confirmation_lost": Confirmation.LOST,
    "confirmation_duplicate": Confirmation.FIVE_TIMES,
    "confirmation_late": Confirmation.LATE,
    "confirmation_first": Confirmation.FIRST,
}


def drawn(plan: FaultPlan, *subject: object) -> PromptBehaviour:
    """The behaviour that the fault plan draws for one prompt."""
    found = replace(PLAIN, confirmation=drawn_confirmation(plan, *subject))
    if outcome := plan.first_of(OUTCOMES, *subject):
        found = replace(found, **OUTCOMES[outcome])  # type: ignore[arg-type]
    if delivery := plan.first_of(DELIVERIES, *subject):
        found = replace(found, delivery=DELIVERIES[delivery])
    if plan.hits("prompt_locked", *subject):
        return replace(found, accepted=False, refusal=LOCKED)
    if answer := plan.first_of(ANSWER_FAULTS, *subject):
        found = _answered(found, ANSWER_FAULTS[answer], plan, *subject)
    return found


def drawn_confirmation(plan: FaultPlan, *subject: object) -> Confirmation:
    """What becomes of a payment's confirmation."""
    fault = plan.first_of(CONFIRMATIONS, *subject)
    return CONFIRMATIONS[fault] if fault else Confirmation.ONCE


def _answered(
    found: PromptBehaviour, answer: Answer, plan: FaultPlan, *subject: object
) -> PromptBehaviour:
    accepted = answer in ALWAYS_ACCEPTED or (
        answer not in NEVER_ACCEPTED and drawing(plan.seed, "accepted", *subject).random() < 0.5
    )
    return replace(found, answer=answer, accepted=accepted)
