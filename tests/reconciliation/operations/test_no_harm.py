"""Whatever happens to reconciliation, callbacks are applied, and money goes on."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from config.deliveries import deliver_due
from disbursements.jobs import send
from reconciliation.models import CheckRequest
from reconciliation.operations import told_by_callback
from reconciliation.operations.request_check import request
from tests.wire import MovedClock, Wire


@pytest.fixture
def paid(wire: Wire, pay: Any, moved: MovedClock) -> Any:
    """A payout whose result has come, and is not read yet."""
    row = pay()
    send()
    moved.forward(minutes=1)
    wire.deliver()
    return row


class TestDelivering:
    def test_it_goes_on_where_no_check_can_be_asked_for(self, paid: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE reconciliation_queue RENAME TO queue_elsewhere")
        try:
            deliver_due()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE queue_elsewhere RENAME TO reconciliation_queue")

        paid.refresh_from_db()
        assert paid.status == "completed"

    def test_it_does_not_wait_for_who_holds_the_same_check(
        self,
        paid: Any,
        moved: MovedClock,
        together: Callable[..., list[Any]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(told_by_callback, "WAIT_S", 0.1)
        with transaction.atomic():
            request(
                subjects=[("disbursement", str(paid.pk), None)], trigger="change", actor="system",
                at=moved(),
            )  # fmt: skip

            (done,) = together(deliver_due)

        paid.refresh_from_db()
        assert (done, paid.status) == (1, "completed")
        assert CheckRequest.objects.get().trigger == "change"
