"""Write down what Stripe answered about a connected account, the latest question's answer only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from core import clock, states
from core.alerts import close_alerts, raise_alert
from disbursements.models import ConnectedAccount
from disbursements.operations.accounts import OUT_OF_REACH, WAITED_FOR
from disbursements.queries import accounts
from gateways import registry
from gateways.errors import Declined, GatewayError
from gateways.interface import AccountStanding, Rail, Transferrer
from gateways.models import Call

EVERY = timedelta(days=1)
AGAIN = timedelta(minutes=5)
ERROR_CHARACTERS_MAX = 300
CALL_KIND = "account"
REFUSED_ALERT = "accounts_not_answered"
NO_PLATFORM = "this partner has no Stripe account that may be asked"
SHOWN = {
    "transfers": "transfers", "payouts_enabled": "pays out to their bank",
    "disabled_reason": "disabled because", "left_at": "out of our reach",
    "country": "country", "currency": "currency",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question about one account, which nobody else asks until `lease_until`."""

    row_id: int
    partner_id: UUID
    user_id: str
    account_id: str
    at: datetime
    lease_until: datetime
    platforms: Sequence[tuple[str, Transferrer]]


@dataclass(frozen=True, kw_only=True)
class Told:
    """The answer, or the error; neither where there was nobody to ask as."""

    asked: Asked
    standing: AccountStanding | None = None
    error: GatewayError | None = None
    platform: str = ""

    @property
    def out_of_reach(self) -> bool:
        """Whether Stripe does not let us at this account."""
        return isinstance(self.error, Declined) and self.error.code in OUT_OF_REACH

    @property
    def is_ours(self) -> bool:
        """Whether whatever else we ask would fail alike: our key, or no key at all."""
        if self.error is None:
            return self.standing is None
        return isinstance(self.error, Declined) and not self.out_of_reach


def record(told: Told, *, at: datetime) -> bool:
    """Write the answer down; whether Stripe said how the account stands.

    What was asked of another account than the user has now, or before a later question that is
    answered already, changes nothing. A notice that came meanwhile stays due.
    """
    said = told.standing is not None or told.out_of_reach
    with transaction.atomic(durable=True):
        _tell_of_platform(told, said=said, at=at)
        row = (
            ConnectedAccount.objects.select_for_update()
            .filter(pk=told.asked.row_id, account_id=told.asked.account_id)
            .first()
        )
        if row is None:
            return False
        if row.refresh_at == told.asked.lease_until:
            row.refresh_at = at + clock.scaled(_wait(row) if said else AGAIN)
        later = row.standing_at is not None and row.standing_at > told.asked.at
        if not later:
            _write(row, told, at)
        row.save()
    return said


def _wait(row: ConnectedAccount) -> timedelta:
    return WAITED_FOR if accounts.waiting_of([row]) else EVERY


def _write(row: ConnectedAccount, told: Told, at: datetime) -> None:
    before = {name: getattr(row, name) for name in SHOWN}
    if told.standing is not None:
        _take_over(row, told.standing)
        row.left_at, row.refresh_error, row.standing_at = None, "", told.asked.at
    elif told.out_of_reach:
        row.left_at, row.standing_at = row.left_at or at, told.asked.at
        row.refresh_error = str(told.error)[:ERROR_CHARACTERS_MAX]
    else:
        row.refresh_error = str(told.error or NO_PLATFORM)[:ERROR_CHARACTERS_MAX]
    changed = {name: value for name, value in before.items() if getattr(row, name) != value}
    if changed:
        details = {
            "old": {SHOWN[name]: _said(value) for name, value in changed.items()},
            "new": {SHOWN[name]: _said(getattr(row, name)) for name in changed},
        }
        states.note(row, at=at, because="as Stripe told us when we asked", details=details)


def _take_over(row: ConnectedAccount, standing: AccountStanding) -> None:
    row.country = standing.country[:2]
    row.currency = standing.currency[:3]
    row.transfers = standing.transfers.value
    row.payouts_enabled = standing.payouts_enabled
    row.currently_due = list(standing.currently_due)
    row.past_due = list(standing.past_due)
    row.disabled_reason = standing.disabled_reason[:100]


def _tell_of_platform(told: Told, *, said: bool, at: datetime) -> None:
    """Keep the call that failed; an alert for staff while our own key is refused.

    Answers are not kept: they hold the user's name and address.
    """
    if told.error is not None and told.error.exchange is not None:
        Call.objects.from_exchange(
            told.error.exchange, provider=registry.provider_of(Rail.STRIPE_TRANSFER),
            kind=CALL_KIND, shortcode=told.platform, subject_id=told.asked.account_id[:60],
        ).save()  # fmt: skip
    if said:
        close_alerts(kind=REFUSED_ALERT, key=told.platform, at=at, actor=states.SYSTEM)
    elif told.is_ours and told.platform:
        raise_alert(
            kind=REFUSED_ALERT, key=told.platform, at=at,
            text=f"Stripe does not tell {told.platform} how connected accounts stand: "
            f"{told.error}. Check its secret key (change_stripe_key)."[:500],
        )  # fmt: skip


def _said(value: Any) -> str:
    if value is None or isinstance(value, bool | datetime):
        return "yes" if value else "no"
    return str(value) or "none"
