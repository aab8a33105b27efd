"""What another app does to the payouts that it had made, by the verbs that staff use.

They know when not to. Who may is the other app's to demand.
"""

from datetime import datetime

from core import states
from core.callers import Caller
from core.refusals import Refused
from disbursements.models import BulkVerb, DisbursementRequest
from disbursements.operations import bulk
from disbursements.operations.deed import Deed
from disbursements.operations.stop_retrying import BY_HAND, stop_retrying
from disbursements.rules.by_hand import STANDS
from disbursements.states import DisbursementStatus

S = DisbursementStatus
NEVER_SENT = (S.HELD, S.QUEUED)
WAITS = (S.PARKED, S.RETRYING)
ENDED = (S.FAILED, S.CANCELLED)
STOPPED = "stopped"


class CannotBeDone(Refused):
    """The payout stays as it is; why in plain words."""


def send_again(
    payout: DisbursementRequest, *, reason: str, actor: str, origin: str, at: datetime
) -> None:
    """One more try of what failed or is parked, in the name of who asked. Raises CannotBeDone."""
    verb = BulkVerb.RETRY if payout.status == S.PARKED else BulkVerb.FORCE
    deputy = Caller(
        actor=actor, origin=origin, partners=frozenset({payout.partner_id}),
        permissions=frozenset({bulk.VERB_PERMISSIONS[verb]}),
    )  # fmt: skip
    run = bulk.start(verb=verb, reason=reason, caller=deputy, at=at, ids=[payout.pk])
    bulk.work(run_id=run.pk)
    if skipped := bulk.skips(run):
        raise CannotBeDone(f"{payout.client_reference} is not sent again: {next(iter(skipped))}")


def give_up(
    payout: DisbursementRequest, *, reason: str, actor: str, at: datetime, because: str = BY_HAND
) -> None:
    """End what waits for another try, where it is proven not paid. Raises CannotBeDone.

    Inside a transaction, on a locked payout; of any other status nothing is done.
    """
    if payout.status not in WAITS:
        return
    if why_not := bulk.why_not(payout, at=at)[BulkVerb.STOP_RETRYING]:
        raise CannotBeDone(why_not)
    deed = Deed(reason=reason, actor=actor, at=at, moment=at)
    stop_retrying([payout], deed, because=because)


def stop(payout: DisbursementRequest, *, reason: str, actor: str, at: datetime) -> None:
    """See to it that it is not sent by itself: cancelled, given up, or ended already.

    Inside a transaction, on a locked payout. Raises CannotBeDone for what is under way or paid.
    """
    if payout.status in NEVER_SENT:
        because = f"{STOPPED}: {reason}"
        states.advance(payout, to=S.CANCELLED, at=at, actor=actor, because=because)
    elif payout.status in WAITS:
        give_up(payout, reason=reason, actor=actor, at=at, because=STOPPED)
    elif payout.status not in ENDED:
        raise CannotBeDone(STANDS[payout.status])
