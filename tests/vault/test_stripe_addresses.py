"""Each Stripe account has addresses of its own: a notice counts only for the one that it is at."""

from urllib.parse import urlsplit

import pytest

from gateways import inbox
from tests.winners import a_stripe_account
from tests.wire import MovedClock
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner
from vault.queries.stripe import CONNECT, PLATFORM, platform_of, webhook_addresses


@pytest.fixture
def accounts(a_partner: Partner, moved: MovedClock) -> list[Shortcode]:
    """Two partners' accounts."""
    other = add_partner(name="Other Example Ltd", actor="test", at=moved())
    return [a_stripe_account(a_partner), a_stripe_account(other, number="OTHER")]


def digest_of(url: str) -> bytes:
    """What a message to this address carries."""
    return inbox.secret_digest(urlsplit(url).path.rstrip("/").rsplit("/", 1)[1])


class TestAddresses:
    @pytest.mark.parametrize("kind", [PLATFORM, CONNECT])
    def test_each_leads_to_its_own_account(self, accounts: list[Shortcode], kind: str) -> None:
        digests = [digest_of(webhook_addresses(each)[kind]) for each in accounts]

        found = [platform_of(digest, kind=kind) for digest in digests]

        assert found == accounts

    def test_the_one_for_connect_is_not_the_platforms(self, accounts: list[Shortcode]) -> None:
        digest = digest_of(webhook_addresses(accounts[0])[CONNECT])

        assert platform_of(digest) is None

    def test_nobody_is_at_any_other(self, accounts: list[Shortcode]) -> None:
        assert platform_of(bytes(32)) is None

    def test_they_stay_the_same(self, accounts: list[Shortcode]) -> None:
        assert webhook_addresses(accounts[0]) == webhook_addresses(accounts[0])
