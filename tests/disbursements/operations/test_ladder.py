"""The asking ladder on real rows: when it asks, when silence decides, when a person must."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.models import Alert
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog, Proof
from disbursements.models import StatusQuestion as Question
from disbursements.operations.ask import CannotAsk, ask_due, ask_now
from disbursements.operations.prove_books import breaks
from gateways.errors import Unclear, Unreachable
from gateways.interface import PaymentState
from gateways.memory import MemoryProvider
from gateways.models import Call
from tests.wire import MovedClock

Sent = Callable[..., DisbursementRequest]
AttemptOf = Callable[[DisbursementRequest], DisbursementRetryLog]


def climb(row: DisbursementRequest, moved: MovedClock, *, until_hours: float) -> list[float]:
    """Ask whenever it is due; the ages in minutes at which it was asked."""
    start, ages = moved(), []
    while True:
        row.refresh_from_db()
        if row.ask_at is None or row.ask_at > start + timedelta(hours=until_hours):
            return ages
        moved.moment = row.ask_at
        if ask_due():
            ages.append((moved() - start).total_seconds() / 60)


class TestLadder:
    def test_a_payout_without_news_is_asked_about_for_48_hours_and_then_a_person_must(
        self, sent: Sent, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        row = sent()

        ages = climb(row, moved, until_hours=100)

        assert ages == [2, 5, 15, 60, *(60 * hour for hour in range(2, 49))]
        assert (row.status, row.ask_at) == ("unknown", None)
        assert row.person_needed_at == moved()
        assert attempt_of(row).outcome == AttemptOutcome.OPEN
        alert = Alert.objects.get(kind="outcome_unknown", closed_at=None)
        assert alert.key == str(row.pk)

    def test_staff_hear_of_it_after_an_hour(self, sent: Sent, moved: MovedClock) -> None:
        row = sent()

        climb(row, moved, until_hours=0.9)
        early = Alert.objects.count()
        climb(row, moved, until_hours=1.1)

        assert (early, Alert.objects.get().kind) == (0, "outcome_unknown")

    def test_the_alert_ends_with_the_answer(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        reports.timed_out(row)
        climb(row, moved, until_hours=2)

        reports.answered(row, PaymentState.COMPLETED)

        assert row.status == "completed"
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_the_alert_ends_with_the_proof_too(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        reports.timed_out(row)
        climb(row, moved, until_hours=2)

        reports.answered(row, PaymentState.NOT_PAID)

        assert row.status == "retrying"
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_the_alert_ends_when_a_payout_that_was_only_accepted_is_paid(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        climb(row, moved, until_hours=2)

        reports.paid(row)

        assert row.status == "completed"
        assert not Alert.objects.filter(closed_at=None).exists()


class TestConfirmation:
    def test_an_hour_of_silence_proves_a_failure_from_a_listed_source(
        self, sent: Sent, reports: Any, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        row = sent()
        reports.failed(row, "100000002", listed=True)

        climb(row, moved, until_hours=3)

        attempt = attempt_of(row)
        asked = Question.objects.filter(attempt=attempt).count()
        assert (attempt.outcome, attempt.proof) == ("not_paid", Proof.LISTED_FAILURE)
        assert row.status == "retrying"
        assert asked >= 4
        assert list(breaks()) == []

    def test_a_failure_from_anywhere_waits_for_a_person_instead(
        self, sent: Sent, reports: Any, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        row = sent()
        reports.failed(row, "100000002", listed=False)

        climb(row, moved, until_hours=3)

        assert (row.status, row.next_retry_at) == ("unknown", None)
        assert row.person_needed_at is not None
        assert attempt_of(row).outcome == AttemptOutcome.OPEN

    def test_an_answer_of_in_flight_waits_for_a_person_instead(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, "100000002", listed=True)
        moved.forward(minutes=1)
        reports.asked(row)
        reports.answered(row, PaymentState.IN_FLIGHT)

        climb(row, moved, until_hours=3)

        assert row.status == "unknown"
        assert row.person_needed_at is not None

    def test_silence_counts_only_from_the_first_question(
        self, sent: Sent, reports: Any, moved: MovedClock, attempt_of: AttemptOf
    ) -> None:
        row = sent()
        reports.failed(row, "100000002", listed=True)
        moved.forward(hours=5)

        asked = ask_due()

        row.refresh_from_db()
        assert asked == 1
        assert attempt_of(row).outcome == AttemptOutcome.OPEN
        assert row.ask_at > moved()


class TestAskNow:
    def test_it_is_due_at_once(self, sent: Sent, moved: MovedClock) -> None:
        row = sent()

        ask_now(disbursement_id=row.pk, actor="test", at=moved())

        row.refresh_from_db()
        assert row.ask_at == moved()
        assert ask_due() == 1

    def test_where_nothing_is_open_there_is_nothing_to_ask(
        self, sent: Sent, pay: Any, reports: Any, moved: MovedClock
    ) -> None:
        paid, queued = sent("00001"), pay("00002")
        reports.paid(paid)

        for row in (paid, queued):
            with pytest.raises(CannotAsk):
                ask_now(disbursement_id=row.pk, actor="test", at=moved())


class TestRefusedAtTheDoor:
    @pytest.mark.parametrize("error", [Unreachable("away"), Unclear("half an answer")])
    def test_it_is_written_down_and_asked_again(
        self, sent: Sent, memory: MemoryProvider, moved: MovedClock, error: Exception
    ) -> None:
        def refuse(question: Any) -> Any:
            raise error

        row = sent()
        memory.answer = refuse  # type: ignore[method-assign]
        moved.forward(minutes=2)

        assert ask_due() == 1

        row.refresh_from_db()
        assert type(error).__name__ in Question.objects.get().error
        assert (row.status, row.ask_at) == ("accepted", moved() + timedelta(minutes=3))

    def test_an_error_of_our_own_stops_no_other_question(
        self, sent: Sent, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        first, second = sent("00001"), sent("00002")
        answer, calls = memory.answer, []

        def broken_once(question: Any) -> Any:
            calls.append(question)
            return 1 / 0 if len(calls) == 1 else answer(question)

        memory.answer = broken_once  # type: ignore[method-assign]
        moved.forward(minutes=2)

        ask_due()

        assert Question.objects.exclude(conversation_id="").count() == 1
        assert {first.status, second.status} == {"accepted"}

    def test_each_question_is_on_record(self, sent: Sent, moved: MovedClock) -> None:
        row = sent()
        moved.forward(minutes=2)

        ask_due()

        assert Call.objects.filter(subject_id=str(row.pk), kind="status").count() == 1
