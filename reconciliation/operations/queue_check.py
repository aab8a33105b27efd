"""Queue one check: a worker makes it as soon as it is due."""

from datetime import datetime

from django.db import transaction

from core import jobs
from core.callers import Caller
from reconciliation.operations.check_now import PERMISSION, the_one
from reconciliation.operations.request_check import JOB, request
from reconciliation.operations.triggers import checked_trigger
from reconciliation.sources.source import Found


def queue_check(
    *, text: str = "", subject: tuple[str, str] | None = None, trigger: str, caller: Caller,
    at: datetime,
) -> Found:  # fmt: skip
    """Have the one that `text` (or kind and id) names checked, with the provider asked anew.

    However often it is asked for, one check waits. Raises NotAllowed, NoSuchSubject, Ambiguous,
    and Refused for a trigger that is none.
    """
    caller.demand(PERMISSION)
    trigger = checked_trigger(trigger)
    found = the_one(text=text, subject=subject, caller=caller)
    with transaction.atomic():
        request(
            subjects=[(found.kind, found.subject_id, found.partner_id)], trigger=trigger,
            actor=caller.actor, at=at, fresh=True,
        )  # fmt: skip
        jobs.after_commit(JOB)
    return found
