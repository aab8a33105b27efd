"""What the page of a payout says of a transfer through Stripe: whose it is, where it went."""

from collections.abc import Iterator, Sequence

from django.urls import NoReverseMatch, reverse

from core.admin import shown
from disbursements.admin import job_words
from disbursements.models import (
    ConnectedAccount,
    DisbursementRequest,
    DisbursementRetryLog,
    PayoutTransfer,
)
from disbursements.queries.payout_jobs import why
from disbursements.rules.rail_words import is_stripe

ACCOUNT = "admin:disbursements_connectedaccount_change"
Facts = Iterator[tuple[str, object]]


def winner_of(row: DisbursementRequest) -> PayoutTransfer | None:
    """The winner that this pays; None where no payout job is behind it."""
    if not is_stripe(row.rail):
        return None
    found = PayoutTransfer.objects.select_related("job", "disbursement", "partner")
    return found.filter(pk=row.pk).first()


def kind(row: DisbursementRequest, winner: PayoutTransfer | None) -> str:
    """What it is, above the amount; empty for what Stripe does not pay."""
    if not is_stripe(row.rail):
        return ""
    contest = f", winner of {winner.contest_id}" if winner else ""
    return f"Transfer through Stripe of {row.partner}{contest}"


def beside(row: DisbursementRequest) -> object:
    """The user and where they receive, in the headline."""
    account = _account(row)
    return shown.two_lines(row.payee_user, account.account_id if account else "no account yet")


def facts(winner: PayoutTransfer) -> Facts:
    """How it stands in its job: the sentence of why, what it waits for and what to do."""
    yield ("Payout job", job_words.job_link(winner.job))
    yield ("In its job", job_words.winner_status(winner))
    yield ("Why", shown.free_text(why(winner)))
    if job_words.waits(winner):
        yield ("Waits since", shown.moment(winner.skipped_at))
        yield ("What to do", job_words.skip_to_do(winner.skip_code))


def money_facts(row: DisbursementRequest) -> Facts:
    """What came back of it."""
    if row.returned_minor:
        yield ("Came back", shown.amount(row.returned_minor, row.currency))
        left = row.amount_minor - row.returned_minor
        yield ("Kept by the winner", shown.amount(left, row.currency))


def ids(
    row: DisbursementRequest,
    attempts: Sequence[DisbursementRetryLog],
    winner: PayoutTransfer | None,
) -> Facts:
    """By what Stripe and the partner know it."""
    yield ("User", shown.copied(row.payee_user, label="user id"))
    account = _account(row)
    yield ("Connected account", _account_shown(account) if account else "none yet")
    if attempts:
        latest = attempts[-1]
        if account is None or latest.destination != account.account_id:
            yield ("Sent to", shown.copied(latest.destination, label="account it was sent to"))
        yield ("Key", shown.copied(latest.key, label="idempotency key at Stripe"))
        yield ("Key generation", latest.key_generation)
        yield ("Transfer group", shown.copied(f"payout-{row.pk}", label="transfer group"))
    yield ("Transfer at Stripe", shown.copied(row.receipt or "", label="transfer id"))
    if winner is not None:
        yield ("Settlement", shown.copied(winner.job.settlement_id, label="settlement id"))
        yield ("Contest", shown.copied(winner.contest_id, label="contest id"))
        yield ("Line of the settlement", winner.line)


def _account(row: DisbursementRequest) -> ConnectedAccount | None:
    """The user's account as it is now; read once for each page."""
    if "account" not in vars(row):
        found = ConnectedAccount.objects.filter(partner=row.partner_id, user_id=row.payee_user)
        vars(row)["account"] = found.first()
    account: ConnectedAccount | None = vars(row)["account"]
    return account


def _account_shown(account: ConnectedAccount) -> object:
    copied = shown.copied(account.account_id, label="connected account")
    try:
        page = reverse(ACCOUNT, args=[account.pk])
    except NoReverseMatch:
        return copied
    return shown.two_lines(copied, shown.link(page, "Its page"))
