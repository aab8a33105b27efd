"""Check one now: somebody waits for the answer."""

from datetime import datetime

from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from core.callers import Caller
from core.locks import session_lock
from core.refusals import Refused
from reconciliation.models import CheckRequest, ReconciliationRun
from reconciliation.operations.check_many import check
from reconciliation.operations.claim_checks import LEASE, lock_of
from reconciliation.operations.request_check import priority_of
from reconciliation.operations.triggers import checked_trigger
from reconciliation.sources.finding_subjects import find
from reconciliation.sources.source import Found

PERMISSION = "reconciliation.check_reconciliationrun"
BUSY_WAIT_S = 10
TEXT_LENGTH_MAX = 200
SHOWN_MAX = 5
EXAMPLE = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11, or a receipt such as QHX12345"


class NoSuchSubject(Refused):
    """Nothing that the caller may see has this id."""


class Ambiguous(Refused):
    """Several have it: the message names the id of each."""


class Busy(Refused):
    """It is being checked by somebody else just now."""


def check_now(
    *, text: str = "", subject: tuple[str, str] | None = None, trigger: str, caller: Caller,
    at: datetime, fresh: bool = True,
) -> ReconciliationRun:  # fmt: skip
    """Check the one that `text` (or kind and id) names; no transaction may be open.

    A check that fails is a run with result `error`, and is tried again by a worker. Raises
    NotAllowed, NoSuchSubject, Ambiguous, Busy, and Refused for a trigger that is none.
    """
    caller.demand(PERMISSION)
    trigger = checked_trigger(trigger)
    found = the_one(text=text, subject=subject, caller=caller)
    row = CheckRequest(
        subject_kind=found.kind, subject_id=found.subject_id, partner_id=found.partner_id,
        trigger=trigger, priority=priority_of(trigger), actor=caller.actor, fresh=fresh,
        requested_at=at, due_at=at, lease_ends_at=at + LEASE,
    )  # fmt: skip
    return _checked(row, at=at)


def the_one(*, text: str = "", subject: tuple[str, str] | None = None, caller: Caller) -> Found:
    """The only subject that fits. Raises NoSuchSubject and Ambiguous."""
    kind, said = subject if subject else ("", text.strip())
    if not said or len(said) > TEXT_LENGTH_MAX or not said.isprintable():
        raise NoSuchSubject(
            f"write the id of one, of at most {TEXT_LENGTH_MAX} characters, such as {EXAMPLE}",
            field="id",
        )
    fitting = [each for each in find(said, caller=caller) if kind in ("", each.kind)]
    if len(fitting) > 1:  # an id is more than a reference that looks like one
        fitting = [each for each in fitting if each.subject_id == said] or fitting
    if not fitting:
        raise NoSuchSubject(f"nothing has {said!r}: an id is such as {EXAMPLE}", field="id")
    if len(fitting) > 1:
        named = ", ".join(f"{each.kind} {each.subject_id}" for each in fitting[:SHOWN_MAX])
        raise Ambiguous(f"{len(fitting)} have {said!r}; say which: {named}", field="id")
    return fitting[0]


def _checked(row: CheckRequest, *, at: datetime) -> ReconciliationRun:
    """Under the subject's lock; the row tells others that it is in work, and survives us."""
    try:
        with session_lock(lock_of(row), wait_s=BUSY_WAIT_S):
            row.save(force_insert=True)
            return check([row], at=at)[0]
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise Busy(
            f"{row.subject_kind} {row.subject_id} is being checked just now: try again in "
            f"{BUSY_WAIT_S} seconds",
            field="id",
        ) from None
