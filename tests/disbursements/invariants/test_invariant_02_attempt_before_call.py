"""2. An attempt's row and its provider reference are committed before the provider is called."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from disbursements.models import DisbursementRetryLog
from disbursements.operations.send import send_due
from gateways.interface import PayoutOrder
from gateways.memory import MemoryProvider
from ledger.models import Entry


def as_others_see(reference: str) -> tuple[str, str, int] | None:
    """What another database session sees: the status, the attempt's outcome, its holds."""

    def look() -> tuple[str, str, int] | None:
        try:
            attempt = (
                DisbursementRetryLog.objects.select_related("disbursement")
                .filter(provider_reference=reference)
                .first()
            )
            if attempt is None:
                return None
            holds = Entry.objects.filter(reference=attempt.hold_reference).count()
            return attempt.disbursement.status, attempt.outcome, holds
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(look).result(timeout=120)


class TestBeforeTheCall:
    def test_everybody_sees_the_attempt_and_the_hold(
        self, pay: Any, memory: MemoryProvider
    ) -> None:
        seen, plain = [], memory.pay

        def look_then_pay(order: PayoutOrder, shortcode: str) -> Any:
            seen.append(as_others_see(order.reference))
            return plain(order, shortcode)

        memory.pay = look_then_pay  # type: ignore[method-assign]
        for number in range(3):
            pay(f"1{number:04d}")

        send_due()

        assert seen == [("sending", "open", 1)] * 3

    def test_without_a_committed_attempt_nothing_is_called(
        self, pay: Any, memory: MemoryProvider, monkeypatch: Any
    ) -> None:
        row = pay()

        def fail(*args: Any, **facts: Any) -> None:
            raise RuntimeError("the disk is full")

        monkeypatch.setattr("ledger.operations.hold_many", fail)
        with pytest.raises(RuntimeError, match="the disk is full"):
            send_due()

        row.refresh_from_db()
        assert (row.status, row.attempts_made) == ("queued", 0)
        assert not memory.calls
        assert not DisbursementRetryLog.objects.exists()
