"""Two worker processes over the same rows, the queue emptied under them."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from tests.chaos.provider import PAYMENT, Provider

Start = Callable[..., Any]
Payees = Callable[[int], list[DisbursementRequest]]


class TestTwoWorkers:
    def test_each_payout_is_sent_by_one_of_them_and_the_queue_is_not_needed(
        self, start: Start, provider: Provider, payees: Payees, aftermath: Any
    ) -> None:
        payees(220)
        gate = provider.hold(PAYMENT, "before")
        workers = [start("sweep", "send"), start("sweep", "send")]
        provider.wait_held(gate, 33)
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE django_q_ormq")

        provider.open(gate)

        assert [worker.ended() for worker in workers] == [0, 0]
        errors = DisbursementRetryLog.objects.exclude(error_details={})
        assert list(errors.values_list("error_details", flat=True)) == []
        assert provider.calls[PAYMENT] == 220
        assert aftermath.statuses() == {"completed": 220}
        assert DisbursementRetryLog.objects.count() == 220
