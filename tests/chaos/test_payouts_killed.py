"""SIGKILL in the middle of paying winners, two schedulers at once: each winner is paid once."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from disbursements.models import DisbursementRequest, PayoutJob
from tests.chaos.provider import Provider
from tests.striping import open_account, set_balance, transfers
from tests.transfer_oracle import wrong
from tests.winners import a_payout_job, a_stripe_account, account_of, an_account
from tests.wire import Wire
from vault.models import Partner

Start = Callable[..., Any]
TRANSFERS = "/v1/transfers"
WINNERS = 120
SWEPT = ("accounts", "payouts", "reversals")


@pytest.fixture
def job(wire: Wire, a_partner: Partner) -> PayoutJob:
    """A contest whose winners can all be paid."""
    set_balance(wire, 100_000_000)
    a_stripe_account(a_partner)
    wins = {f"user-{number:03}": 1000 for number in range(WINNERS)}
    for user_id in wins:
        open_account(wire, account_of(user_id))
        an_account(a_partner, user_id)
    return a_payout_job(a_partner, wins)


def ended(wire: Wire) -> list[str]:
    """Everything runs on to its end; the statuses of the payouts, and what does not fit."""
    wire.clock.moment = max(wire.clock(), datetime.now(UTC))
    wire.run(hours=100, also=SWEPT)
    found = DisbursementRequest.objects.values_list("status", flat=True)
    return [*sorted(set(found)), *wrong(wire)]


class TestRunPayouts:
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_one_of_two_is_killed_in_mid_job_and_started_again(
        self, start: Start, provider: Provider, job: PayoutJob, wire: Wire, when: str
    ) -> None:
        gate = provider.hold(TRANSFERS, when, free=30)
        killed, other = start("run_payouts"), start("run_payouts")
        provider.wait_held(gate, 20)

        killed.kill()
        provider.open(gate)
        again = start("run_payouts")

        assert (other.ended(), again.ended()) == (0, 0), other.output
        assert ended(wire) == ["completed"]
        assert len(transfers(wire)) == WINNERS
        job.refresh_from_db()
        assert job.status == "complete"

    def test_both_are_killed_when_stripe_has_paid(
        self, start: Start, provider: Provider, job: PayoutJob, wire: Wire
    ) -> None:
        gate = provider.hold(TRANSFERS, "after")
        workers = [start("run_payouts", "--job", str(job.pk)) for _ in range(2)]
        provider.wait_held(gate, 32)

        for worker in workers:
            worker.kill()
        provider.open(gate)
        made = len(transfers(wire))
        again = start("run_payouts", "--job", str(job.pk))

        assert again.ended() == 0, again.output
        assert made >= 32
        assert ended(wire) == ["completed"]
        assert len(transfers(wire)) == WINNERS
