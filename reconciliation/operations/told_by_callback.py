"""A provider's message was applied: what it is about is checked, in the same transaction.

The message counts, the check does not: where none can be asked for, the trail and the periodic
look find what there is to check.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from core import states
from core.locks import waiting_at_most
from gateways.interface import (
    Delivery,
    Event,
    PaymentConfirmed,
    PayoutResult,
    PayoutTimedOut,
    PromptAnswered,
    StatusAnswer,
    StatusTimedOut,
    TransferChanged,
)
from gateways.models import Callback
from reconciliation.models import SubjectKind
from reconciliation.operations.request_check import request
from reconciliation.sources.stranger_rows import has_moved

logger = logging.getLogger(__name__)

# For somebody who has just asked for the same check.
WAIT_S = 1.0
CALLBACK, STATUS_QUERY = "callback", "status_query"
# Event -> what it is about, and what that check is called.
ABOUT: dict[type, tuple[str, str]] = {
    PayoutResult: (SubjectKind.DISBURSEMENT, CALLBACK),
    PayoutTimedOut: (SubjectKind.DISBURSEMENT, CALLBACK),
    StatusAnswer: (SubjectKind.DISBURSEMENT, STATUS_QUERY),
    StatusTimedOut: (SubjectKind.DISBURSEMENT, STATUS_QUERY),
    PaymentConfirmed: (SubjectKind.PAYMENT, CALLBACK),
    PromptAnswered: (SubjectKind.PROMPT, CALLBACK),
    TransferChanged: (SubjectKind.PAYOUT_TRANSFER, CALLBACK),
}
# These tell of money: where nothing of ours accounts for it, the message itself is checked.
OF_MONEY = (PayoutResult, PaymentConfirmed, PromptAnswered, TransferChanged)


def ask_for_check(
    callback: Callback, event: Event, delivery: Delivery, subject_id: str, *, at: datetime
) -> int:
    """Queue the check RECONCILE_CALLBACK_DELAY_S from now; 0 where there is nothing to check, or
    it could not be asked for. Inside the transaction of the message, which it never fails."""
    # An answer that changes nothing of a settled payout may still differ from what we say.
    told_for_nothing = delivery == Delivery.IGNORED and not isinstance(event, StatusAnswer)
    if type(event) not in ABOUT or told_for_nothing:
        return 0
    kind, trigger = ABOUT[type(event)]
    if not subject_id:
        if delivery != Delivery.UNMATCHED or not isinstance(event, OF_MONEY):
            return 0
        if not has_moved(event):
            return 0
        kind, subject_id = SubjectKind.STRANGER, str(callback.pk)
    return _ask(kind, subject_id, trigger, at)


def _ask(kind: str, subject_id: str, trigger: str, at: datetime) -> int:
    due_at = at + timedelta(seconds=settings.RECONCILE_CALLBACK_DELAY_S)
    try:
        with transaction.atomic(), waiting_at_most(WAIT_S):
            return request(
                subjects=[(kind, subject_id, None)], trigger=trigger, actor=states.SYSTEM, at=at,
                due_at=due_at,
            )  # fmt: skip
    except Exception:
        logger.exception("No check of %s %s could be asked for", kind, subject_id)
        return 0
