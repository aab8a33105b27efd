"""Staff who act by hand: a caller with all permissions, a run begun and worked off."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from core.callers import Caller
from core.models import Step
from disbursements.models import BulkRun, DisbursementRequest
from disbursements.operations import bulk
from tests.wire import MovedClock

REASON = "put right at noon"


def amina(partners: Collection[UUID] | None = None, *permissions: str) -> Caller:
    """A member of staff; without permissions named she has all."""
    return Caller(
        actor="amina", origin="admin", partners=None if partners is None else frozenset(partners),
        permissions=frozenset(permissions) if permissions else None,
    )  # fmt: skip


class Hand:
    """Does one verb to payouts at once, as the pages do."""

    def __init__(self, moved: MovedClock) -> None:
        self.moved = moved

    def start(self, verb: str, *rows: DisbursementRequest, **more: Any) -> BulkRun:
        """Begin a run about these, or about the selection."""
        named: dict[str, Any] = {"ids": [row.pk for row in rows]} if rows else {}
        common = {"reason": REASON, "caller": amina(), "at": self.moved()}
        return bulk.start(**({"verb": verb} | common | named | more))

    def does(self, verb: str, *rows: DisbursementRequest, **more: Any) -> dict[str, int]:
        """Begin it and work it off; how many for each reason, `` for what was done."""
        run = self.start(verb, *rows, **more)
        bulk.work(run_id=run.pk)
        for row in rows:
            row.refresh_from_db()
        run.refresh_from_db()
        return ({"": run.done} if run.done else {}) | bulk.skips(run)

    def preview(self, verb: str, *rows: DisbursementRequest, **more: Any) -> bulk.Preview:
        """Look only."""
        named: dict[str, Any] = {"ids": [row.pk for row in rows]} if rows else {}
        return bulk.preview(
            **({"verb": verb, "caller": amina(), "at": self.moved()} | named | more)
        )


def last_step(row: Any) -> Step:
    """The latest in its trail."""
    return Step.objects.filter(subject_id=str(row.pk)).latest("id")
