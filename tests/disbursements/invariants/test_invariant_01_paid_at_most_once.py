"""1. Money leaves at most once per disbursement, whatever crashes, repeats or arrives late."""

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from django.db import IntegrityError, connection

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.operations.claim import LEASE_S
from disbursements.operations.recover import recover_expired
from disbursements.operations.send import send_due
from gateways.simulator import Simulator
from tests.wire import MovedClock, Wire

PAYMENT = "/mpesa/b2c/v3/paymentrequest"


class TestManyAtOnce:
    def test_eight_senders_and_four_recoverers_over_the_same_rows(
        self, wire: Wire, simulator: Simulator, pay: Any, together: Any, books: Any
    ) -> None:
        rows = [pay(f"1{number:04d}") for number in range(60)]

        results = together(*[send_due] * 8, *[recover_expired] * 4)

        wire.run()
        assert [each for each in results if isinstance(each, Exception)] == []
        assert sum(results[:8]) == len(rows)
        assert wire.paths.count(PAYMENT) == len(simulator.book.moves) == len(rows)
        assert books.attempts() == len(rows)
        assert books.differences() == []

    def test_retries_are_claimed_once_too(
        self, wire: Wire, pay: Any, together: Any, moved: MovedClock, books: Any
    ) -> None:
        rows = [pay("99101", reference=f"REF-{number}") for number in range(20)]
        send_due()
        for _ in range(60):
            wire.deliver()
            moved.forward(seconds=10)
            together(*self.sweeps())

        wire.run()
        ended = {DisbursementRequest.objects.get(pk=row.pk).status for row in rows}
        assert ended == {"completed"}
        assert books.attempts() == 2 * len(rows)
        assert books.differences() == []

    @staticmethod
    def sweeps() -> list[Callable[[], int]]:
        from config.deliveries import deliver_due
        from disbursements.jobs import ask, retry

        return [deliver_due, retry, retry, ask]


class TestZombie:
    def test_a_sender_that_stands_still_past_its_lease_keeps_its_payout(
        self, wire: Wire, simulator: Simulator, pay: Any, moved: MovedClock, together: Any,
        books: Any,
    ) -> None:  # fmt: skip
        row, inside, wake = pay(), Event(), Event()

        def stand_still(path: str) -> None:
            if path == PAYMENT:
                inside.set()
                wake.wait(120)

        def meanwhile() -> list[Any]:
            inside.wait(120)
            moved.forward(seconds=LEASE_S + 60)
            seen = [recover_expired(), send_due(), send_due(status="retrying")]
            seen.append(DisbursementRequest.objects.get(pk=row.pk).status)
            wake.set()
            return seen

        wire.before_call = stand_still
        sent, seen = together(send_due, meanwhile)

        wire.run()
        row.refresh_from_db()
        assert (sent, seen) == (1, [0, 0, 0, "sending"])
        assert (row.status, row.attempts_made) == ("completed", 1)
        assert books.differences() == []


class TestTheDatabaseRefuses:
    def test_a_second_payment_of_the_same_payout(self, sent: Any, reports: Any) -> None:
        row = sent()
        reports.paid(row)

        with pytest.raises(IntegrityError, match=r"proof_before_next|paid_once"):
            second_attempt(row, outcome="paid")

    def test_a_second_open_attempt(self, sent: Any) -> None:
        row = sent()

        with pytest.raises(IntegrityError, match=r"proof_before_next|one_open_attempt"):
            second_attempt(row, outcome="open")

    def test_a_receipt_of_another_payout(self, sent: Any, reports: Any) -> None:
        first, second = sent("00001"), sent("00002")
        reports.paid(first, receipt="UKL1000001")

        with pytest.raises(IntegrityError, match="one_request_per_receipt"):
            DisbursementRequest.objects.filter(pk=second.pk).update(receipt="UKL1000001")

    @pytest.mark.parametrize("field", ["amount_minor", "msisdn", "shortcode_id", "partner_id"])
    def test_a_changed_instruction(self, sent: Any, field: str) -> None:
        row = sent()
        value = {"amount_minor": 1, "msisdn": "254700100002"}.get(field, str(row.pk))

        with pytest.raises(Exception, match="Cannot update rows"), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE disbursement_requests SET {field} = %s WHERE id = %s", [value, row.pk]
            )


def second_attempt(row: DisbursementRequest, *, outcome: str) -> DisbursementRetryLog:
    return DisbursementRetryLog.objects.create(
        disbursement=row, retry_attempt=2, retry_reason="by force", provider_reference="PV2",
        secret_digest=b"2" * 32, shortcode_number="600111", retry_timestamp=row.created_at,
        outcome=outcome,
    )  # fmt: skip
