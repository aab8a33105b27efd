"""A partner with a Stripe account at the simulator, its webhooks registered."""

from collections.abc import Callable

import pytest

from disbursements.models import ConnectedAccount
from disbursements.operations.accounts import save_account
from tests.striping import register_webhooks
from tests.winners import a_stripe_account, account_of
from tests.wire import Wire
from vault.models import Partner, Shortcode

Save = Callable[..., ConnectedAccount]


@pytest.fixture
def platform(wire: Wire, a_partner: Partner) -> Shortcode:
    """The partner's Stripe account `STRIPE`; its notices come to our two addresses."""
    register_webhooks(wire, subject="STRIPE")
    return a_stripe_account(a_partner)


@pytest.fixture
def save(platform: Shortcode, wire: Wire) -> Save:
    """Save an account of the partner's user, as the API does: `acct_user1` for `user-1`."""

    def save_one(
        user_id: str = "user-1", account_id: str = "", **more: object
    ) -> ConnectedAccount:
        values = {"partner_id": platform.partner_id, "actor": "test", "at": wire.clock(), **more}
        return save_account(
            user_id=user_id, account_id=account_id or account_of(user_id), **values
        )

    return save_one
