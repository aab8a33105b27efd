"""Connected accounts: save whose is which, take a refusal to heart, wake who waited."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from core import clock, jobs, states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from disbursements.models import (
    ConnectedAccount,
    DisbursementRequest,
    DisbursementRetryLog,
    PayoutTransfer,
)
from disbursements.operations.pause import send_again
from disbursements.queries import accounts
from disbursements.rules.account_facts import checked_account, checked_user
from disbursements.rules.receiving import Skip, skip_of
from disbursements.states import DisbursementStatus
from gateways.interface import Capability
from vault.models import Partner

ADD = "disbursements.add_connectedaccount"
CHANGE = "disbursements.change_connectedaccount"
JOB = "accounts"
WAKE_BATCH = 500
RACES_MAX = 3
REASON_EXAMPLE = "the user opened a new account"
MAY_RECEIVE = "the account may receive now"
# Where Stripe says that an account is active and refuses it all the same, one try an hour.
REFUSED_PAUSE = timedelta(hours=1)
# An account that a winner waits for: a notice may be lost.
WAITED_FOR = timedelta(hours=1)
# Stripe does not let us at this account: its user took it back, or there is none of this id.
OUT_OF_REACH = frozenset({"account_invalid", "resource_missing"})
UNKNOWN_STANDING: dict[str, Any] = {
    "country": "", "currency": "", "transfers": Capability.UNREQUESTED.value,
    "payouts_enabled": False, "currently_due": [], "past_due": [], "disabled_reason": "",
    "left_at": None, "bank_failure": "", "standing_at": None, "refresh_error": "",
}  # fmt: skip


def ask_soon(*, partner_id: UUID, user_ids: Collection[str], at: datetime) -> None:
    """Winners wait for these accounts: they are asked about within the hour. In a transaction."""
    soon = at + clock.scaled(WAITED_FOR)
    later = ConnectedAccount.objects.select_for_update().filter(
        partner_id=partner_id, user_id__in=user_ids, refresh_at__gt=soon
    )
    ids = list(later.order_by("pk").values_list("pk", flat=True))
    ConnectedAccount.objects.filter(pk__in=ids).update(refresh_at=soon)


def save_account(
    *, partner_id: UUID, user_id: str, account_id: str, actor: str, at: datetime,
    reason: str = "", caller: Caller | None = None,
) -> ConnectedAccount:  # fmt: skip
    """Where this user's money goes from now on; the same again changes nothing.

    Another account than before needs a reason. A payout that is on its way keeps the account that
    it began with. With a `caller`, their permission is demanded. Raises Refused, NotAllowed.
    """
    user_id, account_id = checked_user(user_id), checked_account(account_id)
    demand_partner(partner_id, caller)
    for _ in range(RACES_MAX):
        with transaction.atomic():
            row = (
                ConnectedAccount.objects.select_for_update()
                .filter(partner_id=partner_id, user_id=user_id)
                .first()
            )
            if caller is not None:
                caller.demand(CHANGE if row else ADD)
            if row is not None and row.account_id == account_id:
                return row
            _demand_free(partner_id, user_id, account_id)
            try:
                with transaction.atomic():
                    if row is None:
                        row = new_account(partner_id, user_id, account_id, actor=actor, at=at)
                        begin([row], reason=reason, actor=actor, at=at)
                    else:
                        redirect(row, account_id, reason=reason, actor=actor, at=at)
            except IntegrityError:
                continue  # somebody saved this user or this account at the same moment
            say_why(partner_id=partner_id, user_ids=[user_id], skip=Skip.NOT_CHECKED)
            jobs.after_commit(JOB)
            return row
    raise Refused(
        f"somebody else saves {account_id} at this moment: look at it, then try again",
        field="account_id",
    )


def demand_partner(partner_id: UUID, caller: Caller | None) -> None:
    """Raises Refused for a partner that is not, or is out of the caller's reach."""
    within = caller is None or caller.may_touch(partner_id)
    if not within or not Partner.objects.filter(pk=partner_id).exists():
        raise Refused(
            f"there is no partner {partner_id}: add_partner prints the id", field="partner"
        )


def new_account(
    partner_id: UUID, user_id: str, account_id: str, *, actor: str, at: datetime
) -> ConnectedAccount:
    """An unsaved row, due to be asked about at once."""
    return ConnectedAccount(
        partner_id=partner_id, user_id=user_id, account_id=account_id, created_by=actor,
        created_at=at, changed_at=at, refresh_at=at,
    )  # fmt: skip


def begin(rows: list[ConnectedAccount], *, reason: str, actor: str, at: datetime) -> None:
    """Insert new accounts. In a transaction."""
    because = f"added: {checked_reason(reason, example=REASON_EXAMPLE)}" if reason else "added"
    states.begin(rows, at=at, because=because, actor=actor)


def redirect(
    row: ConnectedAccount, account_id: str, *, reason: str, actor: str, at: datetime
) -> None:
    """Another account for this user: nothing is known of it yet. In a transaction, row locked.

    Raises Refused without a reason.
    """
    said = checked_reason(reason, example=REASON_EXAMPLE)
    details = {"old": {"account": row.account_id}, "new": {"account": account_id}}
    columns = UNKNOWN_STANDING | {"account_id": account_id, "refresh_at": at, "changed_at": at}
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=list(columns))
    states.note(row, at=at, because=f"changed: {said}", actor=actor, details=details)


def refused(row: DisbursementRequest, *, code: str, at: datetime) -> None:
    """Stripe refused a transfer for its destination, which outweighs what it said of it before.

    In the caller's transaction, on a locked payout. An account that the user has no longer is
    left alone: what was refused says nothing of the new one.
    """
    latest = DisbursementRetryLog.objects.filter(disbursement=row).order_by("-retry_attempt")
    destination = latest.values_list("destination", flat=True).first()
    account = (
        ConnectedAccount.objects.select_for_update()
        .filter(partner_id=row.partner_id, user_id=row.payee_user, account_id=destination or "")
        .first()
    )
    if account is None:
        return
    if code in OUT_OF_REACH:
        account.left_at = account.left_at or at
    if account.transfers == Capability.ACTIVE:
        account.transfers = Capability.INACTIVE.value
    # What was asked before this moment is answered too late: record_standing lets it be.
    account.standing_at, account.refresh_at = at, at + clock.scaled(REFUSED_PAUSE)
    account.save(update_fields=["left_at", "transfers", "standing_at", "refresh_at"])
    states.note(account, at=at, because=f"a transfer to it was refused: {code}")


def wake(*, partner_id: UUID, user_id: str, at: datetime) -> int:
    """Send what waited for this user's account, when it may receive now; returns how many.

    Otherwise what waits says why by how the account stands now.
    """
    found = accounts.standing_of(partner_id=partner_id, user_ids=[user_id])
    skip = skip_of(found.get(user_id))
    if skip is None:
        return _wake(at=at, partner_id=partner_id, user_id=user_id)
    say_why(partner_id=partner_id, user_ids=[user_id], skip=skip)
    return 0


def say_why(*, partner_id: UUID, user_ids: Collection[str], skip: Skip) -> None:
    """Let what waits for the accounts of these users say that this is why."""
    PayoutTransfer.objects.filter(
        partner_id=partner_id, user_id__in=user_ids, skip_code__in=list(Skip)
    ).exclude(skip_code=skip).update(skip_code=skip)


def wake_all(*, at: datetime) -> int:
    """Send everything whose account may receive now; returns how many.

    It also finds who was held back in the very moment in which the account became able.
    """
    return _wake(at=at)


def _wake(*, at: datetime, **of: Any) -> int:
    woken = 0
    while batch := _wake_held(at, of):
        woken += batch
    while batch := _wake_parked(at, of):
        woken += batch
    return woken


def _wake_held(at: datetime, of: dict[str, Any]) -> int:
    with transaction.atomic():
        ids = list(accounts.held_back().filter(**of).values_list("pk", flat=True)[:WAKE_BATCH])
        rows = list(
            DisbursementRequest.objects.select_for_update()
            .filter(pk__in=ids, status=DisbursementStatus.HELD)
            .order_by("id")
        )
        states.advance_many(rows, to=DisbursementStatus.QUEUED, at=at, because=MAY_RECEIVE)
        _clear(rows)
        jobs.after_commit("send")
    return len(rows)


def _wake_parked(at: datetime, of: dict[str, Any]) -> int:
    users = {"payee_user" if name == "user_id" else name: value for name, value in of.items()}
    with transaction.atomic():
        rows = list(
            accounts.parked_back()
            .select_for_update(of=("self",))
            .filter(**users)
            .order_by("id")[:WAKE_BATCH]
        )
        send_again(rows, reason=MAY_RECEIVE, actor=states.SYSTEM, at=at)
        _clear(rows)
        jobs.after_commit("retry")
    return len(rows)


def _clear(rows: list[DisbursementRequest]) -> None:
    waited = PayoutTransfer.objects.filter(pk__in=[row.pk for row in rows]).exclude(skip_code="")
    waited.update(skip_code="", skipped_at=None)


def _demand_free(partner_id: UUID, user_id: str, account_id: str) -> None:
    """Raises Refused when another user of this partner has the account."""
    other = (
        ConnectedAccount.objects.filter(partner_id=partner_id, account_id=account_id)
        .exclude(user_id=user_id)
        .values_list("user_id", flat=True)
        .first()
    )
    if other is not None:
        raise taken(account_id, other)


def taken(account_id: str, user_id: str) -> Refused:
    """The refusal of an account that is another user's."""
    return Refused(
        f"{account_id} is the account of user {user_id} already: each user has one of their "
        "own, such as acct_1ExampleUser2",
        field="account_id",
    )
