"""What must hold after every step, judged by the provider's own book; and what at rest."""

from collections import defaultdict
from typing import Any

from core.models import Alert, Step
from disbursements import queries
from disbursements.models import (
    AttemptOutcome,
    BulkRun,
    DisbursementRequest,
    DisbursementRetryLog,
)
from disbursements.operations.prove_books import breaks
from disbursements.states import FINAL, BulkRunStatus
from disbursements.states import DisbursementStatus as Status
from gateways.models import Callback
from ledger.queries import balances
from tests.journeys.house import House
from tests.journeys.judging import Seen, demand
from tests.journeys.lines import Lines, originals
from tests.journeys.persons import signed_not_paid, signed_paid

UNCHANGING = {Status.COMPLETED, Status.CANCELLED, Status.RETURNED}


class Oracle:
    """Remembers what was, and looks at what is."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.statuses: dict[str, str] = {}
        self.ended: dict[Any, tuple[str, str | None]] = {}
        self.last_step = 0
        self.limits: dict[Any, int] = {}
        self.lines = Lines(house)

    def look(self) -> Seen:
        """Read everything. Raises Broken."""
        self.house.collect()
        attempts: dict[Any, list[DisbursementRetryLog]] = defaultdict(list)
        for log in DisbursementRetryLog.objects.order_by("disbursement_id", "retry_attempt"):
            attempts[log.disbursement_id].append(log)
        seen = Seen(
            at=self.house.clock.moment,
            rows=list(DisbursementRequest.objects.order_by("created_at")),
            attempts=attempts,
            moves=self.house.simulator.book.by_reference(),
            pauses=list(queries.active_pauses()),
            unread=Callback.objects.filter(processed_at=None).exists(),
            alerts=set(Alert.objects.filter(closed_at=None).values_list("kind", "key")),
        )
        moved_on = self._steps(seen)
        self.lines.look(seen)
        for row in seen.rows:
            self._attempts(row, seen)
            self._truth(row, seen)
            self._end(row)
        if moved_on:
            self._books()
        return seen

    def at_rest(self, seen: Seen) -> None:
        """Nothing is due any more: book, ledger and receipts agree. Raises Broken."""
        under_way = BulkRun.objects.exclude(status=BulkRunStatus.FINISHED)
        demand(not under_way.exists(), "a bulk run is not worked off")
        for row in seen.rows:
            self._rests(row, seen)
        for number in self.house.partners:
            self._ledger(number, seen)
        self._books()

    def _books(self) -> None:
        wrong = list(breaks())
        demand(not wrong, f"the books are not proven: {wrong}")

    def _steps(self, seen: Seen) -> bool:
        """Whether there were new ones."""
        before_all = self.last_step
        steps = Step.objects.filter(pk__gt=self.last_step, subject_type="DisbursementRequest")
        for step in steps.order_by("pk"):
            before = self.statuses.get(step.subject_id, "")
            demand(
                step.from_status == before,
                f"a step starts at {step.from_status}, but the one before ended at {before}",
            )
            self.statuses[step.subject_id] = step.to_status
            self.last_step = step.pk
        for row in seen.rows:
            told = self.statuses.get(str(row.pk))
            demand(row.status == told, f"{row} is {row.status}, but its steps say {told}")
        return self.last_step > before_all

    def _attempts(self, row: DisbursementRequest, seen: Seen) -> None:
        logs = seen.attempts[row.pk]
        numbers = [log.retry_attempt for log in logs]
        demand(
            numbers == list(range(1, row.attempts_made + 1)), f"{row} has the attempts {numbers}"
        )
        for log in logs[:-1]:
            proven = log.outcome == AttemptOutcome.NOT_PAID and bool(log.proof)
            # Two persons may find out afterwards that it was the earlier one that paid.
            found_out = log.outcome == AttemptOutcome.PAID and signed_paid(self.house, log)
            demand(
                proven or bool(found_out),
                f"{row}: attempt {log.retry_attempt} is {log.outcome}, but another followed",
            )
        # Staff may lower it afterwards.
        highest = max(row.max_retries, self.limits.get(row.pk, 0))
        self.limits[row.pk] = highest
        demand(row.retry_count <= highest, f"{row} used {row.retry_count} retries")

    def _truth(self, row: DisbursementRequest, seen: Seen) -> None:
        for log in seen.attempts[row.pk]:
            moved = seen.moves_of(log)
            if log.outcome == AttemptOutcome.NOT_PAID:
                demand(
                    not moved or bool(signed_not_paid(self.house, log)),
                    f"{row}: attempt {log.retry_attempt} paid, but is proven so: {log.proof}",
                )
            if log.outcome == AttemptOutcome.PAID:
                self._paid(row, log, seen)
        paid = [log for log in seen.attempts[row.pk] if log.outcome == AttemptOutcome.PAID]
        demand(
            len(paid) == (row.status == Status.COMPLETED),
            f"{row} is {row.status}, with {len(paid)} paid attempts",
        )

    def _paid(self, row: DisbursementRequest, log: DisbursementRetryLog, seen: Seen) -> None:
        """By the provider's book; where two persons say so, as they have signed."""
        moves = seen.moves_of(log)
        told = [(move.receipt, move.amount * 100, move.msisdn) for move in moves]
        signed = signed_paid(self.house, log)
        demand(
            told == [(row.receipt, row.amount_minor, row.msisdn)] or row.receipt == signed,
            f"{row} is completed with receipt {row.receipt}, but the provider moved {told}",
        )

    def _end(self, row: DisbursementRequest) -> None:
        now = (row.status, row.receipt)
        then = self.ended.get(row.pk, now)
        demand(now == then, f"{row} ended as {then} and is now {now}")
        if row.status in UNCHANGING:
            self.ended[row.pk] = now

    def _rests(self, row: DisbursementRequest, seen: Seen) -> None:
        rows = {each.pk: each for each in seen.rows}
        told = any(self._somebody_is_told(each, seen) for each in [row, *originals(row, rows)])
        demand(
            row.status in FINAL or told,
            f"{row} waits as {row.status} for ever, and nobody is told",
        )
        for log in seen.attempts[row.pk]:
            demand(
                log.outcome == AttemptOutcome.PAID
                or not seen.moves_of(log)
                or bool(signed_not_paid(self.house, log))
                or (log.outcome == AttemptOutcome.OPEN and told),
                f"{row} is {row.status}, but the provider paid it",
            )

    def _somebody_is_told(self, row: DisbursementRequest, seen: Seen) -> bool:
        if row.person_needed_at is not None:
            return True
        targets = {"", str(row.partner_id), row.rail, str(row.shortcode_id)}
        if any(pause.target in targets for pause in seen.pauses):
            return True
        about = {str(row.pk), row.parked_cause} - {""}
        return any(key in about for _, key in seen.alerts)

    def _ledger(self, number: str, seen: Seen) -> None:
        """What moved, but for what two persons signed otherwise and what is still open."""
        left = sum(each.balance_minor for each in balances(prefix=f"float:{number}:"))
        moved = sum(
            move.amount * 100
            for moves in seen.moves.values()
            for move in moves
            if move.shortcode == number
        )
        apart = sum(
            self._booked_apart(row, log, seen)
            for row in seen.rows
            for log in seen.attempts[row.pk]
            if log.shortcode_number == number
        )
        demand(
            -left == moved + apart,
            f"{number}: {moved / 100} moved, {apart / 100} is settled otherwise, but the ledger "
            f"says {-left / 100}",
        )

    def _booked_apart(
        self, row: DisbursementRequest, log: DisbursementRetryLog, seen: Seen
    ) -> int:
        """How much more the ledger has for this attempt than the provider moved."""
        moved = sum(move.amount * 100 for move in seen.moves_of(log))
        if log.outcome == AttemptOutcome.PAID:
            return row.amount_minor - moved if signed_paid(self.house, log) else 0
        return -moved
