"""What a test of transfers begins with, on the `wire` (tests/wire.py): Stripe's side of it.

    def test_a_winner_is_paid(wire):
        open_account(wire, "acct_1Example")
        register_webhooks(wire)
        paid = transferrer(Rail.STRIPE_TRANSFER, PLATFORM).send(...)
        wire.deliver()                       # signed notices, to our two webhook addresses
        assert (transfers(wire), paid_twice(wire)) == ([...], [])

`script(wire, "acct_1Example", "transfer_lost")` makes the next request to that account go wrong;
the names and what each means: docs/simulator.md. Amounts are Stripe's minor units.
"""

import json
from typing import Any

from django.conf import settings

from gateways import inbox
from gateways.interface import PlatformAccess
from tests.wire import Wire

ACCOUNT = "acct_1Example"
# Any key is believed that begins with sk_test_; never one that goes on with "wrong" or "expired".
PLATFORM = PlatformAccess(secret_key="sk_test_1")
PLATFORM_NAME = "acct_platform"


def control(wire: Wire, name: str, **values: Any) -> Any:
    """Tell the simulator something, or read from it when there is nothing to tell."""
    method, body = ("POST", json.dumps(values).encode()) if values else ("GET", b"")
    reply = wire.simulator.handle(method, f"/_simulator/{name}", {}, body)
    assert reply.status == 200, reply.body
    return reply.json()


def open_account(wire: Wire, account_id: str = ACCOUNT, **changes: Any) -> str:
    """A connected account that may receive; `transfers="inactive"`: that may not (yet).

    Called again it changes the account and tells of it; also `country`, `currency`, `refusal`.
    """
    control(wire, "stripe-account", id=account_id, **changes)
    return account_id


def register_webhooks(wire: Wire, *, subject: str = PLATFORM_NAME, old_secret: str = "") -> None:
    """Our two addresses, each with a secret of its own that signs for it.

    With `old_secret` Stripe's own is being rolled: it signs with one we do not know, and with it.
    """
    first, second = settings.STRIPE_WEBHOOK_SECRETS
    for kind, secret in (("platform", first), ("connect", second)):
        path = inbox.standing_secret(provider="stripe", kind=kind, subject=subject)
        url = inbox.callback_url(provider="stripe", kind=kind, secret=path)
        secrets = {"secret": secret}
        if old_secret:
            secrets = {"secret": "whsec_new", "oldSecret": old_secret}
        control(wire, "stripe-webhook", url=url, connect=kind == "connect", **secrets)


def script(wire: Wire, account_id: str, *faults: str) -> None:
    """What befalls the next requests for this account, one each, and then nothing."""
    control(wire, "stripe-script", destination=account_id, faults=list(faults))


def set_balance(wire: Wire, amount: int, currency: str = "usd") -> None:
    """Make our available balance exactly this, without a word."""
    control(wire, "stripe-balance", currency=currency, amount=amount)


def top_up(wire: Wire, amount: int, currency: str = "usd") -> None:
    """Put money into our balance: `balance.available` tells of it."""
    control(wire, "stripe-top-up", currency=currency, amount=amount)


def believe_keys(wire: Wire, *keys: str) -> None:
    """From now on only these secret keys are believed: to revoke one, or to roll it."""
    control(wire, "stripe-keys", keys=list(keys))


def limit_rate(wire: Wire, per_second: int) -> None:
    """Refuse more requests than this in a second for one endpoint; 0 is no limit."""
    control(wire, "stripe-rate", perSecond=per_second)


def tell(wire: Wire, kind: str, subject: dict[str, Any], account: str = "") -> str:
    """Make Stripe tell of anything, such as `payout.failed`; the event's id."""
    return str(control(wire, "stripe-event", type=kind, object=subject, account=account)["id"])


def transfers(wire: Wire) -> list[dict[str, Any]]:
    """Every transfer that moved money, oldest first, as Stripe has it."""
    found: list[dict[str, Any]] = control(wire, "stripe-book")["transfers"]
    return found


def paid_twice(wire: Wire) -> list[dict[str, Any]]:
    """What was paid more than once, by its group or its metadata: must be empty."""
    found: list[dict[str, Any]] = control(wire, "stripe-book")["paidTwice"]
    return found
