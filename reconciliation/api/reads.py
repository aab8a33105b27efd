"""What a caller may read of the watchtower: always of the partners that are theirs."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from core import masking
from core.callers import Caller, NotAllowed
from core.models import Alert, Step
from disbursements.api.pages import bad_selection, one
from disbursements.queries.filter_table import BadSelection
from reconciliation.api.query import ALERT_ID_DIGITS_MAX, OF_FINDINGS, OF_RUNS, Alerts
from reconciliation.models import BulkCheck, CheckRequest, Finding, ReconciliationRun
from reconciliation.operations.select_rows import select_rows
from reconciliation.queries import alerts, findings, queue, runs
from reconciliation.rules.finding_words import explain
from reconciliation.rules.moments import told

SHOWN_MAX = 50
RUNS_SHOWN_MAX = 10


def selected_runs(caller: Caller, chosen: dict[str, str]) -> QuerySet[ReconciliationRun]:
    """The caller's checks by these filters. Raises ApiError (400)."""
    return _selected(caller, chosen, runs.rows, OF_RUNS)


def selected_findings(caller: Caller, chosen: dict[str, str]) -> QuerySet[Finding]:
    """The caller's differences by these filters. Raises ApiError (400)."""
    return _selected(caller, chosen, findings.rows, OF_FINDINGS)


def _selected(
    caller: Caller, chosen: dict[str, str], rows: Callable[..., QuerySet[Any]],
    names: Mapping[str, str],
) -> QuerySet[Any]:  # fmt: skip
    try:
        return select_rows(rows, chosen, caller=caller)
    except BadSelection as error:
        raise bad_selection(error, names) from None


def finding(caller: Caller, text: str) -> Finding:
    """The caller's difference of this id. Raises Http404."""
    row: Finding = one(findings.rows({}, partners=caller.partners), text)
    return row


def in_full(row: Finding) -> dict[str, Any]:
    """One with its meaning, its history and the latest checks of the same thing."""
    meaning = explain(row.kind)
    steps = Step.objects.filter(subject_type="Finding", subject_id=str(row.pk)).order_by("id")
    checks = ReconciliationRun.objects.filter(
        subject_kind=row.subject_kind, subject_id=row.subject_id
    )
    latest = checks.order_by("-started_at", "-id")[:RUNS_SHOWN_MAX]
    return {
        **findings.as_told(row),
        "statusMeaning": row.MACHINE.meanings[row.status],
        "explanation": {"what": meaning.what, "whatToDo": meaning.what_to_do},
        "timeline": [_event(step) for step in steps],
        "runs": runs.as_results(list(latest)),
    }


def bulk(caller: Caller, text: str) -> BulkCheck:
    """Everybody's, for those of all partners; else one's own. Raises Http404."""
    rows = BulkCheck.objects.all()
    found: BulkCheck = one(
        rows if caller.partners is None else rows.filter(actor=caller.actor), text
    )
    return found


def in_work(partners: Collection[UUID] | None, *, at: datetime) -> list[dict[str, Any]]:
    """The first of the checks that are being made."""
    rows = queue.active(partners=partners, at=at).select_related("partner")
    return [_queued(row) for row in rows[:SHOWN_MAX]]


def waiting(partners: Collection[UUID] | None) -> list[dict[str, Any]]:
    """The most urgent of those that nobody works on."""
    rows = queue.rows({"active": "no"}, partners=partners).select_related("partner")
    return [_queued(row) for row in rows[:SHOWN_MAX]]


def demand_all_partners(caller: Caller) -> None:
    """Alerts are nobody's in particular. Raises NotAllowed."""
    if caller.partners is not None:
        raise NotAllowed(f"{caller.actor} sees one partner, and alerts concern all")


def alerts_page(asked: Alerts) -> tuple[list[Alert], str | None]:
    """The newest of these first, and the cursor of the next page."""
    rows = alerts.rows(**asked.chosen).order_by("-id")
    if asked.before is not None:
        rows = rows.filter(id__lt=asked.before)
    found = list(rows[: asked.limit + 1])
    shown = found[: asked.limit]
    return shown, str(shown[-1].pk) if len(found) > asked.limit else None


def alert_id(text: str) -> int:
    """Of an alert that there is. Raises Http404."""
    if not (text.isascii() and text.isdigit() and len(text) <= ALERT_ID_DIGITS_MAX):
        raise Http404
    if not Alert.objects.filter(pk=int(text)).exists():
        raise Http404
    return int(text)


def _event(step: Step) -> dict[str, Any]:
    return {
        "at": told(step.at),
        "status": step.to_status,
        "text": masking.without_phones(step.because),
        "actor": step.actor,
    }


def _queued(row: CheckRequest) -> dict[str, Any]:
    return {
        "sessionId": row.subject_id,
        "kind": row.subject_kind,
        "partner": str(row.partner_id) if row.partner_id else None,
        "partnerName": masking.without_phones(row.partner.name) if row.partner else "",
        "trigger": row.trigger,
        "actor": row.actor,
        "requestedAt": told(row.requested_at),
        "dueAt": told(row.due_at),
        "tries": row.tries,
        "error": row.problem or None,
    }
