"""A contest that was paid out, its winners in every state that a desk shows."""

from typing import Any

from config.schedules import SWEEPS
from core import clock
from core.callers import Caller
from disbursements.models import DisbursementRequest, PayoutJob, TransferReversal
from disbursements.operations import bulk, follow_jobs, reversals
from tests.striping import open_account, script, set_balance
from tests.winners import a_payout_job, a_stripe_account, account_of, an_account
from tests.wire import Wire
from vault.models import Partner
from vault.queries import caller_of

SETTLEMENT, CONTEST = "SET-2026-11-21", "cup-2026"
WORK = ("deliver", "recover", "send", "retry", "ask", "resume")
WON = {
    "PAID": 5_000, "PART-BACK": 4_000, "UNKNOWN": 3_000, "RETRYING": 2_500, "FAILED": 2_000,
    "INACTIVE": 1_500, "NO-ACCOUNT": 1_000,
}  # fmt: skip
FAULTS = {"UNKNOWN": "transfer_error", "RETRYING": "transfer_too_many"}
SOMEBODY = Caller(actor="operator", origin="test", partners=None, permissions=None)
REFUSED = {"FAILED": "transfers_not_allowed"}


def paid_out(wire: Wire, partner: Partner) -> PayoutJob:
    """A job with one winner in each state, the user's id the state's name in capitals."""
    set_balance(wire, 100_000_000)
    a_stripe_account(partner)
    for user_id in WON:
        _opened(wire, partner, user_id)
    job = a_payout_job(partner, WON, settlement_id=SETTLEMENT, contest_id=CONTEST)
    work(wire)
    run = bulk.start(
        verb="stop_retrying", reason="Stripe will never allow it", caller=SOMEBODY,
        at=clock.now(), ids=[row_of("FAILED").pk],
    )  # fmt: skip
    bulk.work(run_id=run.pk)
    follow_jobs.follow_jobs(job_id=job.pk)
    job.refresh_from_db()
    return job


def not_sent(partner: Partner) -> PayoutJob:
    """Another job, of which nothing was sent yet."""
    an_account(partner, "QUEUED")
    return a_payout_job(
        partner, {"QUEUED": 900}, settlement_id="SET-2026-11-22", contest_id="league-7"
    )


def proposed_back(person: Any, user_id: str, amount_minor: int) -> TransferReversal:
    """This person proposes to take so much back from the winner."""
    return reversals.propose_reversal(
        disbursement_id=row_of(user_id).pk, amount_minor=amount_minor,
        reason="Paid to the wrong user, who agreed", at=clock.now(),
        caller=caller_of(person, origin="admin"),
    )  # fmt: skip


def row_of(user_id: str) -> DisbursementRequest:
    """The payout of this user as it is now."""
    return DisbursementRequest.objects.get(payee_user=user_id)


def work(wire: Wire) -> None:
    """Do all that is due now."""
    wire.deliver()
    while sum(SWEEPS[name].run() for name in WORK):
        wire.deliver()


def _opened(wire: Wire, partner: Partner, user_id: str) -> None:
    """The account of this user, here and at Stripe, with what befalls it."""
    if user_id == "NO-ACCOUNT":
        return
    account_id = account_of(user_id)
    transfers = "inactive" if user_id == "INACTIVE" else "active"
    refused = {"refusal": REFUSED[user_id]} if user_id in REFUSED else {}
    open_account(wire, account_id, transfers=transfers, **refused)
    an_account(partner, user_id, transfers=transfers)
    if user_id in FAULTS:
        script(wire, account_id, FAULTS[user_id])
