"""What one partner may read: always filtered by the partner of the key."""

from uuid import UUID

from django.db.models import DateTimeField, F, Func, TextField, UUIDField, Value
from django.db.models.lookups import LessThan

from core.models import Step
from disbursements.api.paging import Asked, Position
from disbursements.models import DisbursementRequest, DisbursementRetryLog

SAID = (
    "id", "partner_id", "shortcode", "rail", "client_reference", "msisdn", "payee_name",
    "amount_minor", "currency", "command_id", "remarks", "max_retries", "created_at",
)  # fmt: skip


def page(*, partner_id: UUID, asked: Asked) -> tuple[list[DisbursementRequest], Position | None]:
    """A page of the partner's payouts, newest first, and where the next one starts."""
    rows = DisbursementRequest.objects.filter(partner_id=partner_id, **_filters(asked))
    if asked.after is not None:
        rows = rows.filter(_before(asked.after))
    found = list(
        rows.select_related("shortcode").order_by("-created_at", "-id")[: asked.limit + 1]
    )
    shown = found[: asked.limit]
    if len(found) <= asked.limit:
        return shown, None
    return shown, Position(created_at=shown[-1].created_at, id=shown[-1].id)


def one(*, partner_id: UUID, disbursement_id: UUID) -> DisbursementRequest | None:
    """The partner's payout; None for another partner's and for none at all."""
    return (
        DisbursementRequest.objects.select_related("shortcode")
        .filter(partner_id=partner_id, pk=disbursement_id)
        .first()
    )


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


def _before(position: Position) -> LessThan:
    """Older than the position, as one comparison of rows.

    A million payouts of one file share one moment: with OR the index would read all of them.
    """
    moment = Value(position.created_at, output_field=DateTimeField())
    return LessThan(
        _row(F("created_at"), F("id")), _row(moment, Value(position.id, output_field=UUIDField()))
    )


def _row(moment: F | Value, row_id: F | Value) -> Func:
    return Func(moment, row_id, function="ROW", output_field=TextField())


def _filters(asked: Asked) -> dict[str, object]:
    wanted = {
        "status__in": asked.statuses or None,
        "client_reference": asked.client_reference,
        "created_at__gte": asked.created_from,
        "created_at__lt": asked.created_before,
    }
    return {name: value for name, value in wanted.items() if value is not None}
