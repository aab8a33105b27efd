"""Which payouts a bulk run is about, frozen by id in one statement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from core.callers import Caller
from core.refusals import Refused
from disbursements.models import BulkItem, DisbursementRequest
from disbursements.queries import selection as selecting

SEE_PHONES = "disbursements.see_phones"
NOT_FOUND_OPTION = "not_found"


class NothingSelected(Refused):
    """No payout is meant; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """How many, and minor units per currency."""

    count: int
    totals: dict[str, int]


def chosen(
    *, caller: Caller, selection: Mapping[str, str] | None, ids: Collection[UUID] | None
) -> QuerySet[DisbursementRequest]:
    """The caller's payouts among those meant. Raises BadSelection and NothingSelected."""
    if selection is None and not ids:
        raise NothingSelected("No payout is selected: name ids or a selection", field="ids")
    rows = selecting.rows(
        selection or {}, partners=caller.partners, may_see_phones=caller.may(SEE_PHONES)
    )
    if ids is not None:
        rows = rows.filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", [list(set(ids))]))
    return rows


def freeze(*, run_id: UUID, rows: QuerySet[DisbursementRequest], limit: int) -> Frozen:
    """Write down at most `limit` of them for the run. Raises NothingSelected when there is none.

    The run itself may follow in the same transaction: its key is checked at the end of it.
    """
    try:
        meant, values = (
            rows.order_by("id")
            .values("id", "currency", "amount_minor")[:limit]
            .query.sql_with_params()
        )
    except EmptyResultSet:
        raise NothingSelected("Nothing matches") from None
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH meant (id, currency, amount_minor) AS MATERIALIZED ({meant}),
            frozen AS (
                INSERT INTO {BulkItem._meta.db_table} (run_id, disbursement_id, skipped_because)
                SELECT %s, id, '' FROM meant ORDER BY id
            )
            SELECT currency, count(*), sum(amount_minor) FROM meant GROUP BY currency
            """,  # noqa: S608 - the statement is the query set's own, its values apart
            [*values, run_id],
        )
        sums = cursor.fetchall()
    if not sums:
        raise NothingSelected("Nothing that matches can be done")
    return Frozen(
        count=sum(count for _, count, _ in sums),
        totals={currency: int(minor) for currency, _, minor in sums},
    )
