"""What Stripe's notices about connected accounts do: they make us ask.

A notice tells how an account was at some moment in the past, and they come in any order
(stripe.md 5.3). So none is believed: its account is asked about at once, and until the answer it
stands as it stood. A transfer that meets an account which has just become unable is refused by
Stripe with nothing paid, waits, and is woken by the same answer.
"""

from datetime import datetime

from core import jobs, states
from disbursements.models import ConnectedAccount
from disbursements.operations.accounts import JOB
from gateways.interface import (
    AccountChanged,
    AccountLeft,
    Arrival,
    BankPayoutFailed,
    CapabilityChanged,
    Delivery,
)
from vault.queries.stripe import CONNECT, platform_of

FAILURE_CHARACTERS_MAX = 300
SUBJECT_CHARACTERS_MAX = 60
Applied = tuple[Delivery, str]


def apply_account_changed(*, event: AccountChanged, arrival: Arrival, at: datetime) -> Applied:
    """Something about the account changed."""
    return _ask_again(event.standing.account_id, arrival, at)


def apply_capability_changed(
    *, event: CapabilityChanged, arrival: Arrival, at: datetime
) -> Applied:
    """Whether it may receive changed."""
    return _ask_again(event.account_id, arrival, at)


def apply_account_left(*, event: AccountLeft, arrival: Arrival, at: datetime) -> Applied:
    """Its user took our access back, or has given it again since."""
    return _ask_again(event.account_id, arrival, at)


def apply_bank_failed(*, event: BankPayoutFailed, arrival: Arrival, at: datetime) -> Applied:
    """The user's bank sent money back into the user's own balance: what we paid stays paid."""
    answer, row = _account(event.account_id, arrival)
    if row is None:
        return answer, event.account_id[:SUBJECT_CHARACTERS_MAX]
    said = f"{event.payout_id}: {event.code} {event.text}".strip()[:FAILURE_CHARACTERS_MAX]
    if row.bank_failure == said:
        return Delivery.DUPLICATE, event.account_id[:SUBJECT_CHARACTERS_MAX]
    row.bank_failure = said
    row.save(update_fields=["bank_failure"])
    states.note(row, at=at, because=f"the user's bank sent money back: {said}")
    _due(row, at)
    return answer, event.account_id[:SUBJECT_CHARACTERS_MAX]


def _ask_again(account_id: str, arrival: Arrival, at: datetime) -> Applied:
    answer, row = _account(account_id, arrival)
    if row is not None:
        _due(row, at)
    return answer, account_id[:SUBJECT_CHARACTERS_MAX]


def _account(account_id: str, arrival: Arrival) -> tuple[Delivery, ConnectedAccount | None]:
    """The account of the partner at whose own address the notice came, locked.

    A platform has accounts that are none of our payees'.
    """
    platform = platform_of(arrival.secret_digest, kind=CONNECT)
    if platform is None:
        return Delivery.UNMATCHED, None
    row = (
        ConnectedAccount.objects.select_for_update()
        .filter(partner_id=platform.partner_id, account_id=account_id)
        .first()
    )
    return (Delivery.IGNORED if row is None else Delivery.APPLIED), row


def _due(row: ConnectedAccount, at: datetime) -> None:
    """Ask at once; a question that is under way is asked again, for it may be older."""
    if row.refresh_at > at:
        row.refresh_at = at
        row.save(update_fields=["refresh_at"])
    jobs.after_commit(JOB)
