"""What a caller may read: always filtered by the partners that are theirs."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from core.callers import Caller
from core.models import Step
from disbursements.api import pages
from disbursements.api.paging import Asked, Position
from disbursements.models import DisbursementRequest, DisbursementRetryLog

BESIDE = ("shortcode", "partner")
SAID = (
    "id", "partner_id", "shortcode", "rail", "client_reference", "msisdn", "payee_name",
    "amount_minor", "currency", "command_id", "remarks", "max_retries", "created_at",
    "receiver_number", "receiver_kind", "account_reference", "beneficiary",
)  # fmt: skip


def page(
    rows: QuerySet[DisbursementRequest], *, limit: int, after: Position | None
) -> tuple[list[DisbursementRequest], str | None]:
    """A page of these rows, newest first, and the cursor of the next one."""
    asked = pages.Page(limit=limit, after=after)
    return pages.page(rows, asked, moment="created_at", beside=BESIDE)


def listed(*, caller: Caller, asked: Asked) -> QuerySet[DisbursementRequest]:
    """The caller's payouts that GET /api/disburse was asked for."""
    return theirs(caller).filter(**_filters(asked))


def theirs(caller: Caller) -> QuerySet[DisbursementRequest]:
    """Every payout that the caller may see."""
    rows = DisbursementRequest.objects.all()
    return rows if caller.partners is None else rows.filter(partner_id__in=caller.partners)


def one(*, caller: Caller, disbursement_id: str) -> DisbursementRequest:
    """The caller's payout. Raises Http404 for another's, for none, and for what is no id."""
    row: DisbursementRequest = pages.one(theirs(caller).select_related(*BESIDE), disbursement_id)
    return row


def logs_of(rows: Sequence[DisbursementRequest]) -> dict[UUID, list[DisbursementRetryLog]]:
    """The attempts of many payouts, in order; one query."""
    logs: dict[UUID, list[DisbursementRetryLog]] = {row.pk: [] for row in rows}
    found = DisbursementRetryLog.objects.filter(disbursement_id__in=list(logs))
    for log in found.order_by("disbursement_id", "retry_attempt"):
        logs[log.disbursement_id].append(log)
    return logs


def attempts(row: DisbursementRequest) -> list[DisbursementRetryLog]:
    """Its attempts, in order."""
    return list(DisbursementRetryLog.objects.filter(disbursement=row).order_by("retry_attempt"))


def as_instructed(row: DisbursementRequest, *, replayed: bool) -> DisbursementRequest:
    """The payout as it stood when it was instructed: a replay gets the same answer for ever."""
    status = row.status
    if replayed:
        first = (
            Step.objects.filter(subject_type="DisbursementRequest", subject_id=str(row.pk))
            .order_by("id")
            .values_list("to_status", flat=True)
            .first()
        )
        status = first or status
    return DisbursementRequest(
        **{name: getattr(row, name) for name in SAID}, status=status, status_at=row.created_at
    )


def _filters(asked: Asked) -> dict[str, object]:
    wanted = {
        "status__in": asked.statuses or None,
        "partner_id": asked.partner_id,
        "client_reference": asked.client_reference,
        "created_at__gte": asked.created_from,
        "created_at__lt": asked.created_before,
    }
    return {name: value for name, value in wanted.items() if value is not None}
