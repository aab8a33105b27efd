"""Have the provider asked once more about payouts, settled ones too: for who compares both sides.

Moves no money and no status. The asker's own sweep sends the questions, and what comes back is
applied like every answer: what contradicts a payment on record is kept and told.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import clock, jobs
from disbursements import queries
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    StatusQuestion,
)
from disbursements.rules.asking import NOT_FOUND_AGE_MAX
from disbursements.rules.rail_words import is_stripe
from disbursements.states import DisbursementStatus

# While an answer may still come, or has just come, nobody asks again.
APART = timedelta(minutes=15)
NOT_SENT = (
    DisbursementStatus.HELD,
    DisbursementStatus.QUEUED,
    DisbursementStatus.SENDING,
    DisbursementStatus.CANCELLED,
)


def ask_afresh(*, ids: Collection[UUID], rails: Collection[str], at: datetime) -> set[UUID]:
    """Those of these payouts that will be asked about with the next sweep.

    Left out: what another worker holds, what is being sent, what was asked about within APART,
    what M-Pesa no longer knows for sure, what nobody can be asked by, and every payout of a
    shortcode whose credentials are broken.
    """
    with transaction.atomic():
        rows = list(
            DisbursementRequest.objects.filter(pk__in=ids, rail__in=rails)
            .exclude(status__in=NOT_SENT)
            .exclude(shortcode_id__in=queries.shortcodes_not_to_ask())
            .select_for_update(skip_locked=True)
            .order_by("id")
        )
        about = attempts_to_ask_about(rows)
        just_asked = _asked_since(about.values(), at - clock.scaled(APART))
        chosen = {
            row.pk
            for row in rows
            if row.pk in about
            and about[row.pk].pk not in just_asked
            and _may_be_known(row, about[row.pk], at)
        }
        later = [row.pk for row in rows if row.pk in chosen and not _is_due(row, at)]
        DisbursementRequest.objects.filter(pk__in=later).update(ask_at=at)
        if chosen:
            jobs.after_commit("ask")
        return chosen


def wanted(row: DisbursementRequest, *, at: datetime) -> list[DisbursementRetryLog]:
    """The settled attempt that the asker asks about once, or none: for one that came round
    because of ask_afresh, and whose answer nobody waits for."""
    if row.status in NOT_SENT:
        return []
    attempts = attempts_to_ask_about([row]).values()
    just_asked = _asked_since(attempts, at - clock.scaled(APART))
    return [
        each for each in attempts if each.pk not in just_asked and _may_be_known(row, each, at)
    ]


def attempts_to_ask_about(
    rows: Collection[DisbursementRequest],
) -> dict[UUID, DisbursementRetryLog]:
    """Of each payout the attempt that is in question: the one that paid, else the latest."""
    found: dict[UUID, DisbursementRetryLog] = {}
    attempts = DisbursementRetryLog.objects.filter(disbursement__in=[row.pk for row in rows])
    for attempt in attempts.order_by("retry_attempt"):
        known = found.get(attempt.disbursement_id)
        if known is None or known.outcome != AttemptOutcome.PAID:
            found[attempt.disbursement_id] = attempt
    return {pk: attempt for pk, attempt in found.items() if attempt.asked_by}


def _asked_since(attempts: Collection[DisbursementRetryLog], moment: datetime) -> set[UUID]:
    questions = StatusQuestion.objects.filter(attempt__in=attempts, asked_at__gte=moment)
    return set(questions.values_list("attempt_id", flat=True))


def _may_be_known(row: DisbursementRequest, attempt: DisbursementRetryLog, at: datetime) -> bool:
    """M-Pesa's "no such transaction" says nothing of what is older."""
    age = clock.lived(at - attempt.retry_timestamp)
    return is_stripe(row.rail) or age <= NOT_FOUND_AGE_MAX


def _is_due(row: DisbursementRequest, at: datetime) -> bool:
    return row.ask_at is not None and row.ask_at <= at
