"""A reported failure: a retry is planned at once, and waits for the proof."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.clock import NAIROBI
from core.models import Alert
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog, Proof
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from gateways.interface import Delivery, PaymentState
from gateways.memory import MemoryProvider
from tests.wire import MovedClock

Sent = Callable[..., DisbursementRequest]
AttemptOf = Callable[[DisbursementRequest], DisbursementRetryLog]
THROTTLED, DAILY_LIMIT, UNREGISTERED, BUSY, EMPTY = "100000002", "4", "2040", "26", "1"


class TestReportedFailure:
    def test_the_retry_is_planned_and_the_proof_asked_for(
        self, sent: Sent, reports: Any, attempt_of: AttemptOf, moved: MovedClock
    ) -> None:
        row = sent()

        delivery = reports.failed(row, THROTTLED, "Throttled")

        assert delivery == Delivery.APPLIED
        assert (row.status, row.retry_count) == ("retrying", 1)
        assert row.next_retry_at == moved() + timedelta(minutes=5)
        assert row.ask_at == moved() + timedelta(minutes=1)
        assert attempt_of(row).outcome == AttemptOutcome.OPEN

    def test_nothing_is_sent_before_the_proof_even_when_it_is_due(
        self, sent: Sent, reports: Any, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, THROTTLED)

        moved.forward(hours=40)

        assert send_due(status="retrying") == 0
        assert len(memory.calls) == 1

    def test_the_proof_lets_it_go(
        self, sent: Sent, reports: Any, attempt_of: AttemptOf, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, THROTTLED)
        moved.forward(minutes=1)
        reports.asked(row)

        reports.answered(row, PaymentState.NOT_PAID)

        first = attempt_of(row)
        moved.forward(minutes=4)
        send_due(status="retrying")
        row.refresh_from_db()
        assert (first.outcome, first.proof) == ("not_paid", Proof.CONFIRMED_FAILURE)
        assert (row.status, row.attempts_made) == ("accepted", 2)
        assert attempt_of(row).retry_reason.endswith(f"({THROTTLED})")
        assert list(breaks()) == []

    def test_the_replay_changes_nothing(self, sent: Sent, reports: Any) -> None:
        row = sent()
        reports.failed(row, THROTTLED)

        again = [reports.failed(row, THROTTLED) for _ in range(5)]

        assert set(again) == {Delivery.DUPLICATE}
        assert row.retry_count == 1

    def test_another_failure_of_the_same_attempt_changes_nothing(
        self, sent: Sent, reports: Any
    ) -> None:
        row = sent()
        reports.failed(row, THROTTLED)

        delivery = reports.failed(row, UNREGISTERED)

        assert delivery == Delivery.DUPLICATE
        assert (row.status, row.retry_count) == ("retrying", 1)

    def test_a_permanent_failure_is_failed_only_once_it_is_proven(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, UNREGISTERED, "Not registered")
        reported = row.status
        moved.forward(minutes=1)
        reports.asked(row)

        reports.answered(row, PaymentState.NOT_PAID)

        assert (reported, row.status) == ("accepted", "failed")
        assert (row.failure_code, row.failure_text) == (UNREGISTERED, "Not registered")
        assert list(breaks()) == []

    def test_a_daily_limit_waits_for_the_next_day_in_nairobi(
        self, sent: Sent, reports: Any
    ) -> None:
        row = sent()

        reports.failed(row, DAILY_LIMIT)

        expected = datetime(2026, 11, 22, 0, 5, tzinfo=NAIROBI)
        assert (row.status, row.next_retry_at) == ("retrying", expected)

    @pytest.mark.parametrize("code", [BUSY, "17", "9", "51", "abc-1"])
    def test_a_code_that_leaves_a_doubt_is_unknown(
        self, sent: Sent, reports: Any, attempt_of: AttemptOf, code: str
    ) -> None:
        row = sent()

        reports.failed(row, code)

        assert (row.status, row.retry_count) == ("unknown", 0)
        assert attempt_of(row).outcome == AttemptOutcome.OPEN

    def test_a_code_without_a_row_is_told_to_staff_once(self, sent: Sent, reports: Any) -> None:
        first, second = sent("00001"), sent("00002")
        reports.failed(first, "7777", "Something new")
        reports.failed(second, "7777", "Something new")

        alert = Alert.objects.get(kind="unclassified_code")
        assert (alert.key, alert.count) == ("b2c:7777", 2)
        assert alert.details["text"] == "Something new"
        assert first.status == "retrying"


class TestNotBelieved:
    def test_the_secret_of_another_payout_fails_nothing(
        self, sent: Sent, reports: Any, attempt_of: AttemptOf
    ) -> None:
        mine, other = sent("00001"), sent("00002")

        delivery = reports.failed(
            mine, THROTTLED, secret_digest=bytes(attempt_of(other).secret_digest)
        )

        assert (delivery, mine.status) == (Delivery.UNMATCHED, "accepted")
        assert attempt_of(mine).reported_at is None

    def test_a_forged_failure_is_only_asked_about(
        self, sent: Sent, reports: Any, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, THROTTLED, listed=False)
        moved.forward(minutes=1)
        reports.asked(row)

        reports.answered(row, PaymentState.COMPLETED)

        assert row.status == "unknown"
        assert row.next_retry_at is None
        assert send_due(status="retrying") == 0
        assert Alert.objects.filter(kind="contradictory_reports").exists()

    def test_after_such_a_contradiction_the_next_answer_settles_it(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, THROTTLED, listed=False)
        moved.forward(minutes=1)
        reports.asked(row)
        reports.answered(row, PaymentState.COMPLETED)
        moved.forward(minutes=2)
        reports.asked(row)

        reports.answered(row, PaymentState.COMPLETED)

        assert (row.status, row.receipt) == ("completed", "UKL1000001")
        assert list(breaks()) == []


class TestQueueTimeOut:
    def test_it_is_no_verdict(
        self, sent: Sent, reports: Any, attempt_of: AttemptOf, moved: MovedClock
    ) -> None:
        row = sent()

        delivery = reports.timed_out(row)

        assert (delivery, row.status) == (Delivery.APPLIED, "unknown")
        assert row.ask_at == moved() + timedelta(minutes=2)
        assert attempt_of(row).outcome == AttemptOutcome.OPEN

    def test_its_replay_changes_nothing(self, sent: Sent, reports: Any) -> None:
        row = sent()
        reports.timed_out(row)

        assert reports.timed_out(row) == Delivery.DUPLICATE

    def test_after_the_payment_it_changes_nothing(self, sent: Sent, reports: Any) -> None:
        row = sent()
        reports.paid(row)

        assert reports.timed_out(row) == Delivery.IGNORED
        assert row.status == "completed"

    def test_after_a_reported_failure_it_changes_nothing(self, sent: Sent, reports: Any) -> None:
        row = sent()
        reports.failed(row, THROTTLED)

        assert reports.timed_out(row) == Delivery.IGNORED
        assert row.status == "retrying"


class TestRetriesUsedUp:
    def test_it_is_tried_after_5_15_and_45_minutes_and_then_failed(
        self, sent: Sent, reports: Any, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        row, waits = sent(), []

        for _ in range(4):
            reports.failed(row, THROTTLED)
            waits.append((row.next_retry_at - moved()) if row.next_retry_at else None)
            moved.forward(minutes=1)
            reports.asked(row)
            reports.answered(row, PaymentState.NOT_PAID)
            if row.next_retry_at:
                moved.moment = row.next_retry_at
                send_due(status="retrying")
                row.refresh_from_db()

        minutes = [None if wait is None else wait.total_seconds() / 60 for wait in waits]
        assert minutes == [5, 15, 45, None]
        assert (row.status, row.retry_count, row.attempts_made) == ("failed", 3, 4)
        assert list(breaks()) == []

    def test_the_history_reads_as_in_the_source_document(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, THROTTLED, "Throttled")
        moved.forward(minutes=1)
        reports.asked(row)
        reports.answered(row, PaymentState.NOT_PAID)
        moved.forward(minutes=4)
        send_due(status="retrying")
        row.refresh_from_db()

        first, second = row.retry_history

        assert set(first) == {
            "attempt", "reason", "providerReference", "conversationId", "responseCode",
            "responseDescription", "outcome", "proof", "timestamp",
        }  # fmt: skip
        assert (first["attempt"], first["responseCode"]) == (1, THROTTLED)
        assert (first["reason"], first["outcome"]) == ("first try", "not_paid")
        assert (second["attempt"], second["outcome"], second["proof"]) == (2, "open", "")
        assert first["providerReference"] != second["providerReference"]
