import pytest

from tests.winners import a_stripe_account
from vault.models import Partner, Shortcode


@pytest.fixture
def stripe(a_partner: Partner) -> Shortcode:
    """The Stripe account that the partner pays from."""
    return a_stripe_account(a_partner)
