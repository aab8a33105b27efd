"""What the tests of the Stripe adapter share: objects of the provider, and signed notices."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

from requests.structures import CaseInsensitiveDict

from gateways.http import HttpAnswer
from gateways.interface import Exchange, TransferOrder

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def order(**changes: Any) -> TransferOrder:
    """One try to pay USD 12.50."""
    facts: dict[str, Any] = {
        "key": "payout:0001", "transfer_id": "0001", "group": "payout-0001",
        "destination": "acct_1Example", "amount_minor": 1_250, "currency": "USD",
    }  # fmt: skip
    return TransferOrder(**(facts | changes))


def transfer(**changes: Any) -> dict[str, Any]:
    """The transfer that pays `order()`."""
    fields = {
        "id": "tr_1Example", "object": "transfer", "amount": 1_250, "amount_reversed": 0,
        "balance_transaction": "txn_1Example", "created": 1_795_000_000, "currency": "usd",
        "destination": "acct_1Example", "livemode": False, "transfer_group": "payout-0001",
        "metadata": {"payout_transfer_id": "0001"}, "reversed": False,
    }  # fmt: skip
    return fields | changes


def account(**changes: Any) -> dict[str, Any]:
    """A connected account that may receive."""
    fields: dict[str, Any] = {
        "id": "acct_1Example", "object": "account", "country": "US", "default_currency": "usd",
        "capabilities": {"transfers": "active"}, "payouts_enabled": True,
        "requirements": {
            "currently_due": ["external_account"], "past_due": [], "disabled_reason": None,
        },
    }  # fmt: skip
    return fields | changes


def event(kind: str, subject: object, **changes: Any) -> dict[str, Any]:
    """A notice about `subject`."""
    fields = {"id": "evt_1", "object": "event", "type": kind, "data": {"object": subject}}
    return fields | changes


def answer(status: int, body: bytes, **headers: str) -> HttpAnswer:
    """What came back; `request_id="x"` stands for the header Request-Id."""
    return HttpAnswer(
        status=status,
        headers=CaseInsensitiveDict({name.replace("_", "-"): headers[name] for name in headers}),
        body=body,
        exchange=Exchange(
            method="POST", url="http://stripe.test/v1/transfers", started_at=AT, duration_ms=1
        ),
    )


def signature(body: bytes, *, secret: str, at: datetime) -> str:
    """The header as Stripe makes it."""
    moment = int(at.timestamp())
    right = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={right},v0={'0' * 64}"
