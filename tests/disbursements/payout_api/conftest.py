"""A partner with a Stripe account and a key, a stranger, and settlements to hand in."""

from collections.abc import Callable
from typing import Any

import pytest

from core import clock
from disbursements import jobs
from disbursements.models import PayoutJob
from tests.contests import settle
from tests.disbursements.api.conftest import Caller
from tests.people import a_person, token_of
from tests.striping import open_account, set_balance
from tests.winners import a_stripe_account, account_of, an_account
from tests.wire import MovedClock, Wire
from vault.models import Partner, Shortcode
from vault.operations.add_api_key import add_api_key
from vault.operations.add_partner import add_partner

SETTLEMENTS = "/api/payouts/settlements"
JOBS = "/api/payouts/jobs"
TRANSFERS = "/api/payouts/transfers"
REVERSALS = "/api/payouts/reversals"
WHY = {"reason": "the balance was topped up"}
NOBODY = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"


@pytest.fixture
def platform(a_partner: Partner) -> Shortcode:
    """The Stripe account that the first partner pays from."""
    return a_stripe_account(a_partner)


@pytest.fixture
def api(platform: Shortcode) -> Caller:
    """The first partner's program."""
    return key_of(platform.partner)


@pytest.fixture
def quick_partner(db: None) -> Partner:
    """A partner with a Stripe account in a transaction that is rolled back: nothing is paid."""
    partner = add_partner(name="Umoja Example Ltd", actor="test", at=clock.now())
    a_stripe_account(partner)
    return partner


@pytest.fixture
def quick(quick_partner: Partner) -> Caller:
    """Its program, for requests that are refused."""
    return key_of(quick_partner)


@pytest.fixture
def other(a_partner: Partner) -> Shortcode:
    """Another partner's Stripe account."""
    partner = add_partner(name="Baraka Example Ltd", actor="test", at=clock.now())
    return a_stripe_account(partner, number="BARAKA")


@pytest.fixture
def stranger(other: Shortcode) -> Caller:
    """The other partner's program."""
    return key_of(other.partner)


@pytest.fixture
def body() -> dict[str, Any]:
    return {
        "settlementId": "SET-2026-11-0001",
        "contestId": "cup-2026-11",
        "currency": "USD",
        "pool": "100.00",
        "winners": [
            {"userId": "user-1", "amount": "60.00"},
            {"userId": "user-2", "amount": "37.50"},
        ],
    }


@pytest.fixture
def paid(wire: Wire, platform: Shortcode, moved: MovedClock) -> PayoutJob:
    """A job of three: user-1 and user-2 are paid, user-3 has no account."""
    set_balance(wire, 100_000_000)
    for user_id in ("user-1", "user-2"):
        open_account(wire, account_of(user_id))
        an_account(platform.partner, user_id)
    job = settle(platform.partner).job
    wire.run(hours=1)
    jobs.payouts()
    job.refresh_from_db()
    return job


@pytest.fixture
def person(engine_db: None, moved: MovedClock) -> Callable[..., Caller]:
    """A member of staff with a token: `person("disbursements.view_payoutjob")`."""

    def sign_in(*names: str, **more: Any) -> Caller:
        permissions = [name if "." in name else f"disbursements.{name}" for name in names]
        return Caller(token_of(a_person(*permissions, **more), at=moved()))

    return sign_in


def key_of(partner: Partner, **more: Any) -> Caller:
    return Caller(add_api_key(partner_id=partner.pk, actor="test", at=clock.now(), **more).key)


def transfer_ids(job: PayoutJob) -> dict[str, str]:
    """The id of each winner's transfer."""
    return {user_id: str(pk) for user_id, pk in job.transfers.values_list("user_id", "pk")}
