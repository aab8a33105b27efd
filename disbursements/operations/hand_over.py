"""Nobody else can tell how it ended: hand a payout over to a person."""

from datetime import datetime

from core import states
from core.models import AlertSeverity
from disbursements.models import DisbursementRequest
from disbursements.operations import contradict, doubt
from disbursements.states import DisbursementStatus

NOTHING_TO_ASK_BY = (
    "its acknowledgement was lost, and B2B knows no reference of ours: look at the statement"
)
IDS_ADOPTED = (
    "its acknowledgement was lost, and what is said to have failed may be another payment: "
    "look at the statement"
)


def to_a_person(row: DisbursementRequest, because: str, *, at: datetime) -> None:
    """To `unknown`, with a critical alert, in the queue of what only a person can settle.

    Inside the caller's transaction, on a locked row.
    """
    if row.status != DisbursementStatus.UNKNOWN:
        states.advance(
            row, to=DisbursementStatus.UNKNOWN, at=at, because=because, next_retry_at=None
        )
    doubt.tell(
        row, f"A person must find out whether {row.client_reference} was paid: {because}",
        severity=AlertSeverity.CRITICAL, at=at,
    )  # fmt: skip
    contradict.wait_for_a_person(row, because, at=at)
