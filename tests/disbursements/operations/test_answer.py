"""Answers to status queries: what each proves, and what it does not."""

from collections.abc import Callable
from typing import Any

import pytest

from core.models import Alert
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog, Proof
from disbursements.operations.answer import apply_status_answer, apply_status_timeout
from disbursements.operations.prove_books import breaks
from gateways.interface import Arrival, Delivery, PaymentState, StatusAnswer, StatusTimedOut
from tests.wire import MovedClock

Sent = Callable[..., DisbursementRequest]
AttemptOf = Callable[[DisbursementRequest], DisbursementRetryLog]


@pytest.fixture
def unknown(sent: Sent, reports: Any, moved: MovedClock) -> DisbursementRequest:
    """A payout whose queue timed out at 11:00, never heard of since."""
    row = sent()
    reports.timed_out(row)
    return row


def stands_at(moved: MovedClock, row: DisbursementRequest, attempt: Any, **age: float) -> None:
    """Move the clock to this age of the attempt, and let it be due."""
    moved.moment = attempt.retry_timestamp
    moved.forward(**age)
    DisbursementRequest.objects.filter(pk=row.pk).update(ask_at=moved())


class TestCompleted:
    def test_it_settles_the_payment(
        self, unknown: DisbursementRequest, reports: Any, moved: MovedClock
    ) -> None:
        moved.forward(minutes=2)
        reports.asked(unknown)

        delivery = reports.answered(unknown, PaymentState.COMPLETED)

        assert delivery == Delivery.APPLIED
        assert (unknown.status, unknown.receipt) == ("completed", "UKL1000001")
        assert list(breaks()) == []

    def test_the_same_answer_again_is_a_duplicate(
        self, unknown: DisbursementRequest, reports: Any, moved: MovedClock
    ) -> None:
        moved.forward(minutes=2)
        reports.asked(unknown)
        reports.answered(unknown, PaymentState.COMPLETED)

        assert reports.answered(unknown, PaymentState.NOT_PAID) == Delivery.DUPLICATE
        assert unknown.status == "completed"

    @pytest.mark.parametrize("amount_minor", [124_999, 125_001])
    def test_another_amount_settles_nothing(
        self, unknown: DisbursementRequest, reports: Any, moved: MovedClock, amount_minor: int
    ) -> None:
        moved.forward(minutes=2)
        reports.asked(unknown)

        delivery = reports.answered(unknown, PaymentState.COMPLETED, amount_minor=amount_minor)

        assert (delivery, unknown.status) == (Delivery.CONTRADICTORY, "unknown")
        assert unknown.person_needed_at is not None

    def test_a_payment_that_was_proven_unpaid_is_booked_late_and_never_sent_again(
        self, sent: Sent, reports: Any, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        row = sent()
        reports.failed(row, "2040")
        moved.forward(minutes=1)
        reports.asked(row)
        reports.answered(row, PaymentState.NOT_PAID)
        assert row.status == "failed"
        reports.paid(row, receipt="UKL1000001")
        assert row.status == "unknown"
        moved.forward(minutes=2)
        reports.asked(row)

        reports.answered(row, PaymentState.COMPLETED)

        assert (row.status, attempt_of(row).outcome) == ("completed", AttemptOutcome.PAID)
        assert list(breaks()) == []


class TestNotPaid:
    def test_it_is_proof(
        self, unknown: DisbursementRequest, reports: Any, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        moved.forward(minutes=2)
        reports.asked(unknown)

        reports.answered(unknown, PaymentState.NOT_PAID, provider_status="Cancelled")

        attempt = attempt_of(unknown)
        assert (attempt.outcome, attempt.proof) == ("not_paid", Proof.QUERY_SAID_NO)
        assert attempt.proof_details["status"] == "Cancelled"
        assert (unknown.status, unknown.retry_count) == ("retrying", 1)
        assert list(breaks()) == []

    def test_after_the_payment_it_is_a_contradiction_that_changes_nothing(
        self, unknown: DisbursementRequest, reports: Any, moved: MovedClock
    ) -> None:
        moved.forward(minutes=2)
        reports.asked(unknown)
        reports.paid(unknown)

        delivery = reports.answered(unknown, PaymentState.NOT_PAID)

        assert (delivery, unknown.status) == (Delivery.CONTRADICTORY, "completed")
        assert Alert.objects.filter(kind="contradictory_reports").exists()


class TestInFlight:
    def test_it_means_wait(
        self, unknown: DisbursementRequest, reports: Any, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        moved.forward(minutes=2)
        reports.asked(unknown)

        reports.answered(unknown, PaymentState.IN_FLIGHT)

        assert unknown.status == "unknown"
        assert unknown.ask_at > moved()
        assert attempt_of(unknown).outcome == AttemptOutcome.OPEN


class TestNotFound:
    def answer(
        self, row: DisbursementRequest, reports: Any, moved: MovedClock, attempt: Any,
        *, asked: float, answered: float, state: PaymentState = PaymentState.NOT_FOUND,
    ) -> None:  # fmt: skip
        """Ask at this age of the attempt in minutes; the answer comes at that one."""
        stands_at(moved, row, attempt, minutes=asked)
        question = reports.asked(row)
        moved.moment = attempt.retry_timestamp
        moved.forward(minutes=answered)
        reports.answered(row, state, question=question)

    @pytest.mark.parametrize(
        ("pairs", "outcome"),
        [
            ([(15, 15), (30, 30)], "not_paid"),
            ([(10, 10), (25, 26)], "not_paid"),
            ([(15, 15), (29, 29.9)], "open"),
            ([(2, 2), (5, 5)], "open"),
            ([(2, 2), (60, 60)], "open"),
            ([(9.9, 9.9), (60, 60)], "open"),
            ([(15, 15)], "open"),
            ([(15, 15), (48 * 60 + 1, 48 * 60 + 1)], "open"),
            # asked early, answered late: the provider may have looked when it was asked
            ([(2, 12), (5, 28)], "open"),
            ([(9, 40), (60, 60)], "open"),
            # asked apart, but the first answer was late: it may have looked just before the other
            ([(15, 29), (30, 31)], "open"),
        ],
    )
    def test_two_well_apart_prove_it_and_nothing_less(
        self, unknown: DisbursementRequest, reports: Any, moved: MovedClock,
        attempt_of: AttemptOf, pairs: list[tuple[float, float]], outcome: str,
    ) -> None:  # fmt: skip
        attempt = attempt_of(unknown)

        for asked, answered in pairs:
            self.answer(unknown, reports, moved, attempt, asked=asked, answered=answered)

        assert attempt_of(unknown).outcome == outcome
        assert unknown.status == ("retrying" if outcome == "not_paid" else "unknown")

    def test_what_was_seen_in_flight_once_is_not_disproved_by_not_found(
        self, unknown: DisbursementRequest, reports: Any, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        attempt = attempt_of(unknown)
        steps = [
            (15, PaymentState.NOT_FOUND), (30, PaymentState.IN_FLIGHT),
            (60, PaymentState.NOT_FOUND), (90, PaymentState.NOT_FOUND),
        ]  # fmt: skip

        for minutes, state in steps:
            self.answer(
                unknown, reports, moved, attempt, asked=minutes, answered=minutes, state=state
            )

        assert attempt_of(unknown).outcome == AttemptOutcome.OPEN
        assert unknown.status == "unknown"

    def test_beside_a_failure_from_a_listed_source_one_is_enough(
        self, sent: Sent, reports: Any, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        row = sent()
        reports.failed(row, "100000002", listed=True)
        moved.forward(minutes=1)
        reports.asked(row)

        reports.answered(row, PaymentState.NOT_FOUND)

        assert attempt_of(row).outcome == "not_paid"

    def test_beside_a_failure_from_anywhere_it_is_not(
        self, sent: Sent, reports: Any, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        row = sent()
        reports.failed(row, "100000002", listed=False)
        moved.forward(minutes=1)
        reports.asked(row)

        reports.answered(row, PaymentState.NOT_FOUND)

        assert attempt_of(row).outcome == AttemptOutcome.OPEN


class TestStrayAnswers:
    def test_a_secret_that_we_never_gave_out_is_unmatched(self, sent: Sent, moved: Any) -> None:
        sent()
        event = StatusAnswer(
            query_conversation_id="AG", query_originator_id="Q", state=PaymentState.NOT_PAID,
            code="0", text="",
        )  # fmt: skip
        arrival = Arrival(
            callback_id=1, secret_digest=b"x" * 32, source_listed=True, received_at=moved()
        )

        assert apply_status_answer(event=event, arrival=arrival, at=moved())[0] == "unmatched"
        assert (
            apply_status_timeout(event=StatusTimedOut(), arrival=arrival, at=moved())[0]
            == "unmatched"
        )

    def test_an_answer_about_another_payout_is_unmatched(
        self, unknown: DisbursementRequest, reports: Any, moved: MovedClock
    ) -> None:
        moved.forward(minutes=2)
        reports.asked(unknown)

        delivery = reports.answered(unknown, PaymentState.NOT_PAID, reference="PVOTHER")

        assert (delivery, unknown.status) == (Delivery.UNMATCHED, "unknown")
        assert Alert.objects.filter(kind="report_does_not_fit").exists()

    def test_an_old_answer_says_nothing_of_a_newer_attempt(
        self, unknown: DisbursementRequest, reports: Any, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        from disbursements.operations.send import send_due

        moved.forward(minutes=2)
        old = reports.asked(unknown)
        moved.forward(minutes=3)
        reports.asked(unknown)
        reports.answered(unknown, PaymentState.NOT_PAID)
        moved.forward(minutes=5)
        send_due(status="retrying")

        delivery = reports.answered(unknown, PaymentState.NOT_PAID, question=old)

        assert delivery == Delivery.IGNORED
        assert (unknown.status, unknown.attempts_made) == ("accepted", 2)
        assert attempt_of(unknown).outcome == AttemptOutcome.OPEN
