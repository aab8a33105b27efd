from disbursements.models.attempt import (
    AttemptOutcome,
    DisbursementRetryLog,
    Proof,
    StatusQuestion,
)
from disbursements.models.bulk_run import BulkItem, BulkRun, BulkVerb
from disbursements.models.connected_account import ConnectedAccount
from disbursements.models.export import Export
from disbursements.models.pause import Pace, Pause, PauseScope
from disbursements.models.payout_job import PayoutJob, PayoutTransfer
from disbursements.models.request import DisbursementRequest
from disbursements.models.result_code_rule import (
    ResultCodeRule,
    RuleNext,
    RuleOutcome,
    RuleScope,
    WhoseSide,
)
from disbursements.models.reversal import TransferReversal
from disbursements.models.settlement import SettledAs, Settlement
from disbursements.models.tally import CodeTally, Tally

__all__ = [
    "AttemptOutcome",
    "BulkItem",
    "BulkRun",
    "BulkVerb",
    "CodeTally",
    "ConnectedAccount",
    "DisbursementRequest",
    "DisbursementRetryLog",
    "Export",
    "Pace",
    "Pause",
    "PauseScope",
    "PayoutJob",
    "PayoutTransfer",
    "Proof",
    "ResultCodeRule",
    "RuleNext",
    "RuleOutcome",
    "RuleScope",
    "SettledAs",
    "Settlement",
    "StatusQuestion",
    "Tally",
    "TransferReversal",
    "WhoseSide",
]
