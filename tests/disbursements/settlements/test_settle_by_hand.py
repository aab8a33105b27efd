"""Two persons settle, with evidence, what nobody else can tell: what becomes of the payout."""

from typing import Any

import pytest

from core.models import Alert
from disbursements.models import DisbursementRequest
from disbursements.operations.propose_settlement import (
    CannotSettle,
)
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from gateways.interface import PaymentState
from tests.disbursements.conftest import latest
from tests.disbursements.persons import (
    RECEIPT,
    contradicted,
    proposed,
    unknown,
)
from tests.wire import MovedClock


class TestPaid:
    def test_it_completes_with_its_receipt_and_the_books_are_right(
        self, doubtful: Any, decide: Any, moved: MovedClock
    ) -> None:
        settlement = proposed(doubtful, at=moved(), settled_as="paid", receipt="ukl1a2b3c4 ")

        decide(settlement)

        doubtful.refresh_from_db()
        assert (doubtful.status, doubtful.receipt) == ("completed", RECEIPT)
        assert (doubtful.completed_at, settlement.status) == (moved(), "approved")
        attempt = latest(doubtful)
        assert attempt.proof_details["settlement"] == str(settlement.pk)
        assert attempt.mpesa_response_code == "", "M-Pesa said nothing"
        assert list(breaks()) == []

    def test_of_what_was_thought_not_paid_it_is_booked_late(
        self, sent: Any, reports: Any, decide: Any, moved: MovedClock
    ) -> None:
        row = contradicted(sent(), reports, moved)

        decide(proposed(row, at=moved(), settled_as="paid"))

        row.refresh_from_db()
        assert (row.status, row.receipt, row.person_needed_at) == ("completed", RECEIPT, None)
        assert not Alert.objects.filter(closed_at=None, kind="contradictory_reports").exists()
        assert list(breaks()) == []

    def test_a_receipt_of_another_payout_is_refused_when_proposed_and_when_approved(
        self, sent: Any, reports: Any, decide: Any, moved: MovedClock
    ) -> None:
        row, other = unknown(sent("00001"), reports), sent("00002")
        settlement = proposed(row, at=moved(), settled_as="paid")
        reports.paid(other, receipt=RECEIPT)

        with pytest.raises(CannotSettle, match="belongs to another payout"):
            decide(settlement)

        row.refresh_from_db()
        assert (row.status, settlement.status) == ("unknown", "proposed")
        third = unknown(sent("00003"), reports)
        with pytest.raises(CannotSettle, match="belongs to another payout"):
            proposed(third, at=moved(), settled_as="paid")


class TestNotPaid:
    def test_it_fails_with_the_persons_as_proof_and_nothing_leaves_by_itself(
        self, doubtful: Any, decide: Any, moved: MovedClock, memory: Any
    ) -> None:
        settlement = proposed(doubtful, at=moved())

        decide(settlement)

        moved.forward(hours=50)
        doubtful.refresh_from_db()
        attempt = latest(doubtful)
        assert (doubtful.status, doubtful.ask_at) == ("failed", None)
        assert (attempt.outcome, attempt.proof) == ("not_paid", "person")
        assert attempt.proof_details["persons"] == ["amina.example", "brian.example"]
        assert send_due(status="retrying") == 0
        assert list(breaks()) == []

    def test_a_person_may_then_have_it_sent_again(
        self, sent: Any, reports: Any, decide: Any, moved: MovedClock, memory: Any
    ) -> None:
        row = contradicted(sent(), reports, moved)
        decide(proposed(row, at=moved()))

        DisbursementRequest.objects.filter(pk=row.pk).update(
            status="retrying", next_retry_at=moved()
        )
        sent_again = send_due(status="retrying")

        assert (sent_again, len(memory.calls)) == (1, 3)

    def test_it_ends_the_alerts_about_it(
        self, sent: Any, reports: Any, decide: Any, moved: MovedClock
    ) -> None:
        row = contradicted(sent(), reports, moved)
        assert Alert.objects.filter(closed_at=None, key=str(row.pk)).exists()

        decide(proposed(row, at=moved()))

        assert not Alert.objects.filter(closed_at=None, key=str(row.pk)).exists()

    def test_what_the_query_had_said_stays_in_the_details(
        self, sent: Any, reports: Any, decide: Any, moved: MovedClock
    ) -> None:
        row = contradicted(sent(), reports, moved)

        decide(proposed(row, at=moved()))

        before = latest(row).proof_details["before"]
        assert before["proof"] == "confirmed_failure"
        assert before["success_reported_at"] == moved().isoformat()


class TestEarlierAttempt:
    @pytest.fixture
    def second(self, sent: Any, reports: Any, moved: MovedClock) -> DisbursementRequest:
        """The first attempt is reported as paid while the second is under way."""
        row = sent()
        first = latest(row)
        reports.failed(row, "100000002")
        moved.forward(minutes=1)
        reports.asked(row)
        reports.answered(row, PaymentState.NOT_PAID)
        moved.forward(minutes=10)
        send_due(status="retrying")
        reports.paid(row, attempt=first)
        return row

    def test_which_one_is_meant_must_be_said(self, second: Any, moved: MovedClock) -> None:
        with pytest.raises(CannotSettle, match="2 and 1"):
            proposed(second, at=moved())

    def test_not_paid_lets_the_second_go_on(
        self, second: Any, decide: Any, moved: MovedClock
    ) -> None:
        decide(proposed(second, at=moved(), attempt=1))

        second.refresh_from_db()
        assert (second.status, second.person_needed_at) == ("accepted", None)
        assert list(breaks()) == []

    def test_paid_is_refused_while_the_second_is_open(
        self, second: Any, moved: MovedClock
    ) -> None:
        with pytest.raises(CannotSettle, match="attempt 2 is in question too"):
            proposed(second, at=moved(), attempt=1, settled_as="paid")

    def test_paid_once_the_second_is_settled(
        self, second: Any, decide: Any, moved: MovedClock
    ) -> None:
        decide(proposed(second, at=moved(), attempt=2))
        second.refresh_from_db()
        waits = (second.status, second.person_needed_at is not None)

        decide(proposed(second, at=moved(), settled_as="paid"))

        second.refresh_from_db()
        assert waits == ("failed", True)
        assert (second.status, second.receipt) == ("completed", RECEIPT)
        assert list(breaks()) == []
