"""Payouts by what names them at Stripe or in their settlement; each look-up by an index."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from disbursements.models import ConnectedAccount, DisbursementRequest, PayoutJob
from gateways.interface import Rail

JOBS_MAX = 20

Ids = QuerySet[Any, UUID]


def named(term: str) -> Iterator[Ids]:
    """Ids of payouts of this user, transfer (tr_…) or connected account (acct_…)."""
    rows = DisbursementRequest.objects.exclude(payee_user="")
    yield rows.filter(payee_user=term).values_list("pk", flat=True)
    paid = DisbursementRequest.objects.filter(rail=Rail.STRIPE_TRANSFER, receipt=term)
    yield paid.values_list("pk", flat=True)
    accounts = ConnectedAccount.objects.filter(account_id=term)
    for partner_id, user_id in accounts.values_list("partner_id", "user_id")[:JOBS_MAX]:
        yield rows.filter(partner_id=partner_id, payee_user=user_id).values_list("pk", flat=True)


def of_settlement(term: str) -> Iterator[Ids]:
    """Ids of the payouts of the settlement or contest with exactly this id."""
    jobs = PayoutJob.objects.filter(Q(settlement_id=term) | Q(contest_id=term))
    ids = [str(pk) for pk in jobs.values_list("pk", flat=True)[:JOBS_MAX]]
    if ids:
        payouts = DisbursementRequest.objects.filter(origin_id__in=ids)
        yield payouts.values_list("pk", flat=True)
