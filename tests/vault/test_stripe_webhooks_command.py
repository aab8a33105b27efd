"""manage.py stripe_webhooks: the addresses of an account's notices, told again."""

import pytest
from django.conf import LazySettings

from gateways import inbox
from tests.commands import answer_of, refusal_of, said
from tests.winners import a_stripe_account
from tests.wire import MovedClock
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner
from vault.queries.stripe import platform_of


@pytest.fixture
def account(a_partner: Partner) -> Shortcode:
    return a_stripe_account(a_partner)


class TestStripeWebhooks:
    def test_a_notice_at_the_address_that_it_tells_counts_for_the_account(
        self, account: Shortcode
    ) -> None:
        told = answer_of("stripe_webhooks", "STRIPE")["webhooks"]["STRIPE"]

        for kind in ("platform", "connect"):
            secret = told[kind].rstrip("/").rsplit("/", 1)[1]
            assert platform_of(inbox.secret_digest(secret), kind=kind) == account

    def test_a_new_key_of_ours_makes_others_and_the_old_ones_stay_good(
        self, account: Shortcode, settings: LazySettings
    ) -> None:
        before = answer_of("stripe_webhooks")["webhooks"]["STRIPE"]["platform"]
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-only-for-tests-" + "y" * 40

        after = answer_of("stripe_webhooks")["webhooks"]["STRIPE"]["platform"]

        assert after != before
        old = inbox.secret_digest(before.rstrip("/").rsplit("/", 1)[1])
        assert platform_of(old) == account

    def test_each_account_is_told_by_its_number(
        self, account: Shortcode, moved: MovedClock
    ) -> None:
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        a_stripe_account(other, number="OTHER")

        text = said("stripe_webhooks")

        assert "STRIPE, events on your account: https://" in text
        assert "OTHER, events on connected accounts: https://" in text

    def test_no_such_account(self, account: Shortcode) -> None:
        refusal = refusal_of("stripe_webhooks", "600111")

        assert "600111" in str(refusal)
        assert refusal.returncode == 1
