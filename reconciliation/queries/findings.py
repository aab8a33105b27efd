"""Reads: differences, as rows to choose among and as the API tells them."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core import masking
from disbursements.queries.filter_table import BadSelection, FilterTable
from disbursements.queries.filter_values import moment, one_id, several
from reconciliation.models import Finding, FindingKind, SubjectKind
from reconciliation.rules.moments import told
from reconciliation.states import FindingStatus, Severity

__all__ = ["CONDITIONS", "TABLE", "BadSelection", "as_told", "of_subject", "rows"]


def rows(selection: Mapping[str, str], *, partners: Collection[UUID] | None) -> QuerySet[Finding]:
    """The findings of a selection, newest first. Raises BadSelection."""
    found = Finding.objects.select_related("partner")
    return TABLE.narrowed(found, selection, partners=partners, may_see_phones=False)


def of_subject(kind: str, subject_id: str) -> QuerySet[Finding]:
    """Every difference that this subject ever had."""
    return Finding.objects.filter(subject_kind=kind, subject_id=subject_id)


def as_told(row: Finding) -> dict[str, Any]:
    """As the API tells it, phones masked: a partner's reference may be one."""
    here, there = (
        {name: masking.without_phones(str(text)) for name, text in side.items()}
        for side in (row.here, row.there)
    )
    return {
        "id": str(row.pk),
        "sessionId": row.subject_id,
        "kind": row.subject_kind,
        "type": row.kind,
        "about": row.about,
        "severity": row.severity,
        "status": row.status,
        "message": masking.without_phones(row.text),
        "reference": masking.without_phones(row.reference),
        "here": here,
        "there": there,
        "thereName": row.there_name,
        "stakeMinor": row.stake_minor,
        "currency": row.currency,
        "partner": str(row.partner_id) if row.partner_id else None,
        "partnerName": masking.without_phones(row.partner.name) if row.partner else "",
        "openedAt": told(row.opened_at),
        "seenAt": told(row.seen_at),
        "statusAt": told(row.status_at),
        "times": row.times,
    }


def _searched(
    found: QuerySet[Finding],
    *,
    text: str,
    may_see_phones: bool,  # noqa: ARG001
) -> QuerySet[Finding]:
    said = text.strip()
    return found.filter(Q(subject_id=said) | Q(reference__istartswith=said) | Q(about=said))


CONDITIONS: Mapping[str, Callable[[str], Q]] = {
    "status": lambda text: Q(status__in=several(text, tuple(FindingStatus), "open")),
    "severity": lambda text: Q(severity__in=several(text, tuple(Severity), "high,medium")),
    "type": lambda text: Q(kind__in=several(text, tuple(FindingKind.values), "amount_mismatch")),
    "kind": lambda text: Q(subject_kind__in=several(text, tuple(SubjectKind.values), "payment")),
    "partner": lambda text: Q(partner_id=one_id(text)),
    "id": lambda text: Q(subject_id=text),
    "from": lambda text: Q(opened_at__gte=moment(text, days=0)),
    "to": lambda text: Q(opened_at__lt=moment(text, days=1)),
}
TABLE: FilterTable[Finding] = FilterTable(conditions=CONDITIONS, search=_searched)
