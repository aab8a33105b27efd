"""Contests that were won: a Stripe account, connected accounts, a payout job with its winners.

    def test_a_winner_is_paid(wire, a_partner):
        open_account(wire, "acct_user1")                  # at Stripe: tests/striping.py
        a_stripe_account(a_partner)
        an_account(a_partner, "user-1")                   # what we know of it
        job = a_payout_job(a_partner, {"user-1": 1000})
        wire.run()
        assert payouts(job)["user-1"].status == "completed"

Amounts are minor units of `currency`. Moments are the clock's (the fixture `moved`).
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import count

from django.db import transaction

from core import clock, states
from disbursements.models import (
    ConnectedAccount,
    DisbursementRequest,
    DisbursementRetryLog,
    PayoutJob,
    PayoutTransfer,
)
from disbursements.states import DisbursementStatus, PayoutJobStatus
from gateways.interface import Rail
from vault.models import Partner, Shortcode
from vault.operations.add_stripe_account import add_stripe_account

SECRET_KEY = "sk_test_1"
_numbers = count(1)


def a_stripe_account(
    partner: Partner, *, number: str = "STRIPE", secret_key: str = SECRET_KEY,
    tps_limit: int = 1000,
) -> Shortcode:  # fmt: skip
    """A platform account of this partner, faster than any real one so that tests are quick."""
    row = add_stripe_account(
        number=number, partner_id=partner.pk, secret_key=secret_key, actor="test", at=clock.now()
    )
    Shortcode.objects.filter(pk=row.pk).update(tps_limit=tps_limit)
    row.refresh_from_db()
    return row


def an_account(
    partner: Partner, user_id: str = "user-1", account_id: str = "", *,
    transfers: str = "active", checked: bool = True, left_at: datetime | None = None,
    disabled_reason: str = "",
) -> ConnectedAccount:  # fmt: skip
    """The connected account of this user: `acct_user1` for `user-1` unless it is named."""
    at = clock.now()
    return ConnectedAccount.objects.create(
        partner=partner, user_id=user_id, account_id=account_id or account_of(user_id),
        transfers=transfers, payouts_enabled=transfers == "active",
        disabled_reason=disabled_reason, left_at=left_at, standing_at=at if checked else None,
        created_by="test", created_at=at, changed_at=at,
    )  # fmt: skip


def account_of(user_id: str) -> str:
    """`acct_user1`: what `an_account` calls the account of `user-1`."""
    return "acct_" + "".join(letter for letter in user_id if letter.isalnum())


def a_payout_job(
    partner: Partner, amounts: Mapping[str, int] | None = None, *, currency: str = "USD",
    max_attempts: int = 4, contest_id: str = "", settlement_id: str = "",
    shortcode: Shortcode | None = None,
) -> PayoutJob:  # fmt: skip
    """A settlement to be paid out to these users, each with a queued payout that is due now."""
    wins = {"user-1": 1000} if amounts is None else amounts
    number, at = next(_numbers), clock.now()
    job = PayoutJob(
        partner=partner, shortcode=shortcode or _account_of(partner), currency=currency,
        settlement_id=settlement_id or f"settlement-{number}",
        contest_id=contest_id or f"contest-{number}", pool_minor=sum(wins.values()),
        total_minor=sum(wins.values()), winners_count=len(wins), max_attempts=max_attempts,
        request_digest=bytes(32), status=PayoutJobStatus.PENDING, status_at=at, origin="test",
        created_by="test", created_at=at,
    )  # fmt: skip
    rows = [_payout(job, user_id, amount_minor) for user_id, amount_minor in wins.items()]
    with transaction.atomic():
        states.begin([job], at=at, because="won", actor="test")
        states.begin(rows, at=at, because="won", actor="test")
        PayoutTransfer.objects.bulk_create(
            PayoutTransfer(
                disbursement=row, job=job, partner=partner, contest_id=job.contest_id,
                user_id=row.payee_user, line=line,
            )
            for line, row in enumerate(rows, start=1)
        )  # fmt: skip
    return job


def payouts(job: PayoutJob) -> dict[str, DisbursementRequest]:
    """The payouts of a job as they are now, by user."""
    rows = DisbursementRequest.objects.filter(origin_id=str(job.pk)).select_related("shortcode")
    return {row.payee_user: row for row in rows}


def payout(job: PayoutJob) -> DisbursementRequest:
    """The payout of a job with one winner, as it is now."""
    (row,) = payouts(job).values()
    return row


def attempts(row: DisbursementRequest) -> list[DisbursementRetryLog]:
    """Its attempts, the first one first."""
    return list(DisbursementRetryLog.objects.filter(disbursement=row).order_by("retry_attempt"))


def _account_of(partner: Partner) -> Shortcode:
    return Shortcode.objects.of_stripe().get(partner=partner)


def _payout(job: PayoutJob, user_id: str, amount_minor: int) -> DisbursementRequest:
    row = DisbursementRequest(
        partner=job.partner, shortcode=job.shortcode, rail=Rail.STRIPE_TRANSFER,
        status=DisbursementStatus.QUEUED, status_at=job.created_at, request_digest=bytes(32),
        origin="payout_job", origin_id=str(job.pk), created_by="test",
        created_at=job.created_at, msisdn="", payee_user=user_id, payee_name="",
        amount_minor=amount_minor, currency=job.currency, command_id="Transfer",
        remarks=f"Contest {job.contest_id}"[:100], due_at=job.created_at,
        max_retries=job.max_attempts - 1,
    )  # fmt: skip
    row.client_reference = f"payout:{row.pk}"
    return row
