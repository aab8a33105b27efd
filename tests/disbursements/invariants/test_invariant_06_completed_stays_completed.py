"""6. A completed payment never becomes failed; a contradiction is told and changes nothing."""

from typing import Any

import pytest
from django.db import connection

from core.models import Alert
from disbursements.models import DisbursementRequest
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from gateways.interface import Delivery, PaymentState
from gateways.memory import MemoryProvider
from ledger.models import Entry
from tests.wire import MovedClock


def frozen(row: DisbursementRequest) -> tuple[Any, ...]:
    row.refresh_from_db()
    return row.status, row.receipt, row.completed_at, row.retry_count, Entry.objects.count()


class TestFailureAfterSuccess:
    @pytest.mark.parametrize("code", ["2040", "100000002", "26", "1", "2001", "7777", "4"])
    def test_it_raises_a_critical_alert_and_changes_nothing(
        self, sent: Any, reports: Any, memory: MemoryProvider, moved: MovedClock, code: str
    ) -> None:
        row = sent()
        reports.paid(row)
        before = frozen(row)

        delivery = reports.failed(row, code)

        moved.forward(hours=50)
        assert delivery == Delivery.CONTRADICTORY
        assert frozen(row) == before
        assert send_due() + send_due(status="retrying") == 0
        assert Alert.objects.get(kind="contradictory_reports").severity == "critical"
        assert not Alert.objects.filter(kind="sending_paused").exists()
        assert list(breaks()) == []


class TestSuccessAfterFailure:
    def test_nothing_more_is_sent_and_the_query_decides(
        self, sent: Any, reports: Any, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, "100000002")

        delivery = reports.paid(row)

        moved.forward(hours=1)
        held = send_due(status="retrying")
        reports.asked(row)
        reports.answered(row, PaymentState.COMPLETED)
        assert (delivery, held, row.status) == (Delivery.CONTRADICTORY, 0, "completed")
        assert len(memory.calls) == 2
        assert list(breaks()) == []

    def test_a_query_that_says_no_leaves_it_to_a_person(
        self, sent: Any, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, "100000002")
        reports.paid(row)
        moved.forward(minutes=2)
        reports.asked(row)

        reports.answered(row, PaymentState.NOT_PAID)

        assert (row.status, row.next_retry_at) == ("unknown", None)
        assert row.person_needed_at is not None

    def test_of_an_attempt_that_was_retried_it_is_told_and_the_new_one_goes_on(
        self, sent: Any, reports: Any, moved: MovedClock, attempt_of: Any
    ) -> None:
        row = sent()
        first = attempt_of(row)
        reports.failed(row, "100000002")
        moved.forward(minutes=1)
        reports.asked(row)
        reports.answered(row, PaymentState.NOT_PAID)
        moved.forward(minutes=5)
        send_due(status="retrying")

        delivery = reports.paid(row, attempt=first)

        assert delivery == Delivery.CONTRADICTORY
        assert (row.status, row.receipt) == ("accepted", None)
        assert Alert.objects.get(kind="contradictory_reports").severity == "critical"


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize("status", ["failed", "retrying", "unknown", "queued", "sending"])
    def test_to_take_a_payment_back(self, sent: Any, reports: Any, status: str) -> None:
        row = sent()
        reports.paid(row)

        with pytest.raises(Exception, match="Cannot update rows"), connection.cursor() as cursor:
            cursor.execute("UPDATE disbursement_requests SET status = %s", [status])

        row.refresh_from_db()
        assert row.status == "completed"

    @pytest.mark.parametrize("column", ["receipt", "completed_at"])
    def test_to_lose_its_receipt_or_moment(self, sent: Any, reports: Any, column: str) -> None:
        row = sent()
        reports.paid(row)

        with (
            pytest.raises(Exception, match="completed_has_receipt"),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE disbursement_requests SET {column} = NULL")

    def test_to_delete_a_payout(self, sent: Any) -> None:
        row = sent()

        with pytest.raises(Exception, match="Cannot delete rows"), connection.cursor() as cursor:
            cursor.execute("DELETE FROM disbursement_requests WHERE id = %s", [row.pk])
