"""How one payment request goes: its answer, its outcome, and how the outcome is told."""

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What the caller gets back on the connection (daraja.md 1.3)."""

    ACKNOWLEDGE = "acknowledge"
    LOST = "lost"
    DROPPED = "dropped"
    HANG = "hang"
    SLOW = "slow"
    TOO_MANY = "too_many"
    SPIKE = "spike"
    QUOTA = "quota"
    BUSY = "busy"
    INTERNAL_ERROR = "internal_error"
    MAINTENANCE = "maintenance"
    FIREWALL_503 = "firewall_503"
    HTML_502 = "html_502"
    HTML_200 = "html_200"
    EMPTY_ACKNOWLEDGEMENT = "empty_acknowledgement"
    TRUNCATED = "truncated"
    WRONG_TYPE = "wrong_type"


class Delivery(StrEnum):
    """How the result reaches us, if at all (daraja.md 7)."""

    ONCE = "once"
    LOST = "lost"
    FIVE_TIMES = "five_times"
    EARLY = "early"
    LATE = "late"
    FAIL_AFTER_SUCCESS = "fail_after_success"
    SUCCESS_AFTER_FAIL = "success_after_fail"
    TIMEOUT_WRAPPED = "timeout_wrapped"
    TIMEOUT_ECHO = "timeout_echo"


class Fate(StrEnum):
    """What becomes of a payment that is never executed, as a status query tells it."""

    EXECUTED = "executed"
    FORGOTTEN = "forgotten"
    PENDING = "pending"
    CANCELLED = "Cancelled"
    EXPIRED = "Expired"


SUCCESS = "0"
FLOAT_SHORT = "1"
THROTTLED = "100000002"


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One request's script.

    `answer_requests_max` and `result_attempts_max` bound the odd answer or the failing result to
    the first requests or accepted attempts of an instruction; afterwards it is plain.
    `moved`: money moves although `result_code` says otherwise. `hidden`: a status query finds
    nothing until the payment is executed. `delay_s` replaces the drawn delay of the result.
    """

    answer: Answer = Answer.ACKNOWLEDGE
    accepted: bool = True
    answer_requests_max: int | None = None
    result_code: str = SUCCESS
    result_attempts_max: int | None = None
    until_top_up: bool = False
    moved: bool = False
    fate: Fate = Fate.EXECUTED
    delay_s: float | None = None
    execute_after_s: float = 0.0
    hidden: bool = False
    delivery: Delivery = Delivery.ONCE
    status_results_lost: int = 0
    status_not_found: int = 0


PLAIN = Behaviour()

# Answers that the documents call a refusal before acceptance: they never accept.
REFUSALS = frozenset({Answer.TOO_MANY, Answer.SPIKE, Answer.QUOTA, Answer.FIREWALL_503})
