"""How checks, differences and the queue are narrowed: each filter means what queries/ says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from core import clock
from core.admin.filters import MomentFilter
from disbursements.admin import filters as payouts
from disbursements.admin.narrowing import Narrowing
from disbursements.queries.filter_values import yes
from reconciliation.admin import words
from reconciliation.models import FindingKind, SubjectKind
from reconciliation.queries import findings, queue, runs
from reconciliation.states import CheckResult, FindingStatus, Severity

LATE_MINUTES = 5
LATE = timedelta(minutes=LATE_MINUTES)
SEVERAL = "disbursements/filter_several.html"
GIVEN = "disbursements/filter_given.html"


class _Result(Narrowing):
    """What the check came to."""

    template = SEVERAL
    title = "result"
    parameter_name = "result"
    several = True
    values = tuple((each.value, each.value.capitalize()) for each in CheckResult)


class _Kind(Narrowing):
    """What kind of thing was compared."""

    template = SEVERAL
    title = "what"
    parameter_name = "kind"
    several = True
    values = tuple((value, str(label)) for value, label in SubjectKind.choices)


class _Difference(Narrowing):
    """In what the sides differ."""

    template = SEVERAL
    title = "difference"
    several = True
    values = tuple((value, str(label)) for value, label in FindingKind.choices)


class _Trigger(Narrowing):
    """What started it."""

    template = SEVERAL
    title = "started by"
    parameter_name = "trigger"
    several = True
    values = tuple((name, words.started_by(name)) for name in words.TRIGGERS)


class _Days(payouts.InstructedFilter):
    """Days of Nairobi."""

    title = "day"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        MomentFilter.__init__(self, request, params, model, model_admin)
        self.has_default = False


class _Bulk(Narrowing):
    """Those of one bulk check."""

    template = GIVEN
    title = "bulk check"
    parameter_name = "bulk"


class _OneSubject(Narrowing):
    """Those of one subject, by our id."""

    template = GIVEN
    title = "our id"
    parameter_name = "id"


class OfRuns(Narrowing):
    """A value means what queries/runs.py says."""

    condition: Callable[[str, str], Q] = staticmethod(runs.TABLE.condition)


class RunResult(OfRuns, _Result):
    """What the check came to."""


class RunKind(OfRuns, _Kind):
    """What was compared."""


class RunTrigger(OfRuns, _Trigger):
    """What started it."""


class RunDifference(OfRuns, _Difference):
    """In what the sides differed after it."""

    parameter_name = "finding"


class RunPartner(OfRuns, payouts.PartnerFilter):
    """One partner of those that the person may see."""


class RunActor(OfRuns):
    """In whose name."""

    template = "disbursements/filter_text.html"
    title = "asked for by"
    parameter_name = "actor"
    placeholder = "system"


class RunDays(OfRuns, _Days):
    """When it was made."""


class RunBulk(OfRuns, _Bulk):
    """Those of one bulk check."""


class RunSubject(OfRuns, _OneSubject):
    """Those of one subject."""


class OfFindings(Narrowing):
    """A value means what queries/findings.py says."""

    condition: Callable[[str, str], Q] = staticmethod(findings.TABLE.condition)


class FindingState(OfFindings):
    """Open, dismissed or cured."""

    template = SEVERAL
    title = "status"
    parameter_name = "status"
    several = True
    values = tuple((each.value, each.value.capitalize()) for each in FindingStatus)


class FindingSeverity(OfFindings):
    """How bad it is."""

    template = SEVERAL
    title = "severity"
    parameter_name = "severity"
    several = True
    values = tuple((each.value, each.value.capitalize()) for each in Severity)


class FindingType(OfFindings, _Difference):
    """In what the sides differ."""

    parameter_name = "type"


class FindingSubjectKind(OfFindings, _Kind):
    """What was compared."""


class FindingPartner(OfFindings, payouts.PartnerFilter):
    """One partner of those that the person may see."""


class FindingDays(OfFindings, _Days):
    """When it opened."""

    title = "day it opened"


class FindingSubject(OfFindings, _OneSubject):
    """Those of one subject."""


class OfQueue(Narrowing):
    """A value means what queries/queue.py says."""

    condition: Callable[[str, str], Q] = staticmethod(queue.TABLE.condition)


class QueueKind(OfQueue, _Kind):
    """What is to be compared."""


class QueueTrigger(OfQueue, _Trigger):
    """What started it."""


class QueueActive(OfQueue):
    """In work now, or waiting."""

    title = "in work"
    parameter_name = "active"
    values = (("yes", "In work now"), ("no", "Waiting"))


class QueueFailed(OfQueue):
    """Those that failed before."""

    title = "failed before"
    parameter_name = "failed"
    values = (("yes", "Yes"), ("no", "No"))


def late(name: str, text: str) -> Q:  # noqa: ARG001 - as every condition is called
    """Due for LATE_MINUTES and in nobody's hands. Raises BadSelection."""
    is_late = Q(lease_ends_at=None, due_at__lte=clock.now() - LATE)
    try:
        return is_late if yes(text) else ~is_late
    except ValueError as error:
        raise queue.BadSelection(str(error), field="late") from None


class QueueLate(Narrowing):
    """Those that wait for too long."""

    title = f"waits for more than {LATE_MINUTES} min"
    parameter_name = "late"
    values = (("yes", "Yes"), ("no", "No"))
    condition: Callable[[str, str], Q] = staticmethod(late)


class QueuePartner(OfQueue, payouts.PartnerFilter):
    """One partner of those that the person may see."""


class QueueBulk(OfQueue, _Bulk):
    """Those of one bulk check."""


class QueueSubject(OfQueue, _OneSubject):
    """Those of one subject."""


RUN_FILTERS = (
    RunResult, RunKind, RunDifference, RunTrigger, RunActor, RunPartner, RunDays, RunBulk,
    RunSubject,
)  # fmt: skip
FINDING_FILTERS = (
    FindingState, FindingSeverity, FindingType, FindingSubjectKind, FindingPartner, FindingDays,
    FindingSubject,
)  # fmt: skip
QUEUE_FILTERS = (
    QueueActive, QueueLate, QueueFailed, QueueKind, QueueTrigger, QueuePartner, QueueBulk,
    QueueSubject,
)  # fmt: skip
