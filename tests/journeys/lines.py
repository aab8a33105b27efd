"""An instruction and all that replaces it are one: its payee is paid once along the whole line.

One exception, no other: two persons had signed, wrongly, that an attempt did not pay, after that
a person had the payee's money sent again or corrected, and when that left, no success of the first
was known that two persons had not answered by signing once more. So nothing leaves by itself after
a doubt, and a success that is read of what was signed away is told of for as long as it stands.
"""

import json
from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from typing import Any

from core.models import Step
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    Settlement,
)
from disbursements.operations.contradict import ALERT_KIND, CORRECTION_ALERT
from disbursements.states import DisbursementStatus as Status
from disbursements.states import SettlementStatus
from gateways.models import Callback
from tests.journeys.buttons import STAFF
from tests.journeys.house import House
from tests.journeys.judging import Seen, demand
from tests.journeys.persons import AMINA, signed_not_paid

ENDED = {Status.FAILED, Status.CANCELLED}
SENT_AGAIN_BY = {AMINA.actor, STAFF.actor}


class Lines:
    """Remembers what the provider has told us, and which corrections were looked at."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.news: dict[str, set[datetime]] = defaultdict(set)
        self.read_until: datetime | None = None
        self.judged: set[Any] = set()

    def look(self, seen: Seen) -> None:
        """Judge every line. Raises Broken."""
        self._read_news(seen)
        rows = {row.pk: row for row in seen.rows}
        known = {log.provider_reference for logs in seen.attempts.values() for log in logs}
        demand(seen.moves.keys() <= known, "money moved for an attempt that we do not know")
        for row in seen.rows:
            demand(
                row.corrects_id == self.house.replaces.get(row.pk),
                f"{row} replaces {row.corrects_id}, but nobody asked for that",
            )
            self._contradictions_are_told(row, seen)
            if row.corrects_id is not None:
                self._begun_rightly(row, rows, seen)
                self._told_of_paid_originals(row, rows, seen)
        for line in lines(rows).values():
            logs = [log for row in line for log in seen.attempts[row.pk]]
            self._paid_once(sorted(logs, key=lambda log: log.retry_timestamp), seen)

    def _read_news(self, seen: Seen) -> None:
        """The true successes that were read, by reference: by the provider's book, not by us."""
        callbacks = Callback.objects.filter(kind="payout", processed_at__isnull=False)
        if self.read_until is not None:
            callbacks = callbacks.filter(processed_at__gt=self.read_until)
        for callback in callbacks.order_by("processed_at"):
            self.read_until = callback.processed_at
            result = json.loads(bytes(callback.body)).get("Result", {})
            reference = result.get("OriginatorConversationID", "")
            receipts = {move.receipt for move in seen.moves.get(reference, [])}
            fits = callback.outcome != "unmatched" and result.get("TransactionID") in receipts
            if fits and str(result.get("ResultCode")) == "0":
                self.news[reference].add(self.read_until)

    def _paid_once(self, logs: list[DisbursementRetryLog], seen: Seen) -> None:
        for place, later in enumerate(logs):
            for earlier in logs[:place]:
                self._nothing_leaves_in_doubt(earlier, later)
        moved = [log for log in logs for _ in seen.moves_of(log)]
        for earlier, later in pairwise(moved):
            signed = signed_not_paid(self.house, earlier)
            demand(
                bool(signed) and self._sent_again(logs, signed[0], later.retry_timestamp),
                f"PAID TWICE: by {named(earlier)} and {named(later)}",
            )

    def _nothing_leaves_in_doubt(
        self, earlier: DisbursementRetryLog, later: DisbursementRetryLog
    ) -> None:
        left, pair = later.retry_timestamp, f"{named(later)} left, but {named(earlier)}"
        demand(earlier.outcome != AttemptOutcome.OPEN, f"{pair} is open")
        told = earlier.success_reported_at
        demand(told is None or told > left, f"{pair} was said to be paid")
        paid = earlier.outcome == AttemptOutcome.PAID and earlier.settled_at
        demand(not paid or paid > left, f"{pair} was paid")
        news = max((at for at in self.news[earlier.provider_reference] if at < left), default=None)
        signed = signed_not_paid(self.house, earlier)
        demand(
            news is None or any(news < at < left for at in signed),
            f"{pair} was reported as paid, and nobody has settled that",
        )

    def _sent_again(
        self, logs: list[DisbursementRetryLog], signed: datetime, left: datetime
    ) -> bool:
        """Whether a person had something of this line sent between these moments."""
        ids = {str(log.disbursement_id) for log in logs}
        return Step.objects.filter(
            subject_type="DisbursementRequest", subject_id__in=ids, actor__in=SENT_AGAIN_BY,
            to_status__in=[Status.RETRYING, Status.QUEUED], at__gt=signed, at__lt=left,
        ).exists()  # fmt: skip

    def _contradictions_are_told(self, row: DisbursementRequest, seen: Seen) -> None:
        for log in seen.attempts[row.pk]:
            contradicted = log.outcome == AttemptOutcome.NOT_PAID and log.success_reported_at
            demand(
                not contradicted or (ALERT_KIND, str(row.pk)) in seen.alerts,
                f"{row}: {named(log)} is contradicted, and nobody is told",
            )
            demand(
                not contradicted or row.status == Status.UNKNOWN or bool(row.person_needed_at)
                or row.status == Status.COMPLETED,
                f"{row}: {named(log)} is contradicted, and no person is waited for",
            )  # fmt: skip

    def _told_of_paid_originals(
        self, row: DisbursementRequest, rows: dict[Any, DisbursementRequest], seen: Seen
    ) -> None:
        paid = any(each.status == Status.COMPLETED for each in originals(row, rows))
        kinds = {CORRECTION_ALERT}
        if row.status != Status.COMPLETED:
            kinds.add(ALERT_KIND)
        told = {(kind, str(row.pk)) for kind in kinds} & seen.alerts
        demand(
            not paid or row.status in ENDED or bool(told),
            f"{row} is {row.status} though what it replaces was paid, and nobody is told",
        )

    def _begun_rightly(
        self, row: DisbursementRequest, rows: dict[Any, DisbursementRequest], seen: Seen
    ) -> None:
        original = rows[row.corrects_id]
        sent_since = [log for log in seen.attempts[original.pk]
                      if log.retry_timestamp > row.created_at]  # fmt: skip
        demand(not sent_since, f"{original} was sent again, though {row} replaces it")
        if row.pk in self.judged:
            return
        self.judged.add(row.pk)
        for each in originals(row, rows):
            doubts = [each.person_needed_at] + [
                moment
                for log in seen.attempts[each.pk]
                for moment in (log.success_reported_at, doubtful_since(log))
            ]
            demand(
                not any(moment and moment < row.created_at for moment in doubts),
                f"{row} was made though {each}, {each.status}, may have been paid",
            )
        waiting = Settlement.objects.filter(
            disbursement=original, status=SettlementStatus.PROPOSED, proposed_at__lt=row.created_at
        )
        demand(not waiting.exists(), f"{row} was made though two persons settle {original}")


def originals(
    row: DisbursementRequest, rows: dict[Any, DisbursementRequest]
) -> list[DisbursementRequest]:
    """What it replaces, and what that replaced, back to the first."""
    found = []
    while row.corrects_id is not None:
        row = rows[row.corrects_id]
        found.append(row)
    return found


def lines(rows: dict[Any, DisbursementRequest]) -> dict[Any, list[DisbursementRequest]]:
    """Every instruction with all that replaces it, by the id of the first."""
    found: dict[Any, list[DisbursementRequest]] = defaultdict(list)
    for row in rows.values():
        first = ([row, *originals(row, rows)])[-1]
        found[first.pk].append(row)
    return found


def doubtful_since(attempt: DisbursementRetryLog) -> datetime | None:
    """Since when it is open, or paid; None where it is proven not paid."""
    if attempt.outcome == AttemptOutcome.OPEN:
        return attempt.retry_timestamp
    return attempt.settled_at if attempt.outcome == AttemptOutcome.PAID else None


def named(attempt: DisbursementRetryLog) -> str:
    """An attempt in a sentence."""
    return f"attempt {attempt.retry_attempt} ({attempt.provider_reference})"
