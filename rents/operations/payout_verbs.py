"""What is done to the payouts of transfers, by the verbs that staff use: they know when not to."""

from datetime import datetime

from core.callers import Caller
from disbursements.models import BulkVerb, DisbursementRequest
from disbursements.operations import bulk
from disbursements.operations.deed import Deed
from disbursements.operations.stop_retrying import stop_retrying
from disbursements.states import DisbursementStatus
from rents.operations.reach import CannotForward

S = DisbursementStatus
WAITS = (S.PARKED, S.RETRYING)


def send_again(
    payout: DisbursementRequest, *, reason: str, actor: str, origin: str, at: datetime
) -> None:
    """One more try of what failed or is parked, in the name of who asked. Raises CannotForward."""
    verb = BulkVerb.RETRY if payout.status == S.PARKED else BulkVerb.FORCE
    deputy = Caller(
        actor=actor, origin=origin, partners=frozenset({payout.partner_id}),
        permissions=frozenset({bulk.VERB_PERMISSIONS[verb]}),
    )  # fmt: skip
    run = bulk.start(verb=verb, reason=reason, caller=deputy, at=at, ids=[payout.pk])
    bulk.work(run_id=run.pk)
    if skipped := bulk.skips(run):
        why = next(iter(skipped))
        raise CannotForward(f"{payout.client_reference} is not sent again: {why}")


def give_up(payout: DisbursementRequest, *, reason: str, actor: str, at: datetime) -> str:
    """End what waits for another try, where it is proven not paid; else why it cannot be.

    Inside a transaction, on a locked payout; of any other status nothing is done.
    """
    if payout.status not in WAITS:
        return ""
    if why_not := bulk.why_not(payout, at=at)[BulkVerb.STOP_RETRYING]:
        return why_not
    stop_retrying([payout], Deed(reason=reason, actor=actor, at=at, moment=at))
    return ""
