"""Sync a partner's loans now, because a person wants it: who and why stay on the run."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import states
from core.callers import Caller, NotAllowed
from core.refusals import checked_reason
from loans.models import LoanSyncRun
from loans.operations.sync import sync

PERMISSION = "loans.sync_loantracking"
EXAMPLE = "loans were approved after the last sync"


def sync_now(
    *, partner_id: UUID, steps: Sequence[str], reason: str, caller: Caller, at: datetime
) -> LoanSyncRun:
    """One sync, in the caller's name, ended when this returns.

    Raises NotAllowed, AlreadyRunning, Refused for the reason or where Mifos X is not to be asked.
    """
    caller.demand(PERMISSION)
    if not caller.may_touch(partner_id):
        raise NotAllowed(f"{caller.actor} does not see this partner")
    said = checked_reason(reason, example=EXAMPLE)
    run = sync(
        partner_id=partner_id, steps=tuple(steps), trigger=caller.origin, actor=caller.actor, at=at
    )
    with transaction.atomic():
        states.note(run, at=at, because=f"sync now: {said}", actor=caller.actor)
    return run
