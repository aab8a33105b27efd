"""Checks and differences in words: colours, what started a check, amounts, addresses."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from core import clock, masking, money
from core.admin import shown
from reconciliation.models import Finding, FindingKind, ReconciliationRun, SubjectKind
from reconciliation.states import (
    MEANINGS,
    RESULT_MEANINGS,
    CheckResult,
    FindingStatus,
    Severity,
)

RUNS = "admin:reconciliation_reconciliationrun_changelist"
FINDINGS = "admin:reconciliation_finding_changelist"
QUEUE = "admin:reconciliation_checkrequest_changelist"
CHECK = "reconciliation.check_reconciliationrun"
VIEW = "reconciliation.view_reconciliationrun"

RESULT_TONES: Mapping[str, str] = {
    CheckResult.MATCHED: shown.GOOD,
    CheckResult.PENDING: shown.WAIT,
    CheckResult.DISCREPANCY: shown.BAD,
    CheckResult.ERROR: shown.WARN,
}
SEVERITIES: Mapping[str, tuple[str, str]] = {
    Severity.HIGH: (shown.BAD, "Money is at risk: look at it now."),
    Severity.MEDIUM: (shown.WARN, "Look at it today."),
    Severity.LOW: (shown.MUTE, "Nothing presses."),
}
FINDING_TONES: Mapping[str, str] = {
    FindingStatus.OPEN: shown.ASK,
    FindingStatus.DISMISSED: shown.MUTE,
    FindingStatus.CURED: shown.GOOD,
}
TRIGGERS: Mapping[str, str] = {
    "initiation": "it began",
    "callback": "callback",
    "status_query": "answer to a question",
    "change": "change",
    "periodic": "regular check",
    "manual_dashboard": "a person, at the desk",
    "manual_api": "a person, by the API",
    "manual_websocket": "a person, on the socket",
    "manual_command": "a person, by command",
    "manual_queue": "queued by a person",
    "bulk_manual": "many at once",
}
BY_ACCOUNT = (SubjectKind.PAYMENT, SubjectKind.PROMPT)
# Where each kind of subject has its page.
PAGES: Mapping[str, str] = {
    SubjectKind.PAYMENT: "vault.payment",
    SubjectKind.PROMPT: "vault.prompt",
    SubjectKind.DISBURSEMENT: "disbursements.disbursementrequest",
    SubjectKind.PAYOUT_TRANSFER: "disbursements.disbursementrequest",
    SubjectKind.LOAN: "loans.loantracking",
    SubjectKind.STRANGER: "gateways.callback",
}


def result(row: ReconciliationRun) -> SafeString:
    """What a check came to, as word, dot and colour."""
    return shown.status(
        row.result, meaning=RESULT_MEANINGS[row.result], tone=RESULT_TONES[row.result]
    )


def severity(word: str) -> SafeString:
    """High, medium or low."""
    tone, meaning = SEVERITIES[word]
    return shown.status(word, meaning=meaning, tone=tone)


def finding_status(row: Finding) -> SafeString:
    """Open, dismissed or cured."""
    return shown.status(row.status, meaning=MEANINGS[row.status], tone=FINDING_TONES[row.status])


def finding_kind(name: str) -> str:
    """`Amounts differ`."""
    return str(FindingKind(name).label) if name in FindingKind.values else name


def subject_kind(name: str) -> str:
    """`Payment in`."""
    return str(SubjectKind(name).label) if name in SubjectKind.values else name


def trigger(name: str) -> str:
    """What started it; what a caller of the API named stands as it is."""
    return TRIGGERS.get(name, name.replace("_", " "))


def started_by(name: str) -> str:
    """The same as the beginning of a line: `A person, by the API`."""
    text = trigger(name)
    return text[:1].upper() + text[1:]


def stake(row: Finding) -> Any:
    """The money that it is about."""
    if row.stake_minor is None or row.currency not in money.DECIMALS:
        return shown.NOTHING
    return shown.amount(row.stake_minor, row.currency)


def known_by(kind: str, details: Mapping[str, Any], *, or_else: str) -> str:
    """What people call it: a payment by its account and receipt, a transfer by the winner."""
    reference, receipt = details.get("reference"), details.get("transactionId")
    if kind in BY_ACCOUNT:
        text = ", ".join(dict.fromkeys(str(each) for each in (reference, receipt) if each))
    elif kind == SubjectKind.PAYOUT_TRANSFER:
        text = str(details.get("client") or reference or "")
    else:
        text = str(reference or "")
    return masking.without_phones(text or or_else)


def told_amount(details: Mapping[str, Any]) -> str:
    """`KES 1,250.00` of the documented amount, which is in units; empty where none is told."""
    said, currency = details.get("amount"), str(details.get("currency") or "")
    if said is None or said == "":
        return ""
    try:
        units = Decimal(str(said))
    except InvalidOperation:
        return ""
    places = money.DECIMALS.get(currency, 2)
    return f"{currency} {units:,.{places}f}".strip()


def took(duration_ms: int) -> str:
    """`12 ms`, `4.2 s`."""
    return f"{duration_ms:,} ms" if duration_ms < 1000 else f"{duration_ms / 1000:,.1f} s"


def seconds(length_s: int) -> str:
    """`45 s`, `12 min`, `3 h`, `2 days`."""
    for unit, word in ((86_400 * 2, "days"), (3_600 * 2, "h"), (60 * 2, "min")):
        if length_s >= unit:
            size = {"days": 86_400, "h": 3_600, "min": 60}[word]
            return f"{length_s // size} {word}"
    return f"{length_s} s"


def clock_text(at: datetime) -> str:
    """`14:32:05 EAT`."""
    return f"{at.astimezone(clock.NAIROBI):%H:%M:%S} EAT"


def page_of(row: Any) -> str:
    """The address of a row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def subject_url(request: HttpRequest, kind: str, subject_id: str) -> str:
    """The subject's page; empty for those who may not open it."""
    if kind not in PAGES:
        return ""
    model = apps.get_model(PAGES[kind])
    if not admin.site.get_model_admin(model).has_view_permission(request):
        return ""
    return reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[subject_id]
    )


def subject_link(request: HttpRequest, kind: str, subject_id: str, text: str = "") -> Any:
    """The subject by what people know it by, leading to its page."""
    words = text or subject_id
    url = subject_url(request, kind, subject_id)
    return shown.link(url, words) if url else words


def list_url(name: str) -> str:
    """The address of a list, such as RUNS."""
    return reverse(name)
