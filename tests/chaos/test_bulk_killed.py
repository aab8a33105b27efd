"""SIGKILL in the middle of "retry all": nothing is lost, nothing is done twice."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from config.processes import wait_until
from core.models import Step
from disbursements.models import BulkItem, BulkRun, DisbursementRequest
from disbursements.operations import bulk, bulk_work
from tests.chaos.provider import PATIENCE_S
from tests.disbursements.acting import REASON, amina
from tests.sessions import somebody_waits
from tests.wire import Wire

Start = Callable[..., Any]
Payees = Callable[[int], list[DisbursementRequest]]
LAST = 3
LOOK_S = 0.05
GONE = """
    SELECT NOT EXISTS (
        SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE locktype = 'advisory' AND datname = current_database()
    )
"""


def until(question: str) -> None:
    """Ask the database until it says yes."""
    for _ in range(int(PATIENCE_S / LOOK_S)):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ({question}) FROM pg_sleep({LOOK_S})")
            if cursor.fetchone()[0]:
                return
    raise AssertionError(question)


def steps_of(run: BulkRun) -> int:
    return Step.objects.filter(details__bulk_run=str(run.pk)).count()


class TestBulkRun:
    def test_killed_in_mid_run_each_is_retried_and_paid_once(
        self, start: Start, payees: Payees, aftermath: Any, wire: Wire
    ) -> None:
        total = bulk_work.BATCH + LAST
        payees(total)
        DisbursementRequest.objects.update(status="failed")
        run = bulk.start(
            verb="force", reason=REASON, caller=amina(), at=wire.clock(), selection={}
        )
        last = DisbursementRequest.objects.order_by("-id").values_list("pk", flat=True)[0]

        with transaction.atomic():
            DisbursementRequest.objects.select_for_update().get(pk=last)
            worker = start("sweep", "bulk")
            assert wait_until(somebody_waits, limit_s=PATIENCE_S)
            worker.kill()
        until(GONE)

        run.refresh_from_db()
        assert (run.status, run.done, steps_of(run)) == ("running", bulk_work.BATCH, run.done)
        assert BulkItem.objects.filter(run=run, settled_at=None).count() == LAST
        assert start("sweep", "bulk").ended() == 0
        run.refresh_from_db()
        assert (run.status, run.done, run.skipped) == ("finished", total, 0)
        assert steps_of(run) == total
        assert aftermath.statuses() == {"completed": total}
