"""Whether the same thing is paid by two payouts: a receipt that is another's, two live payouts of
one origin, or of one chain of corrections."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from django.db import connection

from core import money
from disbursements.models import DisbursementRequest
from disbursements.operations.correct import FOLLOWED
from disbursements.states import DisbursementStatus
from reconciliation.rules.sides import Difference, Side
from reconciliation.rules.standings import PAID
from reconciliation.sources.payout_rows import Payout

S = DisbursementStatus
OTHER = "another payout of ours"
ANOTHERS = "a payout of another partner"
# These pay nothing any more.
OVER = (S.FAILED, S.CANCELLED, S.RETURNED)

CHAINS = """
    WITH RECURSIVE chain (start, id, corrects_id) AS (
        SELECT id, id, corrects_id FROM disbursement_requests WHERE id = ANY(%s)
         UNION
        SELECT chain.start, near.id, near.corrects_id
          FROM chain
          JOIN LATERAL (
                SELECT id, corrects_id FROM disbursement_requests WHERE id = chain.corrects_id
                 UNION ALL
                SELECT id, corrects_id FROM disbursement_requests WHERE corrects_id = chain.id
          ) AS near ON true
    )
    SELECT start, id FROM chain WHERE id <> start
"""


def twins_of(
    payouts: Mapping[str, Payout], told: Mapping[str, Iterable[Side]]
) -> dict[str, list[Difference]]:
    """A duplicate for each other payout that pays the same."""
    found = {
        subject_id: list(differences)
        for subject_id, differences in _receipts_elsewhere(payouts, told).items()
    }
    for subject_id, others in _same_things(payouts).items():
        payout = payouts[subject_id]
        if payout.row.status not in OVER:
            live = (each for each in others if each.status not in OVER)
            found.setdefault(subject_id, []).extend(_paid_anew(payout, each) for each in live)
    return found


def _receipts_elsewhere(
    payouts: Mapping[str, Payout], told: Mapping[str, Iterable[Side]]
) -> dict[str, list[Difference]]:
    """Receipts that the provider told of one payout, and that another has on record."""
    of_receipt: dict[str, list[tuple[Payout, Side]]] = {}
    for subject_id, sides in told.items():
        for side in sides:
            if side.standing in PAID and side.receipt:
                of_receipt.setdefault(side.receipt, []).append((payouts[subject_id], side))
    rails = {payout.row.rail for payout in payouts.values()}
    holders = DisbursementRequest.objects.filter(rail__in=rails, receipt__in=list(of_receipt))
    found: dict[str, list[Difference]] = {}
    for holder in holders:
        for payout, side in of_receipt[holder.receipt or ""]:
            if holder.pk != payout.row.pk:
                found.setdefault(payout.id, []).append(_same_receipt(payout, side, holder))
    return found


def _same_things(payouts: Mapping[str, Payout]) -> dict[str, list[DisbursementRequest]]:
    """The other payouts of each one's origin and of its chain of corrections."""
    linked: dict[str, set[UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(CHAINS, [[payout.row.pk for payout in payouts.values()]])
        for start, other in cursor.fetchall():
            linked.setdefault(str(start), set()).add(other)
    origins = {
        (payout.row.origin, payout.row.origin_id)
        for payout in payouts.values()
        if payout.row.origin in FOLLOWED and payout.row.origin_id
    }
    wanted = {pk for others in linked.values() for pk in others}
    rows = list(DisbursementRequest.objects.filter(pk__in=wanted))
    rows += DisbursementRequest.objects.filter(
        origin__in=list(FOLLOWED), origin_id__in=[origin_id for _, origin_id in origins]
    )
    by_id = {row.pk: row for row in rows}
    return {payout.id: list(_others(payout, linked, by_id)) for payout in payouts.values()}


def _others(
    payout: Payout, linked: Mapping[str, set[UUID]], rows: Mapping[UUID, DisbursementRequest]
) -> Iterator[DisbursementRequest]:
    row = payout.row
    for other in rows.values():
        same_origin = row.origin in FOLLOWED and (other.origin, other.origin_id) == (
            row.origin, row.origin_id,
        )  # fmt: skip
        if other.pk != row.pk and (same_origin or other.pk in linked.get(payout.id, ())):
            yield other


def _same_receipt(payout: Payout, side: Side, holder: DisbursementRequest) -> Difference:
    is_ours = holder.partner_id == payout.row.partner_id
    other = holder.client_reference if is_ours else ANOTHERS
    return Difference(
        kind="duplicate",
        about=f"receipt {side.receipt} of {holder.pk}"[:100],
        text=f"{side.name} names the receipt {side.receipt}, which {other} has on record",
        here={"receipt": payout.row.receipt or "", "payout": payout.row.client_reference},
        there={"receipt": side.receipt, "payout": other},
        there_name=OTHER,
        stake_minor=payout.row.amount_minor,
        currency=payout.row.currency,
    )


def _paid_anew(payout: Payout, other: DisbursementRequest) -> Difference:
    row = payout.row
    return Difference(
        kind="duplicate",
        about=f"payout {other.pk}",
        text=f"{row.client_reference} ({row.status}) and {other.client_reference} "
        f"({other.status}) pay the same thing",
        here={"payout": row.client_reference, "status": row.status},
        there={
            "payout": other.client_reference,
            "status": other.status,
            "amount": money.shown(other.amount_minor, other.currency),
        },
        there_name=OTHER,
        stake_minor=other.amount_minor,
        currency=other.currency,
        is_loss=True,
    )
