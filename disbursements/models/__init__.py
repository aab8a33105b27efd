from disbursements.models.attempt import (
    AttemptOutcome,
    DisbursementRetryLog,
    Proof,
    StatusQuestion,
)
from disbursements.models.pause import Pace, Pause, PauseScope
from disbursements.models.request import DisbursementRequest
from disbursements.models.result_code_rule import (
    ResultCodeRule,
    RuleNext,
    RuleOutcome,
    RuleScope,
)

__all__ = [
    "AttemptOutcome",
    "DisbursementRequest",
    "DisbursementRetryLog",
    "Pace",
    "Pause",
    "PauseScope",
    "Proof",
    "ResultCodeRule",
    "RuleNext",
    "RuleOutcome",
    "RuleScope",
    "StatusQuestion",
]
