"""Dismiss: a person says why a difference is all right."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from reconciliation.models import Finding
from reconciliation.operations import alert_findings
from reconciliation.states import FindingStatus

PERMISSION = "reconciliation.dismiss_finding"


class NoSuchFinding(Refused):
    """There is no such finding that the caller may see."""


def dismiss(*, finding_id: UUID, reason: str, caller: Caller, at: datetime) -> Finding:
    """Leave it be until the difference changes. Raises NotAllowed, NoSuchFinding, Refused."""
    caller.demand(PERMISSION)
    said = checked_reason(reason, example="the bank's letter of 3 May says the same")
    with transaction.atomic():
        row = Finding.objects.select_for_update().filter(pk=finding_id).first()
        if row is None or not _may_touch(caller, row):
            raise NoSuchFinding(f"there is no finding {finding_id}", field="finding")
        if row.status != FindingStatus.OPEN:
            raise Refused(
                f"is {row.status}; only an open one is dismissed, such as one of the list",
                field="finding",
            )
        states.advance(
            row, to=FindingStatus.DISMISSED, at=at, because=f"dismissed: {said}",
            actor=caller.actor, details={"here": row.here, "there": row.there},
        )  # fmt: skip
        alert_findings.tell(opened=[], cured=[row], at=at)
    return row


def _may_touch(caller: Caller, row: Finding) -> bool:
    """A stranger's is nobody's: only who sees all partners may touch it."""
    if row.partner_id is None:
        return caller.partners is None
    return caller.may_touch(row.partner_id)
