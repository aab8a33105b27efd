"""How bad each kind of difference is: the table that staff edit."""

from datetime import datetime

from django.db import transaction

from core import states
from core.callers import Caller, NotAllowed
from core.refusals import Refused, checked_reason
from reconciliation.models import FindingKind, SeverityRule
from reconciliation.rules.severities import ALWAYS_HIGH
from reconciliation.states import Severity

PERMISSION = "reconciliation.change_severityrule"


def set_severity(
    *, kind: str, severity: str, reason: str, caller: Caller, at: datetime
) -> SeverityRule:
    """From the next check of each finding on it is as bad as this; losses stay high.

    Raises NotAllowed and Refused naming the field.
    """
    caller.demand(PERMISSION)
    if caller.partners is not None:
        raise NotAllowed("The table is of all partners, and you see one: ask who sees all")
    said = checked_reason(reason, example="fees are looked at once a week")
    if kind not in FindingKind.values:
        raise Refused(f"use one of {', '.join(FindingKind.values)}, such as late", field="kind")
    if severity not in list(Severity):
        raise Refused(f"use one of {', '.join(Severity)}, such as low", field="severity")
    if kind in ALWAYS_HIGH and severity != Severity.HIGH:
        raise Refused(f"{kind} is always high: money was lost or paid twice", field="severity")
    with transaction.atomic():
        row, is_new = SeverityRule.objects.select_for_update().get_or_create(
            kind=kind, defaults={"severity": severity}
        )
        before = "" if is_new else row.severity
        row.severity = severity
        row.save(update_fields=["severity"])
        states.note(
            row, at=at, because=f"{kind} is {severity}: {said}", actor=caller.actor,
            details={"before": before, "now": severity},
        )  # fmt: skip
    return row
