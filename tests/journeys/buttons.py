"""What staff may do by hand to payouts, through the same operation as their pages."""

from collections.abc import Iterator, Sequence

from core.callers import Caller
from disbursements.models import BulkVerb, DisbursementRequest
from disbursements.operations import bulk
from tests.journeys.house import House

VERBS = sorted(BulkVerb.values)
STAFF = Caller(actor="staff", origin="admin", partners=None, permissions=None)


def press(
    house: House, verb: str, rows: Sequence[DisbursementRequest], *, limit: int, dies_at_write: int
) -> Iterator[str]:
    """Start it and let a worker do it, or die at that write (0: it lives); what was met.

    Where a worker died, a later sweep goes on with it.
    """
    options = {"max_retries": limit} if verb == BulkVerb.CHANGE_LIMIT else {}
    run = bulk.start(
        verb=verb, reason="a rehearsal", caller=STAFF, at=house.clock(), options=options,
        ids=[row.pk for row in rows],
    )  # fmt: skip
    if dies_at_write and house.dies_at_write("bulk", dies_at_write):
        yield "killed at a write of bulk"
        return
    house.sweep("bulk")
    run.refresh_from_db()
    yield f"by hand: {verb} {'done' if run.done else 'skipped'}"
