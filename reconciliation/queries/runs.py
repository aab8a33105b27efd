"""Reads: checks that were made, as rows to choose among and as the documented answer."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, prefetch_related_objects

from core import masking
from core.states import SYSTEM
from disbursements.queries.filter_table import BadSelection, FilterTable
from disbursements.queries.filter_values import moment, one_id, several
from reconciliation.models import Finding, FindingKind, ReconciliationRun, SubjectKind
from reconciliation.rules.moments import told
from reconciliation.states import CheckResult

__all__ = [
    "CONDITIONS", "TABLE", "BadSelection", "Issue", "as_result", "as_results", "name_partners",
    "rows",
]  # fmt: skip

Subject = tuple[str, str]
BY_PEOPLE = frozenset(
    {"manual_dashboard", "manual_api", "manual_websocket", "manual_command", "manual_queue",
     "bulk_manual"}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One difference in the documented form."""

    kind: str
    message: str
    severity: str

    @classmethod
    def of(cls, row: Finding) -> "Issue":
        """What a finding says."""
        return cls(kind=row.kind, message=row.text, severity=row.severity)

    def as_told(self) -> dict[str, str]:
        """As the source document names it; a partner's reference in it may be a phone."""
        message = masking.without_phones(self.message)
        return {"type": self.kind, "message": message, "severity": self.severity}


def as_result(run: ReconciliationRun, *, issues: Sequence[Issue] | None = None) -> dict[str, Any]:
    """The documented `result` of a check; `issues` of the findings that are open after it.

    Without them the findings are read: one query. For many runs there is as_results, or
    name_partners before this.
    """
    if issues is None:
        return as_results([run])[0]
    details = {"client": "", "psychologist": "", "amount": None, "transactionId": ""}
    return {
        "id": str(run.pk),
        "sessionId": run.subject_id,
        "kind": run.subject_kind,
        "status": run.result,
        "partner": str(run.partner_id) if run.partner_id else None,
        "partnerName": _partner_name(run),
        "sessionDetails": details | _masked(run.details),
        "reconciliationMetadata": {
            "trigger": run.trigger,
            "processingTime": run.duration_ms,
            "timestamp": told(run.started_at),
            "waited": run.waited_ms,
            "actor": run.actor,
            "asked": run.asked,
        },
        "issues": [issue.as_told() for issue in issues],
    } | ({"error": run.problem} if run.problem else {})


def name_partners(runs: Iterable[ReconciliationRun]) -> None:
    """Read the partners of those whose sides told no name, such as failed ones: one query."""
    prefetch_related_objects([run for run in runs if not run.details.get("partner")], "partner")


def _partner_name(run: ReconciliationRun) -> str:
    said = run.details.get("partner") or (run.partner.name if run.partner else "")
    return masking.without_phones(str(said))


def _masked(details: Mapping[str, Any]) -> dict[str, Any]:
    """What people know it by, no phone whole."""
    return {
        name: masking.without_phones(value) if isinstance(value, str) else value
        for name, value in details.items()
    }


def as_results(runs: Collection[ReconciliationRun]) -> list[dict[str, Any]]:
    """The same of many, with two queries; each issue in the words that its finding has now."""
    name_partners(runs)
    known: dict[tuple[str, str, str], list[Issue]] = {}
    for row in _findings_of(runs):
        key = (row.subject_kind, row.subject_id, row.kind)
        known.setdefault(key, []).append(Issue.of(row))
    return [
        as_result(
            run,
            issues=[
                issue
                for kind in run.findings
                for issue in known.get((run.subject_kind, run.subject_id, kind), [])
            ],
        )
        for run in runs
    ]


def _findings_of(runs: Iterable[ReconciliationRun]) -> QuerySet[Finding] | list[Finding]:
    ids_of: dict[str, set[str]] = {}
    for run in runs:
        if run.findings:
            ids_of.setdefault(run.subject_kind, set()).add(run.subject_id)
    if not ids_of:
        return []
    chosen = Q(pk__in=[])
    for kind, ids in ids_of.items():
        chosen |= Q(subject_kind=kind, subject_id__in=ids)
    return Finding.objects.filter(chosen).order_by("kind", "about")


def rows(
    selection: Mapping[str, str], *, partners: Collection[UUID] | None
) -> QuerySet[ReconciliationRun]:
    """The checks of a selection, newest first. Raises BadSelection."""
    return TABLE.narrowed(
        ReconciliationRun.objects.all(), selection, partners=partners, may_see_phones=False
    )


def _bulk(text: str) -> Q:
    return Q(bulk_id=one_id(text))


def _trigger(text: str) -> Q:
    chosen = several(text, None, "callback,periodic")
    found = Q(trigger__in=chosen)
    if BY_PEOPLE.issuperset(chosen):  # the few that the index of people's checks holds
        return found & ~Q(actor=SYSTEM)
    return found


def _searched(
    found: QuerySet[ReconciliationRun],
    *,
    text: str,
    may_see_phones: bool,  # noqa: ARG001
) -> QuerySet[ReconciliationRun]:
    """By our id or by what people know the subject by, exactly."""
    said = text.strip()
    return found.filter(
        Q(subject_id=said) | Q(details__reference=said) | Q(details__transactionId=said)
    )


CONDITIONS: Mapping[str, Callable[[str], Q]] = {
    "result": lambda text: Q(result__in=several(text, tuple(CheckResult), "discrepancy,error")),
    "kind": lambda text: Q(subject_kind__in=several(text, tuple(SubjectKind.values), "payment")),
    "trigger": _trigger,
    "finding": lambda text: _any_finding(several(text, tuple(FindingKind.values), "late")),
    "actor": lambda text: Q(actor=text),
    "bulk": _bulk,
    "partner": lambda text: Q(partner_id=one_id(text)),
    "id": lambda text: Q(subject_id=text),
    "from": lambda text: Q(started_at__gte=moment(text, days=0)),
    "to": lambda text: Q(started_at__lt=moment(text, days=1)),
}


def _any_finding(kinds: Iterable[str]) -> Q:
    chosen = Q(pk__in=[])
    for kind in kinds:
        chosen |= Q(findings__contains=[kind])
    return chosen


TABLE: FilterTable[ReconciliationRun] = FilterTable(conditions=CONDITIONS, search=_searched)
