"""What a caller may read: always filtered by the partners that are theirs."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import DateTimeField, F, Func, QuerySet, TextField, UUIDField, Value
from django.db.models.lookups import LessThan
from django.http import Http404

from core.callers import Caller
from core.models import Step
from disbursements.api.paging import Asked, Position
from disbursements.models import DisbursementRequest, DisbursementRetryLog

SAID = (
    "id", "partner_id", "shortcode", "rail", "client_reference", "msisdn", "payee_name",
    "amount_minor", "currency", "command_id", "remarks", "max_retries", "created_at",
    "receiver_number", "receiver_kind", "account_reference", "beneficiary",
)  # fmt: skip


def page(
    rows: QuerySet[DisbursementRequest], *, limit: int, after: Position | None
) -> tuple[list[DisbursementRequest], Position | None]:
    """A page of these rows, newest first, and where the next one starts."""
    if after is not None:
        rows = rows.filter(before(after))
    found = list(
        rows.select_related("shortcode", "partner").order_by("-created_at", "-id")[: limit + 1]
    )
    shown = found[:limit]
    if len(found) <= limit:
        return shown, None
    return shown, Position(created_at=shown[-1].created_at, id=shown[-1].id)


def listed(*, caller: Caller, asked: Asked) -> QuerySet[DisbursementRequest]:
    """The caller's payouts that GET /api/disburse was asked for."""
    return theirs(caller).filter(**_filters(asked))


def theirs(caller: Caller) -> QuerySet[DisbursementRequest]:
    """Every payout that the caller may see."""
    rows = DisbursementRequest.objects.all()
    return rows if caller.partners is None else rows.filter(partner_id__in=caller.partners)


def one(*, caller: Caller, disbursement_id: str) -> DisbursementRequest:
    """The caller's payout. Raises Http404 for another's, for none, and for what is no id."""
    try:
        row_id = UUID(disbursement_id)
    except ValueError:
        raise Http404 from None
    row = theirs(caller).select_related("shortcode", "partner").filter(pk=row_id).first()
    if row is None:
        raise Http404
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


def before(position: Position, *, moment_field: str = "created_at") -> LessThan:
    """Older than the position, as one comparison of rows.

    A million payouts of one file share one moment: with OR the index would read all of them.
    """
    moment = Value(position.created_at, output_field=DateTimeField())
    return LessThan(
        _row(F(moment_field), F("id")), _row(moment, Value(position.id, output_field=UUIDField()))
    )


def _row(moment: F | Value, row_id: F | Value) -> Func:
    return Func(moment, row_id, function="ROW", output_field=TextField())


def _filters(asked: Asked) -> dict[str, object]:
    wanted = {
        "status__in": asked.statuses or None,
        "partner_id": asked.partner_id,
        "client_reference": asked.client_reference,
        "created_at__gte": asked.created_from,
        "created_at__lt": asked.created_before,
    }
    return {name: value for name, value in wanted.items() if value is not None}
