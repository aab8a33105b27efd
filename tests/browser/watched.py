"""Checks of everything on the scene, two differences, one check that waits, many at once; who is
told of it, and what they were told."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db import transaction
from django.urls import reverse

from core.alerts import raise_alert
from core.callers import Caller
from core.models import Alert
from disbursements.models import DisbursementRequest
from reconciliation.models import (
    AlertMessage,
    AlertRecipient,
    Finding,
    FindingKind,
    SubjectKind,
)
from reconciliation.operations import bulk
from reconciliation.operations.alert_findings import kind_of, tell
from reconciliation.operations.check_many import check_due
from reconciliation.operations.findings import Look, keep
from reconciliation.operations.request_check import request
from reconciliation.operations.severities import set_severity
from reconciliation.rules.sides import Difference

LIVE = "/admin/reconciliation/live/"
RUN = "admin:reconciliation_reconciliationrun"
FINDING = "admin:reconciliation_finding"
FLOAT_LOW = "float_low"


def watched(caller: Caller, *, at: datetime) -> None:
    """Bring all of it about."""
    rows = list(DisbursementRequest.objects.filter(payee_user="").order_by("client_reference"))
    subjects = [(SubjectKind.DISBURSEMENT, str(row.pk), row.partner_id) for row in rows]
    request(subjects=subjects, trigger="callback", actor="system", at=at)
    check_due()
    bulk.start(ids=[str(row.pk) for row in rows[:3]], caller=caller, at=at)
    check_due()
    _differ(rows[0], at=at)
    request(
        subjects=subjects[:1], trigger="periodic", actor="system", at=at,
        due_at=at + timedelta(hours=1),
    )  # fmt: skip
    _told(at=at)
    set_severity(
        kind="late", severity="high", reason="We had too many of them", caller=caller, at=at
    )


def _differ(row: DisbursementRequest, *, at: datetime) -> None:
    differences = (
        Difference(
            kind=FindingKind.AMOUNT_MISMATCH,
            text="M-Pesa's callback 1 says KES 1,000.00, our record KES 1,250.00",
            here={"amount": "KES 1,250.00", "receipt": "UKL1000001"},
            there={"amount": "KES 1,000.00", "receipt": "UKL1000001"},
            there_name="M-Pesa's callback 1", stake_minor=25_000, currency="KES", is_loss=True,
        ),
        Difference(
            kind=FindingKind.FEE_MISMATCH, text="Another fee was charged", here={"fee": "none"},
            there={"fee": "KES 11.00"}, there_name="M-Pesa's statement", stake_minor=1_100,
            currency="KES",
        ),
    )  # fmt: skip
    look = Look(
        subject=(SubjectKind.DISBURSEMENT, str(row.pk)), partner_id=row.partner_id,
        reference=row.client_reference, differences=differences,
    )  # fmt: skip
    with transaction.atomic():
        kept = keep([look], at=at)
        tell(opened=kept.opened, cured=kept.cured, at=at)


def _told(*, at: datetime) -> None:
    raise_alert(kind=FLOAT_LOW, key="600111", text="The float of 600111 is low", at=at)
    alert = Alert.objects.filter(kind=kind_of(FindingKind.AMOUNT_MISMATCH)).get()
    person = AlertRecipient.objects.create(
        name="Amina Example", email="amina@example.com", phone="254700010001", created_at=at,
        quiet_from=time(21), quiet_until=time(7),
    )  # fmt: skip
    for channel, to in (("email", person.email), ("sms", person.phone)):
        AlertMessage.objects.create(
            alert=alert, recipient=person, why=AlertMessage.Why.OPENED, channel=channel, to=to,
            reference=f"alert-{channel}", subject="HIGH", text=alert.text, created_at=at,
            state=AlertMessage.State.SENT, sent_at=at, message_id=f"message-{channel}",
        )  # fmt: skip


def addresses() -> Iterator[str]:
    """The pages that no list leads to."""
    found = Finding.objects.get(kind=FindingKind.AMOUNT_MISMATCH)
    yield LIVE
    yield f"{LIVE}?result=discrepancy&kind=loan"
    yield f"{LIVE}?result=nonsense"
    alert = AlertMessage.objects.order_by("created_at").values_list("alert", flat=True)[:1].get()
    for page in ("change", "acknowledge", "assign"):
        yield reverse(f"admin:core_alert_{page}", args=[alert])
    yield reverse("admin:core_alert_close", args=[Alert.objects.get(kind=FLOAT_LOW).pk])
    yield reverse(f"{FINDING}_change", args=[found.pk])
    yield reverse(f"{FINDING}_dismiss", args=[found.pk])
    yield f"{reverse(f'{FINDING}_changelist')}?status=open&severity=high"
    yield f"{reverse(f'{RUN}_check')}?kind=disbursement&id={found.subject_id}"
    yield f"{reverse(f'{RUN}_check-many')}?of=findings&status=open"
    yield reverse("admin:reconciliation_severityrule_severity", args=["late"])
