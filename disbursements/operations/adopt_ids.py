"""A callback names ids that we did not know: the acknowledgement is late, or was lost (B2B).

The path's secret says which attempt it is. The ids are good enough to ask by, but until an
acknowledgement confirms them only a status query that says paid settles anything.
"""

from datetime import datetime

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.operations import hand_over, match
from gateways.interface import PayoutResult


def adopt(attempt: DisbursementRetryLog, event: PayoutResult) -> bool:
    """Take the ids of a result where none are known; whether the result is of this attempt."""
    if not attempt.originator_id:
        attempt.originator_id = event.reference[:100]
        attempt.conversation_id = event.conversation_id[:100]
        attempt.ids_adopted = True
        attempt.save(update_fields=["originator_id", "conversation_id", "ids_adopted"])
    return attempt.originator_id == event.reference


def compare(row: DisbursementRequest, adopted: str, acknowledged: str, *, at: datetime) -> None:
    """The acknowledgement came after all: it must name what the callback named."""
    if adopted == acknowledged:
        return
    match.report_misfit(row, "the acknowledgement names another id than its callback", at=at)
    hand_over.to_a_person(row, "two different ids are named for it", at=at)
