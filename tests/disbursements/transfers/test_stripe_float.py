"""An empty Stripe balance pauses the account, and its coming back resumes it."""

from datetime import timedelta

import pytest

from config.schedules import SWEEPS
from core.models import Alert
from disbursements import jobs
from disbursements.models import DisbursementRequest, Pause
from gateways.models import Call
from tests.disbursements.transfers.at_stripe import heard
from tests.disbursements.transfers.conftest import Won, reread
from tests.striping import believe_keys, register_webhooks, set_balance, top_up, transfers
from tests.transfer_oracle import wrong
from tests.winners import payout, payouts
from tests.wire import MovedClock, Wire
from vault.models import BalanceReading, Shortcode
from vault.operations.stripe_balances import ask_stripe_balances


@pytest.fixture
def starved(wire: Wire, won: Won) -> DisbursementRequest:
    """A winner of 10 dollars whom the balance of 1 dollar does not pay."""
    row = payout(won())
    set_balance(wire, 100)
    jobs.send()
    return reread(row)


def available() -> dict[str, int]:
    """The newest reading by currency."""
    rows = BalanceReading.objects.filter(wallet__name="Available").order_by("read_at", "pk")
    return {row.wallet.currency: row.available_minor for row in rows.select_related("wallet")}


class TestAsking:
    def test_what_is_available_is_written_down_by_currency(
        self, wire: Wire, platform: Shortcode, moved: MovedClock
    ) -> None:
        set_balance(wire, 5_000)
        set_balance(wire, 700, "eur")
        set_balance(wire, 1_200, "ugx")

        assert ask_stripe_balances(at=moved()) == 1

        assert available() == {"EUR": 700, "UGX": 12, "USD": 5_000}
        assert Call.objects.get(kind="balance").shortcode == "STRIPE"

    def test_the_sweep_asks_both_providers(self, wire: Wire, platform: Shortcode) -> None:
        SWEEPS["balances"].run()

        assert wire.paths == ["/v1/balance"]

    def test_a_refused_key_is_told_and_the_alert_ends_with_an_answer(
        self, wire: Wire, platform: Shortcode, moved: MovedClock
    ) -> None:
        believe_keys(wire, "sk_test_2")
        assert ask_stripe_balances(at=moved()) == 0
        told = Alert.objects.get(kind="credentials_refused", key="STRIPE", closed_at=None)

        believe_keys(wire, "sk_test_1")
        ask_stripe_balances(at=moved())

        told.refresh_from_db()
        assert told.closed_at == moved()

    def test_credentials_that_do_not_open_are_told(
        self, wire: Wire, platform: Shortcode, moved: MovedClock
    ) -> None:
        Shortcode.objects.filter(pk=platform.pk).update(sealed_credentials="broken")

        assert ask_stripe_balances(at=moved()) == 0

        assert Alert.objects.filter(kind="credentials_closed", key="STRIPE").exists()
        assert wire.paths == []

    def test_what_is_left_out_is_not_asked(
        self, wire: Wire, platform: Shortcode, moved: MovedClock
    ) -> None:
        assert ask_stripe_balances(at=moved(), but=[platform.pk]) == 0
        assert wire.paths == []


class TestResuming:
    def test_it_is_parked_for_the_float(self, starved: DisbursementRequest) -> None:
        assert starved.status == "parked"
        assert starved.parked_cause == "stripe:balance_insufficient:STRIPE"
        assert Pause.objects.get(ended_at=None).cause == starved.parked_cause

    def test_a_notice_of_enough_resumes_it_and_a_new_key_pays(
        self, wire: Wire, starved: DisbursementRequest
    ) -> None:
        register_webhooks(wire, subject="STRIPE")
        top_up(wire, 5_000)

        heard(wire)
        assert jobs.resume() == 1
        jobs.retry()

        row = reread(starved)
        assert (row.status, row.attempts_made) == ("completed", 2)
        assert set(wire.simulator.stripe.state.tables["key"]) == {
            f"payout:{row.pk}", f"payout:{row.pk}:2",
        }  # fmt: skip
        assert wrong(wire) == []

    def test_without_a_notice_the_sweeps_find_it(
        self, wire: Wire, starved: DisbursementRequest, moved: MovedClock
    ) -> None:
        top_up(wire, 5_000)
        moved.forward(minutes=15)

        SWEEPS["balances"].run()
        wire.run()

        assert reread(starved).status == "completed"

    @pytest.mark.parametrize("amount", [1, 899])
    def test_too_little_resumes_nothing(
        self, wire: Wire, starved: DisbursementRequest, moved: MovedClock, amount: int
    ) -> None:
        top_up(wire, amount)
        moved.forward(minutes=15)

        SWEEPS["balances"].run()

        assert (jobs.resume(), reread(starved).status) == (0, "parked")

    def test_a_reading_from_before_the_pause_resumes_nothing(
        self, wire: Wire, won: Won, moved: MovedClock
    ) -> None:
        ask_stripe_balances(at=moved())
        row = payout(won())
        set_balance(wire, 100)
        moved.forward(minutes=1)
        jobs.send()

        assert (jobs.resume(), reread(row).status) == (0, "parked")

    def test_every_currency_that_waits_must_have_enough(
        self, wire: Wire, won: Won, moved: MovedClock
    ) -> None:
        dollars, euros = won(), won({"user-2": 1000}, currency="EUR")
        set_balance(wire, 100)
        set_balance(wire, 100, "eur")
        rows = [payout(dollars), payout(euros)]
        jobs.send()
        self.park_both(rows)
        moved.forward(minutes=15)
        top_up(wire, 5_000, "eur")
        SWEEPS["balances"].run()
        assert jobs.resume() == 0

        top_up(wire, 5_000)
        moved.forward(minutes=15)
        SWEEPS["balances"].run()

        assert jobs.resume() == 2
        wire.run()
        assert [reread(row).status for row in rows] == ["completed", "completed"]

    def park_both(self, rows: list[DisbursementRequest]) -> None:
        """The first refusal pauses the account; both calls were under way by then."""
        assert [reread(row).status for row in rows] == ["parked", "parked"]

    def test_in_the_middle_of_a_job_everybody_is_paid_once_it_is_back(
        self, wire: Wire, won: Won, moved: MovedClock
    ) -> None:
        job = won({f"user-{number}": 1000 for number in range(1, 6)})
        set_balance(wire, 2_500)

        wire.run()
        half_way = sorted(row.status for row in payouts(job).values())
        top_up(wire, 50_000)
        moved.forward(minutes=15)
        SWEEPS["balances"].run()
        wire.run(hours=timedelta(days=1) / timedelta(hours=1))

        assert half_way.count("completed") == 2
        assert {row.status for row in payouts(job).values()} == {"completed"}
        assert (len(transfers(wire)), wrong(wire)) == (5, [])
