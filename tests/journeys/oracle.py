"""What must hold after every step, judged by the provider's own book; and what at rest."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.models import Alert, Step
from disbursements import queries
from disbursements.models import (
    AttemptOutcome,
    BulkRun,
    DisbursementRequest,
    DisbursementRetryLog,
    Pause,
)
from disbursements.operations.prove_books import breaks
from disbursements.states import FINAL, BulkRunStatus
from disbursements.states import DisbursementStatus as Status
from gateways.models import Callback
from gateways.simulator import Move
from ledger.queries import balances
from tests.journeys.house import House

UNCHANGING = {Status.COMPLETED, Status.CANCELLED, Status.RETURNED}


class Broken(AssertionError):
    """Something that must always hold does not."""


@dataclass(kw_only=True)
class Seen:
    """The tables as they stand after a step; read once, used by every rule and check."""

    at: datetime
    rows: list[DisbursementRequest]
    attempts: dict[Any, list[DisbursementRetryLog]]
    moves: dict[str, list[Move]]
    pauses: list[Pause]
    unread: bool
    alerts: set[tuple[str, str]] = field(default_factory=set)

    def due(self, name: str, *, at: datetime | None = None) -> bool:
        """Whether this sweep has something to do then, or now."""
        if name == "deliver":
            return self.unread
        return any(moment <= (at or self.at) for moment in self.moments(name))

    def moments(self, name: str) -> list[datetime]:
        """When this sweep's rows fall due, whether or not a pause holds them."""
        found = {
            "send": (row.due_at for row in self.rows if row.status == Status.QUEUED),
            "retry": (row.next_retry_at for row in self.rows if row.status == Status.RETRYING),
            "ask": (row.ask_at for row in self.rows),
            "recover": (row.lease_until for row in self.rows if row.status == Status.SENDING),
        }[name]
        return [moment for moment in found if moment is not None]

    def moves_for(self, row: DisbursementRequest) -> list[Move]:
        """The money that moved for this payout, by the provider's book."""
        return [move for log in self.attempts[row.pk] for move in self.moves_of(log)]

    def moves_of(self, attempt: DisbursementRetryLog) -> list[Move]:
        """The money that moved for this attempt."""
        return self.moves.get(attempt.provider_reference, [])


class Oracle:
    """Remembers what was, and looks at what is."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.statuses: dict[str, str] = {}
        self.ended: dict[Any, tuple[str, str | None]] = {}
        self.last_step = 0
        self.limits: dict[Any, int] = {}

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
        self._paid_once()
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

    def _paid_once(self) -> None:
        paid = Counter(
            (move.shortcode, move.msisdn, move.occassion)
            for move in self.house.simulator.book.moves
        )
        twice = {instruction: times for instruction, times in paid.items() if times > 1}
        demand(not twice, f"PAID TWICE: {twice}")

    def _attempts(self, row: DisbursementRequest, seen: Seen) -> None:
        logs = seen.attempts[row.pk]
        numbers = [log.retry_attempt for log in logs]
        demand(
            numbers == list(range(1, row.attempts_made + 1)), f"{row} has the attempts {numbers}"
        )
        for log in logs[:-1]:
            demand(
                log.outcome == AttemptOutcome.NOT_PAID and bool(log.proof),
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
                    not moved,
                    f"{row}: attempt {log.retry_attempt} paid, but is proven so: {log.proof}",
                )
            if log.outcome == AttemptOutcome.PAID:
                demand(len(moved) == 1, f"{row}: a paid attempt moved money {len(moved)} times")
        if row.status == Status.COMPLETED:
            moves = seen.moves_for(row)
            told = [(move.receipt, move.amount * 100, move.msisdn) for move in moves]
            demand(
                told == [(row.receipt, row.amount_minor, row.msisdn)],
                f"{row} is completed with receipt {row.receipt}, but the provider moved {told}",
            )

    def _end(self, row: DisbursementRequest) -> None:
        now = (row.status, row.receipt)
        then = self.ended.get(row.pk, now)
        demand(now == then, f"{row} ended as {then} and is now {now}")
        if row.status in UNCHANGING:
            self.ended[row.pk] = now

    def _rests(self, row: DisbursementRequest, seen: Seen) -> None:
        told = self._somebody_is_told(row, seen)
        demand(
            row.status in FINAL or told,
            f"{row} waits as {row.status} for ever, and nobody is told",
        )
        moved = seen.moves_for(row)
        open_still = any(log.outcome == AttemptOutcome.OPEN for log in seen.attempts[row.pk])
        demand(
            not moved or row.status == Status.COMPLETED or (open_still and told),
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
        left = sum(each.balance_minor for each in balances(prefix=f"float:{number}:"))
        paid = sum(
            move.amount
            for row in seen.rows
            if row.status == Status.COMPLETED
            for move in seen.moves_for(row)
            if move.shortcode == number
        )
        demand(-left == paid * 100, f"{number}: {paid} moved, but the ledger says {-left / 100}")


def demand(holds: bool, otherwise: str) -> None:
    """Raises Broken with the sentence unless it holds."""
    if not holds:
        raise Broken(otherwise)
